import { listAt, numberAt, textAt } from "../support/json.js";
import { deliver, type Step, step } from "./steps.js";
import type { Visit } from "./visit.js";

/** What customer, staff and gateway do about a refund. Every step can be repeated, as a client without an answer does. */
/** The order that the visit has placed. */
export async function orderOf(visit: Visit): Promise<unknown> {
  const list = await visit.call({ method: "GET", path: "/api/orders" });
  const orderNumber = textAt(listAt(list, "items")[0], "orderNumber");
  return visit.call({ method: "GET", path: `/api/orders/${orderNumber}` });
}

/** A repetition finds the refund that the first request left. */
export const requestRefund = step("request-refund", async (visit) => {
  const body = { orderNumber: textAt(await orderOf(visit), "orderNumber"), reason: "damaged" };
  await visit.call({ method: "POST", path: "/api/refunds", body });
  const refunds = await visit.call({ method: "GET", path: "/api/refunds" });
  visit.refundId = textAt(listAt(refunds, "items")[0], "id");
});

/** The shop is told about the request while it waits. */
export const announceRequest = deliver("announce-request");

/** Once it is decided, a repetition is refused. */
const decide = (name: string, verb: string, body: object = {}): Step =>
  step(name, async (visit) => {
    const path = `/api/admin/refunds/${visit.refundId}/${verb}`;
    await visit.staff({ method: "POST", path, body, refusedWith: ["INVALID_STATUS_TRANSITION"] });
  });
export const approveRefund = decide("approve-refund", "approve");
export const rejectRefund = decide("reject-refund", "reject", { reason: "Not damaged" });
export const refundToCredit = decide("refund-to-credit", "store-credit");
export const retryRefund = decide("retry-refund", "retry");
export const confirmTransfer = decide("confirm-transfer", "bank-transfer/confirm", {
  utr: "HDFCN52026112812345",
});

export const performRefund = deliver("perform-refund");
export const performAgain = deliver("perform-again");
/** One refund for each source of the order's money. */
export const performParts = deliver("perform-parts");
/** The gateway refuses it. */
export const performRefused = deliver("perform-refused");
/** A person has to transfer the money. */
export const performTransfer = deliver("perform-transfer");
export const performCredit = deliver("perform-credit");
export const afterRefund = deliver("after-refund");
export const creditNote = step("credit-note", (visit) => visit.job("invoice-issue"));

export const courierPays = step("courier-pays", async (visit) => {
  const order = await orderOf(visit);
  const body = {
    amount: numberAt(order, "totals.amountDue"),
    ...{ reference: "COURIER-1", receivedAt: "2026-01-01" },
  };
  const path = `/api/admin/payments/${textAt(order, "payment.id")}/record-receipt`;
  await visit.staff({ method: "POST", path, body });
});
export const giveAccount = step("give-account", async (visit) => {
  const body = { accountHolder: "Asha Rao", accountNumber: "50100123456789", ifsc: "HDFC0000123" };
  await visit.call({ method: "PUT", path: `/api/refunds/${visit.refundId}/bank-account`, body });
});

/** The gateway refuses refunds for lack of money, until the shop adds some. */
export const balanceIsEmpty = step("balance-is-empty", async ({ world }) => {
  world.sandbox.control.razorpay.configure({ balance: 0 });
});
export const balanceIsBack = step("balance-is-back", async ({ world }) => {
  world.sandbox.control.razorpay.configure({ balance: null });
});
