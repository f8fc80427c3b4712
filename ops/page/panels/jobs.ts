import { actionButton } from "../action.js";
import type { Job, JobRun, Jobs } from "../api-types.js";
import { bodyOf, chip, fill, h, muted, type Tone, table } from "../dom.js";
import { ago, duration, number, words } from "../format.js";

/** Every job with its last run; those that failed first. */

const TONES: Readonly<Record<string, Tone>> = {
  completed: "good",
  running: "plain",
  failed: "bad",
  abandoned: "bad",
};

/** The counts that are not 0, in words. */
function resultOf(run: JobRun): string {
  const counts = Object.entries(run.result ?? {}).filter(
    ([, count]) => typeof count === "number" && count > 0,
  );
  return counts.map(([name, count]) => `${words(name)}: ${number(Number(count))}`).join(", ");
}

const lasted = ({ startedAt, finishedAt }: JobRun): string =>
  finishedAt ? `, took ${duration(Date.parse(finishedAt) - Date.parse(startedAt))}` : "";

function lastRunOf({ lastRuns }: Job) {
  const last = lastRuns[0];
  if (!last) return [muted("Never")];
  const result = resultOf(last);
  return [
    chip(last.state, TONES[last.state] ?? "plain"),
    h("small", { class: "muted" }, ago(last.startedAt), lasted(last)),
    result ? h("small", { class: "muted" }, result) : null,
    last.error ? h("small", { class: "error-text" }, last.error) : null,
  ];
}

const toldOf = (name: string) => (run: JobRun) => {
  const result = resultOf(run);
  if (run.state === "completed")
    return { text: `${name} has run. ${result || "There was nothing to do."}`, isGood: true };
  return { text: `${name} has ${run.state}. ${run.error ?? ""}`, isGood: false };
};

const isTroubled = ({ lastRuns }: Job): boolean => TONES[lastRuns[0]?.state ?? ""] === "bad";

export function showJobs({ items }: Jobs, reload: () => void): void {
  const sorted = items.toSorted(
    (left, right) =>
      Number(isTroubled(right)) - Number(isTroubled(left)) || left.name.localeCompare(right.name),
  );
  const rows = sorted.map((job) => [
    [job.name, h("small", { class: "muted" }, job.description)],
    lastRunOf(job),
    actionButton<JobRun>({
      label: "Run",
      name: `Run ${job.name} now`,
      key: `run-${job.name}`,
      question: {
        title: `Run ${job.name} now?`,
        text: `${job.description}. The run is recorded in the audit log.`,
        action: "Run now",
      },
      path: `/api/admin/jobs/${job.name}/run`,
      told: toldOf(job.name),
      done: reload,
    }),
  ]);
  fill(
    bodyOf("jobs"),
    table({ caption: "Jobs and their last runs", head: ["Job", "Last run", "Action"], rows }),
  );
}
