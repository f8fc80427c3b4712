import { print } from "../demo/print.js";
import { seedOrders } from "../seed/orders.js";
import { countCost } from "./cost.js";
import { type Loop, type Outcome, runLoad } from "./load.js";
import { type BenchOptions, readOptions } from "./options.js";
import { type CpuMs, cpuSince, readCpu } from "./processes.js";
import {
  type Measurement,
  printReport,
  type Report,
  resultsFolder,
  startReport,
  writeReport,
} from "./report.js";
import { SCENARIOS, type Scenario } from "./scenarios.js";
import { webhookBurst } from "./webhooks.js";
import { openWorld, untilQuiet, type World } from "./world.js";

/**
 * `npm run bench`: how fast the built service is, over real HTTP, on this machine. This process is the
 * generator; service, database and neighbours have their own, and their CPU is told apart. Ends with code 1
 * when a single answer was not 2xx.
 */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const report = startReport(options.label);
  for (const orders of options.orders) {
    const world = await openWorld({
      fill: (uri) => fill(uri, orders),
      ...(options.profile ? { profileFolder: resultsFolder() } : {}),
    });
    try {
      if (options.cost) await countCost(world, options.purchases);
      else await measureAll(world, { options, orders, report });
    } finally {
      await world.stop();
    }
  }
  if (options.cost) return 0;
  printReport(report);
  print(`\n   ${writeReport(report, options.baseline)}`);
  return report.measurements.some(({ failed }) => failed > 0) ? 1 : 0;
}

async function fill(mongodbUri: string, orders: number): Promise<void> {
  if (orders === 0) return;
  await seedOrders(mongodbUri, { orders, onProgress: (text) => print(`   ${text}`) });
}

interface Task {
  options: BenchOptions;
  orders: number;
  report: Report;
}

async function measureAll(world: World, { options, orders, report }: Task): Promise<void> {
  const isWanted = (name: string) => options.only.length === 0 || options.only.includes(name);
  const about = { orders };
  for (const scenario of SCENARIOS.filter(({ name }) => isWanted(name))) {
    for (const loop of loopsOf(scenario, options)) {
      report.measurements.push({ ...(await measure(world, scenario, { loop, options })), ...about });
    }
  }
  if (!isWanted("webhooks")) return;
  const before = readCpu(world.parts);
  const burst = await webhookBurst(world, `webhooks-${orders}`);
  const row = toMeasurement({ outcome: burst, cpu: cpuSince(before, readCpu(world.parts)) });
  const told = { scenario: "webhooks", title: "webhook burst, acknowledged", load: "100/s" };
  report.measurements.push({ ...row, ...told, ...about, appliedAfterMs: burst.appliedAfterMs });
}

const loopsOf = ({ perSecond }: Scenario, { atOnce }: BenchOptions): Loop[] => [
  ...atOnce.map((count): Loop => ({ kind: "closed", atOnce: count })),
  { kind: "open", perSecond },
];

const nameOf = (loop: Loop): string =>
  loop.kind === "closed" ? `${loop.atOnce} at once` : `${loop.perSecond}/s`;

type Bare = Omit<Measurement, "orders" | "scenario" | "title" | "load">;

function toMeasurement({ outcome, cpu }: { outcome: Outcome; cpu: CpuMs }): Bare {
  const each = Object.entries(cpu).map(([part, ms]) => [part, ms / Math.max(1, outcome.done)] as const);
  return { ...outcome, perSecond: outcome.done / outcome.seconds, cpuMs: Object.fromEntries(each) };
}

let runs = 0;

/** Warms up with other buyers than those that count, waits for silence, and measures. */
async function measure(
  world: World,
  scenario: Scenario,
  { loop, options }: { loop: Loop; options: BenchOptions },
): Promise<Omit<Measurement, "orders">> {
  runs += 1;
  const { seconds, warmUpSeconds } = options;
  const warmUp = await prepare(world, scenario, { run: `warm${runs}`, seconds: warmUpSeconds });
  await runLoad({ ...warmUp, loop: { kind: "closed", atOnce: 8 }, seconds: warmUpSeconds });
  const prepared = await prepare(world, scenario, { run: `run${runs}`, seconds });
  await untilQuiet(world);
  const before = readCpu(world.parts);
  const outcome = await runLoad({ ...prepared, loop, seconds });
  const cpu = cpuSince(before, readCpu(world.parts));
  await untilQuiet(world);
  const { name, title } = scenario;
  print(`   ${title}, ${nameOf(loop)}: ${(outcome.done / outcome.seconds).toFixed(1)}/s`);
  return { ...toMeasurement({ outcome, cpu }), scenario: name, title, load: nameOf(loop) };
}

async function prepare(world: World, scenario: Scenario, { run, seconds }: { run: string; seconds: number }) {
  const { preparedPerSecond } = scenario;
  const most = preparedPerSecond === undefined ? Infinity : Math.ceil(preparedPerSecond * seconds);
  return { operation: await scenario.prepare(world, run, most), most };
}

process.exit(await main());
