import { exchange } from "./print.js";

/** One answer of the API, read the way a storefront would. */
export interface Answer {
  status: number;
  code: string | null;
  data: unknown;
}

/** @throws Error naming the path: the demo must not go on with half an answer. */
export function textAt(value: unknown, path: string): string {
  const found = at(value, path);
  if (typeof found !== "string") throw new Error(`no text at ${path} in ${JSON.stringify(value)}`);
  return found;
}

export function numberAt(value: unknown, path: string): number {
  const found = at(value, path);
  if (typeof found !== "number") throw new Error(`no number at ${path} in ${JSON.stringify(value)}`);
  return found;
}

export function listAt(value: unknown, path: string): unknown[] {
  const found = at(value, path);
  if (!Array.isArray(found)) throw new Error(`no list at ${path} in ${JSON.stringify(value)}`);
  return found;
}

/** The value at a dotted path, or undefined. */
export function at(value: unknown, path: string): unknown {
  let current = value;
  for (const key of path.split(".")) {
    if (typeof current !== "object" || current === null) return undefined;
    current = Reflect.get(current, key);
  }
  return current;
}

export interface Call {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  body?: unknown;
  /** What to say about the answer; default: the message of the envelope. */
  tell?: (data: unknown) => string;
  /** A refusal that belongs to the story. Anything else above 399 ends the demo. */
  expect?: number;
  idempotencyKey?: string;
  /** Looks only; does not print. */
  silent?: boolean;
}

/** A browser or an app: it keeps its session id or token, and nothing else. */
export class Storefront {
  constructor(
    private readonly url: string,
    private readonly token: string | null = null,
    private sessionId: string | null = null,
  ) {}

  /** The same browser, with a customer before it; what it kept as a guest it still has. */
  signIn(token: string): Storefront {
    return new Storefront(this.url, token, this.sessionId);
  }

  async call(call: Call): Promise<Answer> {
    const response = await fetch(this.url + call.path, {
      method: call.method,
      headers: this.headers(call),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    this.sessionId = response.headers.get("x-session-id") ?? this.sessionId;
    const envelope: unknown = await response.json();
    const answer = { status: response.status, code: codeOf(envelope), data: at(envelope, "data") };
    if (!call.silent) exchange({ ...call, status: answer.status, told: tellOf(call, answer, envelope) });
    const expected = call.expect === undefined ? answer.status < 400 : answer.status === call.expect;
    if (!expected)
      throw new Error(`${call.method} ${call.path} answered ${answer.status}: ${JSON.stringify(envelope)}`);
    return answer;
  }

  private headers({ body, idempotencyKey }: Call): Record<string, string> {
    return {
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(this.token ? { Authorization: `Bearer ${this.token}` } : {}),
      ...(this.sessionId ? { "X-Session-Id": this.sessionId } : {}),
      ...(idempotencyKey ? { "Idempotency-Key": idempotencyKey } : {}),
    };
  }
}

function codeOf(envelope: unknown): string | null {
  const code = at(envelope, "error.code");
  return typeof code === "string" ? code : null;
}

function tellOf(call: Call, answer: Answer, envelope: unknown): string {
  const message = String(at(envelope, "message") ?? "");
  if (answer.code) return `${answer.code}: ${message}`;
  return call.tell ? call.tell(answer.data) : message;
}
