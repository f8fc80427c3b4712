import type { ServiceProcess } from "../support/service-process.js";
import { type CrashSpec, toSetting } from "./points.js";
import type { Recorded } from "./record.js";
import { type Outcome, tryPoint } from "./try-point.js";
import type { ServiceStart, SweepWorld } from "./world.js";

export interface SweepOptions {
  /** Which points; left out: every one. */
  choose?: (spec: CrashSpec) => boolean;
  /** Looks at the world as the dead process left it, before anybody does anything. */
  onCrash?: (spec: CrashSpec) => Promise<void>;
  onOutcome?: (outcome: Outcome, index: number, total: number) => void;
}

/** All crashes, one after the other. A process that took over is the one that dies next. */
export async function sweep(
  world: SweepWorld,
  recorded: readonly Recorded[],
  { choose = () => true, onCrash, onOutcome }: SweepOptions = {},
): Promise<Outcome[]> {
  const endings = new Map(recorded.map(({ journey, ending }) => [journey, ending]));
  const specs = recorded.flatMap((one) => one.specs).filter(choose);
  const outcomes: Outcome[] = [];
  const crew = new Crew(world, specs);
  try {
    for (const [index, spec] of specs.entries()) {
      const { doomed, heir } = await crew.cast(index);
      const outcome = await tryPoint(world, spec, {
        visitId: visitIdOf(index),
        doomed,
        heir,
        undisturbed: endings.get(spec.journey) ?? [],
        ...(onCrash ? { onCrash: () => onCrash(spec) } : {}),
      });
      doomed.kill("SIGKILL");
      onOutcome?.(outcome, index, specs.length);
      outcomes.push(outcome);
    }
  } finally {
    await crew.dismiss();
  }
  return outcomes;
}

const visitIdOf = (index: number): string => `visit${String(index).padStart(4, "0")}`;

/** The processes: while one lives through its journey, the next is started already. */
class Crew {
  private readonly started = new Map<string, Promise<ServiceProcess>>();

  constructor(
    private readonly world: SweepWorld,
    private readonly specs: readonly CrashSpec[],
  ) {}

  async cast(index: number): Promise<{ doomed: ServiceProcess; heir: Promise<ServiceProcess> }> {
    const doomed = await this.doomed(index);
    const env = this.specs[index]?.journey.env;
    const isOfNext = index + 1 < this.specs.length && this.specs[index + 1]?.journey.env === env;
    const heir = isOfNext ? this.doomed(index + 1) : this.start(`heir ${index}`, env ? { env } : {});
    return { doomed, heir };
  }

  private doomed(index: number): Promise<ServiceProcess> {
    const spec = this.specs[index];
    if (!spec) throw new RangeError(`there is no point ${index}`);
    const crashPoints = toSetting(visitIdOf(index), spec);
    const { env } = spec.journey;
    return this.start(`doomed ${index}`, { crashPoints, ...(env ? { env } : {}) });
  }

  private start(name: string, options: ServiceStart): Promise<ServiceProcess> {
    const known = this.started.get(name);
    if (known) return known;
    const service = this.world.startService(options);
    // It is awaited when it is needed; until then nobody else would hear of a failure.
    service.catch(() => undefined);
    this.started.set(name, service);
    return service;
  }

  async dismiss(): Promise<void> {
    for (const service of await Promise.allSettled(this.started.values()))
      if (service.status === "fulfilled") service.value.kill("SIGKILL");
  }
}
