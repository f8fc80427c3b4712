import { SERVICE_NAMES } from "../sandbox/environment.js";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.js";

/** What the bench tells this process to begin with. */
export interface SandboxOrder {
  mongoUri: string;
  latencyMs: number;
}

/** What this process answers once everything listens. */
export interface SandboxReady {
  controlUrl: string;
  env: Record<string, string>;
}

/** More than any run can buy. */
const ENDLESS_STOCK = 900_000_000;

/** The neighbours in a process of their own, so that their CPU is not counted as anybody else's. */
async function open({ mongoUri, latencyMs }: SandboxOrder): Promise<Sandbox> {
  const sandbox = await startSandbox({
    mongoUri,
    databaseName: "bench_inventory",
    defaultStock: ENDLESS_STOCK,
  });
  for (const name of SERVICE_NAMES) sandbox.control.faults.setBehaviour(name, { latencyMs });
  return sandbox;
}

let opening: Promise<Sandbox> | undefined;

process.on("message", (order: SandboxOrder) => {
  opening = open(order);
  opening.then(
    ({ urls, env }) => process.send?.({ controlUrl: urls.control, env } satisfies SandboxReady),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});

// The bench has closed the channel, or has died.
process.on("disconnect", async () => {
  await (await opening?.catch(() => undefined))?.stop();
  process.exit(0);
});
