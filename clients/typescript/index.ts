import createFetchClient from "openapi-fetch";
import type { PathsWithMethod, RequiredKeysOf } from "openapi-typescript-helpers";
import type { components, paths } from "./schema.js";

/** The service's views by name, as in `Schemas["OrderView"]`. */
export type Schemas = components["schemas"];

type Method = "get" | "post" | "put" | "delete";

export interface ClientOptions {
  /** Such as `https://orders.example.com`; without it, the page's own origin. */
  baseUrl?: string;
  /** Of a customer or an admin. It can be changed later: `client.token = …`. */
  token?: string | null;
  /** A guest id from an earlier visit. It can be changed later: `client.sessionId = …`. */
  sessionId?: string | null;
  /** Called when the service has minted a guest id, so that it can be stored for the next visit. */
  onSessionId?: (sessionId: string) => void;
  /** The source of a cart and its order. */
  source?: "web" | "mobile";
  /** How often a request is repeated, with the same key, when the service asks for it with `Retry-After`. */
  retries?: number;
  fetch?: (request: Request) => Promise<Response>;
}

/** A successful answer. */
export interface Answer<T> {
  data: T;
  /** For a person. */
  message: string;
  meta?: Record<string, unknown>;
  /** 200, 201 or 202. */
  status: number;
  headers: Headers;
}

export type ApiErrorCode = Schemas["ErrorCode"] | "NO_ANSWER" | "UNREADABLE_ANSWER";

/** An answer of the service that refuses or fails, or no answer at all. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** 0 when there was no answer. */
  readonly status: number;
  /** Stable, for programs. `NO_ANSWER`: the network failed; `UNREADABLE_ANSWER`: not the service's JSON. */
  readonly code: ApiErrorCode;
  /** What belongs to the code, such as the fields that are wrong. */
  readonly details: unknown;
  /** To find the request in the service's logs. */
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(failure: {
    status: number;
    code: ApiErrorCode;
    message: string;
    details?: unknown;
    headers?: Headers;
    cause?: unknown;
  }) {
    super(failure.message, { cause: failure.cause });
    this.status = failure.status;
    this.code = failure.code;
    this.details = failure.details;
    this.requestId = failure.headers?.get("x-request-id") ?? null;
    const seconds = failure.headers?.get("retry-after");
    this.retryAfterSeconds = seconds ? Number(seconds) : null;
  }
}

type Parameters<Op, Place extends "path" | "query"> = Op extends { parameters: { [P in Place]: infer V } }
  ? V
  : never;

/** Required where a part of it is required; absent where there is nothing to give. */
type Part<Name extends string, V> = [V] extends [never]
  ? { [N in Name]?: never }
  : RequiredKeysOf<V> extends never
    ? { [N in Name]?: V }
    : { [N in Name]: V };

type Query<Op> = Op extends { parameters: { query?: infer V } } ? NonNullable<V> : never;
type ParametersOf<Op> = Part<"path", Parameters<Op, "path">> & Part<"query", Query<Op>>;

type BodyOf<Op> = Op extends { requestBody: { content: infer C } }
  ? {
      body:
        | (C extends { "application/json": infer J } ? J : never)
        | (C extends { "multipart/form-data": unknown } ? FormData : never);
    }
  : { body?: never };

export type CallOptions<Op> = Part<"params", ParametersOf<Op>> &
  BodyOf<Op> & {
    /** Default: a new key for every POST. To repeat a call after a crash, give the same key again. */
    idempotencyKey?: string;
    headers?: Record<string, string>;
    signal?: AbortSignal;
  };

type Success = 200 | 201 | 202;
/** The envelope's `data`; a file is a `Blob`. */
type ContentOf<Response> = Response extends { content: infer C }
  ? { [T in keyof C]: C[T] extends { data: infer D } ? D : Blob }[keyof C]
  : null;

export type DataOf<Op> = Op extends { responses: infer R }
  ? { [S in keyof R & Success]: ContentOf<R[S]> }[keyof R & Success]
  : never;

type Call<M extends Method> = <P extends PathsWithMethod<paths, M>>(
  path: P,
  ...options: RequiredKeysOf<CallOptions<paths[P][M]>> extends never
    ? [CallOptions<paths[P][M]>?]
    : [CallOptions<paths[P][M]>]
) => Promise<Answer<DataOf<paths[P][M]>>>;

/** Every call resolves with the answer, or rejects with an `ApiError`. */
export interface Client {
  token: string | null;
  sessionId: string | null;
  get: Call<"get">;
  post: Call<"post">;
  put: Call<"put">;
  delete: Call<"delete">;
}

/** Any operation, for the code that is the same for all. */
interface AnyOperation {
  parameters: { path?: Record<string, unknown>; query?: Record<string, unknown> };
  requestBody?: { content: { "application/json": unknown } };
  responses: { 200: { content: { "application/json": unknown } } };
}
type AnyPaths = Record<string, Record<Method, AnyOperation>>;

interface AnyOptions {
  params?: AnyOperation["parameters"];
  body?: unknown;
  idempotencyKey?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

const RETRIES = 2;
/** A longer wait is the caller's decision. */
const LONGEST_WAIT_SECONDS = 10;

export function createClient(options: ClientOptions = {}): Client {
  const http = createFetchClient<AnyPaths>({
    baseUrl: options.baseUrl ?? "",
    // Looked up at each call: a test or a service worker may have replaced it.
    fetch: options.fetch ?? ((request) => globalThis.fetch(request)),
  });

  const headersFor = (method: Method, { headers, idempotencyKey }: AnyOptions): Record<string, string> => ({
    ...(client.token ? { Authorization: `Bearer ${client.token}` } : {}),
    ...(client.sessionId ? { "X-Session-Id": client.sessionId } : {}),
    ...(options.source ? { "X-Client-Source": options.source } : {}),
    ...(method === "post" ? { "Idempotency-Key": idempotencyKey ?? newKey() } : {}),
    ...headers,
  });

  const keepSession = ({ headers }: Response): void => {
    const minted = headers.get("x-session-id");
    if (!minted || minted === client.sessionId) return;
    client.sessionId = minted;
    options.onSessionId?.(minted);
  };

  async function send(method: Method, path: string, given: AnyOptions = {}): Promise<Answer<unknown>> {
    const { params, body, signal } = given;
    const headers = headersFor(method, given);
    const init = { params: params ?? {}, body, headers, signal, parseAs: "stream" as const };
    for (let triesLeft = options.retries ?? RETRIES; ; triesLeft -= 1) {
      const { response, error } = await http.request(method, path, init).catch(toNoAnswer);
      if (response.ok) {
        keepSession(response);
        return readAnswer(response);
      }
      const failure = toApiError(response, error);
      const wait = failure.retryAfterSeconds;
      if (triesLeft <= 0 || wait === null || wait > LONGEST_WAIT_SECONDS) throw failure;
      await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    }
  }

  /** The one place where an answer gets its type: the service's tests compare every answer with its schema. */
  const caller =
    <M extends Method>(method: M): Call<M> =>
    (path, ...[given]) =>
      send(method, path, given as AnyOptions) as Promise<Answer<DataOf<paths[typeof path][M]>>>;

  const client: Client = {
    token: options.token ?? null,
    sessionId: options.sessionId ?? null,
    get: caller("get"),
    post: caller("post"),
    put: caller("put"),
    delete: caller("delete"),
  };
  return client;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** A file is anything without an envelope: a PDF, a CSV, a JSON document. */
async function readAnswer(response: Response): Promise<Answer<unknown>> {
  const { status, headers } = response;
  const blob = await response.blob();
  const isJson = headers.get("content-type")?.startsWith("application/json") ?? false;
  const body: unknown = isJson ? JSON.parse(await blob.text()) : null;
  if (!isObject(body) || !("success" in body)) return { data: blob, message: "", status, headers };
  const { data, message, meta } = body;
  return { data, message: String(message), ...(isObject(meta) ? { meta } : {}), status, headers };
}

function toApiError({ status, headers }: Response, body: unknown): ApiError {
  if (!isRefusal(body)) {
    const message = `The service, or something before it, answered ${status} without a reason`;
    return new ApiError({ status, code: "UNREADABLE_ANSWER", message, headers });
  }
  const { message, error } = body;
  return new ApiError({ status, code: error.code, message, details: error.details, headers });
}

const isRefusal = (body: unknown): body is Schemas["Refusal"] =>
  isObject(body) && isObject(body.error) && typeof body.error.code === "string";

/** An aborted request rejects with the reason of its signal. */
function toNoAnswer(cause: unknown): never {
  if (isObject(cause) && cause.name === "AbortError") throw cause;
  throw new ApiError({ status: 0, code: "NO_ANSWER", message: "The service could not be reached", cause });
}

/** Pages without https have no `crypto.randomUUID`. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
