/** One answer, or none, to one call. */
export interface Call {
  /** When it ended, `performance.now()`. */
  at: number;
  tookMs: number;
  /** 0: the connection broke. */
  status: number;
  code: string | null;
  hasRetryAfter: boolean;
  what: string;
}

/** What the customers saw while one thing went wrong. */
export interface Phase {
  name: string;
  startedAt: number;
  endedAt: number;
}

export interface PhaseReport {
  name: string;
  seconds: number;
  succeeded: number;
  /** `503 OUTCOME_UNKNOWN` → how often. */
  errors: Record<string, number>;
  /** The longest time without any success. */
  longestGapMs: number;
  slowestMs: number;
}

/** Somebody else's turn: a client asks again. */
const PASSING_CONFLICTS: readonly (string | null)[] = [
  "REQUEST_IN_PROGRESS",
  "PLACEMENT_IN_PROGRESS",
  "VERSION_CONFLICT",
];

const isSuccess = ({ status }: Call): boolean => status >= 200 && status < 300;

/** What a client may be told while the database is in trouble: come back, or somebody is at it. */
export const isAllowed = (call: Call): boolean =>
  isSuccess(call) ||
  (call.status === 503 && call.hasRetryAfter) ||
  (call.status === 409 && PASSING_CONFLICTS.includes(call.code));

export function reportPhase({ name, startedAt, endedAt }: Phase, calls: readonly Call[]): PhaseReport {
  const during = calls.filter(({ at }) => at >= startedAt && at < endedAt).sort((a, b) => a.at - b.at);
  const succeeded = during.filter(isSuccess);
  const moments = [startedAt, ...succeeded.map(({ at }) => at), endedAt];
  const gaps = moments.slice(1).map((moment, index) => moment - (moments[index] ?? moment));
  const errors: Record<string, number> = {};
  for (const call of during.filter((other) => !isSuccess(other))) {
    const key = `${call.status || "cut"} ${call.code ?? ""}`.trim();
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
