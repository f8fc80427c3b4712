import { isRefused, type Result, toUpstreamError } from "../../../utils/result.js";

/** What the gateway says about one payment, refund or settlement; `data` null: it has none with this id. */
export type Answer<T> = { isAnswered: true; data: T | null } | { isAnswered: false };

/**
 * @returns not answered when the gateway's answer was lost or cannot be read: never a reason to call something missing
 * @throws the typed upstream error when the gateway is not reachable, so that the run goes on later
 */
export function toAnswer<T>(result: Result<T>): Answer<T> {
  if (result.success) return { isAnswered: true, data: result.data };
  if (isRefused(result)) return { isAnswered: true, data: null };
  if (result.outcome === "unavailable") throw toUpstreamError(result);
  return { isAnswered: false };
}

interface ListedPage<T> {
  items: T[];
  /** Items that could not be read included. */
  count: number;
}

interface Listing<T> {
  read(page: { skip: number; count: number }): Promise<ListedPage<T>>;
  idOf(item: T): string;
  /** The gateway's largest page. */
  pageSize: number;
  /** Filled with the ids of everything that was listed. */
  seen: Set<string>;
}

/**
 * Each page begins with items of the page before, so that an item that moves up while the list is read is not skipped.
 * One that moves down is listed twice, and recognised.
 */
const OVERLAP = 10;

/** Everything that the gateway lists, page by page, each item once. */
export async function* pagesOf<T>(listing: Listing<T>): AsyncGenerator<{ items: T[]; unreadable: number }> {
  const { read, idOf, pageSize, seen } = listing;
  for (let skip = 0; ; skip += pageSize - OVERLAP) {
    const { items, count } = await read({ skip, count: pageSize });
    const fresh = items.filter((item) => !seen.has(idOf(item)));
    for (const item of fresh) seen.add(idOf(item));
    yield { items: fresh, unreadable: count - items.length };
    if (count < pageSize) return;
  }
}
