import { model, type Types } from "mongoose";
import { appendOnly } from "./parts/append-only.js";
import { date, json, oneOf, optionalText, text } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

export const AUDIT_ACTOR_TYPES = ["admin", "service", "system"] as const;
export type AuditActorType = (typeof AUDIT_ACTOR_TYPES)[number];

/** Who did what, when, with the values before and after. Written in the transaction of the change, never altered. */
export interface AuditLogDoc {
  _id: Types.ObjectId;
  requestId: string | null;
  actorType: AuditActorType;
  actorId: string | null;
  /** `order.cancel`, `settings.update`, … */
  action: string;
  resourceType: string;
  resourceId: string;
  before: unknown;
  after: unknown;
  at: Date;
}

const schema = defineSchema<AuditLogDoc>(
  "auditLogs",
  {
    requestId: optionalText,
    actorType: oneOf(AUDIT_ACTOR_TYPES),
    actorId: optionalText,
    action: text,
    resourceType: text,
    resourceId: text,
    before: json,
    after: json,
    at: date,
  },
  "none",
);
schema.plugin(appendOnly);

schema.index({ at: -1 });
schema.index({ resourceType: 1, at: -1 });
schema.index({ resourceId: 1, at: -1 });
schema.index({ actorId: 1, at: -1 });
schema.index({ action: 1, at: -1 });
schema.index({ requestId: 1, at: -1 });

export const AuditLog = model<AuditLogDoc>("AuditLog", schema);
