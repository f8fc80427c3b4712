import { at } from "../support/json.js";
import { printExchange } from "../support/print.js";

/** One answer of the API. */
export interface Answer {
  status: number;
  code: string | null;
  data: unknown;
}

export interface Call {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  body?: unknown;
  /** The line to print about the answer. Default: the envelope's message. */
  summarize?: (data: unknown) => string;
  /** The status of an expected refusal. Any other status above 399 ends the demo. */
  expect?: number;
  idempotencyKey?: string;
  /** Does not print the exchange. */
  silent?: boolean;
}

/** A browser or an app, which stores a guest id or a token and nothing else. */
export class Storefront {
  constructor(
    private readonly url: string,
    private readonly token: string | null = null,
    private guestId: string | null = null,
  ) {}

  /** The same browser after signing in. It keeps its guest id. */
  signIn(token: string): Storefront {
    return new Storefront(this.url, token, this.guestId);
  }

  async call(call: Call): Promise<Answer> {
    const response = await fetch(this.url + call.path, {
      method: call.method,
      headers: this.headers(call),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    this.guestId = response.headers.get("x-session-id") ?? this.guestId;
    const envelope: unknown = await response.json();
    const answer = { status: response.status, code: codeOf(envelope), data: at(envelope, "data") };
    if (!call.silent)
      printExchange({ ...call, status: answer.status, summary: summaryOf(call, answer, envelope) });
    const expected = call.expect === undefined ? answer.status < 400 : answer.status === call.expect;
    if (!expected)
      throw new Error(`${call.method} ${call.path} answered ${answer.status}: ${JSON.stringify(envelope)}`);
    return answer;
  }

  private headers({ body, idempotencyKey }: Call): Record<string, string> {
    return {
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(this.token ? { Authorization: `Bearer ${this.token}` } : {}),
      ...(this.guestId ? { "X-Session-Id": this.guestId } : {}),
      ...(idempotencyKey ? { "Idempotency-Key": idempotencyKey } : {}),
    };
  }
}

function codeOf(envelope: unknown): string | null {
  const code = at(envelope, "error.code");
  return typeof code === "string" ? code : null;
}

function summaryOf(call: Call, answer: Answer, envelope: unknown): string {
  const message = String(at(envelope, "message") ?? "");
  if (answer.code) return `${answer.code}: ${message}`;
  return call.summarize ? call.summarize(answer.data) : message;
}
