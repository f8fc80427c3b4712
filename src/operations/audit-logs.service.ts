import { trusted } from "mongoose";
import { AuditLog, type AuditLogDoc } from "../../models/index.js";
import { type Page, paginate } from "../../services/platform/paginate.service.js";
import type { ListQuery } from "../../utils/request-schemas.js";

export interface AuditLogQuery extends ListQuery<"at"> {
  actorId?: string;
  action?: string;
  resourceType?: string;
  resourceId?: string;
  requestId?: string;
}

/** Audit rows by time, newest first by default. */
export const listAuditLogs = (query: AuditLogQuery): Promise<Page<AuditLogDoc>> =>
  paginate({ model: AuditLog, filter: () => filterOf(query), sortBy: query.sortBy }, query);

/** One of the equalities uses its index, which ends in the time; the others filter what it finds. */
function filterOf({ dateFrom, dateTo, ...query }: AuditLogQuery) {
  const { actorId, action, resourceType, resourceId, requestId } = query;
  // Always a range, so that an unfiltered list is counted from the index on the time.
  const range = { $gte: dateFrom ?? new Date(0), ...(dateTo ? { $lte: dateTo } : {}) };
  return {
    ...(actorId ? { actorId } : {}),
    ...(action ? { action } : {}),
    ...(resourceType ? { resourceType } : {}),
    ...(resourceId ? { resourceId } : {}),
    ...(requestId ? { requestId } : {}),
    at: trusted(range),
  };
}
