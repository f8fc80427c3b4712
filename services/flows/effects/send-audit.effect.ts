import type { Types } from "mongoose";
import { AuditLog, type AuditLogDoc } from "../../../models/index.js";
import { unwrap } from "../../../utils/result.js";
import { sendAuditLog } from "../../integrations/auth-integration.service.js";

/** Copies a row of the audit log to the Auth service, which deduplicates by the row's id. */
export async function sendAuditRow(auditLogId: Types.ObjectId): Promise<void> {
  const row = await AuditLog.findById(auditLogId).lean<AuditLogDoc>();
  if (!row) return;
  unwrap(
    await sendAuditLog({
      id: row._id.toHexString(),
      actorType: row.actorType,
      actorId: row.actorId ?? "",
      action: row.action,
      resourceType: row.resourceType,
      resourceId: row.resourceId,
      before: row.before,
      after: row.after,
      at: row.at,
      requestId: row.requestId ?? "",
    }),
  );
}
