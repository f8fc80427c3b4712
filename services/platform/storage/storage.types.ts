import { createHash } from "node:crypto";
import type { Readable } from "node:stream";

/** Keeps bytes by key. What they are (name, type, owner) is in the collection `files`. Every call may be repeated. */
export interface Storage {
  /**
   * Stores the bytes, all or nothing: until it has returned, `read` finds none. The same key with the same bytes is
   * the same file, also when stored by several callers at once.
   * @throws OtherBytesError for the same key with other bytes: files are never changed
   */
  put(file: { key: string; body: Buffer | Readable }): Promise<StoredFile>;
  /** The bytes as a stream, which fails if they end early. Null when there are none. */
  read(key: string): Promise<Readable | null>;
  /** Also removes what an interrupted `put` has left. Succeeds when there is nothing. */
  remove(key: string): Promise<void>;
}

export interface Digest {
  /** Bytes. */
  size: number;
  sha256: string;
}

export interface StoredFile extends Digest {
  key: string;
}

/** A key was used again for something else: a mistake in the caller, because keys are derived from what they name. */
export class OtherBytesError extends Error {
  constructor(key: string) {
    super(`${key} is stored already, with other bytes`);
    this.name = "OtherBytesError";
  }
}

/** @throws OtherBytesError */
export function assertSameBytes(key: string, stored: Digest, given: Digest): StoredFile {
  if (stored.sha256 !== given.sha256) throw new OtherBytesError(key);
  return { key, size: stored.size, sha256: stored.sha256 };
}

export type Bytes = AsyncIterable<Buffer> | Iterable<Buffer>;

/** The bytes as a sequence of buffers; a stream is read as fast as the sequence is. */
export const bytesOf = (body: Buffer | Readable): Bytes => (Buffer.isBuffer(body) ? [body] : body);

/** Counts and hashes what passes through it. */
export function createDigester(): { pass(bytes: Buffer): Buffer; digest(): Digest } {
  const hash = createHash("sha256");
  let size = 0;
  return {
    pass(bytes) {
      hash.update(bytes);
      size += bytes.length;
      return bytes;
    },
    digest: () => ({ size, sha256: hash.copy().digest("hex") }),
  };
}

export async function digestOf(body: Buffer | Readable): Promise<Digest> {
  const digester = createDigester();
  for await (const bytes of bytesOf(body)) digester.pass(bytes);
  return digester.digest();
}
