import type { Facts } from "./facts.js";
import { type Check, duplicatesOf, type Finding, finding, groupBy } from "./invariants.js";

/** Scheduled jobs: one run for each slot, and one at a time. */

type Run = Facts["jobRuns"][number];

const report = (run: Run, problem: string): Finding => finding(problem, run._id, run.job, run.slot);

/** A grant reads the clock before it waits for the release that commits at that moment. */
const GRANT_MS = 100;

/**
 * A run that was killed or frozen until another one took over is `abandoned`, or still `running` under a smaller fencing
 * number. When its work ended is not known and makes no difference, because it
 * completes nothing.
 */
const endOf = ({ state, finishedAt }: Run): Date | null =>
  state === "completed" || state === "failed" ? finishedAt : null;

/** In the order of their grants, a run begins after the one before, and after its end. */
const overlaps = (runs: readonly Run[]): Finding[] => {
  const inOrder = [...runs].sort((a, b) => a.fencing - b.fencing);
  return inOrder.flatMap((run, index) => {
    const before = inOrder[index - 1];
    if (!before) return [];
    const earliest = (endOf(before) ?? before.startedAt).getTime() - GRANT_MS;
    if (run.startedAt.getTime() >= earliest) return [];
    return [report(run, `it began before run ${before.fencing} of the job had ended`)];
  });
};

const jobRuns: Check = ({ jobRuns: runs }) => {
  const slots = duplicatesOf(runs, ({ job, slot }) => `${job} ${slot}`);
  const grants = duplicatesOf(runs, ({ job, fencing }) => `${job} ${fencing}`);
  const odd = runs.filter(
    ({ state, startedAt, finishedAt }) =>
      (state === "running") !== (finishedAt === null) || (finishedAt !== null && finishedAt < startedAt),
  );
  return [
    ...slots.map(([slot, rows]) => finding(`the slot has ${rows.length} runs`, slot)),
    ...grants.map(([grant, rows]) => finding(`${rows.length} runs hold one grant of the lease`, grant)),
    ...odd.map((run) => report(run, `it is ${run.state}, and ended at ${run.finishedAt?.toISOString()}`)),
    ...[...groupBy(runs, ({ job }) => job).values()].flatMap(overlaps),
  ];
};

export const jobRunChecks = { jobRuns };
