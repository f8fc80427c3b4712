import type { Model, Types, UpdateQuery } from "mongoose";
import type { StaffNote } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { type NotFoundError, ValidationError } from "../../utils/errors.js";
import { type AdminPrincipal, actorOf } from "../../utils/principal.js";
import { recordAudit } from "./audit.service.js";
import { inTransaction } from "./transaction.service.js";

export const MAX_NOTES = 200;

export type NotesField = "adminNotes" | "internalNotes";

export interface NewStaffNote<D> {
  model: Model<D>;
  id: Types.ObjectId;
  field: NotesField;
  /** Of the audit row, whose action is `<resourceType>.note`. */
  resourceType: string;
  notFound: () => NotFoundError;
  note: string;
  by: AdminPrincipal;
  /** Of a request with an idempotency key: its repetition adds no second note. */
  requestKey: string | null;
}

/**
 * Adds a note of the staff to a document, with its audit row. It changes nothing that others decide by, so it does not
 * raise the document's version.
 * @returns the document with the note
 * @throws NotFoundError when there is no such document; ValidationError beyond `MAX_NOTES`
 */
export function addStaffNote<D extends Partial<Record<NotesField, StaffNote[]>>>(
  wanted: NewStaffNote<D>,
): Promise<D> {
  const { model, id, field, resourceType, notFound, note, by, requestKey } = wanted;
  const added: StaffNote = { note, by: by.adminId, byName: by.name ?? null, at: now(), requestKey };
  return inTransaction(async (tx) => {
    // Read in this transaction, so that another note written meanwhile conflicts with it.
    const before = await model.findById(id).session(tx).lean<D>();
    if (!before) throw notFound();
    const notes = before[field] ?? [];
    if (requestKey !== null && notes.some((earlier) => earlier.requestKey === requestKey)) return before;
    if (notes.length >= MAX_NOTES)
      throw new ValidationError([
        { in: "body", path: "note", message: `there are at most ${MAX_NOTES} notes` },
      ]);
    const after = await model
      .findByIdAndUpdate(id, { $push: { [field]: added } } as UpdateQuery<D>, {
        ...{ returnDocument: "after", session: tx },
      })
      .orFail()
      .lean<D>();
    const about = { action: `${resourceType}.note`, resourceType, resourceId: id.toHexString() };
    await recordAudit({ actor: actorOf(by), ...about, after: { note } }, tx);
    return after;
  });
}
