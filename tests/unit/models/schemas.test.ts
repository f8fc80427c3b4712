import mongoose, { type Model, Types } from "mongoose";
import {
  allModels,
  Cart,
  CartItem,
  CheckoutSession,
  Counter,
  Order,
  Payment,
  Refund,
  Setting,
} from "../../../models/index.js";
import { aCart, aCheckout, anItem, anOrder, aPayment } from "./documents.js";

/** The paths a document is refused for, in order. */
async function faultsOf<T>(model: Model<T>, fields: Record<string, unknown>): Promise<string[]> {
  try {
    await new model(fields).validate();
    return [];
  } catch (error) {
    if (!(error instanceof mongoose.Error.ValidationError)) throw error;
    return Object.keys(error.errors).sort();
  }
}

const having = (fields: object, changes: Record<string, unknown>) => ({ ...fields, ...changes });

describe("Models", () => {
  it("have collections named after the entities, in plural camelCase", () => {
    expect(allModels.map(({ collection }) => collection.collectionName).sort()).toEqual([
      "auditLogs",
      "bulkDownloads",
      "cartDays",
      "cartItems",
      "carts",
      "checkoutDays",
      "checkoutSessions",
      "counters",
      "failedAttempts",
      "files",
      "idempotencyRecords",
      "invoiceDeliveries",
      "invoiceRequests",
      "invoiceTemplates",
      "invoices",
      "jobRuns",
      "leases",
      "migrations",
      "orderDays",
      "orderItems",
      "orderStatusHistories",
      "orders",
      "outboxMessages",
      "paymentDays",
      "paymentDowntimes",
      "payments",
      "prunedCarts",
      "reconciliationItems",
      "reconciliationReports",
      "refunds",
      "reminders",
      "returns",
      "savedItems",
      "settings",
      "shipments",
      "tallyRuns",
      "webhookEvents",
    ]);
  });

  it("When an unknown field is given, then it is refused, also inside a part", async () => {
    expect(() => new Cart(having(aCart(), { isAdmin: true }))).toThrow(/isAdmin/);
    const lease = { token: "t", until: new Date(), extra: 1 };
    expect(await faultsOf(Cart, having(aCart(), { lease }))).toEqual(["lease"]);
  });

  it.each([
    ["a fraction of a paisa", 499.5],
    ["more than a safe integer", 2 ** 53],
    ["not a number", Number.NaN],
  ])("When an amount is %s, then it is refused", async (_what, grandTotal) => {
    expect(await faultsOf(Cart, having(aCart(), { grandTotal }))).toEqual(["grandTotal"]);
  });

  it("When a guarded amount goes below zero, then it is refused", async () => {
    const guarded = { capturedAmount: -1, refundReserved: -1, refundedAmount: -1 };
    expect(await faultsOf(Payment, having(aPayment(), guarded))).toEqual(Object.keys(guarded));
  });

  it("When totals are rounded down, then the negative round-off is taken", async () => {
    expect(await faultsOf(Cart, having(aCart(), { roundOff: -49 }))).toEqual([]);
  });

  it.each([0, -1, 1.5])("When a line has a quantity of %d, then it is refused", async (quantity) => {
    const line = having(anItem(), { cartId: new Types.ObjectId(), addedAt: new Date(), quantity });
    expect(await faultsOf(CartItem, line)).toEqual(["quantity"]);
  });

  it("When a value is not in its list, then it is refused", async () => {
    expect(await faultsOf(Cart, having(aCart(), { status: "open" }))).toEqual(["status"]);
    expect(await faultsOf(CheckoutSession, having(aCheckout(), { failureReason: "bored" }))).toEqual([
      "failureReason",
    ]);
  });

  it("When an optional value is left out or null, then it is accepted", async () => {
    expect(await faultsOf(CheckoutSession, having(aCheckout(), { paymentMethod: null }))).toEqual([]);
    expect(await faultsOf(Payment, aPayment())).toEqual([]);
  });

  it("When a document is made, then what may be empty is null and the other owner is left out", () => {
    const checkout = new CheckoutSession(aCheckout()).toObject();
    expect(checkout).toMatchObject({
      status: "initiated",
      frozen: null,
      placement: null,
      lease: null,
      version: 0,
    });
    expect(checkout).not.toHaveProperty("sessionId");
    expect(checkout).not.toHaveProperty("__v");
  });

  it("When parts are made, then they have no id of their own", () => {
    const cart = new Cart(
      having(aCart(), { appliedCoupons: [{ code: "X", type: "fixed", value: 10, discountAmount: 1_000 }] }),
    ).toObject();
    expect(cart.appliedCoupons).toEqual([
      { code: "X", type: "fixed", value: 10, discountAmount: 1_000, stackable: false },
    ]);
  });

  it("When the id is a name, then it must be given", async () => {
    expect(await faultsOf(Counter, {})).toEqual(["_id"]);
    expect(await faultsOf(Setting, { _id: "cart", values: {} })).toEqual([]);
  });

  it("When a refund is of nothing, then it is refused", async () => {
    const refund = {
      refundNumber: "REF-2026-000001",
      type: "full",
      reason: "other",
      initiatedByType: "system",
    };
    expect(await faultsOf(Refund, { ...refund, amount: 0 })).toEqual(["amount"]);
    expect(await faultsOf(Refund, { ...refund, amount: 1 })).toEqual([]);
  });

  it("When an order is made, then it can be found by e-mail and by both ends of the phone number", () => {
    const order = new Order(anOrder());
    expect([...order.searchKeys]).toEqual([
      "email:asha@example.com",
      "phone:919876543210",
      "phone-end:012345678919",
    ]);
  });
});
