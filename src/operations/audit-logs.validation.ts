import { listQuery } from "../../utils/request-schemas.js";
import { line } from "../../utils/text-schemas.js";
import type { AuditLogQuery } from "./audit-logs.service.js";

/** Must equal the stored value. */
const exact = line(128);

export const listAuditLogsSchema = {
  query: listQuery<AuditLogQuery>(["at"], {
    actorId: exact,
    action: exact,
    resourceType: exact,
    resourceId: exact,
    requestId: exact,
  }),
};
