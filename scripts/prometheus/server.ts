import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { isRecord } from "../../utils/helpers.js";
import { findFreePort } from "../support/service-process.js";
import type { PrometheusPrograms } from "./install.mjs";

/** A running Prometheus server, on the loopback interface. */
export interface PrometheusServer {
  url: string;
  /** The `result` of an instant query. @throws Error with Prometheus's message when the expression is invalid */
  query(expression: string): Promise<unknown[]>;
  readonly exited: Promise<number | null>;
  stop(): Promise<void>;
}

export interface PrometheusOptions {
  programs: PrometheusPrograms;
  configFile: string;
  dataFolder: string;
  /** Default: a free port. */
  port?: number;
}

const READY_WITHIN_MS = 30_000;
const POLL_MS = 100;

/** @throws Error with the server's output when it does not become ready */
export async function startPrometheus(options: PrometheusOptions): Promise<PrometheusServer> {
  const { programs, configFile, dataFolder } = options;
  const port = options.port ?? (await findFreePort());
  const child = spawn(
    programs.prometheus,
    [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${dataFolder}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let output = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-20_000);
  });
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const url = `http://127.0.0.1:${port}`;
  await waitUntilReady(url, child, () => output);
  return {
    url,
    exited,
    query: (expression) => query(url, expression),
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

async function waitUntilReady(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (child.exitCode === null && Date.now() < deadline) {
    const answer = await fetch(`${url}/-/ready`).catch(() => null);
    if (answer?.ok) return;
    await sleep(POLL_MS);
  }
  child.kill("SIGKILL");
  throw new Error(`Prometheus did not start:\n${output()}`);
}

async function query(url: string, expression: string): Promise<unknown[]> {
  const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: expression })}`);
  const body: unknown = await answer.json();
  const data = isRecord(body) ? body.data : null;
  if (isRecord(data) && Array.isArray(data.result)) return data.result;
  throw new Error(`${expression}: ${isRecord(body) ? String(body.error) : answer.status}`);
}
