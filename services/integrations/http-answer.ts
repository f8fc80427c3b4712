import type Joi from "joi";
import { describeMismatch, isStorableKey } from "../../utils/foreign-data.js";
import { isRecord } from "../../utils/helpers.js";
import type { Failure, Outcome } from "../../utils/result.js";
import { NEVER_ARRIVED, success } from "../../utils/result.js";
import type { ListedRefusal } from "./contract.js";
import type { Attempt } from "./guard.js";
import { DEADLINE, type HttpResponse, TOO_LARGE } from "./http-exchange.js";

/**
 * Reads what a neighbour sent, or how the call broke, as a `Result`. The neighbour is not trusted: any bytes
 * become a typed success or failure, and only a refusal that the call lists is a definite no.
 */

export interface HttpAnswer extends HttpResponse {
  service: string;
  isWrite: boolean;
}

/** Unknown fields are stripped, so that a neighbour may add some; nothing is converted, so that "5" is not 5. */
const ANSWER_RULES = { convert: false, stripUnknown: true, abortEarly: true, presence: "required" } as const;
const MAX_ERROR_LENGTH = 300;
const MAX_CODE_LENGTH = 60;

type FailureParts = Omit<Failure, "success" | "error"> & { error: string };

function failed(parts: FailureParts, kind: { isFault: boolean; isTransient: boolean }): Attempt<never> {
  return { result: { success: false, ...parts, error: parts.error.slice(0, MAX_ERROR_LENGTH) }, ...kind };
}

/** An answer outside the contract: the call may have taken effect. */
function badResponse(answer: HttpAnswer, error: string, isFault: boolean): Attempt<never> {
  return failed(
    {
      outcome: "unknown",
      code: "BAD_RESPONSE",
      error,
      detail: error,
      // A failure with a success status would be misleading in the log.
      statusCode: answer.status < 400 ? 502 : answer.status,
      service: answer.service,
    },
    { isFault, isTransient: false },
  );
}

const PROTOTYPE_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Drops keys that would change a prototype when the object is merged, and keys that cannot be stored. */
function withoutUnsafeKeys(this: unknown, key: string, value: unknown): unknown {
  return PROTOTYPE_KEYS.has(key) || !isStorableKey(key) ? undefined : value;
}

/** @returns undefined when the text is not JSON */
function parseJson(text: string): unknown {
  try {
    // The reviver is slow; only a text with such a name (or an escape that may spell it) needs it.
    return /proto|constructor|_bsontype|\\u/.test(text)
      ? JSON.parse(text, withoutUnsafeKeys)
      : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @returns ms, or undefined when the header is absent or invalid */
export function parseRetryAfter(header: string | undefined): number | undefined {
  if (!header) return undefined;
  const seconds = Number(header);
  const waitMs = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - Date.now();
  return waitMs >= 0 ? waitMs : undefined;
}

/** The code in an envelope's `error`, which may be a string or `{code, message}`. */
function refusalCode(envelope: Record<string, unknown>, status: number): string {
  const { error } = envelope;
  const candidates = [isRecord(error) ? error.code : error, envelope.code];
  const code = candidates.find(
    (candidate) => typeof candidate === "string" && /^[A-Z][A-Z0-9_]*$/.test(candidate),
  );
  return typeof code === "string" ? code.slice(0, MAX_CODE_LENGTH) : `HTTP_${status}`;
}

function refusalMessage(envelope: Record<string, unknown>): string {
  const { error, message } = envelope;
  if (isRecord(error) && typeof error.message === "string") return error.message;
  return [message, error].find((text) => typeof text === "string" && text !== "")?.toString() ?? "refused";
}

/** A 4xx outside the contract: a wrong token, a proxy's page, a code that the call does not list. */
function contractFault(answer: HttpAnswer, parts: Pick<FailureParts, "outcome" | "code" | "error">) {
  const { service, status } = answer;
  return failed(
    { ...parts, statusCode: status, service, isContractFault: true },
    { isFault: false, isTransient: false },
  );
}

/** A 4xx. Only a refusal that the call lists, in the envelope of the contract, is an answer to the question. */
function readRefusal(answer: HttpAnswer, refusals: readonly ListedRefusal[]): Attempt<never> {
  const { service, status } = answer;
  const code = `HTTP_${status}`;
  const calm = { isFault: false, isTransient: false };
  if (status === 429) {
    return failed({ outcome: "unavailable", code, error: "throttled", statusCode: status, service }, calm);
  }
  if (status === 408) return badResponse(answer, "the neighbour gave up waiting", true);
  // The neighbour did not admit the call: nothing was done, and nothing is known about stock or coupons.
  if (status === 401 || status === 403) {
    return contractFault(answer, {
      outcome: "unavailable",
      code,
      error: "the service token was not accepted",
    });
  }
  const envelope = parseJson(answer.text);
  if (!isRecord(envelope) || !(envelope.success === false || envelope.error)) {
    const error = `status ${status} without an envelope`;
    return contractFault(answer, { outcome: "unknown", code: "BAD_RESPONSE", error });
  }
  const neighboursCode = refusalCode(envelope, status);
  const listed = refusals.find((entry) => entry.status === status && entry.isMeantBy(neighboursCode));
  if (!listed) {
    const error = `the contract of this call does not list ${neighboursCode}`;
    return contractFault(answer, { outcome: "unknown", code, error });
  }
  return failed(
    {
      outcome: "refused",
      code: listed.code,
      error: refusalMessage(envelope),
      statusCode: status,
      service,
      data: envelope.data ?? undefined,
    },
    calm,
  );
}

/** A 5xx. After a 503, a read was not served (unavailable), but a write may have been done (unknown). */
function readServerError({ service, status, retryAfter, isWrite }: HttpAnswer): Attempt<never> {
  const outcome: Outcome = status === 503 && !isWrite ? "unavailable" : "unknown";
  const retryAfterMs = parseRetryAfter(retryAfter);
  return {
    ...failed(
      { outcome, code: `HTTP_${status}`, error: `status ${status}`, statusCode: status, service },
      { isFault: true, isTransient: true },
    ),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function readSuccess<T>(answer: HttpAnswer, schema: Joi.Schema<T>, normalise: Normalise): Attempt<T> {
  const envelope = answer.text === "" ? {} : parseJson(answer.text);
  // A page instead of JSON is a fault of the neighbour; a wrong field in one product is not.
  if (!isRecord(envelope)) return badResponse(answer, "the body is not the JSON of the contract", true);
  if (envelope.success === false) return badResponse(answer, "a success status with success: false", false);
  const { value, error } = schema.validate(normalise(envelope.data), ANSWER_RULES);
  if (error) return badResponse(answer, describeMismatch(error), false);
  return { result: success(value), isFault: false, isTransient: false };
}

/** Renames the fields of an answer to those of the contract, before validation. */
export type Normalise = (data: unknown) => unknown;

/** What a call expects: the `data` of a success, and the refusals that its contract lists. */
export interface Expectation<T> {
  schema: Joi.Schema<T>;
  refusals: readonly ListedRefusal[];
  normalise: Normalise;
}

/** What an HTTP answer means. */
export function readAnswer<T>(
  answer: HttpAnswer,
  { schema, refusals, normalise }: Expectation<T>,
): Attempt<T> {
  if (answer.status >= 200 && answer.status < 300) return readSuccess(answer, schema, normalise);
  if (answer.status >= 500) return readServerError(answer);
  if (answer.status >= 400) return readRefusal(answer, refusals);
  return badResponse(answer, `unexpected status ${answer.status}`, true);
}

/** A call without a complete answer, as a failure. */
export function handleServiceError(service: string, thrown: unknown): Attempt<never> {
  const cause = isRecord(thrown) && typeof thrown.code === "string" ? thrown.code : "";
  if (NEVER_ARRIVED.has(cause)) {
    return failed(
      { outcome: "unavailable", code: "NETWORK", error: cause, detail: cause, statusCode: 503, service },
      { isFault: true, isTransient: true },
    );
  }
  const unknown = { outcome: "unknown", service } as const;
  if (cause === DEADLINE) {
    return failed(
      { ...unknown, code: "TIMEOUT", error: "no answer in time", statusCode: 504 },
      { isFault: true, isTransient: false },
    );
  }
  if (cause === TOO_LARGE) {
    return failed(
      { ...unknown, code: "BAD_RESPONSE", error: "the body is too large", statusCode: 502 },
      { isFault: true, isTransient: false },
    );
  }
  return failed(
    { ...unknown, code: "NETWORK", error: cause || String(thrown), detail: cause, statusCode: 502 },
    { isFault: true, isTransient: true },
  );
}
