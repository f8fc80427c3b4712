import { SERVICE_NAMES } from "../sandbox/environment.js";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.js";

/** The first message from the bench to this process. */
export interface SandboxRequest {
  mongoUri: string;
  latencyMs: number;
}

/** The answer of this process once everything listens. */
export interface SandboxReady {
  controlUrl: string;
  env: Record<string, string>;
  adminToken: string;
}

/** More than a run can buy. */
const ENDLESS_STOCK = 900_000_000;

/** Runs the neighbours in a process of their own, so that their CPU is counted separately. */
async function open({ mongoUri, latencyMs }: SandboxRequest): Promise<Sandbox> {
  const sandbox = await startSandbox({
    mongoUri,
    databaseName: "bench_inventory",
    defaultStock: ENDLESS_STOCK,
  });
  for (const name of SERVICE_NAMES) sandbox.control.faults.setBehaviour(name, { latencyMs });
  return sandbox;
}

let opening: Promise<Sandbox> | undefined;

process.on("message", (request: SandboxRequest) => {
  opening = open(request);
  opening.then(
    ({ urls, env, tokens }) =>
      process.send?.({ controlUrl: urls.control, env, adminToken: tokens.admin } satisfies SandboxReady),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});

// The bench has finished or has died.
process.on("disconnect", async () => {
  await (await opening?.catch(() => undefined))?.stop();
  process.exit(0);
});
