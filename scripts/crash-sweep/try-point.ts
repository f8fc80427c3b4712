import { setTimeout as sleep } from "node:timers/promises";
import { letLeasesExpire, letStrayReservationsLapse } from "../support/passing-time.js";
import type { ServiceProcess } from "../support/service-process.js";
import { differences, type Ending, findFaults, readEnding } from "./ending.js";
import type { CrashSpec } from "./points.js";
import { runRecoveryJobs, settle } from "./recovery.js";
import type { Journey } from "./steps.js";
import { Visit } from "./visit.js";
import { endOpenTransactions, resetWorld, type SweepWorld } from "./world.js";

export interface CrashAttempt {
  /** The prefix of the request ids, which the crash point of the process matches. */
  visitId: string;
  /** Started with `toSetting(visitId, spec)`: dies at the crash point. */
  victim: ServiceProcess;
  /** Takes over after the crash. It may still be starting. */
  replacement: Promise<ServiceProcess>;
  /** How the journey ends without a crash. */
  expected: Ending;
  /** Called with the data as the dead process left it. */
  onCrash?: () => Promise<void>;
}

export interface CrashOutcome {
  spec: CrashSpec;
  /** Empty when everything holds. */
  faults: string[];
  /** The request id of the step in which the process died. */
  diedIn: string | null;
  ms: number;
}

/**
 * Tries one crash: a new customer walks the journey, the process dies at the point, another process takes
 * over, the client repeats the call and the journey continues to its end. After a crash before an effect the
 * client retries before the recovery jobs run; after a crash behind an effect the jobs run first.
 */
export async function tryPoint(
  world: SweepWorld,
  spec: CrashSpec,
  attempt: CrashAttempt,
): Promise<CrashOutcome> {
  const began = Date.now();
  await resetWorld(world);
  const visit = new Visit(attempt.visitId, world, attempt.victim);
  visit.switchTo(attempt.victim);
  let diedIn: string | null = null;
  const onCrash = async (): Promise<void> => {
    if (diedIn !== null) throw new Error("the replacement process has died too");
    diedIn = visit.requestId;
    await attempt.onCrash?.();
    await endOpenTransactions(world);
    await letLeasesExpire(world.db);
    visit.switchTo(await attempt.replacement);
    if (spec.phase === "before") return;
    visit.begin("recovery");
    await runRecoveryJobs(visit);
  };
  const faults: string[] = [];
  try {
    await walk(visit, spec.journey, onCrash);
    if (diedIn === null && (await hasDied(attempt.victim, LATE_CRASH_MS))) await onCrash();
    if (diedIn === null) faults.push("the point was not reached");
    await settle(visit);
    await letStrayReservationsLapse(world);
  } catch (error) {
    faults.push(String(error));
  }
  faults.push(...(await findFaults(world, spec.journey)));
  faults.push(...differences(attempt.expected, await readEnding(world)));
  return { spec, faults, diedIn, ms: Date.now() - began };
}

/** The process may die in work that the last step does after its answer. */
const LATE_CRASH_MS = 200;

/** Walks the journey without a crash. @throws Error when it fails even so */
export async function walkWithoutCrash(
  world: SweepWorld,
  journey: Journey,
  { visitId, service }: { visitId: string; service: ServiceProcess },
): Promise<Ending> {
  await resetWorld(world);
  const visit = new Visit(visitId, world, service);
  visit.switchTo(service);
  await walk(visit, journey);
  await settle(visit);
  const faults = await findFaults(world, journey);
  const ending = await readEnding(world);
  if (faults.length > 0)
    throw new Error(`${journey.name} fails without a crash:\n${faults.join("\n")}\n${ending.join("\n")}`);
  return ending;
}

/** The client notices a killed process at once, its parent a moment later. */
const NOTICED_WITHIN_MS = 2_000;

function hasDied(service: ServiceProcess, withinMs = 0): Promise<boolean> {
  return Promise.race([service.exited.then(() => true), sleep(withinMs, false)]);
}

/**
 * Walks a journey from its first step to its last. When the process dies, `onCrash` provides another one and
 * the interrupted step is repeated, as a client without an answer does.
 * @throws what a step throws while the process is alive
 */
async function walk(
  visit: Visit,
  journey: Journey,
  onCrash: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  for (const step of journey.steps) {
    for (let isDone = false; !isDone; ) {
      visit.begin(step.name);
      try {
        await step.run(visit);
        isDone = true;
      } catch (error) {
        if (!(await hasDied(visit.service, NOTICED_WITHIN_MS))) throw error;
      }
      // A step that was answered is not repeated, even if the process died in work after the answer.
      if (!(await hasDied(visit.service))) continue;
      await onCrash();
    }
  }
}
