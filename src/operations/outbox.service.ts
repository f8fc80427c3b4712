import type { Types } from "mongoose";
import type { OutboxMessageDoc } from "../../models/index.js";
import { recordAudit } from "../../services/platform/audit.service.js";
import { listOutbox, type OutboxQuery, replayOutboxMessage } from "../../services/platform/outbox.service.js";
import { inTransaction } from "../../services/platform/transaction.service.js";
import { OUTBOX_STATE } from "../../utils/constants.js";
import { NotFoundError } from "../../utils/errors.js";
import { type AdminPrincipal, actorOf, type ServicePrincipal } from "../../utils/principal.js";

/** Pending and dead messages, or those of one state. */
export const listMessages = ({
  state,
  ...query
}: Omit<OutboxQuery, "states"> & { state?: UndeliveredState }) =>
  listOutbox({ ...query, states: state ? [state] : UNDELIVERED_STATES });

export const UNDELIVERED_STATES = [OUTBOX_STATE.PENDING, OUTBOX_STATE.DEAD] as const;
export type UndeliveredState = (typeof UNDELIVERED_STATES)[number];

/**
 * Makes a message due again with all its attempts, and records who did it in the audit log.
 * @throws NotFoundError when there is no such message or it was delivered
 */
export function replayMessage(
  id: Types.ObjectId,
  by: AdminPrincipal | ServicePrincipal,
): Promise<OutboxMessageDoc> {
  return inTransaction(async (tx) => {
    const replayed = await replayOutboxMessage(id, tx);
    if (!replayed) throw new NotFoundError("NOT_FOUND", "There is no such undelivered message");
    const { before, after } = replayed;
    await recordAudit(
      {
        actor: actorOf(by),
        action: "outbox.replay",
        resourceType: "outboxMessage",
        resourceId: id.toHexString(),
        before: { state: before.state, attempts: before.attempts, lastError: before.lastError },
        after: { state: after.state, attempts: after.attempts, type: after.type, dedupeKey: after.dedupeKey },
      },
      tx,
    );
    return after;
  });
}
