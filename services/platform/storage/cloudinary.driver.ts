import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { v2 as cloudinary, type UploadApiResponse } from "cloudinary";
import { success, unwrap } from "../../../utils/result.js";
import { type Attempt, Guard } from "../../integrations/guard.js";
import { CLOUDINARY, CloudinaryError, noAnswerInTime, toFailedAttempt } from "./cloudinary-errors.js";
import {
  assertSameBytes,
  bytesOf,
  createDigester,
  type Digest,
  digestOf,
  type Storage,
} from "./storage.types.js";

export interface CloudinaryOptions {
  /**
   * `cloudinary://<key>:<secret>@<cloud>`, with `?upload_prefix=<address>` for a stand-in. The SDK chooses between http
   * and https when it is loaded, by the variable CLOUDINARY_URL of the process.
   */
  url: string;
  /** Milliseconds for an answer, and for a pause between two parts of it. */
  timeoutMs: number;
}

/** Uploads and openings of downloads at once. */
const MAX_CONCURRENT = 20;
/** Kept as they are, and not readable without a signature. */
const KIND = { resource_type: "raw", type: "authenticated" } as const;

type Body = Buffer | Readable;

interface Uploaded extends Digest {
  /** The key was taken, and these bytes were not stored. */
  existing: boolean;
}

/** The bytes to be stored could not be read: nothing is wrong with Cloudinary. */
class BodyError extends Error {}

async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { result: success(await work()), isFault: false, isTransient: false };
  } catch (error) {
    return toFailedAttempt(error);
  }
}

/** The settings in the URL. */
function accountOf(url: string) {
  const { username, password, hostname, searchParams } = new URL(url);
  const prefix = searchParams.get("upload_prefix");
  const account = { cloud_name: hostname, api_key: username, api_secret: decodeURIComponent(password) };
  return { ...account, ...(prefix && { upload_prefix: prefix }) };
}

/** Files at Cloudinary, through its SDK. One account per process, because the SDK has one configuration. */
export function createCloudinary({ url, timeoutMs }: CloudinaryOptions): Storage {
  const account = accountOf(url);
  cloudinary.config(account);
  const transport = account.upload_prefix?.startsWith("http:") ? http : https;
  const guard = new Guard({ service: CLOUDINARY, maxConcurrent: MAX_CONCURRENT });

  /**
   * One call of the SDK, which cannot abandon a call: each has an agent of its own, and closing it closes the
   * connection. `answerBy` starts the time that the answer may take.
   */
  async function call<T>(
    start: (call: { agent: http.Agent; answerBy(): void; signal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const agent = new transport.Agent();
    const ended = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        const answerBy = () => {
          if (!ended.signal.aborted) timer = setTimeout(() => reject(noAnswerInTime()), timeoutMs);
        };
        start({ agent, answerBy, signal: ended.signal }).then(resolve, reject);
      });
    } finally {
      ended.abort();
      clearTimeout(timer);
      agent.destroy();
    }
  }

  /** Sends the bytes while they are read. When it is cut off, the end of the form is missing, and nothing is stored. */
  function upload(key: string, body: Body): Promise<Uploaded | BodyError> {
    const digester = createDigester();
    const hashed = async function* () {
      for await (const part of bytesOf(body)) yield digester.pass(part);
    };
    return call(async ({ agent, answerBy, signal }) => {
      const answer = await new Promise<UploadApiResponse | BodyError>((resolve, reject) => {
        const options = { ...KIND, public_id: key, overwrite: false, agent, timeout: timeoutMs };
        const form = cloudinary.uploader.upload_stream(
          // Otherwise a promise is rejected as well, which nobody handles.
          { ...options, disable_promises: true },
          (error, result) => (result ? resolve(result) : reject(error)),
        );
        pipeline(hashed, form, { signal }).then(answerBy, (cause: unknown) =>
          resolve(new BodyError("the bytes to be stored could not be read", { cause })),
        );
      });
      return answer instanceof BodyError ? answer : readAnswer(answer, digester.digest());
    });
  }

  function open(key: string): Promise<IncomingMessage | null> {
    return new Promise((resolve, reject) => {
      const address = cloudinary.utils.private_download_url(key, "", KIND);
      let answer: IncomingMessage | undefined;
      const request = transport.get(address, { timeout: timeoutMs }, (message) => {
        answer = message;
        if (message.statusCode === 200) return resolve(message);
        message.resume();
        if (message.statusCode === 404) return resolve(null);
        reject(new CloudinaryError(message.statusCode ?? 0, "the download was refused"));
      });
      request.on("error", reject);
      // Bytes that wait for a slow reader are not a pause of the sender's.
      request.on("timeout", () => !answer?.readableLength && request.destroy(noAnswerInTime()));
    });
  }

  const read = async (key: string): Promise<Readable | null> =>
    unwrap(
      await guard.run({ deadlineMs: timeoutMs, isRepeatable: true, send: () => attempt(() => open(key)) }),
    );

  return {
    read,

    async put({ key, body }) {
      const send = () => attempt(() => upload(key, body));
      const result = await guard.run({ deadlineMs: timeoutMs, isRepeatable: false, send });
      // It was not read if nothing was sent.
      if (!Buffer.isBuffer(body)) body.destroy();
      const uploaded = unwrap(result);
      if (uploaded instanceof BodyError) throw uploaded.cause;
      const { existing, ...digest } = uploaded;
      if (!existing) return { key, ...digest };
      const stored = await read(key);
      if (!stored) throw new Error(`${key} was removed while it was stored`);
      return assertSameBytes(key, await digestOf(stored), digest);
    },

    async remove(key) {
      const destroy = () =>
        call(async ({ agent, answerBy }) => {
          answerBy();
          const options = { ...KIND, invalidate: true, agent, timeout: timeoutMs };
          const answer: unknown = await cloudinary.uploader.destroy(key, options);
          const { result } = Object(answer);
          if (result !== "ok" && result !== "not found")
            throw new CloudinaryError(200, "the answer to a removal is not understood");
        });
      unwrap(await guard.run({ deadlineMs: timeoutMs, isRepeatable: true, send: () => attempt(destroy) }));
    },
  };
}

/** @throws CloudinaryError when another number of bytes was stored */
function readAnswer(answer: UploadApiResponse, digest: Digest): Uploaded {
  const existing = answer.existing === true;
  if (existing || answer.bytes === digest.size) return { ...digest, existing };
  throw new CloudinaryError(200, "another number of bytes was stored");
}
