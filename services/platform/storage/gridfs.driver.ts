import { Readable } from "node:stream";
import mongoose, { mongo, Types } from "mongoose";
import { STORAGE_CHUNKS, STORAGE_FILES } from "../../../models/index.js";
import { tidyUp } from "../../../utils/async.js";
import { now } from "../../../utils/clock.js";
import { isDuplicateKey } from "../../../utils/helpers.js";
import {
  assertSameBytes,
  type Bytes,
  bytesOf,
  createDigester,
  type Digest,
  digestOf,
  type Storage,
} from "./storage.types.js";

/** GridFS's usual size. */
const CHUNK_BYTES = 255 * 1024;
/** How many a reader holds. */
const CHUNKS_AT_ONCE = 4;

/** A row of `storage.files` as the GridFS specification lays it out. */
interface StoredRow {
  _id: Types.ObjectId;
  /** The key. Null while the bytes are written, so that `read` does not find them, and while they are removed. */
  filename: string | null;
  length: number;
  chunkSize: number;
  uploadDate: Date;
  metadata: { key: string; sha256: string };
}

interface Chunk {
  files_id: Types.ObjectId;
  n: number;
  data: mongo.Binary;
}

function database(): mongo.Db {
  const { db } = mongoose.connection;
  if (!db) throw new Error("the database is not connected");
  return db;
}

const rows = () => database().collection<StoredRow>(STORAGE_FILES);
const chunks = () => database().collection<Chunk>(STORAGE_CHUNKS);

/** Regroups the bytes into chunks; holds one of them at a time. */
async function* chunksOf(bytes: Bytes): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const part of bytes) {
    rest = Buffer.concat([rest, part]);
    for (; rest.length >= CHUNK_BYTES; rest = rest.subarray(CHUNK_BYTES)) yield rest.subarray(0, CHUNK_BYTES);
  }
  if (rest.length > 0) yield rest;
}

/**
 * Writes the row first. The upload stream of the driver's GridFSBucket writes it last, and a crash would leave chunks
 * that nothing names; it also checks indexes at its first use, which exist already.
 */
async function begin(key: string): Promise<Types.ObjectId> {
  const _id = new Types.ObjectId();
  const row = { _id, filename: null, length: 0, chunkSize: CHUNK_BYTES, uploadDate: now() };
  await rows().insertOne({ ...row, metadata: { key, sha256: "" } });
  return _id;
}

async function writeChunks(id: Types.ObjectId, body: Buffer | Readable): Promise<Digest> {
  const digester = createDigester();
  let n = 0;
  for await (const bytes of chunksOf(bytesOf(body))) {
    await chunks().insertOne({ files_id: id, n, data: new mongo.Binary(digester.pass(bytes)) });
    n += 1;
  }
  return digester.digest();
}

/** Makes the upload visible under its key. @returns false when another upload of this key was first */
async function publish(id: Types.ObjectId, key: string, { size, sha256 }: Digest): Promise<boolean> {
  const visible = { filename: key, length: size, uploadDate: now(), metadata: { key, sha256 } };
  try {
    const { matchedCount } = await rows().updateOne({ _id: id }, { $set: visible });
    if (matchedCount === 1) return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    // It may be visible now: a repeated `put` finds it, and `remove` removes it either way.
    throw error;
  }
  await chunks().deleteMany({ files_id: id });
  throw new Error(`${key} was removed while it was stored`);
}

/** The row goes last: after a crash at any line, it still names what is left. */
async function discard(id: Types.ObjectId): Promise<void> {
  await rows().updateOne({ _id: id }, { $set: { filename: null } });
  await chunks().deleteMany({ files_id: id });
  await rows().deleteOne({ _id: id });
}

/** The download stream of the driver's GridFSBucket would hold 16 MB, as much as the server sends at once. */
async function* bytesIn({ _id, filename, length }: StoredRow): AsyncGenerator<Buffer> {
  const parts = chunks().find({ files_id: _id }).sort({ n: 1 }).batchSize(CHUNKS_AT_ONCE);
  let read = 0;
  for await (const { n, data } of parts) {
    if (n * CHUNK_BYTES !== read) break;
    const bytes = data.value();
    read += bytes.length;
    yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }
  if (read !== length) throw new Error(`${filename} is damaged: chunks are missing`);
}

const toDigest = ({ length, metadata }: StoredRow): Digest => ({ size: length, sha256: metadata.sha256 });

/** Files in the database, in the layout of GridFS: no other system to run, to back up or to fail. */
export const gridfs: Storage = {
  async put({ key, body }) {
    const stored = await rows().findOne({ filename: key });
    if (stored) return assertSameBytes(key, toDigest(stored), await digestOf(body));
    const id = await begin(key);
    let written: Digest;
    try {
      written = await writeChunks(id, body);
    } catch (error) {
      await tidyUp(discard(id));
      throw error;
    }
    if (await publish(id, key, written)) return { key, ...written };
    await tidyUp(discard(id));
    const first = await rows().findOne({ filename: key });
    if (!first) throw new Error(`${key} was removed while it was stored`);
    return assertSameBytes(key, toDigest(first), written);
  },

  async read(key) {
    const row = await rows().findOne({ filename: key });
    if (!row) return null;
    return Readable.from(bytesIn(row), { objectMode: false });
  },

  async remove(key) {
    const found = await rows()
      .find({ "metadata.key": key }, { projection: { _id: 1 } })
      .toArray();
    for (const { _id } of found) await discard(_id);
  },
};
