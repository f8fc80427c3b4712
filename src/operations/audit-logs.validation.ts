import { type ListQuery, listQuery } from "../../utils/request-schemas.js";
import { line } from "../../utils/text-schemas.js";

/** Compared as a whole with what the log holds. */
const word = line(128);

export interface AuditLogFilters {
  actorId?: string;
  action?: string;
  resourceType?: string;
  resourceId?: string;
}

export const listAuditLogsSchema = {
  query: listQuery<ListQuery<"at"> & AuditLogFilters>(["at"], {
    actorId: word,
    action: word,
    resourceType: word,
    resourceId: word,
  }),
};
