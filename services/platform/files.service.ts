import { Readable } from "node:stream";
import { type ClientSession, Types, trusted } from "mongoose";
import { config } from "../../config/env.config.js";
import { File, type FileDoc } from "../../models/index.js";
import { DAY_MS, databaseTime, isPast, now } from "../../utils/clock.js";
import { NotFoundError } from "../../utils/errors.js";
import { isDuplicateKey } from "../../utils/helpers.js";
import { createLinkToken, isLinkTokenValid } from "./links.service.js";
import { currentDriver, type Storage, type StoredFile, storageOf } from "./storage.service.js";

export interface NewFile {
  /** What it is: `invoice`, `return_image`, `bulk_download`. */
  purpose: string;
  /** The document it belongs to. */
  resourceId: Types.ObjectId | null;
  name: string;
  contentType: string;
  body: Buffer | Readable;
  /** A file with this key is stored once: a second call returns the first file. */
  dedupeKey: string;
  /** When the retention job deletes the file; null: never. */
  expiresAt: Date | null;
}

/** A file that is not stored by then was interrupted, and is deleted like one that has expired. */
const STORED_WITHIN_MS = DAY_MS;

const isAlive = () => ({
  $or: [{ expiresAt: null }, { $expr: trusted({ $gt: ["$expiresAt", databaseTime()] }) }],
});

/**
 * Stores the bytes and then makes the file known under its `dedupeKey`. Safe to repeat after a crash at any line: each
 * attempt has a row and a storage key of its own, and a row that never got its `dedupeKey` expires after a day.
 * Also safe when two callers store the same file at once: both get the first one.
 * @throws UpstreamUnavailableError, UpstreamTimeoutError, UpstreamBadResponseError when the storage is in trouble
 * @throws whatever a stream in `body` fails with; nothing is stored then
 */
export async function saveFile(file: NewFile): Promise<FileDoc> {
  const { body } = file;
  try {
    const known = await findFile(file.dedupeKey);
    if (known) return known;
    await deleteExpiredFileOf(file.dedupeKey);
    const row = await addRow(file);
    const stored = await storageFor(row).put({ key: row.storageKey, body });
    return await makeKnown(row, file, stored);
  } finally {
    // A stream that was not read to its end may hold a cursor or a connection.
    if (body instanceof Readable) body.destroy();
  }
}

async function addRow({
  body: _body,
  dedupeKey: _key,
  expiresAt: _expiresAt,
  ...about
}: NewFile): Promise<FileDoc> {
  const _id = new Types.ObjectId();
  const file = await File.create({
    ...{ ...about, _id, size: 0, sha256: null, dedupeKey: null },
    ...{ driver: currentDriver, storageKey: `${about.purpose}/${_id.toHexString()}` },
    expiresAt: new Date(now().getTime() + STORED_WITHIN_MS),
  });
  return file.toObject<FileDoc>();
}

async function makeKnown(row: FileDoc, file: NewFile, { size, sha256 }: StoredFile): Promise<FileDoc> {
  const { dedupeKey, expiresAt } = file;
  try {
    const known = await File.findOneAndUpdate(
      { _id: row._id },
      { $set: { size, sha256, dedupeKey, expiresAt } },
      { returnDocument: "after" },
    ).lean<FileDoc>();
    if (known) return known;
    throw new Error(`the file ${dedupeKey} took longer than a day to store`);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const first = await findFile(dedupeKey);
    if (!first) throw error;
    await deleteFile(row);
    return first;
  }
}

/** A stored file that has not expired. */
export const findFile = (dedupeKey: string): Promise<FileDoc | null> =>
  File.findOne({ dedupeKey, ...isAlive() })
    .lean<FileDoc>()
    .exec();

/**
 * The bytes of a stored file.
 * @throws NotFoundError FILE_NOT_FOUND when the storage has lost it
 * @throws UpstreamUnavailableError, UpstreamTimeoutError, UpstreamBadResponseError when the storage is in trouble
 */
export async function openFile(file: FileDoc): Promise<Readable> {
  const stream = await storageFor(file).read(file.storageKey);
  if (!stream) throw fileNotFound();
  return stream;
}

export const fileNotFound = () =>
  new NotFoundError("FILE_NOT_FOUND", "This link is not valid, or has expired");

const storageFor = ({ driver }: FileDoc): Storage =>
  storageOf(driver === "cloudinary" ? "cloudinary" : "gridfs");

const subjectOf = (fileId: string): string => `file:${fileId}`;

/** `GET /api/files/:fileId?expires=&signature=`, absolute, valid for some seconds. */
export function fileLink(file: Pick<FileDoc, "_id">, validSeconds: number): string {
  const id = file._id.toHexString();
  const [expires = "", signature = ""] = createLinkToken(subjectOf(id), validSeconds).split(".");
  return `${config.publicUrl}/api/files/${id}?${new URLSearchParams({ expires, signature })}`;
}

/** The parts of a link as they were received. */
export interface GivenLink {
  fileId: string;
  expires: string;
  signature: string;
}

/**
 * The file that a link opens.
 * @throws NotFoundError FILE_NOT_FOUND when the link was not made by `fileLink`, or it or its file has expired
 */
export async function getLinkedFile({ fileId, expires, signature }: GivenLink): Promise<FileDoc> {
  if (!isLinkTokenValid(subjectOf(fileId), `${expires}.${signature}`)) throw fileNotFound();
  const stored = { _id: new Types.ObjectId(fileId), sha256: trusted({ $ne: null }) };
  const file = await File.findOne({ ...stored, ...isAlive() }).lean<FileDoc>();
  if (!file) throw fileNotFound();
  return file;
}

/**
 * Keeps files that would expire, in the transaction that writes their ids into the document they belong to: until it
 * commits, they expire, so a file that no document names cannot stay.
 * @returns false when one of them has expired already
 */
export async function keepFiles(ids: readonly Types.ObjectId[], tx: ClientSession): Promise<boolean> {
  const { matchedCount } = await File.updateMany(
    { _id: trusted({ $in: ids }), dedupeKey: trusted({ $ne: null }), ...isAlive() },
    { $set: { expiresAt: null } },
  ).session(tx);
  return matchedCount === ids.length;
}

const hasExpired = () => ({ expiresAt: trusted({ $ne: null }), $expr: trusted(isPast("expiresAt")) });

/** Files that have expired or were never completed, oldest first. */
export const findExpiredFiles = (limit: number): Promise<FileDoc[]> =>
  File.find(hasExpired()).sort({ expiresAt: 1 }).limit(limit).lean<FileDoc[]>().exec();

/** Deletes a file that has expired, unless it is kept after all. Its key is free from here on. */
export async function deleteExpiredFile({ _id }: FileDoc): Promise<void> {
  // Competes with `keepFiles` for the row: whichever writes second sees that it is too late.
  const expired = await File.findOneAndUpdate(
    { _id, ...hasExpired() },
    { $set: { dedupeKey: null, sha256: null } },
  ).lean<FileDoc>();
  if (expired) await deleteFile(expired);
}

/** The bytes first: after a crash, the row still names them. */
async function deleteFile(file: FileDoc): Promise<void> {
  await storageFor(file).remove(file.storageKey);
  await File.deleteOne({ _id: file._id });
}

/** So that a new file can have its key. */
async function deleteExpiredFileOf(dedupeKey: string): Promise<void> {
  const expired = await File.findOne({ dedupeKey, ...hasExpired() }).lean<FileDoc>();
  if (expired) await deleteExpiredFile(expired);
}
