import { LRUCache } from "lru-cache";
import { listed } from "../../utils/caches.js";
import { deepFreeze } from "../../utils/helpers.js";
import type { Result } from "../../utils/result.js";

export interface CachedLookupOptions<T> {
  /** 0: nothing is kept, but simultaneous calls still share one request. */
  ttlSeconds: number;
  maxEntries: number;
  load: (key: string) => Promise<Result<T>>;
}

export interface CachedLookup<T> {
  /** `fresh` always asks the neighbour, and keeps the answer. */
  get(key: string, options?: { fresh?: boolean }): Promise<Result<T>>;
  peek(key: string): T | undefined;
  keep(key: string, value: T): void;
  clear(): void;
}

/** Keeps answers of a neighbour in memory for a time. Failures are never kept. */
export function createCachedLookup<T extends object>(options: CachedLookupOptions<T>): CachedLookup<T> {
  const { ttlSeconds, maxEntries, load } = options;
  const kept = new LRUCache<string, T>({ max: maxEntries, ttl: Math.max(1, ttlSeconds * 1_000) });
  const underway = new Map<string, Promise<Result<T>>>();

  function keep(key: string, value: T): void {
    // All callers share a kept value, so none of them may change it.
    deepFreeze(value);
    if (ttlSeconds > 0) kept.set(key, value);
  }

  async function loadAndKeep(key: string): Promise<Result<T>> {
    const result = await load(key);
    if (result.success) keep(key, result.data);
    return result;
  }

  function shared(key: string): Promise<Result<T>> {
    const running = underway.get(key);
    if (running) return running;
    const started = loadAndKeep(key).finally(() => underway.delete(key));
    underway.set(key, started);
    return started;
  }

  return listed({
    async get(key, { fresh = false } = {}) {
      // A fresh read does not join a call in flight, which may have read an older state.
      if (fresh) return loadAndKeep(key);
      const value = kept.get(key);
      return value === undefined ? shared(key) : { success: true, data: value };
    },
    peek: (key) => kept.get(key),
    keep,
    clear: () => {
      kept.clear();
      underway.clear();
    },
  });
}
