import { type Sandbox, startSandbox } from "../../../scripts/sandbox/sandbox.js";
import { paise } from "../../../utils/money.js";
import { type Result, unwrap } from "../../../utils/result.js";
import { testDatabaseUri } from "../../support/test-database-uri.js";

/** Our wrappers against the sandbox: each side understands what the other sends, in every call. */

async function importWrappers() {
  return {
    auth: await import("../../../services/integrations/auth-integration.service.js"),
    catalog: await import("../../../services/integrations/catalog-integration.service.js"),
    engagement: await import("../../../services/integrations/engagement-integration.service.js"),
    gateway: (await import("../../../services/integrations/payment-gateway.service.js")).paymentGateway,
    inventory: await import("../../../services/integrations/inventory-integration.service.js"),
    pricing: await import("../../../services/integrations/pricing-integration.service.js"),
    shipping: await import("../../../services/integrations/shipping-integration.service.js"),
  };
}

let sandbox: Sandbox;
let wrappers: Awaited<ReturnType<typeof importWrappers>>;
let variantId: string;
let productId: string;

beforeAll(async () => {
  const mongoUri = process.env.TEST_MONGODB_SERVER;
  if (!mongoUri) throw new Error("no MongoDB");
  const databaseName = new URL(testDatabaseUri("stock").replace(/^mongodb/, "http")).pathname.slice(1);
  sandbox = await startSandbox({ mongoUri, databaseName });
  Object.assign(process.env, sandbox.env, { NODE_ENV: "test" });
  wrappers = await importWrappers();
  const variant = sandbox.control.catalog
    .products()
    .find(({ status }) => status === "active")
    ?.variants.at(0);
  if (!variant) throw new Error("the sandbox has no products");
  ({ id: variantId, productId } = variant);
});
afterAll(() => sandbox.stop());

const isRefusedWith = (code: string) => expect.objectContaining({ success: false, outcome: "refused", code });
const item = (quantity: number) => ({ variantId, quantity });
const userId = "user-dev";

test("When stock is reserved, extended, moved and sold, then each step is understood", async () => {
  const { inventory } = wrappers;
  const before = unwrap(await inventory.checkStock(variantId, 1)).available;
  expect(unwrap(await inventory.bulkCheckStock([item(1)])).allAvailable).toBe(true);
  const reservation = unwrap(
    await inventory.createReservation({ cartId: "c1", ...item(2), ttlMinutes: 15, idempotencyKey: "line-1" }),
  );
  expect(reservation).toMatchObject(item(2));
  expect(reservation.expiresAt.getTime()).toBeGreaterThan(Date.now());
  expect(unwrap(await inventory.updateReservation(reservation.reservationId, { quantity: 3 })).quantity).toBe(
    3,
  );
  expect(unwrap(await inventory.extendCartReservations("c1", 40)).extended).toEqual([
    reservation.reservationId,
  ]);
  expect(
    unwrap(await inventory.transferReservations("c1", "c2", "c1:transfer:t1")).transferred,
  ).toMatchObject([item(3)]);
  const order = { cartId: "c2", orderId: "o1", items: [item(3)] };
  expect(unwrap(await inventory.convertReservationsToSale(order)).converted).toEqual([item(3)]);
  expect(unwrap(await inventory.convertReservationsToSale(order)).converted).toEqual([item(3)]);
  unwrap(
    await inventory.returnInventory({
      orderId: "o1",
      items: [{ ...item(1), reason: "cancelled" }],
      reference: "x1",
    }),
  );
  expect(unwrap(await inventory.checkStock(variantId, 1)).available).toBe(before - 2);
});

test("When stock is short or an order was voided, then the refusal tells", async () => {
  const { inventory } = wrappers;
  const short = await inventory.createReservation({ cartId: "c3", ...item(99_999), ttlMinutes: 15 });
  expect(short).toEqual(isRefusedWith("INSUFFICIENT_STOCK"));
  expect(short.success || inventory.availableOf(short)).toEqual(expect.any(Number));
  const sale = await inventory.convertReservationsToSale({
    cartId: null,
    orderId: "o2",
    items: [item(99_999)],
  });
  expect(sale).toEqual(isRefusedWith("INSUFFICIENT_STOCK"));
  expect(sale.success || inventory.shortItemsOf(sale)).toMatchObject([{ variantId }]);
  unwrap(await inventory.voidConversion("o3"));
  expect(
    await inventory.convertReservationsToSale({ cartId: null, orderId: "o3", items: [item(1)] }),
  ).toEqual(isRefusedWith("ORDER_VOIDED"));
  expect(await inventory.updateReservation("nothing", { quantity: 1 })).toEqual(
    isRefusedWith("RESERVATION_NOT_FOUND"),
  );
  unwrap(await inventory.createReservation({ cartId: "c4", ...item(1), ttlMinutes: 15 }));
  unwrap(await inventory.releaseCartReservations("c4"));
  unwrap(await inventory.releaseReservation("nothing"));
});

test("When the catalog is read, then products and variants fit", async () => {
  const { catalog } = wrappers;
  const product = unwrap(await catalog.getProduct(productId));
  const variant = unwrap(await catalog.getVariantDetails({ productId, variantId }, { fresh: true }));
  expect(product.variants).toContainEqual(variant);
  expect(unwrap(await catalog.getRelatedProducts(productId, 3))).toHaveLength(3);
  const ids = sandbox.control.catalog.products().map(({ id }) => id);
  expect(unwrap(await catalog.getProducts([...ids, "nothing"])).size).toBe(ids.length);
  expect(await catalog.getProduct("nothing")).toEqual(isRefusedWith("PRODUCT_NOT_FOUND"));
  expect(await catalog.getVariantDetails({ productId, variantId: "nothing" })).toEqual(
    isRefusedWith("PRODUCT_NOT_FOUND"),
  );
});

test("When discounts are asked for, then each answer fits", async () => {
  const { pricing } = wrappers;
  const cartTotal = paise(500_000);
  const items = [{ productId, ...item(2), unitPrice: paise(250_000), lineTotal: cartTotal }];
  const coupon = unwrap(await pricing.validateCoupon({ code: "FLAT100", userId, cartTotal, items }));
  expect(coupon).toMatchObject({ valid: true, type: "fixed", discountAmount: 10_000 });
  const none = unwrap(await pricing.validateCoupon({ code: "NOTHING", cartTotal, items }));
  expect(none).toMatchObject({ valid: false, reason: expect.any(String) });
  const question = { cartTotal, itemCount: 2, productIds: [productId, "other"], userId };
  expect(unwrap(await pricing.getAutomaticDiscounts(question)).discounts).toEqual(expect.any(Array));
  expect(unwrap(await pricing.getTierDiscount({ cartTotal, userId })).discountAmount).toBeGreaterThan(0);
  expect(unwrap(await pricing.getEligibleGifts(question)).gifts).toEqual(expect.any(Array));
  const use = { code: "LASTONE", discountAmount: paise(5_000) };
  unwrap(await pricing.recordCouponUsage({ ...use, orderId: "o1" }));
  expect(await pricing.recordCouponUsage({ ...use, orderId: "o2" })).toEqual(isRefusedWith("USAGE_LIMIT"));
  unwrap(await pricing.reverseCouponUsage({ code: "LASTONE", orderId: "o1" }));
  unwrap(await pricing.recordCouponUsage({ ...use, orderId: "o2" }));
});

const address = {
  name: "Dev Singh",
  phone: "+919880011004",
  line1: "House 88, Sector 17-C",
  city: "Chandigarh",
  state: "Chandigarh",
  pincode: "160017",
  country: "IN",
};

test("When something is shipped and fetched back, then each step is understood", async () => {
  const { shipping } = wrappers;
  expect(unwrap(await shipping.getServiceability("160017"))).toMatchObject({ serviceable: true });
  const question = { destination: address, weightGrams: 500, orderValue: paise(100_000) };
  const { methods } = unwrap(await shipping.calculateShippingMethods(question));
  const items = [{ ...item(1), sku: "S1" }];
  const shipment = {
    idempotencyKey: "shipment-1",
    orderId: "o1",
    orderNumber: "ORD-2026-000001",
    items,
    address,
    methodId: methods[0]?.id ?? "",
    codAmount: paise(0),
  };
  const created = unwrap(await shipping.createShipment(shipment));
  expect(unwrap(await shipping.createShipment(shipment)).shipmentId).toBe(created.shipmentId);
  expect(unwrap(await shipping.getTracking(created.shipmentId))).toMatchObject({ status: "created" });
  const pickup = { returnId: "ret-1", returnNumber: "RET-2026-000001", orderId: "o1", items, address };
  expect(unwrap(await shipping.scheduleReturnPickup(pickup)).pickupId).toEqual(expect.any(String));
});

test("When points, credit and messages move, then the amounts add up", async () => {
  const { engagement } = wrappers;
  unwrap(await engagement.addToWishlist({ userId, productId, variantId, cartItemId: "line1" }));
  const loyalty = unwrap(await engagement.getLoyaltyBalance(userId));
  const redeem = {
    userId,
    orderId: "o1",
    points: 100,
    expectedDiscount: paise(100 * loyalty.pointValue),
  };
  unwrap(await engagement.redeemLoyalty(redeem));
  expect(unwrap(await engagement.reverseLoyalty({ userId, orderId: "o1", reference: "undo" })).points).toBe(
    100,
  );
  unwrap(await engagement.earnLoyalty({ userId, orderId: "o1", orderAmount: paise(100_000) }));
  expect(await engagement.redeemLoyalty({ ...redeem, orderId: "o2", points: 9_999_99 })).toEqual(
    isRefusedWith("INSUFFICIENT_POINTS"),
  );
  const { balance } = unwrap(await engagement.getStoreCreditBalance(userId));
  const credit = { userId, amount: paise(12_345) };
  expect(unwrap(await engagement.deductStoreCredit({ ...credit, reference: "o1" })).balance).toBe(
    balance - 12_345,
  );
  const issued = await engagement.issueStoreCredit({ ...credit, reason: "undo", reference: "o1-undo" });
  expect(unwrap(issued).balance).toBe(balance);
  expect(await engagement.deductStoreCredit({ userId, amount: paise(balance + 1), reference: "o2" })).toEqual(
    isRefusedWith("INSUFFICIENT_CREDIT"),
  );
});

test("When every template is sent, then the engagement service knows it", async () => {
  const { engagement } = wrappers;
  const results: Result<unknown>[] = [];
  for (const template of engagement.NOTIFICATION_TEMPLATES) {
    results.push(
      await engagement.sendNotification({
        channels: ["email"],
        to: { userId, email: undefined },
        template,
        data: { orderNumber: "ORD-2026-000001", customerName: "Dev", link: "http://localhost" },
        dedupeKey: `all:${template}`,
      }),
    );
  }
  expect(results.filter((result) => !result.success)).toEqual([]);
});

test("When people are looked up and an audit row is sent, then the auth service knows them", async () => {
  const { auth } = wrappers;
  expect(unwrap(await auth.getUser(userId))).toMatchObject({ id: userId, status: "active" });
  expect(unwrap(await auth.getAddress(userId, `addr-${userId}-home`))).toEqual(
    expect.objectContaining({ ...address, phone: "+919880011004" }),
  );
  expect(unwrap(await auth.getSeller("seller-veda-botanics")).name).toBe("Veda Botanics");
  expect(unwrap(await auth.getAdminUser("admin-finance")).role).toBe("finance");
  expect(await auth.getUser("nobody")).toMatchObject({ outcome: "refused", statusCode: 404 });
  const row = {
    actorType: "admin",
    actorId: "admin-finance",
    action: "x",
    resourceType: "order",
    resourceId: "o1",
  };
  unwrap(
    await auth.sendAuditLog({ ...row, id: "row-1", at: new Date(), requestId: "req-1", after: { a: 1 } }),
  );
});

test("When a payment is captured and refunded, then the gateway's simulator agrees at each step", async () => {
  const { gateway } = wrappers;
  const amount = paise(100_000);
  const receipt = "65f0000000000000000000aa";
  const order = unwrap(await gateway.createGatewayOrder({ amount, receipt }));
  expect(unwrap(await gateway.createGatewayOrder({ amount, receipt })).id).toBe(order.id);
  expect(unwrap(await gateway.findGatewayOrderByReceipt(receipt))?.id).toBe(order.id);
  const { paymentId } = sandbox.control.razorpay.pay(order.id, { method: "card", outcome: "success" });
  expect(unwrap(await gateway.getGatewayPayment(paymentId))).toMatchObject({
    status: "captured",
    orderId: order.id,
    amount,
    method: "card",
    methodDetails: { last4: expect.stringMatching(/^\d{4}$/) },
  });
  expect(unwrap(await gateway.listPaymentsOfOrder(order.id))).toHaveLength(1);
  expect(unwrap(await gateway.capturePayment({ paymentId, amount })).status).toBe("captured");
  expect(unwrap(await gateway.getGatewayOrder(order.id)).status).toBe("paid");
  const request = {
    paymentId,
    amount,
    receipt: "REF-2026-000001",
    idempotencyKey: "refund-0001-1",
  };
  const refund = unwrap(await gateway.createRefund(request));
  expect(unwrap(await gateway.createRefund(request)).id).toBe(refund.id);
  expect(unwrap(await gateway.findRefundByReceipt(paymentId, request.receipt))?.id).toBe(refund.id);
  expect(unwrap(await gateway.getRefund(refund.id)).amount).toBe(amount);
  expect(
    await gateway.createRefund({ ...request, receipt: "REF-2026-000002", idempotencyKey: "refund-0002-1" }),
  ).toEqual(isRefusedWith("FULLY_REFUNDED"));
  const from = new Date(Date.now() - 3_600_000);
  const listed = unwrap(await gateway.listPayments({ from, to: new Date(Date.now() + 60_000) }));
  expect(listed).toMatchObject({ count: 1, items: [{ id: paymentId, amount, refundStatus: "full" }] });
  expect(unwrap(await gateway.listDowntimes())).toEqual([]);
  sandbox.control.razorpay.settle();
  const rows = unwrap(await gateway.settlementRows({ from, to: new Date(Date.now() + 60_000) }));
  expect(rows.items.map(({ type, entityId }) => [type, entityId])).toEqual([
    ["payment", paymentId],
    ["refund", refund.id],
  ]);
  expect(sandbox.control.razorpay.warnings()).toEqual([]);
});
