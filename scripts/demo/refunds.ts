import { randomUUID } from "node:crypto";
import type { Sandbox } from "../sandbox/sandbox.js";
import { SEED } from "../sandbox/seed/index.js";
import { at, listAt, numberAt, textAt } from "../support/json.js";
import { check, heading, narrate, narrateOutside, rupees } from "../support/print.js";
import { type Stage, waitFor } from "./scenes.js";
import { Storefront } from "./storefront.js";

/** Money back in three ways: to the card, as store credit, and to a bank account after cash on delivery. */
export async function moneyGoesBack(stage: Stage): Promise<void> {
  heading("10 · Three customers get money back");
  await oneUnitToTheCard(stage);
  await everythingAsStoreCredit(stage);
  await cashToABankAccount(stage);
}

const ADMIN = "/api/admin/refunds";

async function oneUnitToTheCard(stage: Stage): Promise<void> {
  const { serviceUrl, sandbox } = stage;
  narrate("Bharat paid for four jars by card, less a coupon. One arrived broken:");
  const shop = new Storefront(serviceUrl, sandbox.tokens.bharat);
  const order = await firstOrderOf(shop);
  const jar = listAt(order, "items").find((item) => numberAt(item, "quantity") === 4);
  const items = [{ orderItemId: textAt(jar, "id"), quantity: 1 }];
  const refund = await ask(shop, order, { reason: "damaged", items });
  await decide(stage, refund, { verb: "approve" });
  const done = await waitForRefund(shop, refund);
  const paid = numberAt(jar, "lineTotal") - numberAt(jar, "orderDiscountShare");
  const sent = gatewayRefundsOf(sandbox, textAt(done, "refundNumber"));
  check(
    sent.length === 1 && sent[0] === Math.round(numberAt(done, "amount") * 100),
    `the gateway returned ${rupees(numberAt(done, "amount"))}: a quarter of ${rupees(paid)}, and its tax`,
  );
}

async function everythingAsStoreCredit(stage: Stage): Promise<void> {
  const { serviceUrl, sandbox } = stage;
  const { engagement, razorpay } = sandbox.control;
  const refundsBefore = razorpay.ledger().refunds.length;
  const creditBefore = engagement.credit(SEED.users.chitra);
  narrate("Chitra does not like the hair oil, and takes store credit for the whole order:");
  const shop = new Storefront(serviceUrl, sandbox.tokens.chitra);
  const order = await firstOrderOf(shop);
  const refund = await ask(shop, order, { reason: "not_satisfied" });
  await decide(stage, refund, { verb: "store-credit" });
  await waitForRefund(shop, refund);
  const issued = engagement.credit(SEED.users.chitra) - creditBefore;
  check(
    issued === numberAt(order, "paidAmount") && razorpay.ledger().refunds.length === refundsBefore,
    `${rupees(issued)} of store credit, and nothing was asked of the gateway`,
  );
}

async function cashToABankAccount(stage: Stage): Promise<void> {
  const { serviceUrl, sandbox } = stage;
  narrate("Dev paid cash on delivery. There is no card to refund to:");
  const shop = new Storefront(serviceUrl, sandbox.tokens.dev);
  const order = await firstOrderOf(shop);
  await recordCash(stage, order);
  const refund = await ask(shop, order, { reason: "wrong_item" });
  await shop.call({
    method: "PUT",
    path: `/api/refunds/${textAt(refund, "id")}/bank-account`,
    body: { accountHolder: "Dev Singh", accountNumber: "50100123456789", ifsc: "HDFC0000123" },
    summarize: (data) => `to the account that ends in ${textAt(data, "bankAccount.last4")}`,
  });
  await decide(stage, refund, { verb: "approve" });
  narrateOutside("finance transfers the money in the bank's portal, and gets its reference");
  await decide(stage, refund, { verb: "bank-transfer/confirm", body: { utr: "HDFCN52026112812345" } });
  const done = await waitForRefund(shop, refund);
  check(
    numberAt(done, "amount") === numberAt(order, "totals.grandTotal") &&
      !JSON.stringify(done).includes("5010"),
    `${rupees(numberAt(done, "amount"))} with UTR ${textAt(done, "utr")}; the whole account number is never shown`,
  );
}

/** The oldest. */
async function firstOrderOf(shop: Storefront): Promise<unknown> {
  const { data } = await shop.call({ method: "GET", path: "/api/orders?sortOrder=asc", silent: true });
  const orderNumber = textAt(listAt(data, "items")[0], "orderNumber");
  return (await shop.call({ method: "GET", path: `/api/orders/${orderNumber}`, silent: true })).data;
}

const describeRefund = (data: unknown): string =>
  `${textAt(data, "refundNumber")} ${textAt(data, "status")}, ${rupees(numberAt(data, "amount"))}`;

async function ask(shop: Storefront, order: unknown, wish: { reason: string; items?: object[] }) {
  const { data } = await shop.call({
    method: "POST",
    path: "/api/refunds",
    body: { orderNumber: textAt(order, "orderNumber"), ...wish },
    key: randomUUID(),
    summarize: describeRefund,
  });
  return data;
}

async function decide(
  { serviceUrl, sandbox }: Stage,
  refund: unknown,
  step: { verb: string; body?: object },
) {
  const finance = new Storefront(serviceUrl, sandbox.tokens.finance);
  await finance.call({
    method: "POST",
    path: `${ADMIN}/${textAt(refund, "id")}/${step.verb}`,
    body: step.body ?? {},
    key: randomUUID(),
    summarize: describeRefund,
  });
}

/** @returns the completed refund, as its customer sees it */
async function waitForRefund(shop: Storefront, refund: unknown): Promise<unknown> {
  let current = refund;
  await waitFor("the refund is completed", async () => {
    const path = `/api/refunds/${textAt(refund, "id")}`;
    current = (await shop.call({ method: "GET", path, silent: true })).data;
    return at(current, "status") === "completed";
  });
  return current;
}

/** In paise. */
const gatewayRefundsOf = (sandbox: Sandbox, refundNumber: string): number[] =>
  sandbox.control.razorpay
    .ledger()
    .refunds.filter(({ receipt }) => receipt === refundNumber)
    .map(({ amount }) => amount);

async function recordCash({ serviceUrl, sandbox }: Stage, order: unknown): Promise<void> {
  const finance = new Storefront(serviceUrl, sandbox.tokens.finance);
  await finance.call({
    method: "POST",
    path: `/api/admin/payments/${textAt(order, "payment.id")}/record-receipt`,
    body: {
      amount: numberAt(order, "totals.amountDue"),
      reference: "COURIER-000184",
      receivedAt: new Date().toISOString(),
    },
    summarize: (data) => `the courier delivered ${rupees(numberAt(data, "capturedAmount"))} in cash`,
  });
}
