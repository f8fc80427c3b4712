import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { UploadApiResponse, v2 } from "cloudinary";
import { reachOutsideWrite } from "../../../utils/crash-points.js";
import { CLOUDINARY, CloudinaryError, noAnswerInTime } from "./cloudinary-errors.js";
import { bytesOf, createDigester, type Digest } from "./storage.types.js";

export interface CloudinaryOptions {
  /**
   * `cloudinary://<key>:<secret>@<cloud>`, with `?upload_prefix=<address>` for a stand-in. The SDK chooses between http
   * and https when it is loaded, by the variable CLOUDINARY_URL of the process.
   */
  url: string;
  /** Milliseconds for an answer, and for a pause between two parts of it. */
  timeoutMs: number;
}

/** Kept as they are, and not readable without a signature. */
const KIND = { resource_type: "raw", type: "authenticated" } as const;

export interface Uploaded extends Digest {
  /** The key was taken, and these bytes were not stored. */
  existing: boolean;
}

/** The bytes to be stored could not be read, because of `cause`: nothing is wrong with Cloudinary. */
export class BodyError extends Error {}

/** What one call of the SDK gets. */
interface Call {
  agent: http.Agent;
  /** Aborted when the call is over. */
  signal: AbortSignal;
  /** Starts the time that the answer may take. */
  awaitAnswer(): void;
}

type Sdk = typeof v2;

/** Loaded with the first account: with GridFS, no process needs it. */
async function loadSdk(account: ReturnType<typeof accountOf>): Promise<Sdk> {
  const { v2: sdk } = await import("cloudinary");
  sdk.config(account);
  return sdk;
}

/** The settings in the URL. */
function accountOf(url: string) {
  const { username, password, hostname, searchParams } = new URL(url);
  const prefix = searchParams.get("upload_prefix");
  const [api_key, api_secret] = [decodeURIComponent(username), decodeURIComponent(password)];
  const account = { cloud_name: hostname, api_key, api_secret };
  return { ...account, ...(prefix && { upload_prefix: prefix }) };
}

/**
 * The official SDK with what its transport lacks: uploads that can be abandoned, a limit for the whole answer, and
 * downloads. One account per process, because the SDK has one configuration.
 */
export class CloudinaryTransport {
  readonly #timeoutMs: number;
  readonly #protocol: typeof http | typeof https;
  readonly #sdk: Promise<Sdk>;

  constructor({ url, timeoutMs }: CloudinaryOptions) {
    const account = accountOf(url);
    this.#sdk = loadSdk(account);
    this.#timeoutMs = timeoutMs;
    this.#protocol = account.upload_prefix?.startsWith("http:") ? http : https;
  }

  /**
   * Sends the bytes while they are read. When it is cut off, the end of the form is missing, and nothing is stored.
   * @throws CloudinaryError or an error of the network
   */
  upload(key: string, body: Buffer | Readable): Promise<Uploaded | BodyError> {
    const digester = createDigester();
    const hashed = async function* () {
      for await (const part of bytesOf(body)) yield digester.pass(part);
    };
    return this.#call("upload", async ({ agent, signal, awaitAnswer }) => {
      const sdk = await this.#sdk;
      const answer = await new Promise<UploadApiResponse | BodyError>((resolve, reject) => {
        const options = { ...KIND, public_id: key, overwrite: false, agent, timeout: this.#timeoutMs };
        const form = sdk.uploader.upload_stream(
          // Otherwise the SDK also rejects a promise that has no handler.
          { ...options, disable_promises: true },
          (error, result) => (result ? resolve(result) : reject(error)),
        );
        pipeline(hashed, form, { signal }).then(awaitAnswer, (cause: unknown) =>
          resolve(new BodyError("the bytes to be stored could not be read", { cause })),
        );
      });
      return answer instanceof BodyError ? answer : toUploaded(answer, digester.digest());
    });
  }

  /** @returns null when there is no such file. @throws CloudinaryError or an error of the network */
  async open(key: string): Promise<IncomingMessage | null> {
    const address = (await this.#sdk).utils.private_download_url(key, "", KIND);
    return new Promise((resolve, reject) => {
      let answer: IncomingMessage | undefined;
      const request = this.#protocol.get(address, { timeout: this.#timeoutMs }, (message) => {
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

  /** Succeeds also when there is no such file. @throws CloudinaryError or an error of the network */
  destroy(key: string): Promise<void> {
    return this.#call("destroy", async ({ agent, awaitAnswer }) => {
      awaitAnswer();
      const options = { ...KIND, invalidate: true, agent, timeout: this.#timeoutMs };
      const answer: unknown = await (await this.#sdk).uploader.destroy(key, options);
      const { result } = Object(answer);
      if (result !== "ok" && result !== "not found")
        throw new CloudinaryError(200, "the answer to a removal is not understood");
    });
  }

  /** The SDK cannot abandon a call, so each has an agent of its own: closing it closes the connection. */
  async #call<T>(action: "upload" | "destroy", work: (call: Call) => Promise<T>): Promise<T> {
    const agent = new this.#protocol.Agent();
    const over = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const write = { service: CLOUDINARY, method: "POST", path: `/raw/${action}` };
    reachOutsideWrite(write, "before");
    try {
      const answer = await new Promise<T>((resolve, reject) => {
        const awaitAnswer = () => {
          if (!over.signal.aborted) timer = setTimeout(() => reject(noAnswerInTime()), this.#timeoutMs);
        };
        work({ agent, signal: over.signal, awaitAnswer }).then(resolve, reject);
      });
      reachOutsideWrite(write, "after");
      return answer;
    } finally {
      over.abort();
      clearTimeout(timer);
      agent.destroy();
    }
  }
}

function toUploaded(answer: UploadApiResponse, digest: Digest): Uploaded {
  const existing = answer.existing === true;
  if (existing || answer.bytes === digest.size) return { ...digest, existing };
  throw new CloudinaryError(200, "another number of bytes was stored");
}
