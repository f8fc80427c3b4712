import { randomUUID } from "node:crypto";
import type Joi from "joi";
import { config } from "../../config/env.config.js";
import { type CrashPhase, reachOutsideWrite } from "../../utils/crash-points.js";
import { currentRequestId, currentTrace } from "../../utils/request-context.js";
import type { Result } from "../../utils/result.js";
import { beginTrace, toTraceparent } from "../../utils/trace-context.js";
import type { ListedRefusal } from "./contract.js";
import type { Attempt, BreakerOptions, BreakerState, GuardState } from "./guard.js";
import { Guard } from "./guard.js";
import { handleServiceError, type Normalise, readAnswer } from "./http-answer.js";
import { createSender, type HttpRequest, type SendRequest } from "./http-exchange.js";

/**
 * How this service calls a neighbour. A call goes through two layers:
 * 1. its wrapper, `<service>-integration.service.ts`: what is sent, the refusals, the schema of the answer
 *    (building blocks in `contract.ts`);
 * 2. the client in this file: path, headers, deadline, and three parts of its own: `guard.ts` (bulkhead, retry,
 *    circuit breaker), `http-exchange.ts` (the bytes), `http-answer.ts` (what an answer means).
 *
 * To add a call, write a function in the wrapper. To add a neighbour, write a wrapper with a client of its own.
 */

export interface ServiceClientOptions {
  name: string;
  /** Without a trailing path, e.g. `http://localhost:3005`. */
  baseUrl: string;
  /** For the whole call with its retries. Default `UPSTREAM_TIMEOUT_MS`. */
  timeoutMs?: number;
  /** Calls in flight; as many again may wait. Default 100, many times what full load needs at 10 ms a call. */
  maxConcurrent?: number;
  breaker?: BreakerOptions;
  /** For a neighbour with other names than the contract's. */
  normalise?: Normalise;
}

type Query = Record<string, string | number | undefined>;

export interface ReadCall<T> {
  /** From `apiPath`; null (an id that cannot be part of a path) counts as a 404. */
  path: string | null;
  query?: Query;
  /** The definite refusals of the call's contract, often none. Any other 4xx is a fault between the services. */
  refusals?: readonly ListedRefusal[];
  /** Describes the `data` of a success; its output is the result. */
  schema: Joi.Schema<T>;
}

export interface AskCall<T> extends ReadCall<T> {
  body: object;
}

export interface WriteCall<T> extends ReadCall<T> {
  method: "POST" | "PUT" | "DELETE";
  body?: object;
  /** Default: a random key, which covers this call and its own retry. */
  idempotencyKey?: string | undefined;
}

export interface HealthReport {
  status: "up" | "down";
  breaker: BreakerState;
  latencyMs: number;
}

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

/** A header holds visible ASCII only, but a coupon code in a key may be in any script. */
const headerSafe = (key: string): string =>
  /^[\x21-\x7e]{1,200}$/.test(key) ? key : encodeURIComponent(key);

interface Outgoing<T> {
  method: "GET" | "POST" | "PUT" | "DELETE";
  call: ReadCall<T>;
  body?: object | undefined;
  idempotencyKey?: string;
}

/** An id that cannot be part of a path names no document. Nothing is sent. */
function noSuchDocument(service: string, refusals: readonly ListedRefusal[] = []): Result<never> {
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

/** The calls to one neighbour. Nothing here throws: every outcome is a `Result`. */
export class ServiceClient {
  readonly name: string;
  readonly #timeoutMs: number;
  readonly #normalise: Normalise;
  readonly #guard: Guard;
  readonly #exchange: SendRequest;
  readonly #authorization = `Bearer ${config.auth.serviceToken}`;

  constructor(options: ServiceClientOptions) {
    const maxConcurrent = options.maxConcurrent ?? DEFAULT_MAX_CONCURRENT;
    this.name = options.name;
    this.#timeoutMs = options.timeoutMs ?? config.upstreamTimeoutMs;
    this.#normalise = options.normalise ?? ((data) => data);
    this.#guard = new Guard({
      service: options.name,
      maxConcurrent,
      ...(options.breaker && { breaker: options.breaker }),
    });
    this.#exchange = createSender(options.baseUrl, maxConcurrent);
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
   * Asks past bulkhead and breaker, on a socket of its own: a full bulkhead or open breaker must not hide that a
   * neighbour is back.
   */
  async health(limitMs: number): Promise<HealthReport> {
    const startedAt = performance.now();
    const { breaker } = this.#guard.state();
    const isUp = await this.#exchange({
      method: "GET",
      path: "/health",
      deadlineMs: limitMs,
      ownSocket: true,
    }).then(
      ({ status }) => status >= 200 && status < 300,
      () => false,
    );
    const latencyMs = Math.round(performance.now() - startedAt);
    return { status: isUp ? "up" : "down", breaker, latencyMs };
  }

  state(): GuardState {
    return this.#guard.state();
  }

  #run<T>(outgoing: Outgoing<T>): Promise<Result<T>> {
    const { method, call, body } = outgoing;
    if (call.path === null) return Promise.resolve(noSuchDocument(this.name, call.refusals));
    const path = `${call.path}${toQueryString(call.query)}`;
    const request = { method, path, headers: this.#headersOf(outgoing), body: body && JSON.stringify(body) };
    return this.#guard.run({
      deadlineMs: this.#timeoutMs,
      // Reads by nature, writes by their key.
      isRepeatable: true,
      send: (remainingMs) => this.#send(outgoing, { ...request, deadlineMs: remainingMs }),
    });
  }

  async #send<T>(outgoing: Outgoing<T>, request: HttpRequest): Promise<Attempt<T>> {
    const { call, idempotencyKey } = outgoing;
    try {
      this.#reach(outgoing, "before");
      const response = await this.#exchange(request);
      this.#reach(outgoing, "after");
      const answer = { ...response, service: this.name, isWrite: idempotencyKey !== undefined };
      const { schema, refusals = [] } = call;
      return readAnswer(answer, { schema, refusals, normalise: this.#normalise });
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
      Accept: "application/json",
      // Answers are small and near: packing would cost more than it saves.
      "Accept-Encoding": "identity",
      Authorization: this.#authorization,
      "X-Request-Id": currentRequestId() ?? randomUUID(),
      traceparent: toTraceparent(currentTrace() ?? beginTrace()),
      ...(body && { "Content-Type": "application/json" }),
      ...(idempotencyKey && { "Idempotency-Key": headerSafe(idempotencyKey) }),
    };
  }
}

const clients = new Map<string, ServiceClient>();

/** A neighbour's client, made once, in its wrapper. */
export function createHttpClient(options: ServiceClientOptions): ServiceClient {
  const client = new ServiceClient(options);
  clients.set(client.name, client);
  return client;
}

/** The clients of all wrappers that are loaded; in the service, that is all of them. */
export const upstreamClients = (): ServiceClient[] => [...clients.values()];

/** A neighbour that takes longer for its health page is as good as down. */
const HEALTH_LIMIT_MS = 1_000;

/** Asks every neighbour's `GET /health` at once; takes about a second at most. Latency in ms. */
export async function upstreamHealth(): Promise<Record<string, HealthReport>> {
  const reports = await Promise.all(
    upstreamClients().map(async (client) => [client.name, await client.health(HEALTH_LIMIT_MS)] as const),
  );
  return Object.fromEntries(reports);
}
