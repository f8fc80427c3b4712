import { print, table } from "../support/print.js";
import { type Buyer, expectSuccess } from "./buyer.js";
import type { Operation } from "./load.js";
import {
  checkSound,
  type Kind,
  PRIORITIES,
  type Priority,
  runMix,
  type Seen,
  timesOf,
  Verdict,
  withEnding,
} from "./mix.js";
import { percentile } from "./percentile.js";
import { crowd, scenarioOf } from "./scenarios.js";
import { prepareWebhooks } from "./webhooks.js";
import { type BenchWorld, untilQuiet } from "./world.js";

/**
 * `npm run bench -- --overload`: a mix of everything that customers and admins do, at 0.5, 1, 2 and 3 times what the
 * service can do, then at half again. Shows who is served and how fast, what a refusal costs, and how soon it is over.
 * Exits with 1 when a promise of docs/reliability.md is broken.
 */

/** Seconds. */
const LENGTHS = { eachKind: 3, capacity: 6, phase: 20, recovery: 15 };
/** Few, so that preparing and calibrating are never refused. */
const AT_ONCE = 6;
/** Placements and webhooks can be sent once each. This is enough for the calibration. */
const CALIBRATION_SUPPLY = 400;
const LIMITS = { rejectedMs: 100, slowdown: 2, goodput: 0.8, recoverySeconds: 10 };
const STEP = 1.2;
const MOST_REFUSED = 0.01;
const MS = 1_000;

/** Sends the next of what can be sent once. What was refused is sent again later. */
function supply<T>(items: T[], send: (item: T) => Promise<unknown>): Operation {
  return async () => {
    const item = items.shift();
    if (item === undefined) throw new Error("too little was prepared");
    try {
      await send(item);
    } catch (error) {
      items.push(item);
      throw error;
    }
    return 0;
  };
}

interface Supplies {
  placements: Buyer[];
  webhooks: Awaited<ReturnType<typeof prepareWebhooks>>;
}

async function addSupplies(world: BenchWorld, supplies: Supplies, size: number): Promise<void> {
  const ready = await crowd(world, { size, work: (buyer) => buyer.prepare("cod"), atOnce: AT_ONCE });
  supplies.placements.push(...ready);
  supplies.webhooks.push(...(await prepareWebhooks(world, size, AT_ONCE)));
}

/** Payments whose webhook was refused or not sent would be money without an order. The gateway would repeat them, too. */
async function sendLeftOver(world: BenchWorld, { webhooks }: Supplies): Promise<void> {
  for (const request of webhooks) await expectSuccess(world.wire.send(request), "webhook");
}

const ORDERS = "/api/orders";

/** 70 % browsing, 20 % cart, 8 % checkout and payment, 2 % reports. */
async function prepareKinds(world: BenchWorld, supplies: Supplies): Promise<Kind[]> {
  const repeated = (name: string) => scenarioOf(name).prepare(world, Number.POSITIVE_INFINITY);
  return [
    {
      ...{ name: "webhook", priority: "critical", share: 0.02 },
      operation: supply(supplies.webhooks, (request) => expectSuccess(world.wire.send(request), "webhook")),
    },
    {
      ...{ name: `POST ${ORDERS}`, priority: "critical", share: 0.02 },
      operation: supply(supplies.placements, (buyer) => buyer.placeOrder()),
    },
    { name: "checkout step", priority: "checkout", share: 0.04, operation: await repeated("step") },
    { name: "add", priority: "cart", share: 0.2, operation: await repeated("add") },
    { name: "cart", priority: "read", share: 0.45, operation: await repeated("cart") },
    { name: "mini cart", priority: "read", share: 0.25, operation: await repeated("mini-cart") },
    { name: "analysis", priority: "report", share: 0.02, operation: await repeated("cart-analytics") },
  ];
}

/** Seconds of the whole machine that one request of each kind costs, so that a report counts more than a cart read. */
async function measureCosts(world: BenchWorld, kinds: readonly Kind[]): Promise<Map<string, number>> {
  const costs = new Map<string, number>();
  for (const kind of kinds) {
    const alone = [{ ...kind, share: 1 }];
    const seen = await runMix(alone, { kind: "closed", atOnce: AT_ONCE }, LENGTHS.eachKind);
    const served = withEnding(seen, "served").length;
    costs.set(kind.name, LENGTHS.eachKind / Math.max(1, served));
    // Webhooks place orders after their answer.
    await untilQuiet(world);
    print(`   ${kind.name} alone: ${(served / LENGTHS.eachKind).toFixed(0)}/s`);
  }
  return costs;
}

interface Phase {
  name: string;
  seen: Seen[];
  seconds: number;
}

/** The highest rate at which hardly anything is refused, in steps of a fifth. */
async function findCapacity(kinds: readonly Kind[]): Promise<{ perSecond: number; phase: Phase }> {
  const seconds = LENGTHS.capacity;
  const closed = await runMix(kinds, { kind: "closed", atOnce: AT_ONCE }, seconds);
  let found = { perSecond: closed.length / seconds, phase: { name: "capacity", seen: closed, seconds } };
  for (;;) {
    const perSecond = found.perSecond * STEP;
    const seen = await runMix(kinds, { kind: "open", perSecond }, seconds);
    const refused = withEnding(seen, "rejected").length / seen.length;
    print(`   ${perSecond.toFixed(0)}/s: ${(refused * 100).toFixed(1)} % refused`);
    if (refused > MOST_REFUSED) return found;
    found = { perSecond, phase: { name: "capacity", seen, seconds } };
  }
}

export async function measureOverload(world: BenchWorld): Promise<boolean> {
  const supplies: Supplies = { placements: [], webhooks: [] };
  await addSupplies(world, supplies, CALIBRATION_SUPPLY);
  const kinds = await prepareKinds(world, supplies);
  await untilQuiet(world);
  const costs = await measureCosts(world, kinds);
  const workOf = ({ seen, seconds }: Phase): number =>
    withEnding(seen, "served").reduce((sum, { kind }) => sum + (costs.get(kind.name) ?? 0), 0) / seconds;

  const { perSecond, phase: capacity } = await findCapacity(kinds);
  print(`   capacity: ${perSecond.toFixed(0)} requests/s of the mix`);

  const wanted = perSecond * (LENGTHS.phase * 6.5 + LENGTHS.recovery * 0.5) * 0.02;
  await addSupplies(world, supplies, Math.ceil(wanted * 1.2));
  await untilQuiet(world);
  const phases: Phase[] = [];
  for (const times of [0.5, 1, 2, 3, 0.5]) {
    const isLast = phases.length === 4;
    const seconds = isLast ? LENGTHS.recovery : LENGTHS.phase;
    const seen = await runMix(kinds, { kind: "open", perSecond: perSecond * times }, seconds);
    phases.push({ name: isLast ? "after" : `${times} ×`, seen, seconds });
  }
  await sendLeftOver(world, supplies);
  await untilQuiet(world);
  return report(world, { capacity, phases, workOf });
}

interface Measured {
  capacity: Phase;
  phases: Phase[];
  workOf(phase: Phase): number;
}

async function report(world: BenchWorld, { capacity, phases, workOf }: Measured): Promise<boolean> {
  const [half, usual, twice, thrice, after] = phases;
  if (!half || !usual || !twice || !thrice || !after) throw new Error("a phase is missing");
  const goodput = (phase: Phase) => workOf(phase) / workOf(capacity);
  const p95Of = ({ seen }: Phase, priority: Priority) =>
    percentile(timesOf(withEnding(seen, "served").filter(({ kind }) => kind.priority === priority)), 0.95);
  print();
  table(
    ["load", "offered/s", "served/s", "goodput", "rejected p50", "p99", "failed"],
    phases.map((phase) => {
      const rejected = timesOf(withEnding(phase.seen, "rejected"));
      return [
        phase.name,
        (phase.seen.length / phase.seconds).toFixed(0),
        (withEnding(phase.seen, "served").length / phase.seconds).toFixed(0),
        `${(goodput(phase) * 100).toFixed(0)} %`,
        percentile(rejected, 0.5).toFixed(1),
        percentile(rejected, 0.99).toFixed(1),
        withEnding(phase.seen, "failed").length,
      ];
    }),
  );
  print();
  table(
    ["served of", ...phases.map(({ name }) => name), "p95 in ms", ...phases.map(({ name }) => name)],
    PRIORITIES.map((priority) => [
      priority,
      ...phases.map(({ seen }) => {
        const mine = seen.filter(({ kind }) => kind.priority === priority);
        return `${((withEnding(mine, "served").length / Math.max(1, mine.length)) * 100).toFixed(0)} %`;
      }),
      "",
      ...phases.map((phase) => p95Of(phase, priority).toFixed(0)),
    ]),
  );
  print();
  const verdict = new Verdict();
  for (const phase of [twice, thrice]) {
    const p99 = percentile(timesOf(withEnding(phase.seen, "rejected")), 0.99);
    verdict.check(
      p99 < LIMITS.rejectedMs,
      `${phase.name}: 99 % are refused within ${LIMITS.rejectedMs} ms (${p99.toFixed(0)})`,
    );
    for (const priority of PRIORITIES) {
      const [now, before] = [p95Of(phase, priority), p95Of(usual, priority)];
      const words = `${phase.name}: ${priority} within ${LIMITS.slowdown} × its usual p95`;
      verdict.check(
        now <= LIMITS.slowdown * before,
        `${words} (${now.toFixed(0)} of ${before.toFixed(0)} ms)`,
      );
    }
  }
  verdict.check(
    goodput(thrice) >= LIMITS.goodput,
    `3 ×: goodput ${(goodput(thrice) * 100).toFixed(0)} % of capacity`,
  );
  const lastRejection = Math.max(0, ...withEnding(after.seen, "rejected").map(({ at }) => at)) / MS;
  verdict.check(
    lastRejection <= LIMITS.recoverySeconds,
    `the last refusal ${lastRejection.toFixed(1)} s after the load fell`,
  );
  const failed = phases.flatMap(({ seen }) => withEnding(seen, "failed"));
  verdict.check(failed.length === 0, `no other failure (${failed.length}) ${failed[0]?.error ?? ""}`);
  await checkSound(world, verdict);
  return verdict.isKept;
}
