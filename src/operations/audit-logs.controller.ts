import type { Response } from "express";
import type { AdminInput } from "../../middlewares/described-router.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { toListView } from "../../utils/views/list.view.js";
import * as auditLogsService from "./audit-logs.service.js";
import type * as schemas from "./audit-logs.validation.js";
import { toAuditLogView } from "./audit-logs.view.js";

export async function listAuditLogs(
  { query }: AdminInput<typeof schemas.listAuditLogsSchema>,
  res: Response,
): Promise<void> {
  const { items, total } = await auditLogsService.listAuditLogs(query);
  const list = toListView(items.map(toAuditLogView), { ...query, total });
  sendResponse(res, HTTP_STATUS.OK, "The audit log", list);
}
