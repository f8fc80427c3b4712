import { setTimeout as sleep } from "node:timers/promises";
import { at } from "./json.js";

export interface ShopRequest {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  body?: unknown;
  /** `Idempotency-Key` */
  key?: string | undefined;
  /** The instance to call. Default: the shopper's own. */
  url?: string | undefined;
  headers?: Readonly<Record<string, string>>;
  /** Default: none. */
  timeoutMs?: number;
}

/** One answer of the API. */
export interface Answer {
  status: number;
  /** `error.code`, or null on success. */
  code: string | null;
  message: string;
  data: unknown;
  headers: Headers;
}

/** Refusals that promise that nothing was done. */
const NOTHING_DONE: readonly (string | null)[] = ["UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE", "OVERLOADED"];
const ATTEMPTS = 3;
const PAUSE_MS = 1_000;

/** A browser, which stores its guest id or its token and nothing else. */
export class Shopper {
  guestId: string | null = null;

  constructor(
    readonly url: string,
    public token: string | null = null,
  ) {}

  /** @throws when the connection fails or times out; an error of the API is an answer */
  async send(request: ShopRequest): Promise<Answer> {
    const { timeoutMs } = request;
    if (timeoutMs === undefined) return this.exchange(request);
    // A timer of its own, which ends the wait even if the request forgets its signal.
    const giveUp = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const error = new DOMException(`no answer within ${timeoutMs} ms`, "TimeoutError");
        reject(error);
        giveUp.abort(error);
      }, timeoutMs);
    });
    try {
      return await Promise.race([this.exchange(request, giveUp.signal), tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  private async exchange(request: ShopRequest, signal: AbortSignal | null = null): Promise<Answer> {
    const { method, path, body, url = this.url } = request;
    const response = await fetch(url + path, {
      method,
      headers: this.headersOf(request),
      signal,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    this.guestId = response.headers.get("x-session-id") ?? this.guestId;
    const envelope: unknown = await response.json();
    const code = at(envelope, "error.code");
    return {
      status: response.status,
      code: typeof code === "string" ? code : null,
      message: String(at(envelope, "message") ?? ""),
      data: at(envelope, "data"),
      headers: response.headers,
    };
  }

  /**
   * As `send`, for calls that must succeed. Repeated, as clients do, while it is refused because the machine is busy.
   * @throws Error with the last answer
   */
  async do(request: ShopRequest): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.send(request);
      if (answer.status < 300) return answer.data;
      if (!NOTHING_DONE.includes(answer.code) || attempt === ATTEMPTS)
        throw new Error(describeAnswer(request, answer));
      await sleep(PAUSE_MS);
    }
  }

  private headersOf({ body, key, headers = {} }: ShopRequest): Record<string, string> {
    return {
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(this.token ? { Authorization: `Bearer ${this.token}` } : {}),
      ...(this.guestId ? { "X-Session-Id": this.guestId } : {}),
      ...(key ? { "Idempotency-Key": key } : {}),
      ...headers,
    };
  }
}

export const describeAnswer = (
  { method, path }: ShopRequest,
  { status, code, message, data }: Answer,
): string => `${method} ${path} answered ${status} ${code ?? ""}: ${message} ${JSON.stringify(data)}`;
