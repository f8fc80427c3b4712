import { type ClientSession, type Types, trusted } from "mongoose";
import { logger } from "../../../config/logger.config.js";
import { Return, type ReturnDoc } from "../../../models/index.js";
import type { ReturnStatus } from "../../../utils/constants.js";
import type { Actor } from "../../../utils/principal.js";
import { returnMachine } from "../../../utils/state-machines.js";
import { recordAudit } from "../../platform/audit.service.js";
import { returnChanged } from "../../platform/changed-meanwhile.js";
import { enqueueOutbox, type OutboxDraft } from "../../platform/outbox.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { applyTransition } from "../../platform/transition.service.js";
import { getReturn } from "./return-rows.js";

/** The single writer of a return after its beginning. */

/**
 * Runs a change of a return in one transaction.
 * @throws NotFoundError RETURN_NOT_FOUND; whatever `work` throws
 */
export async function changeReturn(
  returnId: Types.ObjectId,
  work: (found: ReturnDoc, tx: ClientSession) => Promise<ReturnDoc>,
): Promise<ReturnDoc> {
  const changed = await inTransaction(async (tx) => work(await getReturn(returnId, tx), tx));
  const { returnNumber, orderNumber, status } = changed;
  logger.info(
    { returnId: returnId.toHexString(), returnNumber, orderNumber, status },
    "> A return has changed",
  );
  return changed;
}

/** Customers only ask; who decides is recorded in the audit log. */
export type DecidedBy = Actor<"admin" | "system">;

export interface ReturnChange {
  by: DecidedBy;
  /** Of the audit row: `return.approve`, … */
  action: string;
  set: Partial<ReturnDoc>;
  /** What the audit row shows beside the statuses. */
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
  note?: string | null;
  messages?: OutboxDraft[];
}

/** One move, with its audit row. @throws ConflictError VERSION_CONFLICT when the return has moved since it was read */
export async function moveReturn(
  found: ReturnDoc,
  { to, by, action, set, before, after, note, messages = [] }: ReturnChange & { to: ReturnStatus },
  tx: ClientSession,
): Promise<ReturnDoc> {
  const moved = await applyTransition({
    machine: returnMachine,
    model: Return,
    id: found._id,
    from: found.status,
    to,
    set,
    ...{ by, messages, tx },
    ...(note ? { note } : {}),
    audit: {
      ...{ action, resourceType: "return" },
      before: { status: found.status, ...before },
      after: { status: to, ...after },
    },
  });
  if (!moved.changed) throw returnChanged(found._id);
  return moved.document;
}

/**
 * A change that leaves the status as it is, with its audit row.
 * @param guard what else must still hold
 * @throws ConflictError VERSION_CONFLICT when it does not, or the return has moved since it was read
 */
export async function updateReturn(
  found: ReturnDoc,
  { by, action, set, before, after, messages = [], guard }: ReturnChange & { guard: Record<string, unknown> },
  tx: ClientSession,
): Promise<ReturnDoc> {
  const { _id, status } = found;
  const updated = await Return.findOneAndUpdate(
    { ...trusted(guard), _id, status },
    { $set: set },
    { returnDocument: "after", session: tx },
  ).lean<ReturnDoc>();
  if (!updated) throw returnChanged(_id);
  await enqueueOutbox(messages, tx);
  const about = { action, resourceType: "return", resourceId: _id.toHexString() };
  await recordAudit({ actor: by, ...about, before: { status, ...before }, after: { status, ...after } }, tx);
  return updated;
}
