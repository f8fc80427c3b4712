/** One call with its answer, if there was one. */
export interface RecordedCall {
  /** When it ended, by `performance.now()`. */
  at: number;
  tookMs: number;
  /** 0: the connection broke. */
  status: number;
  code: string | null;
  hasRetryAfter: boolean;
  what: string;
}

/** The time of one fault. */
export interface Phase {
  name: string;
  startedAt: number;
  endedAt: number;
}

export interface PhaseReport {
  name: string;
  seconds: number;
  succeeded: number;
  /** Count by status and code, such as `503 OUTCOME_UNKNOWN`. */
  errors: Record<string, number>;
  /** The longest time without a success. */
  longestGapMs: number;
  slowestMs: number;
}

/** Another request is in progress: the client retries. */
const RETRY_CONFLICTS: readonly (string | null)[] = [
  "REQUEST_IN_PROGRESS",
  "PLACEMENT_IN_PROGRESS",
  "VERSION_CONFLICT",
];

const isSuccess = ({ status }: RecordedCall): boolean => status >= 200 && status < 300;

/** What a client may get while the database fails: a success, 503 with Retry-After, or a conflict to retry. */
export const isAllowed = (call: RecordedCall): boolean =>
  isSuccess(call) ||
  (call.status === 503 && call.hasRetryAfter) ||
  (call.status === 409 && RETRY_CONFLICTS.includes(call.code));

export function reportPhase(
  { name, startedAt, endedAt }: Phase,
  calls: readonly RecordedCall[],
): PhaseReport {
  const during = calls.filter(({ at }) => at >= startedAt && at < endedAt).sort((a, b) => a.at - b.at);
  const succeeded = during.filter(isSuccess);
  const moments = [startedAt, ...succeeded.map(({ at }) => at), endedAt];
  const gaps = moments.slice(1).map((moment, index) => moment - (moments[index] ?? moment));
  const errors: Record<string, number> = {};
  for (const call of during.filter((other) => !isSuccess(other))) {
    const key = `${call.status || "no answer"} ${call.code ?? ""}`.trim();
    errors[key] = (errors[key] ?? 0) + 1;
  }
  return {
    name,
    seconds: Math.round((endedAt - startedAt) / 1_000),
    succeeded: succeeded.length,
    errors,
    longestGapMs: Math.round(Math.max(...gaps)),
    slowestMs: Math.round(Math.max(0, ...during.map(({ tookMs }) => tookMs))),
  };
}
