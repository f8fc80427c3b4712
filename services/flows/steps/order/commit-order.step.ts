import { now } from "../../../../utils/clock.js";
import { isDuplicateKey } from "../../../../utils/duplicate-key.js";
import { OutcomeUnknownError } from "../../../../utils/errors.js";
import { currentRequestId } from "../../../../utils/request-context.js";
import { gather } from "../../../platform/gather.service.js";
import { getSettings } from "../../../platform/settings.service.js";
import { inTransaction, type TransactionOptions } from "../../../platform/transaction.service.js";
import { buildOrder, buildOrderItems } from "./build-order.step.js";
import type { OrderOverview } from "./load-order.step.js";
import type { Claim } from "./placement-claim.step.js";
import { ClaimLost, type Placement, writeOrders } from "./write-orders.step.js";

/**
 * Step 3, the one transaction of an order (D29): order, lines, first history rows, payment linked, cart
 * converted, session completed, one outbox row.
 * @returns null when somebody else has finished or undone this placement meanwhile.
 */
export async function commitOrder(claim: Claim, orderNumber: string): Promise<OrderOverview | null> {
  const order = buildOrder(claim, {
    orderNumber,
    at: now(),
    confirmed: claim.payment?.gateway !== "cod" || (await getSettings("payments")).codAutoConfirm,
  });
  const items = buildOrderItems(claim, order);
  const outcome = await commitGathered({ claim, order, items, requestId: currentRequestId() });
  if (outcome.kind === "lost") return null;
  if (outcome.kind === "failed") throw outcome.error;
  const { payment } = claim;
  const linked = payment && { ...payment, orderId: order._id, orderNumber };
  return { order, items, payment: linked, shipments: [] };
}

/** More would only make each of them wait longer. */
const MOST_TOGETHER = 25;
/** A few commits long: a transaction that hangs holds nobody else. */
const PATIENCE_MS = 50;

/**
 * Orders that are ready at the same time share a transaction: it has the same eight statements for ten of them
 * as for one, and the log is flushed once.
 */
const commitGathered = gather(commitTogether, { most: MOST_TOGETHER, patienceMs: PATIENCE_MS });

type Outcome = { kind: "written" } | { kind: "lost" } | { kind: "failed"; error: unknown };

async function commitTogether(placements: readonly Placement[]): Promise<(Outcome | Promise<Outcome>)[]> {
  if (placements.length > 1) {
    const outcome = await tryCommit(placements, { onConflict: "throw" });
    if (outcome.kind === "written" || isUnknown(outcome)) return placements.map(() => outcome);
  }
  // One that was lost, or met a conflict, must cost the others neither their order nor their time.
  return placements.map((placement) => tryCommit([placement]));
}

/** Then nobody may try again before it is known what is there: that is for whoever repeats the request. */
const isUnknown = (outcome: Outcome): boolean =>
  outcome.kind === "failed" && outcome.error instanceof OutcomeUnknownError;

/** All of them are written or, as far as is known, none. */
async function tryCommit(placements: readonly Placement[], options?: TransactionOptions): Promise<Outcome> {
  try {
    await inTransaction((session) => writeOrders(placements, session), options);
    return { kind: "written" };
  } catch (error) {
    if (error instanceof ClaimLost || isDuplicateKey(error)) return { kind: "lost" };
    return { kind: "failed", error };
  }
}
