import type { StaffNote } from "../../models/index.js";
import { moment } from "../view-schemas.js";
import { text, textOrNull } from "./parts.view.js";
import { viewOf } from "./view-of.js";

/** A note by a member of staff; customers never see it. */
export const toStaffNoteView = ({ note, by, byName, at }: StaffNote) => ({ note, by, byName, at });

export const StaffNoteView = viewOf<ReturnType<typeof toStaffNoteView>>("StaffNote", {
  note: text,
  by: text.description("The id of the admin"),
  byName: textOrNull,
  at: moment,
});
