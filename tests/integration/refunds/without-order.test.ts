import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { BANK_ACCOUNT, type Buyer, done, refused, useRefunds } from "./refund-world.js";

/** Refunds of money that became no order: the payment alone says what is left of it. */
const world = useRefunds();
const { shop, post, stored } = world;
const gateway = () => shop().sandbox.control.razorpay;

afterEach(async () => {
  gateway().configure({ refundMode: "instant", webhooks: { drop: "none", hold: false } });
  await shop().settle();
});

interface Paid {
  buyer: Buyer;
  /** At the gateway. */
  paymentId: string;
  /** Paise. */
  amount: number;
}

/** A payment for a cart that has changed, so all of it is to be refunded. Its webhooks are held. */
async function superseded(buyer = shop().guest()): Promise<Paid> {
  const { gateway: window } = await buyer.open();
  done(await buyer.add(SEED.variants.ashwagandha));
  gateway().configure({ webhooks: { hold: true } });
  const { paymentId } = buyer.pay(window.orderId);
  return { buyer, paymentId, amount: (await paymentOf(buyer)).amount };
}

async function paymentOf(buyer: Buyer) {
  const [payment] = await buyer.stored.payments();
  if (!payment) throw new Error("a payment was expected");
  return payment;
}

async function release(): Promise<void> {
  await gateway().release({ order: "fifo" });
  gateway().configure({ webhooks: { hold: false } });
  await shop().settle();
}

/** The event of the capture arrives, and no other. */
async function reportCapture(paymentId: string): Promise<void> {
  const captured = gateway()
    .events()
    .findLast(({ event, body }) => event === "payment.captured" && body.includes(paymentId));
  await gateway().release({ eventIds: [captured?.id ?? ""] });
  await shop().settle();
}

/** The refund that the bank could not make. @returns its id */
async function failedAtBank({ buyer, paymentId }: Paid): Promise<string> {
  gateway().configure({ refundMode: "pending" });
  await release();
  gateway().settleRefund(gateway().refundsOf(paymentId)[0]?.id ?? "", "failed");
  await shop().settle();
  const [refund] = await buyer.stored.refunds();
  expect(refund).toMatchObject({ status: "failed", attention: true });
  gateway().configure({ refundMode: "instant" });
  return String(refund?._id);
}

/** The admin pays it from the shop's account. */
async function transfer(refundId: string, utr: string): Promise<void> {
  done(await post(`/${refundId}/bank-transfer`, BANK_ACCOUNT));
  done(await post(`/${refundId}/bank-transfer/confirm`, { utr }));
  expect(await stored(refundId)).toMatchObject({ status: "completed", destination: "bank_transfer" });
}

test.each([
  ["a bank transfer", "bank-transfer"],
  ["a retry", "retry"],
])(
  "When the end of a dispute has sent a refused refund anew, then the refused one is not returned by %s",
  async (_way, route) => {
    const paid = await superseded();
    const { id } = gateway().openDispute(paid.paymentId);
    await reportCapture(paid.paymentId);
    await release();
    gateway().moveDispute(id, "won");
    await shop().settle();
    const refunds = await paid.buyer.stored.refunds();
    expect(refunds).toMatchObject([{ status: "failed" }, { status: "completed", amount: paid.amount }]);
    const refundId = String(refunds[0]?._id);
    const body = route === "retry" ? {} : BANK_ACCOUNT;
    refused(await post(`/${refundId}/${route}`, body), 400, "REFUND_EXCEEDS_PAID");
    expect(await stored(refundId)).toMatchObject({ status: "failed", destination: "original" });
    expect(await paymentOf(paid.buyer)).toMatchObject({ refundedAmount: paid.amount, refundReserved: 0 });
  },
);

test("When a refund is paid by bank transfer, then its amount is reserved, and counts on the payment", async () => {
  const paid = await superseded();
  const refundId = await failedAtBank(paid);
  done(await post(`/${refundId}/bank-transfer`, BANK_ACCOUNT));
  expect(await paymentOf(paid.buyer)).toMatchObject({ refundedAmount: 0, refundReserved: paid.amount });
  done(await post(`/${refundId}/bank-transfer/confirm`, { utr: "HDFCN52026113000001" }));
  expect(await paymentOf(paid.buyer)).toMatchObject({ refundedAmount: paid.amount, refundReserved: 0 });
});

test("When it was paid by bank transfer and a refund in the dashboard fails, then nothing is owed anew", async () => {
  const paid = await superseded();
  const refundId = await failedAtBank(paid);
  await transfer(refundId, "HDFCN52026113000002");
  gateway().configure({ webhooks: { drop: "all" } });
  const made = gateway().refundInDashboard(paid.paymentId, 100);
  gateway().tamper(made.id, { status: "failed" });
  gateway().configure({ webhooks: { drop: "none" } });
  await gateway().sendEvent("refund.failed", { refund: { entity: { ...made, status: "failed" } } });
  await shop().settle();
  expect(await paid.buyer.stored.refunds()).toMatchObject([
    { status: "completed", destination: "bank_transfer" },
    { status: "failed", systemReason: "gateway", amount: 100 },
  ]);
  expect(gateway().refundsOf(paid.paymentId)).toMatchObject([{ status: "failed" }, { status: "failed" }]);
});

test("When it was paid by bank transfer and the dispute that had blocked it ends, then nothing is owed anew", async () => {
  const paid = await superseded();
  const first = gateway().openDispute(paid.paymentId, { amount: 100 });
  await reportCapture(paid.paymentId);
  const [blocked] = await paid.buyer.stored.refunds();
  expect(blocked).toMatchObject({ status: "failed", failureReason: expect.stringContaining("disputed") });
  await transfer(String(blocked?._id), "HDFCN52026113000003");
  gateway().moveDispute(first.id, "lost");
  await release();
  expect(await paid.buyer.stored.refunds()).toMatchObject([{ status: "completed", amount: paid.amount }]);
  expect(await paymentOf(paid.buyer)).toMatchObject({
    ...{ refundedAmount: paid.amount, refundReserved: 0, attention: true },
  });
});

test.each([
  ["a customer gets store credit", () => shop().customer("chitra"), "store_credit", "completed"],
  ["a guest's waits for a bank account", () => shop().guest(), "bank_transfer", "processing"],
] as const)(
  "When less than a rupee is left of it, which the gateway does not refund, then %s",
  async (_what, buyerOf, destination, status) => {
    const { buyer, paymentId, amount } = await superseded(buyerOf());
    gateway().refundInDashboard(paymentId, amount - 50);
    const { _id } = await paymentOf(buyer);
    const payments = shop().db.collection("payments");
    await payments.updateOne({ _id }, { $set: { "sweep.nextAt": new Date(0) } });
    await shop().runJob("payment-sweep");
    await shop().settle();
    const refunds = await buyer.stored.refunds();
    expect(refunds.find((refund) => refund.amount === 50)).toMatchObject({ destination, status });
    expect(await paymentOf(buyer)).toMatchObject({
      ...{ refundedAmount: status === "completed" ? amount : amount - 50 },
      ...{ refundReserved: status === "completed" ? 0 : 50 },
    });
  },
);
