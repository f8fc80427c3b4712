import { Types } from "mongoose";
import { Order, Payment } from "../../../models/index.js";
import {
  completeReservation,
  type RefundAmount,
  RefundLimitError,
  recordRefunded,
  releaseReservation,
  requestRefundAmount,
  reserveRefund,
  retractRefunded,
  withdrawRequested,
} from "../../../services/aggregates/refund/reserve-refund.js";
import { inTransaction } from "../../../services/platform/transaction.service.js";
import { paise } from "../../../utils/money.js";
import { useTestDatabase } from "../../support/database.js";
import { anOrder, aPayment } from "../../unit/models/documents.js";

/** The limits of refunds: what is reserved and what is refunded, on the payment and on the order. */

type Move = typeof reserveRefund;

interface Received {
  captured?: number;
  paid?: number;
}

async function received({ captured = 1_000, paid = 1_000 }: Received = {}) {
  const order = await Order.create({ ...anOrder(), paidAmount: paise(paid) });
  const payment = await Payment.create({
    ...aPayment(),
    orderId: order._id,
    status: "captured",
    capturedAmount: paise(captured),
  });
  const of = (amount: number): RefundAmount => ({
    paymentId: payment._id,
    orderId: order._id,
    amount: paise(amount),
    destination: "original",
  });
  return {
    ...{ paymentId: payment._id, orderId: order._id },
    of,
    apply: (move: Move, amount: number) => inTransaction((tx) => move(of(amount), tx)),
    /** `[reserved, refunded]` of each. */
    async counted() {
      const [storedPayment, storedOrder] = await Promise.all([
        Payment.findById(payment._id).lean(),
        Order.findById(order._id).lean(),
      ]);
      return {
        payment: [storedPayment?.refundReserved, storedPayment?.refundedAmount],
        order: [storedOrder?.refundReserved, storedOrder?.refundedAmount],
      };
    },
  };
}

const both = (reserved: number, refunded: number) => ({
  payment: [reserved, refunded],
  order: [reserved, refunded],
});

describe("Refund limits", () => {
  useTestDatabase();

  it("When an amount is reserved, then payment and order count it", async () => {
    const money = await received();
    await money.apply(reserveRefund, 400);
    expect(await money.counted()).toEqual(both(400, 0));
  });

  it("When exactly what is left is reserved, then it is allowed, and one paisa more is not", async () => {
    const money = await received();
    await money.apply(recordRefunded, 300);
    await money.apply(reserveRefund, 700);
    await expect(money.apply(reserveRefund, 1)).rejects.toThrow(RefundLimitError);
    expect(await money.counted()).toEqual(both(700, 300));
  });

  it("When requests fill what is left of an order, then one paisa more is refused until one is withdrawn", async () => {
    const { orderId, apply } = await received();
    await apply(recordRefunded, 300);
    await apply(reserveRefund, 200);
    const request = (amount: number) =>
      inTransaction((tx) => requestRefundAmount(orderId, paise(amount), tx));
    const requested = async () => (await Order.findById(orderId).lean())?.refundRequested;
    await request(400);
    await request(100);
    await expect(request(1)).rejects.toThrow(RefundLimitError);
    expect(await requested()).toBe(500);
    await inTransaction((tx) => withdrawRequested(orderId, paise(100), tx));
    await request(100);
    expect(await requested()).toBe(500);
  });

  it.each([
    ["payment", { captured: 500, paid: 1_000 }],
    ["order", { captured: 1_000, paid: 500 }],
  ])("When only the %s has less left, then nothing is reserved on either", async (limitedBy, amounts) => {
    const money = await received(amounts);
    await expect(money.apply(reserveRefund, 501)).rejects.toMatchObject({ limitedBy });
    expect(await money.counted()).toEqual(both(0, 0));
  });

  it("When ten refunds of a third are reserved in parallel, then three of them succeed", async () => {
    const money = await received({ captured: 999, paid: 999 });
    const attempts = Array.from({ length: 10 }, () => money.apply(reserveRefund, 333));
    const results = await Promise.allSettled(attempts);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason).toBeInstanceOf(RefundLimitError);
    }
    expect(await money.counted()).toEqual(both(999, 0));
  });

  it("When an amount is refunded, then both are touched, so that their days are counted anew", async () => {
    const money = await received();
    const { paymentId, orderId } = money;
    const untouched = { updatedAt: new Date(0) };
    await Payment.collection.updateOne({ _id: paymentId }, { $set: untouched });
    await Order.collection.updateOne({ _id: orderId }, { $set: untouched });
    await money.apply(recordRefunded, 400);
    expect(await Payment.collection.findOne({ _id: paymentId, ...untouched })).toBeNull();
    expect(await Order.collection.findOne({ _id: orderId, ...untouched })).toBeNull();
  });

  it("When a reservation is completed, then the amount is refunded, and a second completion changes nothing", async () => {
    const money = await received();
    await money.apply(reserveRefund, 400);
    await money.apply(completeReservation, 400);
    await expect(money.apply(completeReservation, 400)).rejects.toThrow(RefundLimitError);
    expect(await money.counted()).toEqual(both(0, 400));
  });

  it("When a reservation is released, then it can be reserved again, and a second release changes nothing", async () => {
    const money = await received();
    await money.apply(reserveRefund, 1_000);
    await money.apply(releaseReservation, 1_000);
    await expect(money.apply(releaseReservation, 1_000)).rejects.toThrow(RefundLimitError);
    expect(await money.counted()).toEqual(both(0, 0));
    await money.apply(reserveRefund, 1_000);
    expect(await money.counted()).toEqual(both(1_000, 0));
  });

  it("When a refund is retracted twice, then the refunded amount never falls below zero", async () => {
    const money = await received();
    await money.apply(recordRefunded, 400);
    await money.apply(retractRefunded, 400);
    await expect(money.apply(retractRefunded, 400)).rejects.toThrow(RefundLimitError);
    expect(await money.counted()).toEqual(both(0, 0));
  });

  it("When releases of one reservation run in parallel, then one of them succeeds", async () => {
    const money = await received();
    await money.apply(reserveRefund, 600);
    const releases = await Promise.allSettled(
      Array.from({ length: 5 }, () => money.apply(releaseReservation, 600)),
    );
    expect(releases.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await money.counted()).toEqual(both(0, 0));
  });

  it.each([0, -1])("When the amount is %i, then it is not an amount to refund", async (amount) => {
    const money = await received();
    await expect(money.apply(reserveRefund, amount)).rejects.toThrow(RangeError);
    expect(await money.counted()).toEqual(both(0, 0));
  });

  it("When the payment has no order, then only the payment counts the amount", async () => {
    const money = await received();
    const refund = { ...money.of(250), orderId: null };
    await inTransaction((tx) => reserveRefund(refund, tx));
    expect(await money.counted()).toEqual({ payment: [250, 0], order: [0, 0] });
  });

  it("When money that became no order goes back in another way, then the payment limits it all the same", async () => {
    const money = await received();
    const refund = { ...money.of(600), orderId: null, destination: "bank_transfer" as const };
    await inTransaction((tx) => reserveRefund(refund, tx));
    await expect(inTransaction((tx) => reserveRefund(refund, tx))).rejects.toMatchObject({
      limitedBy: "payment",
    });
    await inTransaction((tx) => completeReservation(refund, tx));
    expect(await money.counted()).toEqual({ payment: [0, 600], order: [0, 0] });
  });

  it("When a refund of an order goes back in another way, then only the order counts the amount", async () => {
    const money = await received();
    const refund = { ...money.of(250), destination: "bank_transfer" as const };
    await inTransaction((tx) => reserveRefund(refund, tx));
    expect(await money.counted()).toEqual({ payment: [0, 0], order: [250, 0] });
  });

  it("When the payment does not exist, then nothing can be reserved", async () => {
    const refund = {
      paymentId: new Types.ObjectId(),
      orderId: null,
      amount: paise(1),
      destination: "original" as const,
    };
    await expect(inTransaction((tx) => reserveRefund(refund, tx))).rejects.toThrow(RefundLimitError);
  });
});
