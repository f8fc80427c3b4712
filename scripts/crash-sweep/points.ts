import { readFileSync } from "node:fs";
import type { CrashPhase, ReachedPoint } from "../../utils/crash-points.js";
import type { Journey } from "./steps.js";

/** One crash to try: the process dies when a request of a journey reaches the point for the nth time. */
export interface CrashSpec {
  journey: Journey;
  step: string;
  /** The request id without the visit's id: `place.` */
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

/** The audit row of a job that is run by hand. */
const MANUAL_RUN_AUDIT = /^db\.commitTransaction auditLogs|^auth\.POST \/api\/audit-logs$/;

/** The crashes to try in a journey, in the order in which its points were reached. */
export function enumerate(
  journey: Journey,
  visitId: string,
  recording: readonly ReachedPoint[],
): CrashSpec[] {
  const wanted = new Set(journey.sweep.map(({ name }) => name));
  const counts = new Map<string, number>();
  return recording.flatMap(({ name, phase, requestId }): CrashSpec[] => {
    const [visit, step = ""] = (requestId ?? "").split(".");
    if (!requestId || visit !== visitId || !wanted.has(step) || MANUAL_RUN_AUDIT.test(name)) return [];
    const request = requestId.slice(visitId.length + 1);
    const key = `${name} ${phase} ${request}`;
    const nth = (counts.get(key) ?? 0) + 1;
    counts.set(key, nth);
    return [{ journey, step, request, name, phase, nth }];
  });
}

/** One crash per step and effect: leaves out repetitions and the same step in other journeys. */
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
