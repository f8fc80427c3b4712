import { model, type Types } from "mongoose";
import { count, optionalDate, optionalReference, optionalText, ownerId, text } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

/** Describes a stored file. The storage driver holds its bytes. */
export interface FileDoc {
  _id: Types.ObjectId;
  /** What it is: `invoice`, `return_image`, `bulk_download`. */
  purpose: string;
  /** The document it belongs to. */
  resourceId: Types.ObjectId | null;
  userId?: string;
  sessionId?: string;
  name: string;
  contentType: string;
  /** Bytes. */
  size: number;
  sha256: string | null;
  driver: string;
  /** The key under which the driver stores it. */
  storageKey: string;
  /** The same document and template version give the same file. */
  dedupeKey: string | null;
  expiresAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

const schema = defineSchema<FileDoc>("files", {
  purpose: text,
  resourceId: optionalReference,
  userId: ownerId,
  sessionId: ownerId,
  name: text,
  contentType: text,
  size: count,
  sha256: optionalText,
  driver: text,
  storageKey: text,
  dedupeKey: optionalText,
  expiresAt: optionalDate,
});

schema.index({ resourceId: 1, createdAt: -1 });
schema.index({ dedupeKey: 1 }, { unique: true, partialFilterExpression: { dedupeKey: { $gt: "" } } });
schema.index({ expiresAt: 1 });

export const File = model<FileDoc>("File", schema);
