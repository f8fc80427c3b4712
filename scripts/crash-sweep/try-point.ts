import type { ServiceProcess } from "../support/service-process.js";
import { differences, type Ending, findFaults, readEnding } from "./ending.js";
import type { CrashSpec } from "./points.js";
import { runRecoveryJobs, settle } from "./recovery.js";
import { letLeasesEnd, letStrayReservationsLapse } from "./time.js";
import { Visit } from "./visit.js";
import { hasDied, walk } from "./walk.js";
import { endOpenTransactions, resetWorld, type SweepWorld } from "./world.js";

export interface Attempt {
  /** Beginning of the request ids; also what the doomed process listens for. */
  visitId: string;
  /** Has `toSetting(visitId, spec)`. */
  doomed: ServiceProcess;
  /** Takes over after the crash; may still be starting. */
  heir: Promise<ServiceProcess>;
  /** How the journey ends without a crash. */
  undisturbed: Ending;
  /** Looks at the world as the dead process left it. */
  onCrash?: () => Promise<void>;
}

export interface Outcome {
  spec: CrashSpec;
  /** Empty: everything holds. */
  faults: string[];
  /** Which step the customer was in when it happened. */
  diedIn: string | null;
  ms: number;
}

/**
 * One crash: a fresh customer walks up to the point, the process dies there, another one takes over, the
 * call is repeated and the purchase goes on to its end. Before an effect the client is faster than the
 * recovery jobs, after it they are faster than the client: so both orders are tried in each state.
 */
export async function tryPoint(world: SweepWorld, spec: CrashSpec, attempt: Attempt): Promise<Outcome> {
  const began = Date.now();
  await resetWorld(world);
  const visit = new Visit(attempt.visitId, world, attempt.doomed);
  visit.goOnWith(attempt.doomed);
  let diedIn: string | null = null;
  const onCrash = async (): Promise<void> => {
    if (diedIn !== null) throw new Error("the process that took over has died too");
    diedIn = visit.requestId;
    await attempt.onCrash?.();
    await endOpenTransactions(world);
    await letLeasesEnd(world.db);
    visit.goOnWith(await attempt.heir);
    if (spec.phase === "before") return;
    visit.begin("recovery");
    await runRecoveryJobs(visit);
  };
  const faults: string[] = [];
  try {
    await walk(visit, spec.journey, onCrash);
    if (diedIn === null && (await hasDied(attempt.doomed, LATE_MS))) await onCrash();
    if (diedIn === null) faults.push("the point was not reached");
    await settle(visit);
    await letStrayReservationsLapse(world);
  } catch (error) {
    faults.push(String(error));
  }
  faults.push(...(await findFaults(world, spec.journey)));
  faults.push(...differences(attempt.undisturbed, await readEnding(world)));
  return { spec, faults, diedIn, ms: Date.now() - began };
}

/** What a step does after its answer may be its last. */
const LATE_MS = 200;

/** The same without a crash. @throws Error when the journey does not even work then */
export async function walkUndisturbed(
  world: SweepWorld,
  journey: CrashSpec["journey"],
  { visitId, service }: { visitId: string; service: ServiceProcess },
): Promise<Ending> {
  await resetWorld(world);
  const visit = new Visit(visitId, world, service);
  visit.goOnWith(service);
  await walk(visit, journey);
  await settle(visit);
  const faults = await findFaults(world, journey);
  const ending = await readEnding(world);
  if (faults.length > 0)
    throw new Error(`${journey.name} fails without any crash:\n${faults.join("\n")}\n${ending.join("\n")}`);
  return ending;
}
