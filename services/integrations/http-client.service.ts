import { randomUUID } from "node:crypto";
import axios from "axios";
import type Joi from "joi";
import { config } from "../../config/env.config.js";
import { currentRequestId } from "../../utils/request-context.js";
import type { Result } from "../../utils/result.js";
import type { Attempt, BreakerOptions, BreakerState, GuardStats } from "./guard.js";
import { createGuard } from "./guard.js";
import { createServiceAdapter } from "./http-adapter.js";
import type { Normalise } from "./http-answer.js";
import { readAnswer, readTransportError } from "./http-answer.js";

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

/** The calls to one neighbour. Nothing here throws: every outcome is a `Result` (`upstreams.md`). */
export interface ServiceClient {
  readonly name: string;
  get<T>(call: ReadCall<T>): Promise<Result<T>>;
  /** A POST that only asks, so that repeating it is safe. */
  ask<T>(call: AskCall<T>): Promise<Result<T>>;
  write<T>(call: WriteCall<T>): Promise<Result<T>>;
  health(limitMs: number): Promise<HealthReport>;
  stats(): GuardStats;
}

/** The contract's answers are a few kB; more is an error, and must not fill the memory (F41). */
const MAX_BODY_BYTES = 1_000_000;
const DEFAULT_MAX_CONCURRENT = 100;

const clients = new Map<string, ServiceClient>();

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

/** Per-service counters since the start, for the metrics page. */
export function upstreamStats(): Record<string, GuardStats> {
  return Object.fromEntries([...clients].map(([name, client]) => [name, client.stats()]));
}

interface Outgoing<T> {
  method: "GET" | "POST" | "PUT" | "DELETE";
  call: ReadCall<T>;
  body?: object | undefined;
  idempotencyKey?: string;
}

/**
 * The client of one neighbour: keep-alive, a hard deadline, a bulkhead, a circuit breaker, one retry where
 * a repeat is safe, and a schema for each answer. The instance is registered for `upstreamStats()`.
 */
export function createServiceClient(options: ServiceClientOptions): ServiceClient {
  const { name, normalise = (data) => data } = options;
  const timeoutMs = options.timeoutMs ?? config.upstreamTimeoutMs;
  const maxConcurrent = options.maxConcurrent ?? DEFAULT_MAX_CONCURRENT;
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  const guard = createGuard({
    service: name,
    maxConcurrent,
    ...(options.breaker && { breaker: options.breaker }),
  });
  const instance = axios.create({
    adapter: createServiceAdapter({ baseUrl, maxSockets: maxConcurrent, maxBytes: MAX_BODY_BYTES }),
    // Every status is read here, and JSON is written and parsed here: axios' own transforms only cost time.
    validateStatus: null,
    transformRequest: [],
    transformResponse: [],
    // Answers are small and near: packing would cost more than it saves.
    headers: { Accept: "application/json", "Accept-Encoding": "identity" },
  });
  const authorization = `Bearer ${config.auth.serviceToken}`;

  function headersOf({ body, idempotencyKey }: Outgoing<unknown>, requestId: string): Record<string, string> {
    const headers: Record<string, string> = { Authorization: authorization, "X-Request-Id": requestId };
    if (body) headers["Content-Type"] = "application/json";
    if (idempotencyKey) headers["Idempotency-Key"] = headerSafe(idempotencyKey);
    return headers;
  }

  async function send<T>(
    outgoing: Outgoing<T>,
    request: RequestParts,
    remainingMs: number,
  ): Promise<Attempt<T>> {
    try {
      const response = await instance.request<string>({ ...request, timeout: remainingMs });
      const retryAfter: unknown = response.headers["retry-after"];
      const answer = {
        service: name,
        status: response.status,
        text: response.data,
        isWrite: outgoing.idempotencyKey !== undefined,
        ...(typeof retryAfter === "string" && { retryAfter }),
      };
      return readAnswer(answer, outgoing.call.schema, normalise);
    } catch (error) {
      return readTransportError(name, error);
    }
  }

  function run<T>(outgoing: Outgoing<T>): Promise<Result<T>> {
    const { call, body, method } = outgoing;
    if (call.path === null) return Promise.resolve(noSuchThing(name));
    const request = {
      method,
      url: `${call.path}${toQueryString(call.query)}`,
      headers: headersOf(outgoing, currentRequestId() ?? randomUUID()),
      ...(body && { data: JSON.stringify(body) }),
    };
    // Reads are repeatable by nature, writes by their key.
    return guard.run({
      deadlineMs: timeoutMs,
      isRepeatable: true,
      send: (remainingMs) => send(outgoing, request, remainingMs),
    });
  }

  const client: ServiceClient = {
    name,
    get: (call) => run({ method: "GET", call }),
    ask: (call) => run({ method: "POST", call, body: call.body }),
    write: (call) =>
      run({
        method: call.method,
        call,
        body: call.body,
        idempotencyKey: call.idempotencyKey ?? randomUUID(),
      }),
    health: (limitMs) => checkHealth({ baseUrl, limitMs, breaker: guard.breakerState() }),
    stats: guard.stats,
  };
  clients.set(name, client);
  return client;
}

interface RequestParts {
  method: string;
  /** Path and query. */
  url: string;
  headers: Record<string, string>;
  data?: string;
}

function noSuchThing(service: string): Result<never> {
  return {
    success: false,
    outcome: "refused",
    code: "NOT_FOUND",
    error: "an id that cannot be part of a path",
    statusCode: 404,
    service,
  };
}

/** Asks past bulkhead and breaker, on a socket of its own: a full or open one must not hide that a neighbour is back. */
async function checkHealth(check: {
  baseUrl: string;
  limitMs: number;
  breaker: BreakerState;
}): Promise<HealthReport> {
  const startedAt = performance.now();
  const isUp = await axios
    .get(`${check.baseUrl}/health`, {
      signal: AbortSignal.timeout(check.limitMs),
      proxy: false,
      maxRedirects: 0,
      maxContentLength: MAX_BODY_BYTES,
      responseType: "text",
    })
    .then(() => true)
    .catch(() => false);
  return {
    status: isUp ? "up" : "down",
    breaker: check.breaker,
    latencyMs: Math.round(performance.now() - startedAt),
  };
}
