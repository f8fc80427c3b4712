import { randomUUID } from "node:crypto";
import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { GSTINS, PLACES, refused, useShop } from "../checkout/shop-world.js";
import { manualOrder, staffOf, withItem } from "./manual-world.js";

const { variants } = SEED;
/** Taxed at 18 %. */
const LIP_BALM = { productId: "prod-rose-lip-balm", variantId: "var-rose-lip-balm-8g" };
const shop = useShop();
const staff = staffOf(shop);
const control = () => shop().sandbox.control;
const available = async (variantId: string = variants.hairOil) =>
  (await control().inventory.numbers(variantId)).available;

describe("An order that an administrator enters", () => {
  test("When it is paid on delivery, then it is stored like any other, by the administrator, and its stock is sold", async () => {
    const before = await available();
    const order = await staff.entered(
      manualOrder({ internalNote: "Called at noon", customerNotes: "Ring twice" }),
    );
    expect(order).toMatchObject({
      orderNumber: expect.stringMatching(/^ORD-/),
      ...{ status: "confirmed", paymentStatus: "pending", source: "admin", checkoutSessionId: null },
      ...{ paidAmount: 0, customerNotes: "Ring twice" },
      internalNotes: [{ note: "Called at noon", by: expect.any(String) }],
      payment: { gateway: "cod", method: "cod", status: "pending", amount: order.totals.amountDue },
      items: [{ variantId: variants.hairOil, quantity: 1, fulfillmentStatus: "pending" }],
    });
    const orderId = new Types.ObjectId(order.id);
    expect(await available()).toBe(before - 1);
    expect(await control().inventory.ledger({ orderId: order.id, type: "converted" })).toMatchObject([
      { quantity: 1 },
    ]);
    const history = await staff.find("orderStatusHistories", { orderId });
    expect(history).toHaveLength(4);
    expect(new Set(history.map(({ changedByType }) => changedByType))).toEqual(new Set(["admin"]));
    expect(await staff.find("outboxMessages", { type: "manual-order.undo" })).toEqual([]);
    expect(await staff.find("auditLogs", { action: "order.manual", resourceId: order.id })).toMatchObject([
      { after: { orderNumber: order.orderNumber, ownPrices: [] } },
    ]);
    await shop().settle();
    expect(control().engagement.notifications({ template: "order_confirmed" })).toHaveLength(1);
    expect(await staff.find("invoiceRequests", { orderId })).toHaveLength(1);
  });

  test("When the price and a coupon are the administrator's, then the tax follows from what is paid, by state", async () => {
    await shop().set("tax", { pricesIncludeTax: true });
    control().pricing.setCoupon({ code: "TEN", type: "fixed", value: 10, stackable: false });
    const body = (shippingAddress: object) =>
      withItem({ ...LIP_BALM, unitPrice: 129 }, { couponCode: "ten", shippingAddress });
    const at = async (address: object) => (await staff.entered(body(address))).items[0];
    const own = await at(PLACES.bengaluru);
    expect([own.orderDiscountShare, own.taxableValue]).toEqual([10, 100.84]);
    expect(own.taxes).toMatchObject({ cgst: 9.08, sgst: 9.08, igst: 0 });
    const other = await at(PLACES.mumbai);
    expect([other.taxableValue, other.taxes.igst]).toEqual([100.85, 18.15]);
    expect(control().pricing.usages("TEN")).toHaveLength(2);
  });

  test.each([-500, -0.01, 0.001, 100_000_000.01, "12"])(
    "When the unit price is %p, then 400 and nothing is taken",
    async (unitPrice) => {
      refused(await staff.enter(withItem({ unitPrice })), 400, "VALIDATION_ERROR");
      expect(await staff.find("outboxMessages", { type: "manual-order.undo" })).toEqual([]);
    },
  );

  test("When nothing is due, then it is paid without a payment and without the fee of cash on delivery", async () => {
    const order = await staff.entered(withItem({ unitPrice: 0 }, { couponCode: "FREESHIP" }));
    expect(order).toMatchObject({ status: "confirmed", paymentStatus: "paid", payment: null });
    expect(order.totals).toMatchObject({ grandTotal: 0, amountDue: 0 });
    const [audit] = await staff.find("auditLogs", { action: "order.manual", resourceId: order.id });
    expect(audit?.after.ownPrices).toMatchObject([{ variantId: variants.hairOil, unitPrice: 0 }]);
  });

  test("When it is paid already, then its reference is the receipt, and belongs to one payment", async () => {
    const paid = { paymentMethod: "manual", paymentReference: " upi  7781 " };
    const order = await staff.entered(manualOrder(paid));
    expect(order).toMatchObject({ status: "confirmed", paymentStatus: "paid" });
    expect(order.paidAmount).toBe(order.totals.amountDue);
    expect(order.payments).toMatchObject([
      { gateway: "manual", status: "captured", receipt: { reference: "UPI 7781" } },
    ]);
    const before = await available();
    const again = refused(await staff.enter(manualOrder(paid)), 400, "VALIDATION_ERROR");
    expect(again).toMatchObject([{ path: "paymentReference" }]);
    expect(await available()).toBe(before);
    refused(await staff.enter(manualOrder({ paymentMethod: "manual" })), 400, "VALIDATION_ERROR");
    refused(await staff.enter(manualOrder({ paymentReference: "UTR 1" })), 400, "VALIDATION_ERROR");
  });

  test("When it is paid by bank transfer, then it waits without an invoice", async () => {
    const order = await staff.entered(manualOrder({ paymentMethod: "bank_transfer" }));
    expect(order).toMatchObject({ status: "pending", paymentStatus: "pending" });
    expect(order).not.toHaveProperty("confirmedAt");
    expect(order.payments).toMatchObject([{ gateway: "manual", method: "bank_transfer", status: "pending" }]);
    await shop().settle();
    expect(await staff.find("invoiceRequests", { orderId: new Types.ObjectId(order.id) })).toEqual([]);
  });

  test("When a rule of the checkout forbids it, then the refusal has its code", async () => {
    const codes: [object, string][] = [
      [{ shippingAddress: { ...PLACES.bengaluru, state: "Kerala" } }, "VALIDATION_ERROR"],
      [{ billingAddress: { ...PLACES.mumbai, state: "Goa" } }, "VALIDATION_ERROR"],
      [{ userId: "user-nobody" }, "VALIDATION_ERROR"],
      [{ gstin: GSTINS.maharashtra }, "INVALID_GSTIN"],
      [{ shippingMethodId: "by-elephant" }, "SHIPPING_METHOD_UNAVAILABLE"],
      [{ shippingAddress: PLACES.gangtok }, "COD_UNAVAILABLE"],
      [{ couponCode: "EXPIRED5" }, "COUPON_INVALID"],
    ];
    for (const [change, code] of codes) refused(await staff.enter(manualOrder(change)), 400, code);
    refused(await staff.enter(withItem({ variantId: "var-none" })), 404, "PRODUCT_NOT_FOUND");
    expect(await staff.find("orders", { source: "admin", gstin: GSTINS.maharashtra })).toEqual([]);
  });

  test("When it has a GSTIN of another state than the delivery, then the place of supply is the buyer's", async () => {
    const change = { gstin: GSTINS.maharashtra, billingAddress: PLACES.mumbai };
    const { id } = await staff.entered(manualOrder(change));
    expect(await staff.order(id)).toMatchObject({ gstin: GSTINS.maharashtra, placeOfSupply: "27" });
  });
});

describe("What is taken before the order is stored", () => {
  test("When stock is short, then 400 with what there is, and the coupon stays free", async () => {
    const before = await available(variants.lastUnit);
    const body = withItem(
      { productId: "prod-saffron-face-cream", variantId: variants.lastUnit, quantity: 7 },
      { couponCode: "LASTONE", paymentMethod: "bank_transfer" },
    );
    const { items } = refused(await staff.enter(body), 400, "OUT_OF_STOCK");
    expect(items).toMatchObject([{ variantId: variants.lastUnit, available: before }]);
    expect(control().pricing.usages("LASTONE")).toEqual([]);
    await staff.letUndo();
    expect(await available(variants.lastUnit)).toBe(before);
  });

  test("When the coupon's last use is lost, then 400, and the stock is back at once", async () => {
    const before = await available();
    control().faults.add({
      service: "pricing",
      match: "coupons/usage",
      action: "status",
      status: 409,
      code: "USAGE_LIMIT",
      times: 1,
    });
    const refusal = refused(await staff.enter(manualOrder({ couponCode: "LASTONE" })), 400, "COUPON_INVALID");
    expect(refusal).toMatchObject({ reason: "USAGE_LIMIT" });
    expect(await available()).toBe(before);
    await staff.letUndo();
    expect(await available()).toBe(before);
  });

  test("When it is not known whether the coupon was claimed, then the message gives back what was taken", async () => {
    const before = await available();
    control().faults.add({ service: "pricing", match: "POST /api/coupons/usage", action: "reset-after" });
    refused(await staff.enter(manualOrder({ couponCode: "LASTONE" })), 503, "OUTCOME_UNKNOWN");
    await shop().recover();
    expect(await available()).toBe(before - 1);
    expect(control().pricing.usages("LASTONE")).toHaveLength(1);
    await staff.letUndo();
    expect(await available()).toBe(before);
    expect(control().pricing.usages("LASTONE")).toEqual([]);
    expect(await staff.find("orders", { "appliedCoupons.code": "LASTONE" })).toEqual([]);
  });

  test("When the goods were given back before the order was stored, then there is no order", async () => {
    const before = await available();
    const orders = await shop().db.collection("orders").countDocuments();
    control().faults.add({
      service: "pricing",
      match: "POST /api/coupons/usage",
      action: "delay",
      delayMs: 700,
      times: 1,
    });
    const entering = staff.enter(manualOrder({ couponCode: "LASTONE" }));
    const messages = shop().db.collection("outboxMessages");
    for (;;) {
      if ((await available()) < before) break;
      await new Promise(setImmediate);
    }
    await messages.updateMany({ type: "manual-order.undo" }, { $set: { attempts: 1 } });
    refused(await entering, 503, "OVERLOADED");
    await staff.letUndo();
    expect(await available()).toBe(before);
    expect(await shop().db.collection("orders").countDocuments()).toBe(orders);
  });

  test("When the request is repeated, also after its answer was lost, then it is the same order", async () => {
    const headers = { "Idempotency-Key": randomUUID() };
    const first = await staff.enter(manualOrder(), headers);
    const replayed = await staff.enter(manualOrder(), headers);
    expect(replayed.headers["idempotency-replayed"]).toBe("true");
    const before = await available();
    await shop().db.collection("idempotencyRecords").deleteMany({});
    const again = await staff.enter(manualOrder(), headers);
    expect([again.status, again.body.data.orderNumber]).toEqual([201, first.body.data.orderNumber]);
    expect(await available()).toBe(before);
  });
});
