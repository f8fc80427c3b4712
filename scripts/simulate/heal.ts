import { setTimeout as sleep } from "node:timers/promises";
import { findViolations } from "../invariants/index.js";
import type { Violation } from "../invariants/invariants.js";
import { at, listAt, textAt } from "../support/json.js";
import {
  findUnfinished,
  letStrayReservationsLapse,
  letTimePass,
  RECOVERY_JOBS,
} from "../support/passing-time.js";
import { print } from "../support/print.js";
import { clerkOf } from "./actors/clerk.js";
import { pendingRefunds } from "./actors/outside.js";
import { isDefinite, type OpenRequest } from "./caller.js";
import { alarmsAsViolations, toViolation } from "./checks.js";
import { endAllFaults } from "./faults/index.js";
import type { Simulation } from "./simulation.js";

/** After the end: everything works again, and nothing may be left undone. */

/** How long the service may need to bring everything to rest. */
const HEALED_WITHIN_MS = 60_000;
const ROUND_MS = 500;
/** Staff ended a parcel's way by hand, or cancelled its units, and the carrier reports another end: a person is told. */
const FOR_A_PERSON = /the parcel (?:ended its way differently before|was delivered although)/;

/** Heals everything, and waits until every invariant holds. @returns what is still wrong after a minute */
export async function heal(sim: Simulation): Promise<Violation[]> {
  await endAllFaults(sim);
  await untilReady(sim);
  const deadline = Date.now() + HEALED_WITHIN_MS;
  const startedAt = performance.now();
  for (;;) {
    const left = await bringToRest(sim, deadline);
    if (left.length === 0) {
      print(`Healed after ${Math.round((performance.now() - startedAt) / 1_000)} s`);
      return alarmsAsViolations(sim);
    }
    if (Date.now() > deadline) return [...left, ...alarmsAsViolations(sim)];
    await sleep(ROUND_MS);
  }
}

async function untilReady({ world }: Simulation): Promise<void> {
  for (const { url } of world.instances) {
    const deadline = Date.now() + HEALED_WITHIN_MS;
    while (!(await fetch(`${url}/api/health/ready`).catch(() => null))?.ok) {
      if (Date.now() > deadline) throw new Error(`${url} is not ready a minute after all faults have ended`);
      await sleep(ROUND_MS);
    }
  }
}

/** One round: clients repeat their requests, banks answer, time passes, jobs run. @returns what is not at rest */
async function bringToRest(sim: Simulation, deadline: number): Promise<Violation[]> {
  const { world } = sim;
  const { razorpay } = world.sandbox.control;
  await repeatOpenRequests(sim, deadline);
  for (const refundId of pendingRefunds(sim)) razorpay.settleRefund(refundId, "processed");
  await retryFailedRefunds(sim);
  await letTimePass(world.db);
  for (const job of RECOVERY_JOBS) await runJob(sim, job);
  await letStrayReservationsLapse(world);
  const unfinished = (await findUnfinished(world.db)).filter((problem) => !FOR_A_PERSON.test(problem));
  if (unfinished.length > 0 || sim.open.length > 0) return stillOpen(sim, unfinished);
  const lost = await sim.acknowledgements.findAllLost(world.db);
  const violations = await findViolations(world.db, world.sandbox, { captureGraceMs: 0 });
  return [...lost.map(toViolation), ...violations];
}

const stillOpen = ({ open }: Simulation, unfinished: readonly string[]): Violation[] => [
  ...unfinished.map((problem) => ({ invariant: "Nothing is left undone", problem, ids: [] })),
  ...open.map(({ what, request }) => ({
    invariant: "Every request gets a definite answer",
    problem: `${what}: ${request.method} ${request.path}`,
    ids: [request.key ?? ""],
  })),
];

/** What clients gave up on: with the same key, each gets a definite answer now. */
async function repeatOpenRequests(sim: Simulation, deadline: number): Promise<void> {
  const requests = sim.open.splice(0);
  await Promise.all(requests.map((request) => repeat(sim, request, deadline)));
}

async function repeat(sim: Simulation, open: OpenRequest, deadline: number): Promise<void> {
  const timeoutMs = Math.max(1_000, deadline - Date.now());
  const answer = await open.shopper.send({ ...open.request, timeoutMs }).catch(() => null);
  const { who, what, request } = open;
  sim.recorder.record({
    who,
    what: `${what}, again`,
    key: request.key,
    status: answer?.status,
    code: answer?.code,
  });
  if (!answer || !isDefinite(answer)) sim.open.push(open);
}

/**
 * A person does what docs/operations says about each failed refund. One whose units were paid for in another way meanwhile is
 * refused, and stays as it is.
 */
async function retryFailedRefunds(sim: Simulation): Promise<void> {
  const { caller } = clerkOf(sim, "finance");
  const page = await caller.do("list refunds", {
    method: "GET",
    path: "/api/admin/refunds?status=failed&limit=100",
  });
  for (const refund of page ? listAt(page, "items") : []) {
    const path = `/api/admin/refunds/${textAt(refund, "id")}/retry`;
    await caller.call("refund retry", { method: "POST", path, body: {} });
  }
}

/** @throws Error when the job failed */
async function runJob({ world }: Simulation, name: string): Promise<void> {
  const answer = await fetch(`${world.balancer.url}/api/admin/jobs/${name}/run`, {
    method: "POST",
    headers: { Authorization: `Bearer ${world.sandbox.tokens.service}` },
  });
  const envelope: unknown = await answer.json();
  // 409: the schedule runs it at this moment, which is just as good.
  if (answer.status === 409 || at(envelope, "data.state") === "completed") return;
  throw new Error(`the job ${name} answered ${answer.status} ${JSON.stringify(envelope)}`);
}
