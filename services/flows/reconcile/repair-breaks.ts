import { logger } from "../../../config/logger.config.js";
import {
  type PaymentDoc,
  ReconciliationItem,
  type ReconciliationItemDoc,
  type Repair,
} from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import type { GatewayPayment, GatewayRefund } from "../../integrations/payment-gateway.js";
import { type CheckedPayment, checkPayment } from "./check-payment.js";
import { type CheckedRefund, checkRefund } from "./check-refund.js";
import { settledBefore } from "./days.js";
import { breaksOf } from "./report-items.js";
import type { Run } from "./report-run.js";

/** What other flows do about a payment or a refund; the job passes them in, because flows do not call each other. */
export interface Repairs {
  /** Applies a report of the gateway as every other report, and places the order or returns the money. */
  settle(report: GatewayPayment): Promise<unknown>;
  /** Applies a report about a refund of ours, or records one that was made elsewhere. */
  settleRefund(report: GatewayRefund): Promise<unknown>;
  /** Places the order of a capture that has none, or returns the money. */
  resolveCapture(payment: Pick<PaymentDoc, "_id" | "accepted" | "checkoutSessionId">): Promise<unknown>;
}

type Outcome = Pick<Repair, "outcome" | "note">;

const repaired = (note: string): Outcome => ({ outcome: "repaired", note });
const needsPerson = (note: string): Outcome => ({ outcome: "needs_person", note });
const NO_ANSWER: Outcome = { outcome: "failed", note: "The gateway did not answer; reconcile again" };

/**
 * Repairs the breaks of a report one by one, those with the most money first. Each is asked about again before and
 * after, so that a repeated repair, or one that a crash interrupted, finds nothing to do; every effect is one of the
 * ordinary, repeatable functions for the gateway's reports.
 */
export async function repairBreaks(run: Run, repairs: Repairs): Promise<void> {
  for await (const item of breaksOf(run.task._id)) {
    if (item.repair) continue;
    const outcome = await tryRepair(item, run, repairs);
    const repair = { ...outcome, at: now() };
    await ReconciliationItem.updateOne({ _id: item._id, repair: null }, { $set: { repair } });
    await run.keepAlive();
  }
}

async function tryRepair(item: ReconciliationItemDoc, run: Run, repairs: Repairs): Promise<Outcome> {
  try {
    const check = () => checkPayment(item.gatewayId, settledBefore(run.task));
    if (item.entity === "payment") return await repairPayment(item, check, repairs);
    if (item.entity === "refund") return await repairRefund(item, repairs);
    return needsPerson("Ask the gateway about this settlement");
  } catch (error) {
    const { gatewayId, kind } = item;
    logger.warn({ err: error, gatewayId, kind }, "> A break could not be repaired");
    return { outcome: "failed", note: "The repair failed; reconcile again" };
  }
}

/** What only a person can decide. */
const ADVICE: Readonly<Record<ReconciliationItemDoc["kind"], string>> = {
  missing_locally: "It belongs to no gateway order of this shop: find out what it was paid for",
  missing_at_gateway: "Ask the gateway about it: our record may belong to another account",
  status_mismatch: "Our record cannot take the gateway's status",
  amount_mismatch: "An amount is never corrected automatically: compare both sides",
  unlinked_capture: "Refund it or retry its failed refund",
  ...{ transfer: "", adjustment: "", other: "" },
};

const advise = (item: ReconciliationItemDoc): Outcome => needsPerson(ADVICE[item.kind]);

async function repairPayment(
  item: ReconciliationItemDoc,
  check: () => Promise<CheckedPayment>,
  repairs: Repairs,
): Promise<Outcome> {
  const before = await check();
  if (!before.isAnswered) return NO_ANSWER;
  if (!before.finding) return agreesNow(item, before.local?.status);
  if (!before.gateway) return advise(item);
  await repairs.settle(before.gateway);
  const settled = await check();
  if (settled.isAnswered && settled.finding?.kind === "unlinked_capture" && settled.local) {
    await repairs.resolveCapture(settled.local);
  }
  return afterwards(item, await check());
}

/** Both sides agree by now. A break with a settlement is repaired only if our record has changed since. */
function agreesNow(item: ReconciliationItemDoc, status: string | undefined): Outcome {
  if (item.settlementId !== null && status === item.localStatus) return advise(item);
  return repaired(`Both sides agree: it is ${status ?? "unknown to both"} here`);
}

function afterwards(item: ReconciliationItemDoc, after: CheckedPayment | CheckedRefund): Outcome {
  if (!after.isAnswered) return NO_ANSWER;
  return after.finding ? advise(item) : agreesNow({ ...item, settlementId: null }, after.local?.status);
}

async function repairRefund(item: ReconciliationItemDoc, repairs: Repairs): Promise<Outcome> {
  const before = await checkRefund(item.gatewayId);
  if (!before.isAnswered) return NO_ANSWER;
  if (!before.finding) return agreesNow(item, before.local?.status);
  if (!before.gateway || before.finding.kind === "amount_mismatch") return advise(item);
  await repairs.settleRefund(before.gateway);
  return afterwards(item, await checkRefund(item.gatewayId));
}
