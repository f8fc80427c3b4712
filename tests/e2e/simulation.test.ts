import { spawn } from "node:child_process";
import { join } from "node:path";
import { ensureBuild } from "../support/service-build.js";

/**
 * A minute of the simulation, with one seed: customers, staff and faults at random on two instances, then everything
 * must come to rest. `npm run simulate` runs other seeds, and longer.
 */
/** This one leaves no kind of fault out. */
const SEED = 20;
const ROOT = join(__dirname, "..", "..");
const ARGUMENTS = ["scripts/simulate/index.ts", "--seed", `${SEED}`, "--minutes", "1", "--rate", "2"];

interface Run {
  exitCode: number | null;
  output: string;
}

/** In a process and with databases of its own: it lets them fail. */
function simulate(): Promise<Run> {
  const { PATH, HOME } = process.env;
  const child = spawn(join(ROOT, "node_modules", ".bin", "tsx"), ARGUMENTS, {
    cwd: ROOT,
    env: { PATH, HOME, NODE_ENV: "test" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const keep = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  return new Promise((resolve) => child.once("exit", (exitCode) => resolve({ exitCode, output })));
}

test("When customers, staff and faults meet at random for a minute, then everything comes to rest and is right", async () => {
  await ensureBuild();
  const { exitCode, output } = await simulate();
  if (exitCode !== 0) throw new Error(output);
  expect(output).toContain(`Seed ${SEED}: every invariant holds`);
  // A run without orders or faults would prove nothing.
  const [, faults = 0] = / (\d+) faults$/m.exec(output) ?? [];
  const [, orders = 0] = /\border (\d+)/.exec(output) ?? [];
  expect(Number(faults)).toBeGreaterThan(5);
  expect(Number(orders)).toBeGreaterThan(5);
});
