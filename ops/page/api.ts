import { currentToken } from "./session.js";

/** A call that failed, in words for the person in front of the page. */
export class CallFailed extends Error {
  constructor(
    readonly kind: "signed-out" | "forbidden" | "passing" | "refused",
    message: string,
    /** The service asks to wait this long. */
    readonly retryAfterMs = 0,
  ) {
    super(message);
  }
}

/** A job may take as long as its request may. */
const TIMEOUT_MS = { GET: 10_000, POST: 60_000 } as const;

interface Envelope {
  message: string;
  data: unknown;
}

function failureOf(response: Response, method: "GET" | "POST", envelope: Envelope | null): CallFailed {
  const { status, headers } = response;
  const retryAfterMs = Number(headers.get("Retry-After") ?? 0) * 1_000;
  const said = envelope?.message ?? "";
  if (status === 401)
    return new CallFailed("signed-out", "The token is not valid or has expired. Sign in with a new one.");
  if (status === 403)
    return new CallFailed("forbidden", `Your role may not ${method === "GET" ? "see" : "do"} this.`);
  if (status === 429)
    return new CallFailed("passing", "Too many requests: the service asks this page to wait.", retryAfterMs);
  if (status === 500)
    return new CallFailed(
      "passing",
      `The service failed. Its log has request ${headers.get("X-Request-Id") ?? ""}.`,
    );
  if (status > 500)
    return new CallFailed("passing", `The service cannot answer now (${status}). ${said}`, retryAfterMs);
  return new CallFailed("refused", said || `The service answered ${status}.`);
}

async function readEnvelope(response: Response): Promise<Envelope | null> {
  const body: unknown = await response.json().catch(() => null);
  return typeof body === "object" && body !== null && "data" in body ? (body as Envelope) : null;
}

/**
 * Calls the API with the token of this tab.
 * @throws CallFailed
 */
export async function call<T>(method: "GET" | "POST", path: string): Promise<T> {
  const response = await fetch(path, {
    method,
    headers: { Authorization: `Bearer ${currentToken() ?? ""}` },
    cache: "no-store",
    signal: AbortSignal.timeout(TIMEOUT_MS[method]),
  }).catch(() => null);
  if (!response) throw new CallFailed("passing", "The service does not answer.");
  const envelope = await readEnvelope(response);
  // The health report of a service that is down is 503, with data.
  if (envelope && (response.ok || envelope.data !== null)) return envelope.data as T;
  throw failureOf(response, method, envelope);
}

export const get = <T>(path: string): Promise<T> => call<T>("GET", path);
export const post = <T>(path: string): Promise<T> => call<T>("POST", path);

/** What to show of any error: a bug of the page is an error too. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : "Something went wrong in this page.";
