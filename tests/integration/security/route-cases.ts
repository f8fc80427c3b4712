import { SEED } from "../../../scripts/sandbox/seed/index.js";
import type { Belongings, Stage } from "./shoppers.js";

/**
 * One entry for every mounted route: its access according to the contract, and a request that it accepts. All
 * attacks are made from these; a route without an entry fails `access.test.ts`.
 */
export interface RouteCase {
  /** In the form of `accessOf`; from the API contract, not from the code. */
  access: string;
  params?: (own: Belongings) => Record<string, string>;
  body?: (own: Belongings) => Record<string, unknown>;
  /** Sent with that body as a form, by field. */
  files?: Readonly<Record<string, Buffer>>;
  /** Where a parameter is required. */
  query?: string;
  /** Shows the lists and objects of the schema that the body above does not; need not be valid as a whole. */
  shape?: Record<string, unknown>;
  /** The stage that a shopper needs for a 2xx. */
  stage?: Stage;
  /** Another valid body, for the same idempotency key. */
  otherBody?: (own: Belongings) => Record<string, unknown>;
  /** The status for another caller's resource; 404 except for cart items. */
  foreignStatus?: 403;
  /** Why a parameter does not name a document with an owner. */
  ownerless?: string;
}

export const EMAIL = "canary.person@example.in";
export const PHONE = "9812345670";

export const ADDRESS = {
  name: "Canary Person",
  phone: PHONE,
  line1: "14, Canary Cross, Indiranagar",
  line2: "2nd floor",
  landmark: "Opposite the park",
  city: "Bengaluru",
  state: "Karnataka",
  pincode: SEED.pincodes.bengaluru,
  country: "IN",
};

export const BANK_ACCOUNT = {
  accountHolder: "Canary Person",
  accountNumber: "918273645546372",
  ifsc: "HDFC0001234",
};

export const SELLER_ID = SEED.sellers.organics;

const ITEM = { productId: SEED.products.ashwagandha, variantId: SEED.variants.ashwagandha };

const itemId = ({ itemId }: Belongings) => ({ itemId });
const savedItemId = ({ savedItemId }: Belongings) => ({ savedItemId });
const sessionId = ({ checkoutSessionId }: Belongings) => ({ sessionId: checkoutSessionId });
const orderNumber = ({ orderNumber }: Belongings) => ({ orderNumber });
const invoiceNumber = ({ invoiceNumber }: Belongings) => ({ invoiceNumber });
const paymentId = ({ paymentId }: Belongings) => ({ paymentId });
const refundId = ({ refundId }: Belongings) => ({ refundId });
const returnId = ({ returnId }: Belongings) => ({ returnId });

const open: RouteCase = { access: "open" };
/** A step of the checkout that only reads. */
const checkoutRead: RouteCase = { access: "guest:reject", params: sessionId };
const checkoutWrite = (body: Record<string, unknown>): RouteCase => ({
  access: "guest:reject",
  params: sessionId,
  body: () => body,
});

const CART: Record<string, RouteCase> = {
  "GET /api/cart": { access: "guest:empty" },
  "GET /api/cart/mini": { access: "guest:empty" },
  "DELETE /api/cart": { access: "guest:reject" },
  "POST /api/cart/items": {
    access: "guest:mint",
    body: () => ({ ...ITEM, quantity: 1 }),
    stage: "cart",
    otherBody: () => ({ ...ITEM, quantity: 2 }),
  },
  "PUT /api/cart/items/:itemId": {
    access: "guest:reject",
    params: itemId,
    body: () => ({ quantity: 2 }),
    foreignStatus: 403,
  },
  "DELETE /api/cart/items/:itemId": { access: "guest:reject", params: itemId, foreignStatus: 403 },
  "POST /api/cart/coupons": {
    access: "guest:mint",
    body: () => ({ couponCode: SEED.coupons.WELCOME10 }),
    stage: "cart",
    otherBody: () => ({ couponCode: SEED.coupons.FREESHIP }),
  },
  "DELETE /api/cart/coupons/:code": {
    access: "guest:reject",
    params: () => ({ code: SEED.coupons.WELCOME10 }),
    ownerless: "a coupon's code; it is taken off the caller's own cart",
  },
  "POST /api/cart/items/:itemId/save-later": {
    access: "guest:reject",
    params: itemId,
    stage: "cart",
    foreignStatus: 403,
  },
  "POST /api/cart/items/:itemId/move-wishlist": {
    access: "customer",
    params: itemId,
    stage: "cart",
    foreignStatus: 403,
  },
  "GET /api/cart/saved-items": { access: "guest:reject" },
  "POST /api/cart/saved-items/:savedItemId/move-to-cart": {
    access: "guest:reject",
    params: savedItemId,
    stage: "saved",
  },
  "DELETE /api/cart/saved-items/:savedItemId": {
    access: "guest:reject",
    params: savedItemId,
    stage: "saved",
  },
  "POST /api/cart/merge": { access: "customer+session", stage: "cart" },
  "GET /api/cart/recommendations": { access: "guest:empty" },
};

const ADMIN_CHECKOUTS: Record<string, RouteCase> = {
  "GET /api/admin/checkouts": { access: "admin:carts:read" },
  "GET /api/admin/checkouts/funnel": { access: "admin:carts:read" },
  "GET /api/admin/checkouts/:sessionId": { access: "admin:carts:read", params: sessionId },
};

const ADMIN_CARTS: Record<string, RouteCase> = {
  "GET /api/admin/carts/abandoned": { access: "admin:carts:read" },
  "GET /api/admin/carts/analytics": { access: "admin:carts:read" },
  "GET /api/admin/carts/analytics/abandonment": { access: "admin:carts:read" },
  "GET /api/admin/carts/settings": { access: "admin:carts:read" },
  "PUT /api/admin/carts/settings": { access: "admin:settings:write", body: () => ({ maxLines: 40 }) },
  "GET /api/admin/carts/:cartId": { access: "admin:carts:read", params: () => ({ cartId: "0".repeat(24) }) },
};

const CHECKOUT: Record<string, RouteCase> = {
  "POST /api/checkout/start": {
    access: "guest:reject",
    body: () => ({ email: EMAIL, phone: PHONE }),
    stage: "cart",
    otherBody: () => ({ email: `other.${EMAIL}`, phone: PHONE }),
  },
  "GET /api/checkout/:sessionId": checkoutRead,
  "GET /api/checkout/:sessionId/summary": checkoutRead,
  "GET /api/checkout/:sessionId/shipping-methods": checkoutRead,
  "GET /api/checkout/resume/:sessionId": checkoutRead,
  "PUT /api/checkout/:sessionId/contact": checkoutWrite({ email: EMAIL, phone: PHONE }),
  "PUT /api/checkout/:sessionId/shipping-address": checkoutWrite(ADDRESS),
  "PUT /api/checkout/:sessionId/billing-address": checkoutWrite(ADDRESS),
  "PUT /api/checkout/:sessionId/shipping-method": checkoutWrite({
    shippingMethodId: SEED.shippingMethods.standard,
  }),
  "PUT /api/checkout/:sessionId/payment-method": checkoutWrite({ method: "upi", termsAccepted: true }),
  "PUT /api/checkout/:sessionId/gift-message": checkoutWrite({ giftMessage: "With love" }),
  "PUT /api/checkout/:sessionId/notes": checkoutWrite({ customerNotes: "Ring twice" }),
};

const CREDITS: Record<string, RouteCase> = {
  "POST /api/checkout/:sessionId/loyalty": {
    access: "customer",
    params: sessionId,
    body: () => ({ points: 10 }),
  },
  "DELETE /api/checkout/:sessionId/loyalty": { access: "customer", params: sessionId },
  "POST /api/checkout/:sessionId/store-credit": {
    access: "customer",
    params: sessionId,
    body: () => ({ amount: 10.5 }),
  },
  "DELETE /api/checkout/:sessionId/store-credit": { access: "customer", params: sessionId },
};

const ORDERS: Record<string, RouteCase> = {
  "POST /api/orders": {
    access: "guest:reject",
    body: ({ checkoutSessionId }) => ({ checkoutSessionId, termsAccepted: true }),
    stage: "chosen",
    otherBody: ({ checkoutSessionId }) => ({ checkoutSessionId }),
  },
  "GET /api/orders": { access: "guest:reject" },
  "GET /api/orders/:orderNumber": { access: "guest:empty", params: orderNumber },
  "GET /api/orders/:orderNumber/confirmation": { access: "guest:reject", params: orderNumber },
  "POST /api/orders/:orderNumber/reorder": {
    access: "guest:reject",
    params: orderNumber,
    stage: "ordered",
  },
  "GET /api/orders/:orderNumber/tracking": { access: "guest:empty", params: orderNumber },
  "GET /api/orders/:orderNumber/timeline": { access: "guest:empty", params: orderNumber },
  "GET /api/orders/:orderNumber/invoice": { access: "guest:empty", params: orderNumber, stage: "ordered" },
  "POST /api/orders/:orderNumber/cancel": {
    access: "guest:reject",
    params: orderNumber,
    body: () => ({ reason: "Ordered by mistake" }),
    stage: "ordered",
    otherBody: () => ({ reason: "Ordered twice" }),
  },
};

const ENTERED = {
  email: EMAIL,
  phone: PHONE,
  items: [{ ...ITEM, quantity: 1, unitPrice: 150.5 }],
  shippingAddress: ADDRESS,
  shippingMethodId: SEED.shippingMethods.standard,
  paymentMethod: "bank_transfer",
};

const ENTERED_ORDERS: Record<string, RouteCase> = {
  "POST /api/admin/orders/manual": {
    access: "admin:orders:write",
    body: () => ENTERED,
    shape: { billingAddress: ADDRESS },
    stage: "ordered",
    otherBody: () => ({ ...ENTERED, customerNotes: "Ring twice" }),
  },
  "POST /api/admin/orders/bulk-update": {
    access: "admin:orders:write",
    body: ({ orderNumber: number }) => ({
      rows: [{ orderNumber: number, status: "processing", note: "Packed" }],
    }),
    stage: "ordered",
  },
};

const orderId = ({ orderId }: Belongings) => ({ orderId });

const FULFILMENT: Record<string, RouteCase> = {
  "POST /api/admin/orders/:orderId/cancel": {
    access: "admin:orders:cancel",
    params: orderId,
    body: ({ orderItemId }) => ({
      reason: "The customer called",
      items: [{ orderItemId, quantity: 1 }],
      allowAfterShipment: false,
      refund: "original",
    }),
    stage: "ordered",
    otherBody: () => ({ reason: "The customer called again" }),
  },
  "POST /api/admin/orders/:orderId/fulfillments": {
    access: "admin:orders:status",
    params: orderId,
    body: ({ orderItemId }) => ({ items: [{ orderItemId, quantity: 1 }], methodId: "standard" }),
    stage: "ordered",
    otherBody: () => ({}),
  },
  "PUT /api/admin/orders/:orderId/status": {
    access: "admin:orders:status",
    params: orderId,
    body: () => ({ status: "processing", note: "Packing" }),
    stage: "ordered",
  },
  "PUT /api/admin/orders/:orderId/sellers/:sellerId/status": {
    access: "admin:orders:status",
    params: ({ orderId }) => ({ orderId, sellerId: SELLER_ID }),
    body: () => ({ status: "processing", note: "Packing", trackingNumber: "VAN-1" }),
    stage: "ordered",
  },
};

const ADMIN_ORDERS: Record<string, RouteCase> = {
  "GET /api/admin/orders": { access: "admin:orders:read" },
  "GET /api/admin/orders/search": { access: "admin:orders:read", query: "q=ORD-2026-000001" },
  "GET /api/admin/orders/export": { access: "admin:orders:export" },
  "GET /api/admin/orders/analytics": { access: "admin:orders:read" },
  "GET /api/admin/orders/:orderId": { access: "admin:orders:read", params: orderId, stage: "ordered" },
  "PUT /api/admin/orders/:orderId": {
    access: "admin:orders:write",
    params: orderId,
    body: () => ({ version: 0, shippingAddress: ADDRESS, customerNotes: "Ring twice" }),
    stage: "ordered",
  },
  "POST /api/admin/orders/:orderId/notes": {
    access: "admin:orders:notes",
    params: orderId,
    body: () => ({ note: "Called back" }),
    stage: "ordered",
    otherBody: () => ({ note: "Called again" }),
  },
  "POST /api/admin/orders/:orderId/tags": {
    access: "admin:orders:write",
    params: orderId,
    body: () => ({ tags: ["vip"] }),
    stage: "ordered",
    otherBody: () => ({ tags: ["gift"] }),
  },
  "DELETE /api/admin/orders/:orderId/tags": {
    access: "admin:orders:write",
    params: orderId,
    body: () => ({ tags: ["vip"] }),
    stage: "ordered",
  },
};

const INVOICES: Record<string, RouteCase> = {
  "GET /api/invoices/order/:orderNumber": { access: "guest:empty", params: orderNumber, stage: "ordered" },
  "GET /api/invoices/:invoiceNumber/download": {
    access: "guest:empty",
    params: invoiceNumber,
    stage: "ordered",
  },
};

/** A design with every part. */
const DESIGN = { footer: "Thank you", colours: { primary: "#1b4332", text: "#222222" } };

const ADMIN_INVOICES: Record<string, RouteCase> = {
  "GET /api/admin/invoices": { access: "admin:invoices:read" },
  "POST /api/admin/invoices": {
    access: "admin:invoices:write",
    body: ({ orderId }) => ({ orderId }),
    stage: "ordered",
    otherBody: () => ({ orderId: "0".repeat(24) }),
  },
  "POST /api/admin/invoices/credit-note": {
    access: "admin:invoices:write",
    body: ({ orderId, orderItemId }) => ({
      orderId,
      items: [{ orderItemId, quantity: 1 }],
      reason: "A jar arrived broken",
    }),
    stage: "ordered",
    otherBody: ({ orderId, orderItemId }) => ({
      orderId,
      items: [{ orderItemId, quantity: 1 }],
      reason: "A jar was missing",
    }),
  },
  "POST /api/admin/invoices/:invoiceNumber/email": {
    access: "admin:invoices:write",
    params: invoiceNumber,
    body: () => ({ to: EMAIL }),
    stage: "ordered",
    otherBody: () => ({ to: `other.${EMAIL}` }),
  },
  "POST /api/admin/invoices/bulk-download": {
    access: "admin:invoices:read",
    body: ({ orderId }) => ({ orderIds: [orderId] }),
    shape: { dateFrom: "2026-11-01", dateTo: "2026-11-30", orderIds: ["0".repeat(24)] },
    stage: "ordered",
  },
  "GET /api/admin/invoices/bulk-download/:jobId": {
    access: "admin:invoices:read",
    params: () => ({ jobId: "0".repeat(24) }),
  },
  "GET /api/admin/invoices/template": { access: "admin:settings:write" },
  "PUT /api/admin/invoices/template": { access: "admin:settings:write", body: () => DESIGN },
  "POST /api/admin/invoices/template/preview": { access: "admin:settings:write", body: () => DESIGN },
};

const PAYMENTS: Record<string, RouteCase> = {
  "POST /api/payments": {
    access: "guest:reject",
    body: ({ checkoutSessionId }) => ({ checkoutSessionId, method: "upi", termsAccepted: true }),
    stage: "checkout",
    otherBody: ({ checkoutSessionId }) => ({ checkoutSessionId, method: "card", termsAccepted: true }),
  },
  "POST /api/payments/cod": {
    access: "guest:reject",
    body: ({ checkoutSessionId }) => ({ checkoutSessionId, termsAccepted: true }),
    stage: "checkout",
    otherBody: ({ checkoutSessionId }) => ({ checkoutSessionId, terms_accepted: true }),
  },
  "POST /api/payments/verify": {
    access: "guest:reject",
    body: ({ gatewayOrderId, gatewayPaymentId, signature }) => ({
      razorpay_order_id: gatewayOrderId,
      razorpay_payment_id: gatewayPaymentId,
      razorpay_signature: signature,
    }),
    stage: "failed",
  },
  "POST /api/payments/:paymentId/retry": {
    access: "guest:reject",
    params: paymentId,
    body: () => ({ method: "upi" }),
    stage: "failed",
    otherBody: () => ({ method: "card" }),
  },
  "GET /api/payments/:paymentId": { access: "guest:reject", params: paymentId },
};

const RECONCILIATION: Record<string, RouteCase> = {
  "POST /api/admin/payments/reconcile": {
    access: "admin:payments:reconcile",
    stage: "cart",
    body: () => ({ dateFrom: "2026-11-01", dateTo: "2026-11-02" }),
    otherBody: () => ({ dateFrom: "2026-11-01", dateTo: "2026-11-03" }),
  },
  "GET /api/admin/payments/reconciliations": { access: "admin:payments:read" },
  "GET /api/admin/payments/reconciliations/:reportId": {
    access: "admin:payments:read",
    params: () => ({ reportId: "0".repeat(24) }),
  },
};

const receipt = ({ amountDue: amount, orderNumber: reference }: Belongings) => ({
  ...{ amount, reference, receivedAt: "2026-11-01" },
});

const ADMIN_PAYMENTS: Record<string, RouteCase> = {
  "GET /api/admin/payments": { access: "admin:payments:read" },
  "GET /api/admin/payments/analytics": { access: "admin:payments:read" },
  "GET /api/admin/payments/export": { access: "admin:payments:export" },
  "GET /api/admin/payments/:paymentId": { access: "admin:payments:read", params: paymentId, stage: "failed" },
  "GET /api/admin/payments/:paymentId/gateway-response": {
    access: "admin:payments:read",
    params: paymentId,
    stage: "failed",
  },
  "POST /api/admin/payments/:paymentId/record-receipt": {
    access: "admin:payments:write",
    params: paymentId,
    body: receipt,
    stage: "ordered",
    otherBody: (own) => ({ ...receipt(own), receivedAt: "2026-11-02" }),
  },
  "POST /api/admin/payments/:paymentId/capture": { access: "admin:payments:write", params: paymentId },
};

const REFUNDS: Record<string, RouteCase> = {
  "GET /api/refunds/reasons": { access: "guest:empty" },
  "POST /api/refunds": {
    access: "guest:reject",
    body: ({ orderNumber, orderItemId }) => ({
      ...{ orderNumber, reason: "damaged" },
      items: [{ orderItemId, quantity: 1 }],
    }),
    stage: "paid",
    otherBody: ({ orderNumber }) => ({ orderNumber, reason: "defective" }),
  },
  "GET /api/refunds": { access: "guest:reject" },
  "GET /api/refunds/:refundId": { access: "guest:reject", params: refundId, stage: "asked" },
  "PUT /api/refunds/:refundId/bank-account": {
    access: "guest:reject",
    params: refundId,
    body: () => BANK_ACCOUNT,
    stage: "asked",
  },
};

/** A decision about a refund that waits for approval. */
const decision = (
  body?: (own: Belongings) => Record<string, unknown>,
  otherBody?: Record<string, unknown>,
): RouteCase => ({
  access: "admin:refunds:approve",
  params: refundId,
  ...(body ? { body } : {}),
  ...(otherBody ? { otherBody: () => otherBody } : {}),
  stage: "asked",
});

const utr = ({ refundId }: Belongings) => ({ utr: `N${refundId.slice(-15)}` });

const ADMIN_REFUNDS: Record<string, RouteCase> = {
  "GET /api/admin/refunds": { access: "admin:refunds:read" },
  "GET /api/admin/refunds/analytics": { access: "admin:refunds:read" },
  "POST /api/admin/refunds": {
    access: "admin:refunds:write",
    body: ({ orderId, orderItemId }) => ({
      ...{ orderId, reason: "damaged", destination: "original" },
      items: [{ orderItemId, quantity: 1 }],
    }),
    stage: "paid",
    otherBody: ({ orderId }) => ({ orderId, reason: "damaged", destination: "original", amount: 1 }),
  },
  "GET /api/admin/refunds/:refundId": {
    access: "admin:refunds:read",
    params: refundId,
    stage: "asked",
  },
  "GET /api/admin/refunds/:refundId/history": {
    access: "admin:refunds:read",
    params: refundId,
    stage: "asked",
  },
  "POST /api/admin/refunds/:refundId/approve": decision(() => ({ notes: "Photo seen" }), {}),
  "POST /api/admin/refunds/:refundId/reject": decision(() => ({ reason: "It was used" })),
  "POST /api/admin/refunds/:refundId/process": decision(),
  "POST /api/admin/refunds/:refundId/process-partial": decision(
    ({ orderItemId }) => ({ items: [{ orderItemId, quantity: 1 }] }),
    { items: [{ orderItemId: "0".repeat(24), quantity: 1 }] },
  ),
  "POST /api/admin/refunds/:refundId/store-credit": decision(),
  "POST /api/admin/refunds/:refundId/bank-transfer": decision(() => BANK_ACCOUNT, {}),
  "POST /api/admin/refunds/:refundId/bank-transfer/confirm": {
    ...decision(utr, { utr: "N000000000000000" }),
    stage: "approved",
  },
  "POST /api/admin/refunds/:refundId/retry": { ...decision(), stage: "refused" },
  "POST /api/admin/refunds/:refundId/notes": {
    access: "admin:refunds:write",
    params: refundId,
    body: () => ({ note: "Called the customer" }),
    stage: "asked",
    otherBody: () => ({ note: "Wrote to the customer" }),
  },
};

/** One pixel, as PNG. */
export const PHOTO = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

const photos = (access: string): RouteCase => ({
  access,
  params: returnId,
  body: ({ orderItemId }) => ({ orderItemId }),
  files: { images: PHOTO },
  stage: "returning",
});

/** A step of a return that an administrator takes, and the stage that it needs. */
const returnStep = (
  permission: string,
  stage: Stage,
  bodies: Pick<RouteCase, "body" | "otherBody"> = {},
): RouteCase => ({ access: `admin:${permission}`, params: returnId, stage, ...bodies });

/** The unit has come back, and can be sold again. */
export const inspectionOf = ({ orderItemId }: Belongings, quantityRestockable = 1) => ({
  items: [{ orderItemId, quantityReceived: 1, quantityPassed: 1, quantityRestockable }],
});

const RETURNS: Record<string, RouteCase> = {
  "GET /api/returns/reasons": { access: "guest:empty" },
  "GET /api/returns/eligibility": { access: "guest:reject", query: "orderNumber=ORD-2026-000001" },
  "POST /api/returns": {
    access: "guest:reject",
    body: ({ orderNumber, orderItemId }) => ({
      ...{ orderNumber, reason: "damaged" },
      items: [{ orderItemId, quantity: 1, reason: "damaged" }],
    }),
    stage: "delivered",
    otherBody: ({ orderNumber, orderItemId }) => ({
      ...{ orderNumber, reason: "defective" },
      items: [{ orderItemId, quantity: 1, reason: "defective" }],
    }),
  },
  "GET /api/returns": { access: "guest:reject" },
  "GET /api/returns/:returnId": { access: "guest:reject", params: returnId, stage: "returning" },
  "POST /api/returns/:returnId/images": photos("guest:reject"),
  "GET /api/admin/returns": { access: "admin:returns:read" },
  "GET /api/admin/returns/analytics": { access: "admin:returns:read" },
  "GET /api/admin/returns/:returnId": returnStep("returns:read", "returning"),
  "POST /api/admin/returns/:returnId/images": photos("admin:returns:inspect"),
  "POST /api/admin/returns/:returnId/approve": returnStep("returns:write", "returning", {
    body: () => ({ notes: "Seen" }),
    otherBody: () => ({}),
  }),
  "POST /api/admin/returns/:returnId/reject": returnStep("returns:write", "returning", {
    body: () => ({ reason: "It was used" }),
    otherBody: () => ({ reason: "It was opened" }),
  }),
  "POST /api/admin/returns/:returnId/schedule-pickup": returnStep("returns:write", "returnApproved", {
    body: () => ({ slot: "10-12" }),
    otherBody: () => ({}),
  }),
  "PUT /api/admin/returns/:returnId/received": returnStep("returns:inspect", "returnApproved"),
  "POST /api/admin/returns/:returnId/inspect": returnStep("returns:inspect", "returnReceived", {
    body: inspectionOf,
    otherBody: (own) => inspectionOf(own, 0),
  }),
  "POST /api/admin/returns/:returnId/refund": returnStep("refunds:approve", "returnInspected", {
    body: () => ({ destination: "original" }),
    otherBody: () => ({}),
  }),
  "POST /api/admin/returns/:returnId/notes": returnStep("returns:write", "returning", {
    body: () => ({ note: "Called" }),
    otherBody: () => ({ note: "Wrote" }),
  }),
};

const FILING: Record<string, RouteCase> = {
  "GET /api/admin/invoices/tax-summary": { access: "admin:invoices:read" },
  "GET /api/admin/invoices/gstr1": { access: "admin:invoices:read", query: "period=112026" },
};

/** The settings that hold more than one value. */
const SETTING_LISTS = { enabledMethods: ["upi"], hsnRates: [{ hsnPrefix: "33", rateBps: 500 }] };

const OPERATIONS: Record<string, RouteCase> = {
  "POST /api/webhooks/razorpay": { access: "signed:razorpay" },
  "POST /api/webhooks/razorpay/refund": { access: "signed:razorpay" },
  "POST /api/webhooks/shipping": { access: "signed:shipping" },
  "GET /api/admin/webhooks": { access: "admin:payments:read" },
  "GET /api/admin/webhooks/:eventId": {
    access: "admin:payments:read",
    params: () => ({ eventId: "0".repeat(24) }),
  },
  "POST /api/admin/webhooks/:eventId/replay": {
    access: "admin:payments:write",
    params: () => ({ eventId: "0".repeat(24) }),
  },
  "GET /api/admin/jobs": { access: "admin:jobs" },
  "POST /api/admin/jobs/:name/run": { access: "admin:jobs", params: () => ({ name: "cart-cleanup" }) },
  "GET /api/admin/outbox": { access: "admin:jobs" },
  "POST /api/admin/outbox/:id/replay": { access: "admin:jobs", params: () => ({ id: "0".repeat(24) }) },
  "GET /api/admin/settings/:group": { access: "admin:settings:write", params: () => ({ group: "company" }) },
  "PUT /api/admin/settings/:group": {
    access: "admin:settings:write",
    params: () => ({ group: "company" }),
    body: () => ({ values: { supportEmail: "help@example.in" } }),
    shape: { values: { ...SETTING_LISTS }, ...SETTING_LISTS },
  },
  "GET /api/admin/audit-logs": { access: "admin:audit" },
  "GET /api/admin/ops/summary": { access: "admin:payments:read" },
  "GET /api/files/:fileId": {
    access: "open",
    params: () => ({ fileId: "0".repeat(24) }),
    ownerless: "opened by the signature of its link, for every holder",
  },
  "GET /api/health": open,
  "GET /api/health/live": open,
  "GET /api/health/ready": open,
  "GET /ops": open,
  "GET /api/docs": open,
  "GET /api/docs/openapi.json": open,
  "GET /metrics": { access: "internal" },
};

export const ROUTE_CASES: Readonly<Record<string, RouteCase>> = {
  ...FILING,
  ...RECONCILIATION,
  ...CART,
  ...ADMIN_CARTS,
  ...CHECKOUT,
  ...CREDITS,
  ...ADMIN_CHECKOUTS,
  ...ORDERS,
  ...ENTERED_ORDERS,
  ...FULFILMENT,
  ...ADMIN_ORDERS,
  ...PAYMENTS,
  ...REFUNDS,
  ...ADMIN_REFUNDS,
  ...RETURNS,
  ...INVOICES,
  ...ADMIN_INVOICES,
  ...ADMIN_PAYMENTS,
  ...OPERATIONS,
};
