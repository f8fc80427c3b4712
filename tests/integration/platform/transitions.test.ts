import { Types, trusted } from "mongoose";
import {
  AuditLog,
  Cart,
  type ChangedBy,
  CheckoutSession,
  Order,
  type OrderDoc,
  OrderStatusHistory,
  OutboxMessage,
  Payment,
  type PaymentDoc,
} from "../../../models/index.js";
import { appendHistory } from "../../../services/platform/history.service.js";
import { inTransaction } from "../../../services/platform/transaction.service.js";
import { applyTransition, firstEntry, tryTransition } from "../../../services/platform/transition.service.js";
import { InvalidStatusTransitionError } from "../../../utils/errors.js";
import {
  cartMachine,
  checkoutMachine,
  orderMachine,
  orderPaymentMachine,
  paymentMachine,
} from "../../../utils/state-machines.js";
import { useTestDatabase } from "../../support/database.js";
import { aCart, aCheckout, anOrder, aPayment } from "../../unit/models/documents.js";

const by: ChangedBy = { type: "admin", id: "admin-1" };

async function aStoredPayment() {
  const history = [firstEntry("pending", { type: "customer", id: "user-1" })];
  const { _id } = await Payment.create({ ...aPayment(), statusHistory: history });
  return _id;
}

const historyOf = async (id: Types.ObjectId) =>
  (await Payment.findById(id).lean())?.statusHistory.map(({ from, to }) => `${from} → ${to}`);

describe("Transitions", () => {
  useTestDatabase();

  describe("of a payment", () => {
    it("When the move is legal, then status, history and what comes with it are one write", async () => {
      const id = await aStoredPayment();
      const result = await applyTransition({
        machine: paymentMachine,
        model: Payment,
        id,
        to: "authorized",
        by,
        note: "by hand",
        set: { gatewayPaymentId: "pay_1" },
      });
      expect(result).toMatchObject({
        changed: true,
        from: "pending",
        document: {
          status: "authorized",
          gatewayPaymentId: "pay_1",
          statusHistory: [
            { from: null, to: "pending", by: { type: "customer", id: "user-1" } },
            { from: "pending", to: "authorized", note: "by hand", by },
          ],
        },
      });
    });

    it("When it is repeated, then nothing happens a second time", async () => {
      const id = await aStoredPayment();
      const move = () => applyTransition({ machine: paymentMachine, model: Payment, id, to: "captured", by });
      await move();
      expect(await move()).toMatchObject({
        changed: false,
        reason: "same",
        document: { status: "captured" },
      });
      expect(await historyOf(id)).toEqual(["null → pending", "pending → captured"]);
    });

    it("When ten make the same move at once, then one of them changes it", async () => {
      const id = await aStoredPayment();
      const results = await Promise.all(
        Array.from({ length: 10 }, () =>
          tryTransition({ machine: paymentMachine, model: Payment, id, to: "captured", by }),
        ),
      );
      expect(results.filter(({ changed }) => changed)).toHaveLength(1);
      expect(await historyOf(id)).toEqual(["null → pending", "pending → captured"]);
    });

    it("When opposite reports arrive at once, then the history is one chain that ends in the status", async () => {
      const id = await aStoredPayment();
      const move = (to: "failed" | "authorized" | "captured") =>
        tryTransition({ machine: paymentMachine, model: Payment, id, to, by });
      await Promise.all([move("failed"), move("authorized"), move("captured")]);
      const payment = await Payment.findById(id).lean();
      const history = payment?.statusHistory ?? [];
      expect(history.at(-1)?.to).toBe(payment?.status);
      expect(history.slice(1).map(({ from }) => from)).toEqual(history.slice(0, -1).map(({ to }) => to));
    });

    it("When the table does not list the move, then it is refused with what would be allowed", async () => {
      const id = await aStoredPayment();
      await applyTransition({ machine: paymentMachine, model: Payment, id, to: "captured", by });
      const error = await applyTransition({
        machine: paymentMachine,
        model: Payment,
        id,
        to: "failed",
        by,
      }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(InvalidStatusTransitionError);
      expect(error).toMatchObject({ details: { from: "captured", to: "failed", allowed: ["refunded"] } });
      expect(await historyOf(id)).toHaveLength(2);
    });

    it("When a late gateway report is no longer allowed, then it is ignored", async () => {
      const id = await aStoredPayment();
      await applyTransition({ machine: paymentMachine, model: Payment, id, to: "captured", by });
      expect(
        await tryTransition({ machine: paymentMachine, model: Payment, id, to: "failed", by }),
      ).toMatchObject({
        changed: false,
        reason: "illegal",
        document: { status: "captured" },
      });
    });

    it.each([
      // What it has meanwhile, where it is to go, and what comes of it.
      ["pending", "captured", { changed: true, from: "pending" }],
      ["authorized", "captured", { changed: true, from: "authorized" }],
      ["authorized", "refunded", { changed: true, from: "authorized" }],
      ["captured", "captured", { changed: false, reason: "same" }],
      ["captured", "authorized", { changed: false, reason: "illegal" }],
    ] as const)(
      "When it was seen as pending and is %s by now, then a move to %s ends as if it had been looked at: %j",
      async (status, to, expected) => {
        const id = await aStoredPayment();
        const seen = await Payment.findById(id).lean<PaymentDoc>();
        if (!seen) throw new Error("nothing was stored");
        await Payment.collection.updateOne({ _id: id }, { $set: { status } });
        const request = { machine: paymentMachine, model: Payment, id, seen, to, by };
        expect(await tryTransition(request)).toMatchObject(expected);
        const after = expected.changed ? to : status;
        expect(await Payment.findById(id).lean()).toMatchObject({ status: after });
      },
    );

    it("When the status it is to come from is not the status it has, then nothing changes", async () => {
      const id = await aStoredPayment();
      await applyTransition({ machine: paymentMachine, model: Payment, id, to: "failed", by });
      const result = await applyTransition({
        machine: paymentMachine,
        model: Payment,
        id,
        from: "pending",
        to: "captured",
        by,
      });
      expect(result).toMatchObject({ changed: false, reason: "guard", document: { status: "failed" } });
    });

    it("When the guard does not hold, then nothing changes", async () => {
      const id = await aStoredPayment();
      const result = await applyTransition({
        machine: paymentMachine,
        model: Payment,
        id,
        to: "captured",
        guard: { supersededAt: trusted({ $ne: null }) },
        by,
      });
      expect(result).toMatchObject({ changed: false, reason: "guard" });
      expect(await historyOf(id)).toEqual(["null → pending"]);
    });

    it("When there is no such document, then that is the reason", async () => {
      const result = await applyTransition({
        machine: paymentMachine,
        model: Payment,
        id: new Types.ObjectId(),
        to: "captured",
        by,
      });
      expect(result).toEqual({ changed: false, reason: "missing", document: null });
    });
  });

  describe("of an order", () => {
    async function aStoredOrder(): Promise<Types.ObjectId> {
      const order = anOrder();
      await inTransaction(async (session) => {
        await Order.create([order], { session });
        await appendHistory(
          [
            { orderId: order._id, statusType: "order", from: null, to: "pending", by: { type: "system" } },
            { orderId: order._id, statusType: "payment", from: null, to: "pending", by: { type: "system" } },
          ],
          session,
        );
      });
      return order._id;
    }
    const rowsOf = async (orderId: Types.ObjectId) =>
      (await OrderStatusHistory.find({ orderId }).sort({ createdAt: 1, _id: 1 }).lean()).map(
        (row) => `${row.statusType}: ${row.fromStatus} → ${row.toStatus}`,
      );

    it("When two of its statuses move in one transaction, then each has its row", async () => {
      const id = await aStoredOrder();
      await inTransaction(async (session) => {
        await applyTransition({ machine: orderMachine, model: Order, id, to: "confirmed", by, tx: session });
        await applyTransition({
          machine: orderPaymentMachine,
          model: Order,
          id,
          to: "paid",
          by,
          tx: session,
        });
      });
      expect(await Order.findById(id).lean<OrderDoc>()).toMatchObject({
        status: "confirmed",
        paymentStatus: "paid",
      });
      expect(await rowsOf(id)).toEqual([
        "order: null → pending",
        "payment: null → pending",
        "order: pending → confirmed",
        "payment: pending → paid",
      ]);
    });

    it("When the transaction fails after the move, then neither status nor row is there", async () => {
      const id = await aStoredOrder();
      const work = inTransaction(async (session) => {
        await applyTransition({ machine: orderMachine, model: Order, id, to: "confirmed", by, tx: session });
        throw new RangeError("no");
      });
      await expect(work).rejects.toThrow(RangeError);
      expect(await Order.findById(id).lean<OrderDoc>()).toMatchObject({ status: "pending" });
      expect(await rowsOf(id)).toHaveLength(2);
    });

    it("When five confirm it at once, then there is one row", async () => {
      const id = await aStoredOrder();
      await Promise.all(
        Array.from({ length: 5 }, () =>
          inTransaction((session) =>
            applyTransition({ machine: orderMachine, model: Order, id, to: "confirmed", by, tx: session }),
          ),
        ),
      );
      expect((await rowsOf(id)).filter((row) => row.endsWith("confirmed"))).toHaveLength(1);
    });

    it("When there is no transaction, then it does not move at all", async () => {
      const id = await aStoredOrder();
      await expect(
        applyTransition({ machine: orderMachine, model: Order, id, to: "confirmed", by }),
      ).rejects.toThrow(TypeError);
      expect(await Order.findById(id).lean<OrderDoc>()).toMatchObject({ status: "pending" });
    });
  });

  it("When a move has messages and an audit row, then all are written in its transaction, and only if it moves", async () => {
    const cart = await Cart.create(aCart());
    const move = () =>
      inTransaction((tx) =>
        applyTransition({
          machine: cartMachine,
          model: Cart,
          id: cart._id,
          to: "abandoned",
          by,
          raiseVersion: true,
          messages: ({ version }) => [{ type: "t", dedupeKey: `t:${version}`, payload: { version } }],
          audit: { action: "cart.abandon", resourceType: "cart" },
          tx,
        }),
      );
    await move();
    await move();
    expect(await AuditLog.find().lean()).toMatchObject([
      {
        ...{ actorType: "admin", actorId: "admin-1", action: "cart.abandon", resourceType: "cart" },
        resourceId: cart._id.toHexString(),
        ...{ before: { status: "active" }, after: { status: "abandoned" } },
      },
    ]);
    const messages = await OutboxMessage.find().sort({ type: 1 }).lean();
    expect(messages.map(({ type, dedupeKey }) => (type === "t" ? dedupeKey : type))).toEqual([
      "audit.recorded",
      `t:${cart.version + 1}`,
    ]);
    const outside = applyTransition({
      ...{ machine: cartMachine, model: Cart, id: cart._id, by },
      ...{ to: "active", messages: [] },
    });
    await expect(outside).rejects.toThrow(TypeError);
  });

  it("When a cart or a checkout moves, then only its status is kept, without a history", async () => {
    const cart = await Cart.create(aCart());
    await applyTransition({
      machine: cartMachine,
      model: Cart,
      id: cart._id,
      to: "abandoned",
      by,
      raiseVersion: true,
    });
    expect(await Cart.findById(cart._id).lean()).toMatchObject({ status: "abandoned", version: 1 });
    const checkout = await CheckoutSession.create(aCheckout());
    await applyTransition({
      machine: checkoutMachine,
      model: CheckoutSession,
      id: checkout._id,
      to: "failed",
      set: { failureReason: "expired", "steps.failedAt": new Date("2026-11-20") },
      by,
    });
    expect(await CheckoutSession.findById(checkout._id).lean()).toMatchObject({
      status: "failed",
      failureReason: "expired",
      steps: { failedAt: new Date("2026-11-20") },
    });
  });
});
