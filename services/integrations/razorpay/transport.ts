import http from "node:http";
import https from "node:https";
import type { AxiosError, AxiosInstance, AxiosResponse } from "axios";
import Razorpay from "razorpay";
import { logger } from "../../../config/logger.config.js";
import { type CrashPhase, crashPointsAreOn, reachOutsideWrite } from "../../../utils/crash-points.js";
import { afterUnread } from "../../../utils/event-loop.js";
import { isRecord } from "../../../utils/helpers.js";
import { currentTrace } from "../../../utils/request-context.js";
import { type Result, success } from "../../../utils/result.js";
import { beginTrace, toTraceparent } from "../../../utils/trace-context.js";
import type { Attempt } from "../guard.js";
import { Guard } from "../guard.js";
import { type FailedCall, readThrown, toFailedAttempt } from "./errors.js";

/**
 * The official SDK with what its transport lacks: a deadline, errors that
 * tell a refusal from an unknown outcome, a place for the idempotency header, and a base URL for the simulator.
 */

export interface TransportOptions {
  keyId: string;
  keySecret: string;
  /** Without `/v1`; never together with a live key. */
  apiUrl?: string | undefined;
  timeoutMs: number;
}

/** A write may have had an effect although the answer is bad, and is never repeated here. */
export interface TransportCall<T> extends FailedCall {
  /** May throw synchronously: the SDK does when an argument is missing. */
  send: (sdk: Razorpay, http: AxiosInstance) => Promise<unknown>;
  /** Throws when the answer is not what it should be. */
  read: (answer: unknown) => T;
}

export interface Transport {
  call<T>(call: TransportCall<T>): Promise<Result<T>>;
  guard: Guard;
}

/** The gateway throttles long before this. A slow gateway must not hold more of our requests. */
const MAX_CONCURRENT = 50;
/** A report has up to a thousand rows. */
const MAX_ANSWER_BYTES = 5_000_000;

/** The SDK's axios instance; it is not in its types, and an upgrade that moves it must fail at the start. */
function axiosOf(sdk: Razorpay): AxiosInstance {
  const { rq } = sdk.api as unknown as { rq?: AxiosInstance };
  if (!rq?.defaults || !rq.interceptors) throw new Error("razorpay SDK internals changed: api.rq is missing");
  return rq;
}

/** Gives the error the shape of an answer, because the SDK reads `response.data.error` unchecked. */
function withAnswer(error: unknown, status: number, body: Record<string, unknown>): unknown {
  return Object.assign(error instanceof Error ? error : new Error(String(error)), {
    response: { status, data: { error: body } },
  });
}

function refuseNonJson(response: AxiosResponse<unknown>): AxiosResponse<unknown> {
  if (typeof response.data === "object" && response.data !== null) return response;
  const body = { code: "BAD_RESPONSE", description: "a success whose body is not JSON" };
  throw withAnswer(new Error(body.description), response.status, body);
}

function describeError(error: AxiosError<unknown>): Promise<never> {
  const { response } = error;
  if (!response) {
    // Status 0: no answer, so the outcome is not known unless the cause says that nothing was sent.
    return Promise.reject(
      withAnswer(error, 0, { code: "NETWORK_ERROR", description: error.message, reason: error.code }),
    );
  }
  const given = isRecord(response.data) && isRecord(response.data.error) ? response.data.error : {};
  const retryAfter: unknown = response.headers?.["retry-after"];
  return Promise.reject(withAnswer(error, response.status, { ...given, retryAfter }));
}

function completeTransport(rq: AxiosInstance, { apiUrl, timeoutMs }: TransportOptions): void {
  const sockets = { keepAlive: true, maxSockets: MAX_CONCURRENT };
  Object.assign(rq.defaults, {
    // The signal below: axios' own time-out restarts with every byte, and does not read what has arrived.
    timeout: 0,
    maxRedirects: 0,
    maxContentLength: MAX_ANSWER_BYTES,
    httpAgent: new http.Agent(sockets),
    httpsAgent: new https.Agent(sockets),
  });
  if (apiUrl) Object.assign(rq.defaults, { baseURL: apiUrl, proxy: false });
  rq.interceptors.request.use((request) => {
    request.signal = deadlineSignal(timeoutMs);
    request.headers.set("traceparent", toTraceparent(currentTrace() ?? beginTrace()));
    return request;
  });
  rq.interceptors.response.use(refuseNonJson, describeError);
}

/** Aborts after the time, but not before what has arrived is read. */
function deadlineSignal(timeoutMs: number): AbortSignal {
  const controller = new AbortController();
  afterUnread(timeoutMs, () => controller.abort());
  return controller.signal;
}

/** Crash points around every call that is not a look-up; registered first, to see answers as they arrive. */
function addCrashPoints(rq: AxiosInstance): void {
  const reach = (
    { method = "get", url = "" }: { method?: string; url?: string },
    phase: CrashPhase,
  ): void => {
    if (method.toLowerCase() !== "get") reachOutsideWrite({ service: "razorpay", method, path: url }, phase);
  };
  rq.interceptors.request.use((request) => {
    reach(request, "before");
    return request;
  });
  rq.interceptors.response.use(
    (response) => {
      reach(response.config, "after");
      return response;
    },
    (error: AxiosError) => {
      if (error.response) reach(error.response.config, "after");
      return Promise.reject(error);
    },
  );
}

/** @throws Error when key or secret is missing, or a live key is to be used with another address */
export function createTransport(options: TransportOptions): Transport {
  const { keyId, keySecret, apiUrl, timeoutMs } = options;
  if (!keyId || !keySecret) throw new Error("Razorpay key id and secret are required");
  if (apiUrl && !keyId.startsWith("rzp_test_")) {
    throw new Error("RAZORPAY_API_URL is for test keys only: live payments go to the gateway itself");
  }
  const sdk = new Razorpay({ key_id: keyId, key_secret: keySecret });
  const rq = axiosOf(sdk);
  if (crashPointsAreOn) addCrashPoints(rq);
  completeTransport(rq, options);
  const guard = new Guard({ service: "razorpay", maxConcurrent: MAX_CONCURRENT });

  async function attempt<T>(call: TransportCall<T>): Promise<Attempt<T>> {
    let answer: unknown;
    try {
      answer = await call.send(sdk, rq);
    } catch (thrown) {
      return failedAttempt(thrown, call);
    }
    try {
      return { result: success(call.read(answer)), isFault: false, isTransient: false };
    } catch (error) {
      // The call may have taken effect. The gateway is healthy; only this answer cannot be read.
      const description = error instanceof Error ? error.message : String(error);
      const failed = toFailedAttempt({ ...NOT_UNDERSTOOD, description, detail: description }, call);
      return { ...failed, isFault: false };
    }
  }

  return {
    guard,
    call: (call) =>
      guard.run({
        deadlineMs: timeoutMs,
        isRepeatable: !call.isWrite,
        send: (remainingMs) => withDeadline(attempt(call), remainingMs, call),
      }),
  };
}

const NOT_UNDERSTOOD = {
  status: 502,
  code: "BAD_RESPONSE",
  reason: null,
  field: null,
  retryAfter: undefined,
} as const;

function failedAttempt(thrown: unknown, call: FailedCall): Attempt<never> {
  const error = readThrown(thrown);
  if (!error) {
    logger.error({ err: thrown }, "> The gateway's SDK failed unexpectedly");
    const description = thrown instanceof Error ? thrown.message : String(thrown);
    return { ...toFailedAttempt({ ...NOT_UNDERSTOOD, description }, call), isFault: false };
  }
  return toFailedAttempt(error, call);
}

/** A second try gets only the time that the first has left; its request ends by its own signal. */
async function withDeadline<T>(
  work: Promise<Attempt<T>>,
  remainingMs: number,
  call: FailedCall,
): Promise<Attempt<T>> {
  let forgetDeadline = (): void => undefined;
  const late = new Promise<Attempt<never>>((resolve) => {
    const timeout = { ...NOT_UNDERSTOOD, status: 0, code: "NETWORK_ERROR", reason: "ETIMEDOUT" };
    forgetDeadline = afterUnread(remainingMs, () =>
      resolve(toFailedAttempt({ ...timeout, description: "no answer in time" }, call)),
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    forgetDeadline();
  }
}
