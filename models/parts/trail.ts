import { CHANGED_BY_TYPES, type ChangedByType } from "../../utils/constants.js";
import { date, oneOf, optionalText, requiredPart, text } from "./fields.js";
import { definePart } from "./schema.js";

/** Who changed something. `id` is absent for the system. */
export interface ChangedBy {
  type: ChangedByType;
  id?: string;
}

export const changedByPart = definePart<ChangedBy>({
  type: oneOf(CHANGED_BY_TYPES),
  id: { type: String },
});

/** One move of a lifecycle, embedded in the document that moved. */
export interface StatusEntry {
  from: string | null;
  to: string;
  at: Date;
  note: string | null;
  by: ChangedBy;
}

export const statusEntryPart = definePart<StatusEntry>({
  from: optionalText,
  to: text,
  at: date,
  note: optionalText,
  by: requiredPart(changedByPart),
});

/** A note by a member of staff. */
export interface StaffNote {
  note: string;
  by: string;
  byName: string | null;
  at: Date;
  /** Of the request that added it, if that had an idempotency key. */
  requestKey: string | null;
}

export const staffNotePart = definePart<StaffNote>({
  ...{ note: text, by: text, byName: optionalText, at: date, requestKey: optionalText },
});

/** Queues the writers of a document. The write itself compares the token. */
export interface LeaseHold {
  token: string;
  until: Date;
}

export const leaseHoldPart = definePart<LeaseHold>({ token: text, until: date });
