import type { Readable } from "node:stream";
import { success, unwrap } from "../../../utils/result.js";
import { type Attempt, Guard } from "../../integrations/guard.js";
import { CLOUDINARY, toFailedAttempt } from "./cloudinary-errors.js";
import { BodyError, type CloudinaryOptions, CloudinaryTransport } from "./cloudinary-transport.js";
import { assertSameBytes, digestOf, type Storage } from "./storage.types.js";

/** Uploads and openings of downloads at once. */
const MAX_CONCURRENT = 20;

async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { result: success(await work()), isFault: false, isTransient: false };
  } catch (error) {
    return toFailedAttempt(error);
  }
}

/** Files at Cloudinary. A call that fails throws the error of the API: 502, 503 or 504. */
export function createCloudinary(options: CloudinaryOptions): Storage {
  const transport = new CloudinaryTransport(options);
  const guard = new Guard({ service: CLOUDINARY, maxConcurrent: MAX_CONCURRENT });
  const call = async <T>(isRepeatable: boolean, work: () => Promise<T>): Promise<T> =>
    unwrap(await guard.run({ deadlineMs: options.timeoutMs, isRepeatable, send: () => attempt(work) }));

  const read = (key: string): Promise<Readable | null> => call(true, () => transport.open(key));

  async function upload(key: string, body: Buffer | Readable) {
    try {
      // A stream can be read only once.
      return await call(false, () => transport.upload(key, body));
    } finally {
      // It was not read if nothing was sent.
      if (!Buffer.isBuffer(body)) body.destroy();
    }
  }

  return {
    read,

    async put({ key, body }) {
      const uploaded = await upload(key, body);
      if (uploaded instanceof BodyError) throw uploaded.cause;
      const { existing, ...digest } = uploaded;
      if (!existing) return { key, ...digest };
      const stored = await read(key);
      if (!stored) throw new Error(`${key} was removed while it was stored`);
      return assertSameBytes(key, await digestOf(stored), digest);
    },

    remove: (key) => call(true, () => transport.destroy(key)),
  };
}
