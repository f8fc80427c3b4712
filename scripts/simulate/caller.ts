import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, describeAnswer, type Shopper, type ShopRequest } from "../support/shopper.js";
import { idsIn, type Recorder } from "./recorder.js";

/** A definite answer: done (2xx) or refused for a reason that repeating does not change. */
export interface Reply {
  isDone: boolean;
  status: number;
  code: string | null;
  data: unknown;
  /** The ids of all attempts, of which at least one was served. */
  requestIds: readonly string[];
}

/** A request whose client gave up before a definite answer. It is repeated once everything is healed. */
export interface OpenRequest {
  who: string;
  what: string;
  request: ShopRequest;
  shopper: Shopper;
  since: number;
}

/** What all callers share. */
export interface CallerWorld {
  recorder: Recorder;
  open: OpenRequest[];
  /** What callers wait for now. */
  waiting: Set<string>;
  /** Reports an answer that no client may get. */
  alarm(problem: string, ids: readonly string[]): void;
  countCall(status: number): void;
}

/** A browser gives up on an answer after this, and repeats the request. */
const CALL_TIMEOUT_MS = 10_000;
/** A person gives up after this. */
const PATIENCE_MS = 25_000;
const LONGEST_PAUSE_MS = 1_000;

const RETRY_CODES: readonly (string | null)[] = [
  "REQUEST_IN_PROGRESS",
  "PLACEMENT_IN_PROGRESS",
  "VERSION_CONFLICT",
  "RATE_LIMITED",
];
/** The service lost something, or was sent something that it should never be sent. */
const ALARMING_CODES: readonly (string | null)[] = [
  "INTERNAL_ERROR",
  "VALIDATION_ERROR",
  "MALFORMED_JSON",
  "UNAUTHENTICATED",
  "FORBIDDEN",
  "NOT_FOUND",
  "CHECKOUT_NOT_FOUND",
  "ORDER_NOT_FOUND",
  "PAYMENT_NOT_FOUND",
  "REFUND_NOT_FOUND",
  "RETURN_NOT_FOUND",
  "PRODUCT_NOT_FOUND",
  "IDEMPOTENCY_KEY_REUSED",
  "IDEMPOTENCY_KEY_REQUIRED",
  "IDEMPOTENCY_KEY_INVALID",
  "SIGNATURE_INVALID",
];

export const isDefinite = ({ status, code }: Pick<Answer, "status" | "code">): boolean =>
  status > 0 && status < 500 && !RETRY_CODES.includes(code);

interface Attempt {
  answer: Answer | null;
  /** Why there is no answer. */
  error: string | null;
}

/** Sends one request once. An answer that is cut off is no answer. */
async function attempt(shopper: Shopper, request: ShopRequest): Promise<Attempt> {
  try {
    return { answer: await shopper.send({ ...request, timeoutMs: CALL_TIMEOUT_MS }), error: null };
  } catch (error) {
    return { answer: null, error: error instanceof Error ? error.name : String(error) };
  }
}

/** Makes calls as a client should: repeats what has no definite answer, with the same key. */
export class Caller {
  constructor(
    private readonly world: CallerWorld,
    readonly who: string,
    readonly shopper: Shopper,
  ) {}

  /** @returns null when the person gave up before a definite answer */
  async call(what: string, request: ShopRequest): Promise<Reply | null> {
    const isWrite = request.method !== "GET";
    const keyed = request.method === "POST" ? { key: randomUUID(), ...request } : request;
    const requestIds: string[] = [];
    const since = performance.now();
    for (;;) {
      const reply = await this.#try(what, keyed, requestIds);
      if (reply.answer && isDefinite(reply.answer)) return this.#conclude(keyed, reply.answer, requestIds);
      if (performance.now() - since > PATIENCE_MS) {
        if (isWrite)
          this.world.open.push({ who: this.who, what, request: keyed, shopper: this.shopper, since });
        return null;
      }
      await sleep(Math.min(retryAfterMs(reply.answer), LONGEST_PAUSE_MS));
    }
  }

  /** As `call`; null unless it was done. */
  async do(what: string, request: ShopRequest): Promise<unknown> {
    const reply = await this.call(what, request);
    return reply?.isDone ? reply.data : null;
  }

  async #try(what: string, request: ShopRequest, requestIds: string[]): Promise<Attempt> {
    const requestId = randomUUID();
    requestIds.push(requestId);
    const headers = { ...request.headers, "X-Request-Id": requestId };
    const startedAt = performance.now();
    const waitsFor = `${this.who}: ${what} (${requestId})`;
    this.world.waiting.add(waitsFor);
    const { answer, error } = await attempt(this.shopper, { ...request, headers });
    this.world.waiting.delete(waitsFor);
    this.world.countCall(answer?.status ?? 0);
    const { method, path, key, body } = request;
    this.world.recorder.record({
      ...{ who: this.who, what, method, path, key, body, requestId, error },
      ...{
        status: answer?.status ?? 0,
        code: answer?.code,
        tookMs: Math.round(performance.now() - startedAt),
      },
      ids: idsIn(answer?.data),
    });
    if (answer && ALARMING_CODES.includes(answer.code))
      this.world.alarm(describeAnswer(request, answer), [...idsIn(path), ...idsIn(body), requestId]);
    return { answer, error };
  }

  #conclude(request: ShopRequest, answer: Answer, requestIds: readonly string[]): Reply {
    const { status, code, data } = answer;
    if (code === "SAME_APPROVER") return { isDone: false, status, code, data, requestIds };
    if (status === 401 || status === 403 || status === 415)
      this.world.alarm(describeAnswer(request, answer), idsIn(request.path));
    return { isDone: status < 300, status, code, data, requestIds };
  }
}

function retryAfterMs(answer: Answer | null): number {
  const seconds = Number(answer?.headers.get("retry-after") ?? 1);
  return seconds * 1_000;
}
