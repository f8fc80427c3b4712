import { readFileSync } from "node:fs";
import type { CrashPhase, ReachedPoint } from "../../utils/crash-points.js";
import type { Journey } from "./journeys.js";

/** One crash to try: the process dies at the nth reaching of a point in one request of a journey. */
export interface CrashSpec {
  journey: Journey;
  step: string;
  /** The request's id after the visit's: `place.` */
  request: string;
  name: string;
  phase: CrashPhase;
  nth: number;
}

export function readRecording(file: string): ReachedPoint[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line): ReachedPoint => JSON.parse(line));
}

/** What running a job by hand writes about itself. */
const OF_THE_HAND = /^db\.commitTransaction auditLogs|^auth\.POST \/api\/audit-logs$/;

/** In the order in which they were reached. */
export function enumerate(
  journey: Journey,
  visitId: string,
  recording: readonly ReachedPoint[],
): CrashSpec[] {
  const wanted = new Set(journey.sweep.map(({ name }) => name));
  const counts = new Map<string, number>();
  return recording.flatMap(({ name, phase, requestId }): CrashSpec[] => {
    const [visit, step = ""] = (requestId ?? "").split(".");
    if (!requestId || visit !== visitId || !wanted.has(step) || OF_THE_HAND.test(name)) return [];
    const request = requestId.slice(visitId.length + 1);
    const key = `${name} ${phase} ${request}`;
    const nth = (counts.get(key) ?? 0) + 1;
    counts.set(key, nth);
    return [{ journey, step, request, name, phase, nth }];
  });
}

/** The first of those that kill in the same step at the same effect: other journeys, and repetitions, left out. */
export function distinct(specs: readonly CrashSpec[]): CrashSpec[] {
  const first = new Map<string, CrashSpec>();
  for (const spec of specs) {
    const key = `${spec.step} ${spec.phase} ${spec.name}`;
    if (!first.has(key)) first.set(key, spec);
  }
  return [...first.values()];
}

export const toSetting = (visitId: string, { name, phase, nth, request }: CrashSpec): string =>
  `kill:${name}:${phase}:${nth}:${visitId}.${request}`;

export const describe = ({ journey, request, name, phase, nth }: CrashSpec): string =>
  `${journey.name} ${request}  ${phase} ${name}${nth > 1 ? ` #${nth}` : ""}`;
