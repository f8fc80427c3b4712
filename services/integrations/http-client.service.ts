import { randomUUID } from "node:crypto";
import type { AxiosInstance } from "axios";
import axios from "axios";
import type Joi from "joi";
import { config } from "../../config/env.config.js";
import { type CrashPhase, reachOutsideWrite } from "../../utils/crash-points.js";
import { currentRequestId } from "../../utils/request-context.js";
import type { Result } from "../../utils/result.js";
import type { Attempt, BreakerOptions, BreakerState, GuardStats } from "./guard.js";
import { Guard } from "./guard.js";
import { createServiceAdapter } from "./http-adapter.js";
import type { Normalise } from "./http-answer.js";
import { handleServiceError, readAnswer } from "./http-answer.js";
import type { ListedRefusal } from "./refusals.js";

export { upstreamStats } from "./guard.js";

export interface ServiceClientOptions {
  name: string;
  /** Without a trailing path, e.g. `http://localhost:3005`. */
  baseUrl: string;
  /** For the whole call with its retries. Default `UPSTREAM_TIMEOUT_MS`. */
  timeoutMs?: number;
  /** Calls in flight; as many again may wait. Default 100: a second of full load at 10 ms each, many times over. */
  maxConcurrent?: number;
  breaker?: BreakerOptions;
  /** For a neighbour with other names than the contract's. */
  normalise?: Normalise;
}

type Query = Record<string, string | number | undefined>;

export interface ReadCall<T> {
  /** From `apiPath`; null (an id that cannot be part of a path) is answered like a 404. */
  path: string | null;
  query?: Query;
  /** The definite refusals of the call's contract; any other 4xx is a fault between the services. */
  refusals: readonly ListedRefusal[];
  /** Describes the `data` of a success; its output is the result. */
  schema: Joi.Schema<T>;
}

export interface AskCall<T> extends ReadCall<T> {
  body: object;
}

export interface WriteCall<T> extends ReadCall<T> {
  method: "POST" | "PUT" | "DELETE";
  body?: object;
  /** Default: a key for this call and its own retry alone. */
  idempotencyKey?: string | undefined;
}

export interface HealthReport {
  status: "up" | "down";
  breaker: BreakerState;
  latencyMs: number;
}

/** The contract's answers are a few kB; more is an error, and must not fill the memory. */
const MAX_BODY_BYTES = 1_000_000;
const DEFAULT_MAX_CONCURRENT = 100;

/** Encodes ids into a path: apiPath`/api/products/${id}`. @returns null for an id that would change the path */
export function apiPath(literals: TemplateStringsArray, ...ids: readonly string[]): string | null {
  // The URL parser resolves dots even when they are encoded.
  if (ids.some((id) => id === "" || id === "." || id === "..")) return null;
  return literals.reduce(
    (path, literal, index) => `${path}${encodeURIComponent(ids[index - 1] ?? "")}${literal}`,
  );
}

function toQueryString(query: Query | undefined): string {
  if (!query) return "";
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) given.append(name, String(value));
  }
  return given.size === 0 ? "" : `?${given}`;
}

/** A header holds visible ASCII only; a coupon code in a key may be written in any script. */
const headerSafe = (key: string): string =>
  /^[\x21-\x7e]{1,200}$/.test(key) ? key : encodeURIComponent(key);

interface Outgoing<T> {
  method: "GET" | "POST" | "PUT" | "DELETE";
  call: ReadCall<T>;
  body?: object | undefined;
  idempotencyKey?: string;
}

/** An id that cannot be part of a path names no document. Nothing is sent. */
function noSuchDocument(service: string, refusals: readonly ListedRefusal[]): Result<never> {
  const listed = refusals.find(({ status }) => status === 404);
  return {
    success: false,
    outcome: listed ? "refused" : "unavailable",
    code: listed?.code ?? "INVALID_ID",
    error: "an id that cannot be part of a path",
    statusCode: 404,
    service,
  };
}

/**
 * The calls to one neighbour: keep-alive, a hard deadline, a bulkhead, a circuit breaker, one retry where a
 * repeat is safe, and a schema for each answer. Nothing here throws: every outcome is a `Result`.
 */
export class ServiceClient {
  readonly name: string;
  readonly #baseUrl: string;
  readonly #timeoutMs: number;
  readonly #normalise: Normalise;
  readonly #guard: Guard;
  readonly #http: AxiosInstance;
  readonly #authorization = `Bearer ${config.auth.serviceToken}`;

  constructor(options: ServiceClientOptions) {
    const maxConcurrent = options.maxConcurrent ?? DEFAULT_MAX_CONCURRENT;
    this.name = options.name;
    this.#baseUrl = options.baseUrl.replace(/\/+$/, "");
    this.#timeoutMs = options.timeoutMs ?? config.upstreamTimeoutMs;
    this.#normalise = options.normalise ?? ((data) => data);
    this.#guard = new Guard({
      service: options.name,
      maxConcurrent,
      ...(options.breaker && { breaker: options.breaker }),
    });
    this.#http = axios.create({
      adapter: createServiceAdapter({
        baseUrl: this.#baseUrl,
        maxSockets: maxConcurrent,
        maxBytes: MAX_BODY_BYTES,
      }),
      // Every status is read here, and JSON is written and parsed here: axios' own transforms only cost time.
      validateStatus: null,
      transformRequest: [],
      transformResponse: [],
      // Answers are small and near: packing would cost more than it saves.
      headers: { Accept: "application/json", "Accept-Encoding": "identity" },
    });
  }

  get<T>(call: ReadCall<T>): Promise<Result<T>> {
    return this.#run({ method: "GET", call });
  }

  /** A POST that only asks, so that repeating it is safe. */
  ask<T>(call: AskCall<T>): Promise<Result<T>> {
    return this.#run({ method: "POST", call, body: call.body });
  }

  write<T>(call: WriteCall<T>): Promise<Result<T>> {
    const { method, body, idempotencyKey = randomUUID() } = call;
    return this.#run({ method, call, body, idempotencyKey });
  }

  /**
   * Asks past bulkhead and breaker, on a socket of its own: a full or open one must not hide that a
   * neighbour is back.
   */
  async health(limitMs: number): Promise<HealthReport> {
    const startedAt = performance.now();
    const breaker = this.#guard.breakerState();
    const isUp = await axios
      .get(`${this.#baseUrl}/health`, {
        signal: AbortSignal.timeout(limitMs),
        proxy: false,
        maxRedirects: 0,
        maxContentLength: MAX_BODY_BYTES,
        responseType: "text",
      })
      .then(() => true)
      .catch(() => false);
    const latencyMs = Math.round(performance.now() - startedAt);
    return { status: isUp ? "up" : "down", breaker, latencyMs };
  }

  stats(): GuardStats {
    return this.#guard.stats();
  }

  #run<T>(outgoing: Outgoing<T>): Promise<Result<T>> {
    if (outgoing.call.path === null)
      return Promise.resolve(noSuchDocument(this.name, outgoing.call.refusals));
    const url = `${outgoing.call.path}${toQueryString(outgoing.call.query)}`;
    const headers = this.#headersOf(outgoing);
    return this.#guard.run({
      deadlineMs: this.#timeoutMs,
      // Reads by nature, writes by their key.
      isRepeatable: true,
      send: (remainingMs) => this.#send(outgoing, { url, headers, timeout: remainingMs }),
    });
  }

  async #send<T>(
    outgoing: Outgoing<T>,
    request: { url: string; headers: Record<string, string>; timeout: number },
  ): Promise<Attempt<T>> {
    const { method, body, call, idempotencyKey } = outgoing;
    try {
      const data = body && JSON.stringify(body);
      this.#reach(outgoing, "before");
      const response = await this.#http.request<string>({ ...request, method, data });
      this.#reach(outgoing, "after");
      const retryAfter: unknown = response.headers["retry-after"];
      const answer = {
        service: this.name,
        status: response.status,
        text: response.data,
        isWrite: idempotencyKey !== undefined,
        ...(typeof retryAfter === "string" && { retryAfter }),
      };
      return readAnswer(answer, { ...call, normalise: this.#normalise });
    } catch (error) {
      return handleServiceError(this.name, error);
    }
  }

  #reach({ method, call, idempotencyKey }: Outgoing<unknown>, phase: CrashPhase): void {
    if (idempotencyKey === undefined || call.path === null) return;
    reachOutsideWrite({ service: this.name, method, path: call.path }, phase);
  }

  #headersOf({ body, idempotencyKey }: Outgoing<unknown>): Record<string, string> {
    return {
      Authorization: this.#authorization,
      "X-Request-Id": currentRequestId() ?? randomUUID(),
      ...(body && { "Content-Type": "application/json" }),
      ...(idempotencyKey && { "Idempotency-Key": headerSafe(idempotencyKey) }),
    };
  }
}

/** @see ServiceClient */
export function createHttpClient(options: ServiceClientOptions): ServiceClient {
  return new ServiceClient(options);
}
