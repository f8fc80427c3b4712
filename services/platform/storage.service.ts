import type { Readable } from "node:stream";

/** Where files are kept. `STORAGE_DRIVER` chooses the driver; callers know neither. */
export interface Storage {
  /** The same key with other bytes is an error: files are never changed. */
  put(file: { key: string; contentType: string; body: Buffer | Readable }): Promise<StoredFile>;
  /** Null when there is none. */
  read(key: string): Promise<{ contentType: string; size: number; stream: Readable } | null>;
  /** Succeeds also when there is none. */
  remove(key: string): Promise<void>;
}

export interface StoredFile {
  key: string;
  /** Bytes. */
  size: number;
  sha256: string;
}
