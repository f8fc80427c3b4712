import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { print, table } from "../support/print.js";
import type { CpuMs } from "./processes.js";

/** One row of the table: a scenario under one load on one database. */
export interface Measurement {
  scenario: string;
  title: string;
  /** `1 at once`, or `60/s`. */
  load: string;
  /** In the database before the run. */
  orders: number;
  done: number;
  failed: number;
  errors: string[];
  seconds: number;
  perSecond: number;
  mean: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
  /** CPU ms per operation, by part. */
  cpuMs: CpuMs;
  appliedAfterMs?: number;
}

export interface Report {
  label: string;
  at: string;
  commit: string;
  machine: { node: string; cpus: number; model: string; loadBefore: number };
  measurements: Measurement[];
}

const FOLDER = "bench";
const RESULTS = join(FOLDER, "results");
const BASELINE = join(FOLDER, "baseline.json");

export const resultsFolder = (): string => {
  mkdirSync(RESULTS, { recursive: true });
  return RESULTS;
};

export function startReport(label: string): Report {
  return {
    label,
    at: new Date().toISOString(),
    commit: readCommit(),
    machine: {
      node: process.version,
      cpus: availableParallelism(),
      model: cpus()[0]?.model ?? "",
      loadBefore: loadavg()[0] ?? 0,
    },
    measurements: [],
  };
}

function readCommit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "";
  }
}

/** @returns the file's path */
export function writeReport(report: Report, isBaseline: boolean): string {
  const name = `${report.at.slice(0, 19).replaceAll(":", "")}-${report.label}.json`;
  const path = isBaseline ? BASELINE : join(resultsFolder(), name);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  return path;
}

function readBaseline(): Report | null {
  if (!existsSync(BASELINE)) return null;
  // `writeReport` wrote the file.
  return JSON.parse(readFileSync(BASELINE, "utf8")) as Report;
}

const round = (value: number, digits = 1): string => value.toFixed(digits);

const isSame = (one: Measurement, other: Measurement): boolean =>
  one.scenario === other.scenario && one.load === other.load && one.orders === other.orders;

/** The throughput relative to the committed baseline. An open loop has a fixed rate, so its p95 is compared. */
function changeOf(row: Measurement, baseline: Report | null): string {
  const before = baseline?.measurements.find((candidate) => isSame(candidate, row));
  if (!before) return "";
  const isOpen = row.load.endsWith("/s");
  const ratio = isOpen ? row.p95 / before.p95 : row.perSecond / before.perSecond;
  return `${isOpen ? "p95 " : ""}${Math.round(ratio * 100)} %`;
}

export function printReport(report: Report): void {
  const baseline = readBaseline();
  const { machine, measurements } = report;
  print();
  print(
    `   ${machine.cpus} × ${machine.model}, Node ${machine.node}, load before: ${round(machine.loadBefore)}`,
  );
  for (const orders of new Set(measurements.map((row) => row.orders))) {
    print();
    print(`   With ${orders.toLocaleString("en-IN")} orders in the database; times in ms`);
    printMeasurements(
      measurements.filter((row) => row.orders === orders),
      baseline,
    );
  }
  for (const { title, load, failed, errors } of measurements) {
    if (failed > 0) print(`   ${title}, ${load}: ${failed} failed, for example ${errors.join(" | ")}`);
  }
}

function printMeasurements(rows: readonly Measurement[], baseline: Report | null): void {
  const columns = ["", "load", "per s", "mean", "p50", "p95", "p99", "max", "failed"];
  const cpu = ["cpu service", "mongod", "neighbours", "generator"];
  table(
    [...columns, ...cpu, baseline ? "vs. baseline" : ""],
    rows.map((row) => [
      row.title,
      row.load,
      round(row.perSecond),
      ...[row.mean, row.p50, row.p95, row.p99, row.max].map((ms) => round(ms)),
      row.failed,
      ...["service", "mongod", "neighbours", "generator"].map((part) => round(row.cpuMs[part] ?? 0, 2)),
      changeOf(row, baseline),
    ]),
  );
  for (const { appliedAfterMs } of rows) {
    if (appliedAfterMs !== undefined)
      print(`   the last event was applied ${round(appliedAfterMs, 0)} ms after the last acknowledgement`);
  }
}
