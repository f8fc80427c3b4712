import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A running process of the service: the production build, pointed at other URLs. */
export interface ServiceProcess {
  url: string;
  port: number;
  pid: number;
  /** The end of its output so far. */
  output(): string;
  /** Resolves with the exit code (null after a signal). */
  readonly exited: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL after 30 s. @returns the exit code */
  stop(): Promise<number | null>;
}

export interface ServiceOptions {
  env: Record<string, string>;
  /** Default: a free port. */
  port?: number;
  /** Default: the build, `node dist/index.js`. */
  command?: readonly [string, ...string[]];
  /** Default: keep it for `output()`. */
  onOutput?: (text: string) => void;
}

const READY_WITHIN_MS = 60_000;
const POLL_MS = 50;
const KILL_AFTER_MS = 30_000;
/** Enough for the last requests. A long run must not fill the memory. */
const OUTPUT_KEPT = 200_000;

/** Another process may take a free port before the service listens on it. */
const PORTS_TRIED = 5;

/** Starts the service and waits until it is ready. @throws Error with its output when it exits or is not ready in a minute */
export async function startService(options: ServiceOptions): Promise<ServiceProcess> {
  if (options.port !== undefined) return startOn(options.port, options);
  for (let tried = 1; ; tried += 1) {
    try {
      return await startOn(await findFreePort(), options);
    } catch (error) {
      if (tried >= PORTS_TRIED || !String(error).includes("EADDRINUSE")) throw error;
    }
  }
}

/** As `npm start` and the image start the service. */
export const START_FLAGS = ["--max-semi-space-size=32", "--enable-source-maps"] as const;

async function startOn(port: number, options: ServiceOptions): Promise<ServiceProcess> {
  const [program, ...args] = options.command ?? [process.execPath, ...START_FLAGS, "dist/index.js"];
  const child = spawn(program, args, {
    env: { ...baseEnvironment(), ...options.env, PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const service = wrap(child, port, options.onOutput);
  await waitUntilReady(service);
  return service;
}

/** Only what a process needs to run, so that the developer's shell has no influence. */
function baseEnvironment(): Record<string, string> {
  const { PATH = "", HOME = "" } = process.env;
  return { PATH, HOME };
}

function wrap(child: ChildProcess, port: number, onOutput?: (text: string) => void): ServiceProcess {
  let output = "";
  const listen = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-OUTPUT_KEPT);
    onOutput?.(chunk.toString());
  };
  child.stdout?.on("data", listen);
  child.stderr?.on("data", listen);
  const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    output: () => output,
    exited,
    kill: (signal) => void child.kill(signal),
    async stop() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
      const code = await exited;
      clearTimeout(timer);
      return code;
    },
  };
}

async function waitUntilReady(service: ServiceProcess): Promise<void> {
  let hasExited = false;
  void service.exited.then(() => {
    hasExited = true;
  });
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (hasExited) throw new Error(`The service exited while starting:\n${service.output()}`);
    const ready = await fetch(`${service.url}/api/health/ready`).catch(() => null);
    if (ready?.ok) return;
    await sleep(POLL_MS);
  }
  service.kill("SIGKILL");
  throw new Error(`The service was not ready within a minute:\n${service.output()}`);
}

/** A port that was free a moment ago, on the loopback interface. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
