import { model, Types } from "mongoose";
import {
  count,
  date,
  listOf,
  oneOf,
  optionalDate,
  optionalReference,
  optionalText,
  text,
} from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

export const BULK_DOWNLOAD_STATES = ["pending", "completed", "failed"] as const;
export type BulkDownloadState = (typeof BULK_DOWNLOAD_STATES)[number];

/** A ZIP archive of many invoices that is made in the background. */
export interface BulkDownloadDoc {
  _id: Types.ObjectId;
  state: BulkDownloadState;
  invoiceIds: Types.ObjectId[];
  /** Invoices in the archive so far. */
  done: number;
  fileId: Types.ObjectId | null;
  attempts: number;
  /** When a worker may take it: after a crash, once the lease of the previous one has expired. */
  dueAt: Date;
  leaseToken: string | null;
  error: string | null;
  createdById: string;
  /** When the job and its archive are deleted. */
  expiresAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

const schema = defineSchema<BulkDownloadDoc>("bulkDownloads", {
  state: oneOf(BULK_DOWNLOAD_STATES, "pending"),
  invoiceIds: listOf(Types.ObjectId),
  done: count,
  fileId: optionalReference,
  attempts: count,
  dueAt: date,
  leaseToken: optionalText,
  error: optionalText,
  createdById: text,
  expiresAt: optionalDate,
});

schema.index({ state: 1, dueAt: 1 });
schema.index({ expiresAt: 1 });

export const BulkDownload = model<BulkDownloadDoc>("BulkDownload", schema);
