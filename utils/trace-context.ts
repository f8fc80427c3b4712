import { randomBytes } from "node:crypto";

/**
 * W3C Trace Context (level 1): the header `traceparent` carries `version-traceId-parentId-flags` from service to
 * service, so that the logs of all of them can be searched by one trace id. This service records no spans; it continues
 * the trace and puts its id into the log. It does not pass `tracestate` on (docs/decisions/039).
 */
export interface Trace {
  /** 32 hex digits, the same in every service that the request passes. */
  traceId: string;
  /** 16 hex digits: this request or job, the parent of the calls that it makes. */
  spanId: string;
  /** Two hex digits. The lowest bit: the trace is recorded. */
  flags: string;
}

const HEADER = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const VERSION = "00";
const INVALID_VERSION = "ff";
const ONLY_ZEROS = /^0+$/;
/** Recorded, and a random trace id. A version 00 receiver ignores the others, so they are not passed on. */
const KNOWN_FLAGS = 0b11;
const RECORDED = "01";

const newSpanId = (): string => randomBytes(8).toString("hex");

/** A new trace. All-zero ids are invalid; random ones do not occur. */
export const beginTrace = (): Trace => ({
  traceId: randomBytes(16).toString("hex"),
  spanId: newSpanId(),
  flags: RECORDED,
});

/** The next part of the caller's trace, or a new trace when the header is missing or invalid. */
export function continueTrace(traceparent: unknown): Trace {
  const [, version, traceId, parentId, flags, rest] =
    (typeof traceparent === "string" && HEADER.exec(traceparent)) || [];
  if (version === undefined || traceId === undefined || parentId === undefined || flags === undefined)
    return beginTrace();
  // Later versions may append fields; version 00 must not.
  if (version === INVALID_VERSION || (version === VERSION && rest !== undefined)) return beginTrace();
  if (ONLY_ZEROS.test(traceId) || ONLY_ZEROS.test(parentId)) return beginTrace();
  const known = Number.parseInt(flags, 16) & KNOWN_FLAGS;
  return { traceId, spanId: newSpanId(), flags: known.toString(16).padStart(2, "0") };
}

/** The header for a call that belongs to this trace. */
export const toTraceparent = ({ traceId, spanId, flags }: Trace): string =>
  `${VERSION}-${traceId}-${spanId}-${flags}`;
