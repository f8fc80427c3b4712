import { admin as adminWith, describedRouter } from "../../middlewares/described-router.js";
import * as controller from "./audit-logs.controller.js";
import * as schemas from "./audit-logs.validation.js";
import { AuditLogListView } from "./audit-logs.view.js";

const admin = describedRouter({ base: "/api/admin/audit-logs", tag: "Operations" });

/**
 * @route GET /api/admin/audit-logs
 * @description Who did what, when, before and after; newest first
 * @access Admin (audit)
 */
admin.get(
  "/",
  {
    summary: "The audit log",
    description:
      "`actorId` is the admin, `resourceType` and `resourceId` what was changed, `requestId` the `X-Request-Id` of the request. Each filter must equal the stored value.",
    access: adminWith("audit"),
    schemas: schemas.listAuditLogsSchema,
    answers: { 200: AuditLogListView },
  },
  controller.listAuditLogs,
);

export { admin };
