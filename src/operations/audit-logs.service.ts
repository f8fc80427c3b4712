import { trusted } from "mongoose";
import { AuditLog, type AuditLogDoc } from "../../models/index.js";
import { MAX_DEPTH_OF_PAGES } from "../../utils/request-schemas.js";

export interface AuditLogQuery {
  page: number;
  limit: number;
  sortOrder: "asc" | "desc";
  dateFrom?: Date;
  dateTo?: Date;
  actorId?: string;
  action?: string;
  resourceType?: string;
  resourceId?: string;
}

export interface AuditLogPage {
  rows: AuditLogDoc[];
  total: number;
}

/** Who did what, by time; newest first unless asked otherwise. */
export async function listAuditLogs(query: AuditLogQuery): Promise<AuditLogPage> {
  const skip = (query.page - 1) * query.limit;
  const [rows, total] = await Promise.all([
    skip < MAX_DEPTH_OF_PAGES ? findRows(query, skip) : [],
    AuditLog.countDocuments(filterOf(query), { limit: MAX_DEPTH_OF_PAGES }),
  ]);
  return { rows, total };
}

function findRows(query: AuditLogQuery, skip: number): Promise<AuditLogDoc[]> {
  return AuditLog.find(filterOf(query))
    .sort({ at: query.sortOrder === "asc" ? 1 : -1 })
    .skip(skip)
    .limit(query.limit)
    .lean<AuditLogDoc[]>();
}

/** One of the equalities goes by its index, which ends in the time; the others are residual. */
function filterOf({ actorId, action, resourceType, resourceId, dateFrom, dateTo }: AuditLogQuery) {
  // Without a filter, too, the date's index counts the rows instead of reading them.
  const range = { $gte: dateFrom ?? new Date(0), ...(dateTo ? { $lte: dateTo } : {}) };
  return {
    ...(actorId ? { actorId } : {}),
    ...(action ? { action } : {}),
    ...(resourceType ? { resourceType } : {}),
    ...(resourceId ? { resourceId } : {}),
    at: trusted(range),
  };
}
