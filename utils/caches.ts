/** What instances keep in memory between requests. Listed here so that a test can start as a new instance would. */

interface Cache {
  clear(): void;
}

const caches: Cache[] = [];

/** Lists a cache, and returns it. */
export function listed<T extends Cache>(cache: T): T {
  caches.push(cache);
  return cache;
}

/** For tests: empties every listed cache. */
export const forgetAll = (): void => {
  for (const cache of caches) cache.clear();
};
