import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceProcess } from "../support/service-process.js";
import type { Journey } from "./journeys.js";
import type { Visit } from "./visit.js";

/** A killed process is noticed by its client at once, and by its parent a moment later. */
const NOTICED_WITHIN_MS = 2_000;

export function hasDied(service: ServiceProcess, withinMs = 0): Promise<boolean> {
  return Promise.race([service.exited.then(() => true), sleep(withinMs, false)]);
}

/**
 * Walks a journey from its first step to its last. When the process dies on the way, `onCrash` brings
 * another one, and the step is done again as a client does that got no answer.
 * @throws whatever a step throws while the process lives
 */
export async function walk(
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
      // Some of a step may be done after its answer: then it is not repeated.
      if (!(await hasDied(visit.service))) continue;
      await onCrash();
    }
  }
}
