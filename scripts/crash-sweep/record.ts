import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReachedPoint } from "../../utils/crash-points.js";
import type { Ending } from "./ending.js";
import type { Journey } from "./journeys.js";
import { type CrashSpec, enumerate, readRecording } from "./points.js";
import { walkUndisturbed } from "./try-point.js";
import type { SweepWorld } from "./world.js";

export interface Recorded {
  journey: Journey;
  ending: Ending;
  /** Everything that was reached, in order. */
  points: ReachedPoint[];
  /** The crashes to try. */
  specs: CrashSpec[];
}

/** Walks each journey once, undisturbed, with every point written down. */
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
    const ending = await walkUndisturbed(world, journey, { visitId, service });
    const points = readRecording(file);
    return { journey, ending, points, specs: enumerate(journey, visitId, points) };
  } finally {
    service.kill("SIGKILL");
  }
}
