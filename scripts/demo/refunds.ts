import type { Answer, Client, Schemas } from "../../clients/typescript/index.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { SEED } from "../sandbox/seed/index.js";
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

type Order = Schemas["OrderView"];
type Refund = Schemas["RefundView"];

async function oneUnitToTheCard(stage: Stage): Promise<void> {
  const { serviceUrl, sandbox } = stage;
  narrate("Bharat paid for four jars by card, less a coupon. One arrived broken:");
  const shop = new Storefront(serviceUrl, sandbox.tokens.bharat);
  const order = await firstOrderOf(shop);
  const jar = order.items.find(({ quantity }) => quantity === 4);
  if (!jar) throw new Error("there are no four jars");
  const items = [{ orderItemId: jar.id, quantity: 1 }];
  const refund = await ask(shop, order, { reason: "damaged", items });
  await approve(stage, refund);
  const done = await waitForRefund(shop, refund);
  const paid = jar.lineTotal - jar.orderDiscountShare;
  const sent = gatewayRefundsOf(sandbox, done.refundNumber);
  check(
    sent.length === 1 && sent[0] === Math.round(done.amount * 100),
    `the gateway returned ${rupees(done.amount)}: a quarter of ${rupees(paid)}, and its tax`,
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
  await decide(stage, (api) =>
    api.post("/api/admin/refunds/{refundId}/store-credit", { params: { path: { refundId: refund.id } } }),
  );
  await waitForRefund(shop, refund);
  const issued = engagement.credit(SEED.users.chitra) - creditBefore;
  check(
    issued === order.paidAmount && razorpay.ledger().refunds.length === refundsBefore,
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
  const params = { path: { refundId: refund.id } };
  const account = { accountHolder: "Dev Singh", accountNumber: "50100123456789", ifsc: "HDFC0000123" };
  await shop.show(
    (api) => api.put("/api/refunds/{refundId}/bank-account", { params, body: account }),
    ({ bankAccount }) => `to the account that ends in ${bankAccount?.last4}`,
  );
  await approve(stage, refund);
  narrateOutside("finance transfers the money in the bank's portal, and gets its reference");
  const body = { utr: "HDFCN52026112812345" };
  await decide(stage, (api) =>
    api.post("/api/admin/refunds/{refundId}/bank-transfer/confirm", { params, body }),
  );
  const done = await waitForRefund(shop, refund);
  check(
    done.amount === order.totals.grandTotal && !JSON.stringify(done).includes("5010"),
    `${rupees(done.amount)} with UTR ${done.utr}; the whole account number is never shown`,
  );
}

/** The oldest. */
async function firstOrderOf(shop: Storefront): Promise<Order> {
  const { data } = await shop.api.get("/api/orders", { params: { query: { sortOrder: "asc" } } });
  const orderNumber = data.items[0]?.orderNumber ?? "";
  return (await shop.api.get("/api/orders/{orderNumber}", { params: { path: { orderNumber } } })).data;
}

const describeRefund = ({
  refundNumber,
  status,
  amount,
}: Pick<Refund, "refundNumber" | "amount"> & { status: string }): string =>
  `${refundNumber} ${status}, ${rupees(amount)}`;

interface Wish {
  reason: "damaged" | "not_satisfied" | "wrong_item";
  items?: { orderItemId: string; quantity: number }[];
}

const ask = (shop: Storefront, { orderNumber }: Order, wish: Wish): Promise<Refund> =>
  shop.show((api) => api.post("/api/refunds", { body: { orderNumber, ...wish } }), describeRefund);

const decide = (
  { serviceUrl, sandbox }: Stage,
  step: (api: Client) => Promise<Answer<Schemas["AdminRefund"]>>,
) => new Storefront(serviceUrl, sandbox.tokens.finance).show(step, describeRefund);

const approve = (stage: Stage, { id }: Refund) =>
  decide(stage, (api) =>
    api.post("/api/admin/refunds/{refundId}/approve", { params: { path: { refundId: id } }, body: {} }),
  );

/** @returns the completed refund, as its customer sees it */
async function waitForRefund(shop: Storefront, refund: Refund): Promise<Refund> {
  let current = refund;
  const params = { path: { refundId: refund.id } };
  await waitFor("the refund is completed", async () => {
    current = (await shop.api.get("/api/refunds/{refundId}", { params })).data;
    return current.status === "completed";
  });
  return current;
}

/** In paise. */
const gatewayRefundsOf = (sandbox: Sandbox, refundNumber: string): number[] =>
  sandbox.control.razorpay
    .ledger()
    .refunds.filter(({ receipt }) => receipt === refundNumber)
    .map(({ amount }) => amount);

async function recordCash({ serviceUrl, sandbox }: Stage, { payment, totals }: Order): Promise<void> {
  const finance = new Storefront(serviceUrl, sandbox.tokens.finance);
  const receivedAt = new Date().toISOString();
  await finance.show(
    (api) =>
      api.post("/api/admin/payments/{paymentId}/record-receipt", {
        params: { path: { paymentId: payment?.id ?? "" } },
        body: { amount: totals.amountDue, reference: "COURIER-000184", receivedAt },
      }),
    ({ capturedAmount }) => `the courier delivered ${rupees(capturedAmount)} in cash`,
  );
}
