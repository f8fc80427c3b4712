import { isRecord } from "../../../utils/helpers.js";
import { type Failure, NEVER_ARRIVED } from "../../../utils/result.js";
import type { Attempt } from "../../integrations/guard.js";

export const CLOUDINARY = "cloudinary";

/** An error in the form of the SDK's: with the status of the answer. */
export class CloudinaryError extends Error {
  constructor(
    readonly http_code: number,
    message: string,
  ) {
    super(message);
    this.name = "CloudinaryError";
  }
}

/** The SDK's own status for a time-out. */
const TIME_OUT = 499;
export const noAnswerInTime = () => new CloudinaryError(TIME_OUT, "no answer in time");

/** What the SDK and Node's HTTP client throw: an answer with its status, or an error of the network with its code. */
interface Trouble {
  status?: number;
  code?: string;
  message: string;
}

/** The SDK rejects with errors, with plain objects, and with either of them in a field `error`. */
function toTrouble(thrown: unknown): Trouble {
  const inner: unknown = isRecord(thrown) && "error" in thrown ? thrown.error : thrown;
  const given: unknown = inner instanceof Error ? { ...inner, message: inner.message } : inner;
  const { http_code: status, code, message } = isRecord(given) ? given : { message: inner };
  return {
    ...(typeof status === "number" && { status }),
    ...(typeof code === "string" && { code }),
    message: String(message),
  };
}

type Meaning = Pick<Failure, "outcome" | "code" | "statusCode" | "isContractFault"> &
  Pick<Attempt<never>, "isFault" | "isTransient">;

const transientFault = { isFault: true, isTransient: true };
const noFault = { isFault: false, isTransient: false };

function meaningOf({ status, code }: Trouble): Meaning {
  if (status === undefined) {
    const never = code !== undefined && NEVER_ARRIVED.has(code);
    return never
      ? { outcome: "unavailable", code: "NETWORK", statusCode: 503, ...transientFault }
      : { outcome: "unknown", code: "NETWORK", statusCode: 502, ...transientFault };
  }
  if (status === TIME_OUT)
    return { outcome: "unknown", code: "TIMEOUT", statusCode: 504, isFault: true, isTransient: false };
  // 420: more calls than the account may make.
  if (status === 420 || status === 429)
    return { outcome: "unavailable", code: `HTTP_${status}`, statusCode: status, ...noFault };
  if (status === 401 || status === 403)
    return {
      outcome: "unavailable",
      code: "AUTHENTICATION",
      statusCode: status,
      isContractFault: true,
      ...noFault,
    };
  if (status === 503)
    return { outcome: "unavailable", code: "HTTP_503", statusCode: status, ...transientFault };
  if (status >= 500)
    return { outcome: "unknown", code: `HTTP_${status}`, statusCode: status, ...transientFault };
  if (status >= 400)
    return {
      outcome: "unknown",
      code: `HTTP_${status}`,
      statusCode: status,
      isContractFault: true,
      ...noFault,
    };
  return { outcome: "unknown", code: "BAD_RESPONSE", statusCode: 502, isFault: true, isTransient: false };
}

/** A failed call, as the guard and `unwrap` understand it. */
export function toFailedAttempt(thrown: unknown): Attempt<never> {
  const trouble = toTrouble(thrown);
  const { isFault, isTransient, ...meaning } = meaningOf(trouble);
  const error = trouble.message.slice(0, 300);
  return { result: { success: false, ...meaning, error, service: CLOUDINARY }, isFault, isTransient };
}
