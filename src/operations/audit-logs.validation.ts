import Joi from "joi";
import { type ListQuery, listQuery } from "../../utils/request-schemas.js";

/** Compared as a whole; whatever was written down may be asked for. */
const word = Joi.string().max(128);

export interface AuditLogFilters {
  actorId?: string;
  action?: string;
  resourceType?: string;
  resourceId?: string;
}

export const listAuditLogs = {
  query: listQuery<ListQuery<"at"> & AuditLogFilters>(["at"], {
    actorId: word,
    action: word,
    resourceType: word,
    resourceId: word,
  }),
};
