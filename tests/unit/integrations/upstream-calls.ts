import { paise } from "../../../utils/money.js";
import type { Result } from "../../../utils/result.js";

/** Every call of the neighbours' contract: what is sent, what the contract answers, what the caller gets. */

export const SERVICES = ["AUTH", "CATALOG", "PRICING", "INVENTORY", "SHIPPING", "ENGAGEMENT"];

export async function importWrappers() {
  return {
    auth: await import("../../../services/integrations/auth-integration.service.js"),
    catalog: await import("../../../services/integrations/catalog-integration.service.js"),
    engagement: await import("../../../services/integrations/engagement-integration.service.js"),
    health: await import("../../../services/integrations/http-client.service.js"),
    inventory: await import("../../../services/integrations/inventory-integration.service.js"),
    pricing: await import("../../../services/integrations/pricing-integration.service.js"),
    shipping: await import("../../../services/integrations/shipping-integration.service.js"),
  };
}

export type Wrappers = Awaited<ReturnType<typeof importWrappers>>;

export interface Call {
  name: string;
  call: (wrappers: Wrappers) => Promise<Result<unknown>>;
  sent: string;
  body?: unknown;
  key?: string;
  /** What the contract shows, and what the caller gets. */
  answer: unknown;
  data: unknown;
}

const AT = "2026-01-05T10:00:00.000Z";
const address = {
  name: "Asha Rao",
  phone: "+919000000001",
  line1: "1 MG Road",
  city: "Bengaluru",
  state: "Karnataka",
  pincode: "560001",
  country: "IN",
};
export const items = [{ variantId: "v1", quantity: 2 }];
const reservation = { reservationId: "r1", variantId: "v1", quantity: 2, expiresAt: AT, status: "active" };
const reserved = { reservationId: "r1", variantId: "v1", quantity: 2, expiresAt: new Date(AT) };
const shipmentItems = [{ variantId: "v1", sku: "S1", quantity: 2 }];

const INVENTORY: Call[] = [
  {
    name: "checkStock",
    call: ({ inventory }) => inventory.checkStock("v1", 2),
    sent: "GET /api/stock/check/v1?quantity=2",
    // Stock that never runs out is often entered as nines.
    answer: { variantId: "v1", sku: "S1", available: 99_999_999, isAvailable: true },
    data: { variantId: "v1", sku: "S1", available: 99_999_999, isAvailable: true },
  },
  {
    name: "bulkCheckStock",
    call: ({ inventory }) => inventory.bulkCheckStock(items),
    sent: "POST /api/stock/check/bulk",
    body: { items },
    answer: {
      items: [{ variantId: "v1", requested: 2, available: 0, isAvailable: false }],
      allAvailable: false,
    },
    data: {
      items: [{ variantId: "v1", requested: 2, available: 0, isAvailable: false }],
      allAvailable: false,
    },
  },
  {
    name: "createReservation",
    call: ({ inventory }) =>
      inventory.createReservation({
        cartId: "c1",
        variantId: "v1",
        quantity: 2,
        ttlMinutes: 15,
        idempotencyKey: "line1",
      }),
    sent: "POST /api/reservations",
    body: { cartId: "c1", variantId: "v1", quantity: 2, ttlMinutes: 15 },
    key: "line1",
    answer: reservation,
    data: reserved,
  },
  {
    name: "updateReservation",
    call: ({ inventory }) => inventory.updateReservation("r1", { quantity: 3 }),
    sent: "PUT /api/reservations/r1",
    body: { quantity: 3 },
    answer: reservation,
    data: reserved,
  },
  {
    name: "extendCartReservations",
    call: ({ inventory }) => inventory.extendCartReservations("c1", 40),
    sent: "PUT /api/reservations/cart/c1",
    body: { ttlMinutes: 40 },
    answer: { extended: ["r1"], lapsed: ["v2"] },
    data: { extended: ["r1"], lapsed: ["v2"] },
  },
  {
    name: "transferReservations",
    call: ({ inventory }) => inventory.transferReservations("c1", "c2", "c1:transfer:t1"),
    sent: "POST /api/reservations/transfer",
    body: { fromCartId: "c1", toCartId: "c2" },
    key: "c1:transfer:t1",
    answer: { transferred: [{ reservationId: "r1", variantId: "v1", quantity: 2 }] },
    data: { transferred: [{ reservationId: "r1", variantId: "v1", quantity: 2 }] },
  },
  {
    name: "releaseReservation",
    call: ({ inventory }) => inventory.releaseReservation("r1"),
    sent: "DELETE /api/reservations/r1",
    answer: null,
    data: null,
  },
  {
    name: "releaseCartReservations",
    call: ({ inventory }) => inventory.releaseCartReservations("c1"),
    sent: "DELETE /api/reservations/cart/c1",
    answer: { released: 2 },
    data: { released: 2 },
  },
  {
    name: "convertReservationsToSale",
    call: ({ inventory }) => inventory.convertReservationsToSale({ cartId: "c1", orderId: "o1", items }),
    sent: "POST /api/reservations/convert",
    body: { cartId: "c1", orderId: "o1", items },
    key: "o1:stock",
    answer: { orderId: "o1", converted: items },
    data: { orderId: "o1", converted: items },
  },
  {
    name: "convertReservationsToSale of a manual order",
    call: ({ inventory }) => inventory.convertReservationsToSale({ cartId: null, orderId: "o1", items }),
    sent: "POST /api/reservations/convert",
    body: { orderId: "o1", items },
    key: "o1:stock",
    answer: { orderId: "o1", converted: items },
    data: { orderId: "o1", converted: items },
  },
  {
    name: "voidConversion",
    call: ({ inventory }) => inventory.voidConversion("o1"),
    sent: "DELETE /api/reservations/convert/o1",
    key: "o1:stock-void",
    answer: { returned: items },
    data: { returned: items },
  },
  {
    name: "returnInventory",
    call: ({ inventory }) =>
      inventory.returnInventory({
        orderId: "o1",
        items: [{ variantId: "v1", quantity: 1, reason: "return" }],
        reference: "RET-1",
      }),
    sent: "POST /api/admin/adjustments/return",
    body: { orderId: "o1", items: [{ variantId: "v1", quantity: 1, reason: "return" }], reference: "RET-1" },
    key: "o1:RET-1",
    answer: { adjusted: 1 },
    data: { adjusted: 1 },
  },
];

const priced = [
  { productId: "p1", variantId: "v1", quantity: 2, unitPrice: paise(49950), lineTotal: paise(99900) },
];

const PRICING: Call[] = [
  {
    name: "validateCoupon",
    call: ({ pricing }) =>
      pricing.validateCoupon({
        code: "FLAT50",
        userId: "u1",
        email: "Asha@Example.com",
        phone: "+919845012345",
        cartTotal: paise(99900),
        items: priced,
      }),
    sent: "POST /api/coupons/validate",
    body: {
      code: "FLAT50",
      userId: "u1",
      email: "asha@example.com",
      phone: "+919845012345",
      cartTotal: 999,
      items: [{ productId: "p1", variantId: "v1", quantity: 2, unitPrice: 499.5, lineTotal: 999 }],
    },
    answer: { valid: true, code: "FLAT50", type: "fixed", value: 50, discountAmount: 50, stackable: false },
    data: { valid: true, code: "FLAT50", type: "fixed", value: 50, discountAmount: 5000, stackable: false },
  },
  {
    name: "validateCoupon of one that does not apply",
    call: ({ pricing }) => pricing.validateCoupon({ code: "NO", cartTotal: paise(100), items: [] }),
    sent: "POST /api/coupons/validate",
    body: { code: "NO", cartTotal: 1, items: [] },
    answer: {
      valid: false,
      code: "NO",
      type: "fixed",
      value: 0,
      discountAmount: 0,
      stackable: false,
      reason: "expired",
    },
    data: { valid: false, code: "NO", reason: "expired" },
  },
  {
    name: "getAutomaticDiscounts",
    call: ({ pricing }) =>
      pricing.getAutomaticDiscounts({ cartTotal: paise(99950), itemCount: 2, productIds: ["p1", "p2"] }),
    sent: "GET /api/automatic-discounts/apply?cartTotal=999.5&itemCount=2&productIds=p1%2Cp2",
    answer: { discounts: [{ id: "d1", name: "Festive", discountAmount: 10.05 }] },
    data: { discounts: [{ id: "d1", name: "Festive", discountAmount: 1005 }] },
  },
  {
    name: "getTierDiscount",
    call: ({ pricing }) => pricing.getTierDiscount({ cartTotal: paise(99900), userId: "u1" }),
    sent: "GET /api/tier-discounts/calculate?cartTotal=999&userId=u1",
    answer: { tier: { id: "t1", name: "Silver", minAmount: 500 }, discountAmount: 49.95 },
    data: { tier: { id: "t1", name: "Silver", minAmount: 50000 }, discountAmount: 4995 },
  },
  {
    name: "getTierDiscount without a tier",
    call: ({ pricing }) => pricing.getTierDiscount({ cartTotal: paise(100) }),
    sent: "GET /api/tier-discounts/calculate?cartTotal=1",
    answer: { tier: null, discountAmount: 0 },
    data: { tier: null, discountAmount: 0 },
  },
  {
    name: "getEligibleGifts",
    call: ({ pricing }) => pricing.getEligibleGifts({ cartTotal: paise(99900), productIds: ["p1"] }),
    sent: "GET /api/free-gifts/eligible?cartTotal=999&productIds=p1",
    answer: { gifts: [{ ruleId: "g1", productId: "p9", variantId: "v9", quantity: 1, name: "Comb" }] },
    data: { gifts: [{ ruleId: "g1", productId: "p9", variantId: "v9", quantity: 1, name: "Comb" }] },
  },
  {
    name: "recordCouponUsage",
    call: ({ pricing }) =>
      pricing.recordCouponUsage({
        code: "FLAT50",
        email: "Asha@Example.com",
        phone: null,
        orderId: "o1",
        discountAmount: paise(5000),
      }),
    sent: "POST /api/coupons/usage",
    body: { code: "FLAT50", email: "asha@example.com", orderId: "o1", discountAmount: 50 },
    key: "o1:coupon-FLAT50",
    answer: { recorded: true },
    data: { recorded: true },
  },
  {
    name: "reverseCouponUsage",
    call: ({ pricing }) => pricing.reverseCouponUsage({ code: "FLAT50", orderId: "o1" }),
    sent: "POST /api/coupons/usage/reverse",
    body: { code: "FLAT50", orderId: "o1" },
    key: "o1:coupon-FLAT50-reverse",
    answer: { reversed: true },
    data: { reversed: true },
  },
];

const SHIPPING: Call[] = [
  {
    name: "getServiceability in snake_case",
    call: ({ shipping }) => shipping.getServiceability("560001"),
    sent: "GET /api/pincode/560001/serviceability",
    answer: {
      pincode: "560001",
      serviceable: true,
      cod_available: true,
      city: "Bengaluru",
      state: "Karnataka",
      estimated_days_min: 2,
      estimated_days_max: 4,
    },
    data: {
      pincode: "560001",
      serviceable: true,
      codAvailable: true,
      city: "Bengaluru",
      state: "Karnataka",
      estimatedDaysMin: 2,
      estimatedDaysMax: 4,
    },
  },
  {
    name: "calculateShippingMethods",
    call: ({ shipping }) =>
      shipping.calculateShippingMethods({ destination: address, weightGrams: 400, orderValue: paise(99900) }),
    sent: "POST /api/shipping-methods/calculate",
    body: {
      destination: { pincode: "560001", state: "Karnataka", country: "IN" },
      weightGrams: 400,
      orderValue: 999,
    },
    answer: {
      methods: [
        {
          id: "m1",
          name: "standard",
          displayName: "Standard",
          carrier: "BlueDart",
          rate: 49.5,
          estimatedDaysMin: 3,
          estimatedDaysMax: 5,
          isCodAvailable: true,
          codFee: 30,
        },
      ],
    },
    data: {
      methods: [expect.objectContaining({ id: "m1", rate: 4950, codFee: 3000, isCodAvailable: true })],
    },
  },
  {
    name: "createShipment",
    call: ({ shipping }) =>
      shipping.createShipment({
        idempotencyKey: "s1",
        orderId: "o1",
        orderNumber: "ORD-2026-000001",
        items: shipmentItems,
        address,
        methodId: "m1",
        codAmount: paise(99900),
      }),
    sent: "POST /api/shipments",
    body: {
      orderId: "o1",
      orderNumber: "ORD-2026-000001",
      items: shipmentItems,
      address,
      methodId: "m1",
      codAmount: 999,
    },
    key: "s1",
    answer: {
      shipment_id: "sh1",
      tracking_number: "T1",
      carrier: "BlueDart",
      status: "created",
      estimated_delivery: AT,
    },
    data: {
      shipmentId: "sh1",
      trackingNumber: "T1",
      carrier: "BlueDart",
      status: "created",
      estimatedDelivery: new Date(AT),
    },
  },
  {
    name: "getTracking",
    call: ({ shipping }) => shipping.getTracking("sh1"),
    sent: "GET /api/shipments/sh1/tracking",
    answer: {
      shipmentId: "sh1",
      status: "in_transit",
      trackingNumber: "T1",
      carrier: "BlueDart",
      estimatedDelivery: null,
      events: [{ status: "created", location: "Pune", at: AT, description: "" }],
    },
    data: expect.objectContaining({
      status: "in_transit",
      estimatedDelivery: null,
      events: [{ status: "created", location: "Pune", at: new Date(AT), description: null }],
    }),
  },
  {
    name: "scheduleReturnPickup",
    call: ({ shipping }) =>
      shipping.scheduleReturnPickup({
        returnId: "ret1",
        returnNumber: "RET-2026-000001",
        orderId: "o1",
        items: shipmentItems,
        address,
        pickupDate: new Date(AT),
      }),
    sent: "POST /api/shipments/return-pickup",
    body: {
      returnId: "ret1",
      returnNumber: "RET-2026-000001",
      orderId: "o1",
      items: shipmentItems,
      address,
      pickupDate: AT,
    },
    key: "ret1",
    answer: {
      pickupId: "pu1",
      pickupDate: "2026-01-06",
      slot: "10-13",
      carrier: "BlueDart",
      trackingNumber: "T2",
    },
    data: {
      pickupId: "pu1",
      pickupDate: new Date("2026-01-06T00:00:00Z"),
      slot: "10-13",
      carrier: "BlueDart",
      trackingNumber: "T2",
    },
  },
];

const ENGAGEMENT: Call[] = [
  {
    name: "addToWishlist",
    call: ({ engagement }) =>
      engagement.addToWishlist({ userId: "u1", productId: "p1", variantId: "v1", cartItemId: "line1" }),
    sent: "POST /api/wishlist/add",
    body: { userId: "u1", productId: "p1", variantId: "v1" },
    key: "line1:wishlist",
    answer: { added: true },
    data: { added: true },
  },
  {
    name: "earnLoyalty",
    call: ({ engagement }) =>
      engagement.earnLoyalty({ userId: "u1", orderId: "o1", orderAmount: paise(99950) }),
    sent: "POST /api/loyalty/earn",
    body: { userId: "u1", orderId: "o1", orderAmount: 999.5 },
    key: "o1:loyalty-earn",
    answer: { points: 10 },
    data: { points: 10 },
  },
  {
    name: "getLoyaltyBalance",
    call: ({ engagement }) => engagement.getLoyaltyBalance("u1"),
    sent: "GET /api/loyalty/balance?userId=u1",
    answer: { points: 120, pointValue: 0.25 },
    data: { points: 120, pointValue: 25 },
  },
  {
    name: "redeemLoyalty",
    call: ({ engagement }) =>
      engagement.redeemLoyalty({ userId: "u1", orderId: "o1", points: 100, expectedDiscount: paise(2500) }),
    sent: "POST /api/loyalty/redeem",
    body: { userId: "u1", orderId: "o1", points: 100 },
    key: "o1:loyalty-redeem",
    answer: { redemptionId: "x1", points: 100, discountAmount: 25 },
    data: { redemptionId: "x1", points: 100, discountAmount: 2500 },
  },
  {
    name: "reverseLoyalty",
    call: ({ engagement }) =>
      engagement.reverseLoyalty({ userId: "u1", orderId: "o1", points: 5, reference: "REF-1" }),
    sent: "POST /api/loyalty/reverse",
    body: { userId: "u1", orderId: "o1", points: 5, reference: "REF-1" },
    key: "o1:loyalty-reverse:REF-1",
    answer: { points: 5 },
    data: { points: 5 },
  },
  {
    name: "getStoreCreditBalance",
    call: ({ engagement }) => engagement.getStoreCreditBalance("u1"),
    sent: "GET /api/store-credits/balance?userId=u1",
    answer: { balance: 250.75 },
    data: { balance: 25075 },
  },
  {
    name: "issueStoreCredit",
    call: ({ engagement }) =>
      engagement.issueStoreCredit({
        userId: "u1",
        amount: paise(5050),
        reason: "refund",
        reference: "REF-1",
      }),
    sent: "POST /api/store-credits/issue",
    body: { userId: "u1", amount: 50.5, reason: "refund", reference: "REF-1" },
    key: "REF-1:credit-issue",
    answer: { creditId: "cr1", balance: 301.25 },
    data: { creditId: "cr1", balance: 30125 },
  },
  {
    name: "deductStoreCredit",
    call: ({ engagement }) =>
      engagement.deductStoreCredit({ userId: "u1", amount: paise(5050), reference: "o1" }),
    sent: "POST /api/store-credits/deduct",
    body: { userId: "u1", amount: 50.5, reference: "o1" },
    key: "o1:credit-deduct",
    answer: { balance: 0 },
    data: { balance: 0 },
  },
  {
    name: "sendNotification",
    call: ({ engagement }) =>
      engagement.sendNotification({
        channels: ["email"],
        to: { email: "a@example.com" },
        template: "order_confirmed",
        data: { orderNumber: "ORD-2026-000001" },
        dedupeKey: "order.confirmed:o1",
      }),
    sent: "POST /api/notifications/send",
    body: {
      channels: ["email"],
      to: { email: "a@example.com" },
      template: "order_confirmed",
      data: { orderNumber: "ORD-2026-000001" },
      dedupeKey: "order.confirmed:o1",
    },
    key: "order.confirmed:o1",
    answer: { notificationId: "n1" },
    data: { notificationId: "n1" },
  },
];

const AUTH: Call[] = [
  {
    name: "getUser",
    call: ({ auth }) => auth.getUser("u1"),
    sent: "GET /api/users/u1",
    answer: { id: "u1", name: "Asha", email: "a@example.com", phone: "", status: "active" },
    data: { id: "u1", name: "Asha", email: "a@example.com", phone: null, status: "active" },
  },
  {
    name: "getAddress",
    call: ({ auth }) => auth.getAddress("u1", "a1"),
    sent: "GET /api/users/u1/addresses/a1",
    answer: { ...address, id: "a1", line2: null, landmark: "Near the park" },
    data: { ...address, landmark: "Near the park" },
  },
  {
    name: "getSeller",
    call: ({ auth }) => auth.getSeller("s1"),
    sent: "GET /api/sellers/s1",
    answer: { id: "s1", name: "Kala", email: "k@example.com", status: "active" },
    data: { id: "s1", name: "Kala", email: "k@example.com", status: "active" },
  },
  {
    name: "getAdminUser",
    call: ({ auth }) => auth.getAdminUser("ad1"),
    sent: "GET /api/admin/users/ad1",
    answer: { id: "ad1", name: "Ravi", email: "r@example.com", role: "finance", status: "active" },
    data: { id: "ad1", name: "Ravi", email: "r@example.com", role: "finance", status: "active" },
  },
  {
    name: "sendAuditLog",
    call: ({ auth }) =>
      auth.sendAuditLog({
        id: "row1",
        actorType: "admin",
        actorId: "ad1",
        action: "refund.approve",
        resourceType: "refund",
        resourceId: "REF-1",
        after: { status: "processing" },
        at: new Date(AT),
        requestId: "req1",
      }),
    sent: "POST /api/audit-logs",
    body: {
      actorType: "admin",
      actorId: "ad1",
      action: "refund.approve",
      resourceType: "refund",
      resourceId: "REF-1",
      after: { status: "processing" },
      at: AT,
      requestId: "req1",
    },
    key: "row1",
    answer: { id: "log1" },
    data: { id: "log1" },
  },
];

export const variant = {
  id: "v1",
  productId: "p1",
  productName: "Hair oil",
  name: "100 ml",
  sku: "S1",
  attributes: { size: "100 ml", pack: 2 },
  salePrice: 499.5,
  mrp: 599,
  currency: "INR",
  imageUrl: "https://cdn.example/1.jpg",
  hsnCode: "3305",
  gstRate: 18,
  weightGrams: 120,
  categoryId: "hair",
  status: "active",
};
const catalogVariant = {
  id: "v1",
  productId: "p1",
  productName: "Hair oil",
  name: "100 ml",
  sku: "S1",
  attributes: { size: "100 ml", pack: "2" },
  salePrice: 49950,
  mrp: 59900,
  currency: "INR",
  imageUrl: "https://cdn.example/1.jpg",
  hsnCode: "3305",
  gstRateBps: 1800,
  weightGrams: 120,
  categoryId: "hair",
  sellerId: null,
  status: "active",
  maxPerOrder: null,
};
export const product = {
  id: "p1",
  name: "Hair oil",
  slug: "hair-oil",
  status: "active",
  images: ["https://cdn.example/1.jpg"],
  categoryId: "hair",
  hsnCode: "3305",
  gstRate: 0.25,
  sellerId: "s1",
  isReturnable: true,
  variants: [variant],
};

const CATALOG: Call[] = [
  {
    name: "getVariantDetails",
    call: ({ catalog }) => catalog.getVariantDetails({ productId: "p1", variantId: "v1" }),
    sent: "GET /api/products/p1/variants/v1",
    answer: variant,
    data: catalogVariant,
  },
  {
    name: "getProduct",
    call: ({ catalog }) => catalog.getProduct("p1"),
    sent: "GET /api/products/p1",
    answer: product,
    data: expect.objectContaining({
      id: "p1",
      gstRateBps: 25,
      isReturnable: true,
      variants: [{ ...catalogVariant, sellerId: "s1" }],
    }),
  },
  {
    name: "getRelatedProducts",
    call: ({ catalog }) => catalog.getRelatedProducts("p2"),
    sent: "GET /api/products/p2/related?type=cross_sell&limit=20",
    answer: { products: [product] },
    data: [expect.objectContaining({ id: "p1" })],
  },
  {
    name: "getProducts",
    call: ({ catalog }) => catalog.getProducts(["p1", "p1", "p2"]),
    sent: "POST /api/products/batch",
    body: { productIds: ["p1", "p2"] },
    answer: { products: [product] },
    data: new Map([["p1", expect.objectContaining({ id: "p1" })]]),
  },
];

export const CALLS: readonly Call[] = [
  ...INVENTORY,
  ...PRICING,
  ...SHIPPING,
  ...ENGAGEMENT,
  ...AUTH,
  ...CATALOG,
];
