import type { Model, Types, UpdateQuery } from "mongoose";
import type { StaffNote } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import type { NotFoundError } from "../../utils/errors.js";
import { type AdminPrincipal, actorOf } from "../../utils/principal.js";
import { recordAudit } from "./audit.service.js";
import { inTransaction } from "./transaction.service.js";

export interface NewStaffNote<D> {
  model: Model<D>;
  id: Types.ObjectId;
  /** Of the audit row, whose action is `<resourceType>.note`. */
  resourceType: string;
  notFound: () => NotFoundError;
  note: string;
  by: AdminPrincipal;
}

/**
 * Adds a note of the staff to a document, with its audit row.
 * @returns the document with the note
 * @throws NotFoundError when there is no such document
 */
export function addStaffNote<D extends { adminNotes: StaffNote[] }>(wanted: NewStaffNote<D>): Promise<D> {
  const { model, id, resourceType, notFound, note, by } = wanted;
  const added: StaffNote = { note, by: by.adminId, byName: by.name ?? null, at: now() };
  return inTransaction(async (tx) => {
    const found = await model
      .findByIdAndUpdate(id, { $push: { adminNotes: added } } as UpdateQuery<D>, {
        returnDocument: "after",
        session: tx,
      })
      .lean<D>();
    if (!found) throw notFound();
    const about = { action: `${resourceType}.note`, resourceType, resourceId: id.toHexString() };
    await recordAudit({ actor: actorOf(by), ...about, after: { note } }, tx);
    return found;
  });
}
