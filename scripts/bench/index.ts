import { config } from "../../config/env.config.js";
import { seedDatabase } from "../seed/index.js";
import { runScript } from "../support/command-line.js";
import { print } from "../support/print.js";
import { countCost } from "./cost.js";
import { type LoadOutcome, type Loop, runLoad } from "./load.js";
import { type BenchOptions, readOptions } from "./options.js";
import { measureOverload } from "./overload.js";
import { type CpuMs, cpuSince, readCpu } from "./processes.js";
import {
  type Measurement,
  printReport,
  type Report,
  resultsFolder,
  startReport,
  writeReport,
} from "./report.js";
import { ANALYSES, SCENARIOS, type Scenario } from "./scenarios.js";
import { measureSoak } from "./soak.js";
import { sendWebhooks, WEBHOOK_LOADS } from "./webhooks.js";
import { type BenchWorld, openBenchWorld, untilQuiet } from "./world.js";

/**
 * `npm run bench`: measures the built service over HTTP. This process generates the load; service, database and
 * neighbours run in processes of their own, and their CPU is counted separately. Exits with 1 when any answer was
 * not 2xx.
 */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const special = specialOf(options);
  const report = startReport(options.label);
  for (const orders of options.orders) {
    const world = await openBenchWorld({
      fill: (uri) => fill(uri, orders, options),
      ...(options.overload || options.soak ? { overloadDelayMs: config.overloadDelayMs } : {}),
      ...(options.profile ? { profileFolder: resultsFolder() } : {}),
      collectsGarbage: options.soak !== null,
    });
    try {
      if (special) return (await special(world)) ? 0 : 1;
      await measureAll(world, { options, orders, report });
    } finally {
      await world.stop();
    }
  }
  printReport(report);
  print(`\n   ${writeReport(report, options.baseline)}`);
  return report.measurements.some(({ failed }) => failed > 0) ? 1 : 0;
}

/** What is done instead of measuring scenarios. @returns whether it kept its promises */
function specialOf({
  overload,
  soak,
  cost,
  purchases,
}: BenchOptions): ((world: BenchWorld) => Promise<boolean>) | null {
  if (overload) return measureOverload;
  if (soak !== null) return (world) => measureSoak(world, soak);
  if (!cost) return null;
  return async (world) => {
    await countCost(world, purchases);
    return true;
  };
}

async function fill(mongodbUri: string, orders: number, options: BenchOptions): Promise<void> {
  const isAnalysis = ({ name }: Scenario) => ANALYSES.some((analysis) => analysis.name === name);
  const carts = options.carts ?? (wantedOf(options).some(isAnalysis) ? orders : 0);
  if (orders === 0 && carts === 0) return;
  await seedDatabase(mongodbUri, { orders, carts, onProgress: (text) => print(`   ${text}`) });
}

const isWanted = (name: string, { only }: BenchOptions) => only.length === 0 || only.includes(name);
const wantedOf = (options: BenchOptions) => SCENARIOS.filter(({ name }) => isWanted(name, options));

interface Task {
  options: BenchOptions;
  orders: number;
  report: Report;
}

async function measureAll(world: BenchWorld, { options, orders, report }: Task): Promise<void> {
  const about = { orders };
  for (const scenario of wantedOf(options)) {
    await warmUp(world, scenario, options);
    for (const loop of loopsOf(scenario, options)) {
      report.measurements.push({
        ...(await measure(world, scenario, { loop, seconds: options.seconds })),
        ...about,
      });
    }
    await scenario.end?.(world);
  }
  if (!isWanted("webhooks", options)) return;
  for (const load of WEBHOOK_LOADS) {
    const { outcome, cpu, appliedAfterMs } = await sendWebhooks(world, load);
    const row = toMeasurement({ outcome, cpu });
    const names = { scenario: "webhooks", title: load.title, load: `${load.perSecond}/s` };
    report.measurements.push({ ...row, ...names, ...about, appliedAfterMs });
  }
}

const loopsOf = ({ perSecond }: Scenario, { atOnce }: BenchOptions): Loop[] => [
  ...atOnce.map((count): Loop => ({ kind: "closed", atOnce: count })),
  { kind: "open", perSecond },
];

const nameOf = (loop: Loop): string =>
  loop.kind === "closed" ? `${loop.atOnce} at once` : `${loop.perSecond}/s`;

type Numbers = Omit<Measurement, "orders" | "scenario" | "title" | "load">;

function toMeasurement({ outcome, cpu }: { outcome: LoadOutcome; cpu: CpuMs }): Numbers {
  const each = Object.entries(cpu).map(([part, ms]) => [part, ms / Math.max(1, outcome.done)] as const);
  return { ...outcome, perSecond: outcome.done / outcome.seconds, cpuMs: Object.fromEntries(each) };
}

/** Warms up with other buyers than those that are measured. */
async function warmUp(
  world: BenchWorld,
  scenario: Scenario,
  { warmUpSeconds: seconds }: BenchOptions,
): Promise<void> {
  const prepared = await prepare(world, scenario, seconds);
  await runLoad({ ...prepared, loop: { kind: "closed", atOnce: 8 }, seconds });
}

/** Waits until the service is idle before and after, so that no measurement includes the work of another one. */
async function measure(
  world: BenchWorld,
  scenario: Scenario,
  { loop, seconds }: { loop: Loop; seconds: number },
): Promise<Omit<Measurement, "orders">> {
  const prepared = await prepare(world, scenario, seconds);
  await untilQuiet(world);
  const before = readCpu(world.parts);
  const outcome = await runLoad({ ...prepared, loop, seconds });
  await untilQuiet(world);
  const cpu = cpuSince(before, readCpu(world.parts));
  const { name, title } = scenario;
  print(`   ${title}, ${nameOf(loop)}: ${(outcome.done / outcome.seconds).toFixed(1)}/s`);
  return { ...toMeasurement({ outcome, cpu }), scenario: name, title, load: nameOf(loop) };
}

async function prepare(world: BenchWorld, scenario: Scenario, seconds: number) {
  const { preparedPerSecond } = scenario;
  const most = preparedPerSecond === undefined ? Infinity : Math.ceil(preparedPerSecond * seconds);
  return { operation: await scenario.prepare(world, most), most };
}

await runScript(main);
