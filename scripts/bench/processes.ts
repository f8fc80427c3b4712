import { readdirSync, readFileSync } from "node:fs";

/**
 * CPU time of processes, from Linux' /proc. On other systems every value is 0; the latencies are still valid.
 */

/** USER_HZ, which is 100 on every Linux that Node supports. */
const TICKS_PER_SECOND = 100;

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

/** The fields of /proc/<pid>/stat from the third on. The second one, the name, may contain spaces. */
function statOf(pid: number): string[] {
  const text = read(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** User and system time of a process with its threads, in ms. */
function cpuMsOf(pid: number): number {
  const [utime = "0", stime = "0"] = statOf(pid).slice(11, 13);
  return ((Number(utime) + Number(stime)) * 1000) / TICKS_PER_SECOND;
}

function cpuMsOfAll(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0);
}

/** The processes whose arguments contain these words in sequence. */
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
    .filter((pid) => Number.isInteger(pid) && hasSequence(read(`/proc/${pid}/cmdline`).split("\0"), wanted));
}

function hasSequence(words: readonly string[], wanted: readonly string[]): boolean {
  return words.some((_, index) => wanted.every((word, offset) => words[index + offset] === word));
}

/** Wine's server, which all Wine programs on this machine share. Empty without Wine. */
export function findWineServers(): number[] {
  return ["/usr/lib/wine/wineserver64", "/usr/lib/wine/wineserver", "wineserver"].flatMap((program) =>
    findProcesses(program),
  );
}

/** The processes of each part of the bench. */
export type Parts = Readonly<Record<string, readonly number[]>>;
export type CpuMs = Record<string, number>;

export const readCpu = (parts: Parts): CpuMs =>
  Object.fromEntries(Object.entries(parts).map(([name, pids]) => [name, cpuMsOfAll(pids)]));

export const cpuSince = (before: CpuMs, after: CpuMs): CpuMs =>
  Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, ms - (before[name] ?? 0)]));
