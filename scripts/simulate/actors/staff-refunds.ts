import { at, textAt } from "../../support/json.js";
import { type Clerk, pickFrom } from "./clerk.js";
import { type Operation, toId } from "./visit.js";

/** What staff do about refunds. */

const BANK_ACCOUNT = { accountHolder: "Meera Nair", accountNumber: "50100123456789", ifsc: "HDFC0000123" };

async function initiate(clerk: Clerk): Promise<void> {
  const { sim, caller, random } = clerk;
  const order = await pickFrom(clerk, "orders?paymentStatus=paid");
  if (!order) return;
  const destination = random.pick(["original", "original", "store_credit", "bank_transfer"]);
  const body = {
    ...{ orderId: textAt(order, "id"), reason: "damaged", destination },
    ...(random.chance(0.6) ? { amount: random.between(1, 150) } : {}),
    ...(destination === "bank_transfer" ? BANK_ACCOUNT : {}),
  };
  const reply = await caller.call("start refund", { method: "POST", path: "/api/admin/refunds", body });
  if (!reply?.isDone) return;
  const id = textAt(reply.data, "id");
  sim.acknowledgements.add({
    what: `refund ${id} is started`,
    collection: "refunds",
    filter: { _id: toId(id) },
    ids: [id],
  });
  sim.acknowledgements.add({
    what: `starting refund ${id} is in the audit log`,
    collection: "auditLogs",
    filter: { requestId: { $in: reply.requestIds } },
    ids: [id],
  });
}

interface Decision {
  verb: string;
  body?: object;
  /** What the refund is no longer. */
  from: string;
}

const decide =
  (list: string, { verb, body, from }: Decision) =>
  async (clerk: Clerk): Promise<void> => {
    const refund = await pickFrom(clerk, `refunds?${list}`);
    if (!refund) return;
    const id = textAt(refund, "id");
    const path = `/api/admin/refunds/${id}/${verb}`;
    const reply = await clerk.caller.call(`refund ${verb}`, {
      method: "POST",
      path,
      ...(body ? { body } : {}),
    });
    if (!reply?.isDone) return;
    clerk.sim.acknowledgements.add({
      what: `refund ${id}: ${verb}`,
      collection: "refunds",
      filter: { _id: toId(id), "history.from": from },
      ids: [id],
    });
  };

const PENDING = "status=pending";

/** The UTR is the bank's: each transfer has its own. */
async function confirmTransfer(clerk: Clerk): Promise<void> {
  const refund = await pickFrom(clerk, "refunds?status=processing&destination=bank_transfer");
  if (!refund || at(refund, "destination") !== "bank_transfer") return;
  const id = textAt(refund, "id");
  const body = { utr: `HDFC${id.slice(-18).toUpperCase()}` };
  const path = `/api/admin/refunds/${id}/bank-transfer/confirm`;
  await clerk.caller.call("confirm transfer", { method: "POST", path, body });
}

export const REFUND_WORK: readonly Operation<Clerk>[] = [
  { name: "start refund", weight: 14, run: initiate },
  {
    name: "approve refund",
    weight: 18,
    run: decide(PENDING, { verb: "approve", body: {}, from: "pending" }),
  },
  { name: "process refund", weight: 6, run: decide(PENDING, { verb: "process", from: "pending" }) },
  {
    name: "reject refund",
    weight: 5,
    run: decide(PENDING, { verb: "reject", body: { reason: "Not damaged" }, from: "pending" }),
  },
  { name: "refund to credit", weight: 6, run: decide(PENDING, { verb: "store-credit", from: "pending" }) },
  {
    name: "refund by transfer",
    weight: 5,
    run: decide(PENDING, { verb: "bank-transfer", body: BANK_ACCOUNT, from: "pending" }),
  },
  { name: "confirm transfer", weight: 6, run: confirmTransfer },
  {
    name: "retry refund",
    weight: 6,
    run: decide("status=failed", { verb: "retry", body: {}, from: "failed" }),
  },
];
