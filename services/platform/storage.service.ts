import { config } from "../../config/env.config.js";
import { createCloudinary } from "./storage/cloudinary.driver.js";
import { gridfs } from "./storage/gridfs.driver.js";
import type { Storage } from "./storage/storage.types.js";

export { OtherBytesError, type Storage, type StoredFile } from "./storage/storage.types.js";

export type StorageDriver = "gridfs" | "cloudinary";

/** Long enough for a slow line; a neighbour's usual time-out is for answers of a few kilobytes. */
const TIMEOUT_MS = 20_000;

let cloudinary: Storage | undefined;

/** Where new files are stored: `STORAGE_DRIVER`. */
export const currentDriver: StorageDriver = config.storage.driver;

/**
 * The storage of a driver. A file names its own, so that files stay readable when `STORAGE_DRIVER` changes.
 * @throws Error without the account of that driver
 */
export function storageOf(driver: StorageDriver): Storage {
  if (driver === "gridfs") return gridfs;
  const { cloudinaryUrl: url } = config.storage;
  if (!url) throw new Error("CLOUDINARY_URL is not set, and files are stored there");
  cloudinary ??= createCloudinary({ url, timeoutMs: TIMEOUT_MS });
  return cloudinary;
}
