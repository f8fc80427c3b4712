import { setTimeout as sleep } from "node:timers/promises";
import { logger } from "../../../config/logger.config.js";
import { countReadingFailure, countReadingSuccess } from "../../../config/metrics.config.js";
import { listed } from "../../../utils/caches.js";

/** A part of the state of the database or the neighbours that becomes gauges. */
export interface Reading {
  name: string;
  /** It is read at most this often, however often metrics are scraped. */
  everyMs: number;
  /** Reads with indexes and a time limit (`QUERY_LIMIT`), and sets the gauges. */
  read(): Promise<void>;
}

/** For each query of a reading: the metrics must not be what a busy database suffers from. */
export const QUERY_LIMIT = { maxTimeMS: 5_000 } as const;
/** A scrape waits this long for readings; what comes later is in the next scrape. Prometheus gives up after 10 s. */
const WAIT_MS = 2_000;

interface Progress {
  startedAt: number;
  /** Null when it is done. */
  running: Promise<void> | null;
}

const progress = listed(new Map<string, Progress>());

/** Starts the readings that are due, one of a kind at a time, and waits for them for 2 s at most. Never throws. */
export async function refreshReadings(readings: readonly Reading[]): Promise<void> {
  const work = Promise.all(readings.map(refresh));
  const patience = new AbortController();
  const limit = sleep(WAIT_MS, undefined, { signal: patience.signal }).catch(() => undefined);
  await Promise.race([work, limit]);
  patience.abort();
}

function refresh(reading: Reading): Promise<void> {
  const last = progress.get(reading.name);
  if (last?.running) return last.running;
  const at = performance.now();
  if (last && at - last.startedAt < reading.everyMs) return Promise.resolve();
  const current: Progress = { startedAt: at, running: null };
  current.running = attempt(reading).finally(() => {
    current.running = null;
  });
  progress.set(reading.name, current);
  return current.running;
}

async function attempt({ name, read }: Reading): Promise<void> {
  try {
    await read();
    countReadingSuccess(name);
  } catch (error) {
    countReadingFailure(name);
    logger.warn({ err: error, reading: name }, "> A part of the metrics could not be read");
  }
}
