import { readdirSync, readFileSync } from "node:fs";

/**
 * CPU time of processes, read from Linux' /proc. Elsewhere everything is 0 and the tables say nothing about
 * CPU: the latencies are as good.
 */

/** USER_HZ, which every Linux that Node runs on has at 100. */
const TICKS_PER_SECOND = 100;

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

/** Fields of /proc/<pid>/stat from the third on; the second, the name, may hold blanks. */
function statOf(pid: number): string[] {
  const text = read(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** User and system time of a process with its threads, in ms. */
function cpuMsOf(pid: number): number {
  const [utime = "0", stime = "0"] = statOf(pid).slice(11, 13);
  return ((Number(utime) + Number(stime)) * 1000) / TICKS_PER_SECOND;
}

export function cpuMsOfAll(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0);
}

/** The processes whose arguments hold all of these, in this order and next to each other. */
export function findProcesses(...wanted: readonly string[]): number[] {
  const folders = (() => {
    try {
      return readdirSync("/proc");
    } catch {
      return [];
    }
  })();
  return folders
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && holds(read(`/proc/${pid}/cmdline`).split("\0"), wanted));
}

function holds(words: readonly string[], wanted: readonly string[]): boolean {
  return words.some((_, index) => wanted.every((word, offset) => words[index + offset] === word));
}

/** Wine's server, which all its programs on this machine share; empty where there is none. */
export function findWineServers(): number[] {
  return ["/usr/lib/wine/wineserver64", "/usr/lib/wine/wineserver", "wineserver"].flatMap((program) =>
    findProcesses(program),
  );
}

/** Name of a part of the world → its processes. */
export type Parts = Readonly<Record<string, readonly number[]>>;
export type CpuMs = Record<string, number>;

export const readCpu = (parts: Parts): CpuMs =>
  Object.fromEntries(Object.entries(parts).map(([name, pids]) => [name, cpuMsOfAll(pids)]));

export const cpuSince = (before: CpuMs, after: CpuMs): CpuMs =>
  Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, ms - (before[name] ?? 0)]));
