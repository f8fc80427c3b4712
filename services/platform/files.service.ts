import type { Readable } from "node:stream";
import type { Types } from "mongoose";
import type { FileDoc } from "../../models/index.js";

export interface NewFile {
  purpose: string;
  resourceId: Types.ObjectId | null;
  name: string;
  contentType: string;
  body: Buffer | Readable;
  /** A file with this key is stored once: a second call returns the first file. */
  dedupeKey: string;
  /** When the retention job deletes the file; null: never. */
  expiresAt: Date | null;
}

/** Stores bytes, then describes them. Safe to repeat after a crash. */
export async function saveFile(_file: NewFile): Promise<FileDoc> {
  throw new Error("stub");
}

export async function findFile(_dedupeKey: string): Promise<FileDoc | null> {
  throw new Error("stub");
}

/** The bytes of a stored file. @throws NotFoundError FILE_NOT_FOUND when the storage has lost it */
export async function openFile(_file: FileDoc): Promise<Readable> {
  throw new Error("stub");
}

/** `GET /api/files/:fileId?expires=&signature=`, absolute, valid for some seconds. */
export function fileLink(_file: FileDoc, _validSeconds: number): string {
  throw new Error("stub");
}
