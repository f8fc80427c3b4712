import { type ClientSession, Types } from "mongoose";
import { type AuditActorType, AuditLog, type AuditLogDoc } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { currentRequestId } from "../../utils/request-context.js";
import { unwrap } from "../../utils/result.js";
import { sendAuditLog } from "../integrations/auth-integration.service.js";
import { enqueueOutbox } from "./outbox.service.js";
import { inTransaction } from "./transaction.service.js";

/** Copies a row of the audit log to the Auth service, which deduplicates by the row's id. */
export async function sendAuditRow(auditLogId: Types.ObjectId): Promise<void> {
  const row = await AuditLog.findById(auditLogId).lean<AuditLogDoc>();
  if (!row) return;
  unwrap(
    await sendAuditLog({
      id: row._id.toHexString(),
      actorType: row.actorType,
      actorId: row.actorId,
      action: row.action,
      resourceType: row.resourceType,
      resourceId: row.resourceId,
      before: row.before,
      after: row.after,
      at: row.at,
      requestId: row.requestId,
    }),
  );
}

/** The outbox message that carries a row to the Auth service; its payload is `{auditLogId}`. */
export const AUDIT_MESSAGE = "audit.recorded";

export interface AuditEntry {
  actor: { type: AuditActorType; id?: string };
  /** `order.cancel`, `settings.update`, … */
  action: string;
  resourceType: string;
  resourceId: string;
  /** Without secrets and bank details: rows are kept for ever and forwarded. */
  before?: unknown;
  after?: unknown;
}

/**
 * Writes an audit row, with the outbox message that forwards it, in the transaction of the change.
 * @returns the row's id
 */
export async function recordAudit(entry: AuditEntry, tx: ClientSession): Promise<Types.ObjectId> {
  const _id = new Types.ObjectId();
  const row: Omit<AuditLogDoc, "_id"> = {
    requestId: currentRequestId() ?? null,
    actorType: entry.actor.type,
    actorId: entry.actor.id ?? null,
    action: entry.action,
    resourceType: entry.resourceType,
    resourceId: entry.resourceId,
    before: entry.before ?? null,
    after: entry.after ?? null,
    at: now(),
  };
  await AuditLog.create([{ _id, ...row }], { session: tx });
  const auditLogId = _id.toHexString();
  await enqueueOutbox(
    [{ type: AUDIT_MESSAGE, dedupeKey: `audit:${auditLogId}`, payload: { auditLogId } }],
    tx,
  );
  return _id;
}

/** As `recordAudit`, for an action that changes nothing here (an export, a manual job run). */
export const recordAuditAlone = (entry: AuditEntry): Promise<Types.ObjectId> =>
  inTransaction((tx) => recordAudit(entry, tx));
