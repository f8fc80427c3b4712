import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReachedPoint } from "../../utils/crash-points.js";
import type { ServiceProcess } from "../support/service-process.js";
import type { Ending } from "./ending.js";
import { type CrashSpec, enumerate, readRecording, toSetting } from "./points.js";
import type { Journey } from "./steps.js";
import { type CrashOutcome, tryPoint, walkWithoutCrash } from "./try-point.js";
import type { ServiceStart, SweepWorld } from "./world.js";

export interface Recorded {
  journey: Journey;
  ending: Ending;
  /** Every point that was reached, in order. */
  points: ReachedPoint[];
  /** The crashes to try. */
  specs: CrashSpec[];
}

/** Walks each journey once without a crash and records every point that it reaches. */
export async function record(world: SweepWorld, journeys: readonly Journey[]): Promise<Recorded[]> {
  const folder = mkdtempSync(join(tmpdir(), "crash-points-"));
  const recorded: Recorded[] = [];
  try {
    for (const [index, journey] of journeys.entries())
      recorded.push(await recordOne(world, journey, { index, file: join(folder, journey.name) }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return recorded;
}

async function recordOne(
  world: SweepWorld,
  journey: Journey,
  { index, file }: { index: number; file: string },
): Promise<Recorded> {
  const visitId = `recording${index}`;
  const service = await world.startService({
    crashPoints: `record:${file}`,
    ...(journey.env ? { env: journey.env } : {}),
  });
  try {
    const ending = await walkWithoutCrash(world, journey, { visitId, service });
    const points = readRecording(file);
    return { journey, ending, points, specs: enumerate(journey, visitId, points) };
  } finally {
    service.kill("SIGKILL");
  }
}

export interface SweepOptions {
  /** Selects the points to try. Default: all. */
  choose?: (spec: CrashSpec) => boolean;
  /** Called with the data as the dead process left it, before anything else runs. */
  onCrash?: (spec: CrashSpec) => Promise<void>;
  onOutcome?: (outcome: CrashOutcome, index: number, total: number) => void;
}

/** Tries all crashes, one after the other. The process that takes over is the one that dies next. */
export async function sweep(
  world: SweepWorld,
  recorded: readonly Recorded[],
  { choose = () => true, onCrash, onOutcome }: SweepOptions = {},
): Promise<CrashOutcome[]> {
  const endings = new Map(recorded.map(({ journey, ending }) => [journey, ending]));
  const specs = recorded.flatMap((one) => one.specs).filter(choose);
  const outcomes: CrashOutcome[] = [];
  const processes = new Processes(world, specs);
  try {
    for (const [index, spec] of specs.entries()) {
      const { victim, replacement } = await processes.of(index);
      const outcome = await tryPoint(world, spec, {
        visitId: visitIdOf(index),
        victim,
        replacement,
        expected: endings.get(spec.journey) ?? [],
        ...(onCrash ? { onCrash: () => onCrash(spec) } : {}),
      });
      victim.kill("SIGKILL");
      onOutcome?.(outcome, index, specs.length);
      outcomes.push(outcome);
    }
  } finally {
    await processes.stop();
  }
  return outcomes;
}

const visitIdOf = (index: number): string => `visit${String(index).padStart(4, "0")}`;

/** Starts the process of the next crash while the current one is still running. */
class Processes {
  private readonly started = new Map<string, Promise<ServiceProcess>>();

  constructor(
    private readonly world: SweepWorld,
    private readonly specs: readonly CrashSpec[],
  ) {}

  async of(index: number): Promise<{ victim: ServiceProcess; replacement: Promise<ServiceProcess> }> {
    const victim = await this.victim(index);
    const env = this.specs[index]?.journey.env;
    const canReuseNext = index + 1 < this.specs.length && this.specs[index + 1]?.journey.env === env;
    const replacement = canReuseNext
      ? this.victim(index + 1)
      : this.start(`replacement ${index}`, env ? { env } : {});
    return { victim, replacement };
  }

  private victim(index: number): Promise<ServiceProcess> {
    const spec = this.specs[index];
    if (!spec) throw new RangeError(`there is no crash point ${index}`);
    const crashPoints = toSetting(visitIdOf(index), spec);
    const { env } = spec.journey;
    return this.start(`victim ${index}`, { crashPoints, ...(env ? { env } : {}) });
  }

  private start(name: string, options: ServiceStart): Promise<ServiceProcess> {
    const known = this.started.get(name);
    if (known) return known;
    const service = this.world.startService(options);
    // It is awaited when it is needed. Until then a failure must not count as an unhandled rejection.
    service.catch(() => undefined);
    this.started.set(name, service);
    return service;
  }

  async stop(): Promise<void> {
    for (const service of await Promise.allSettled(this.started.values()))
      if (service.status === "fulfilled") service.value.kill("SIGKILL");
  }
}
