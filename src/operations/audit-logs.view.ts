import Joi from "joi";
import { AUDIT_ACTOR_TYPES, type AuditLogDoc } from "../../models/index.js";
import { listView, moment } from "../../utils/view-schemas.js";
import { id, text, textOrNull } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";

/** `before` and `after` are shown as stored: without secrets, with amounts in rupees. */
export const toAuditLogView = (row: AuditLogDoc) => ({
  id: row._id.toHexString(),
  at: row.at,
  actorType: row.actorType,
  actorId: row.actorId,
  action: row.action,
  resourceType: row.resourceType,
  resourceId: row.resourceId,
  before: row.before ?? null,
  after: row.after ?? null,
  requestId: row.requestId,
});

const AuditLogView = viewOf<ReturnType<typeof toAuditLogView>>("AuditLog", {
  id,
  at: moment,
  actorType: Joi.string().valid(...AUDIT_ACTOR_TYPES),
  actorId: textOrNull,
  action: text,
  resourceType: text,
  resourceId: text,
  before: Joi.any(),
  after: Joi.any(),
  requestId: textOrNull,
});

export const AuditLogListView = listView(AuditLogView);
