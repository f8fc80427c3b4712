import { forEachAtOnce } from "../../../utils/async.js";
import type { Span } from "../../../utils/periods.js";
import type { Result } from "../../../utils/result.js";
import type { GatewayPage, ListRequest } from "../../integrations/payment-gateway.js";
import { pagesOf } from "./ask-gateway.js";
import { inBatches, isOfAnotherDay, type ListedCounts } from "./days.js";
import { type NewItem, writeItems } from "./report-items.js";
import type { Run } from "./report-run.js";

/** One payment or refund, as the gateway itself shows it now; `item` null: both sides agree. */
export type CheckedEntity =
  | { isAnswered: false }
  | { isAnswered: true; gateway: { createdAt: Date | null } | null; item: NewItem | null };

/** How payments, or refunds, are read and compared. */
export interface Compared<T extends { id: string }> {
  list(request: ListRequest): Promise<Result<GatewayPage<T>>>;
  /** The ids of those on a page that differ from our records. */
  findSuspects(listed: readonly T[]): Promise<string[]>;
  check(id: string): Promise<CheckedEntity>;
  /** The gateway's ids in our records of a day. */
  ours(day: Span): AsyncIterable<string>;
}

const PAGE = 100;
/** Questions about single entities that are in flight, so that customers keep most of the calls to the gateway. */
const AT_ONCE = 10;

/** Compares one day: first what the gateway lists, then those of ours that it did not list. */
export async function reconcileListed<T extends { id: string }>(
  run: Run,
  day: Span,
  compared: Compared<T>,
): Promise<ListedCounts> {
  const seen = new Set<string>();
  const counts = { compared: 0, unresolved: 0 };
  const listing = { read: compared.list, idOf: ({ id }: T) => id, seen };
  for await (const { items, unreadable } of pagesOf<T>(day, listing)) {
    counts.compared += items.length + unreadable;
    counts.unresolved += unreadable;
    await writeItems(run.task._id, await checkAll(await compared.findSuspects(items), compared, counts));
    await run.keepAlive();
  }
  for await (const ids of inBatches(compared.ours(day), PAGE)) {
    const unlisted = ids.filter((id) => !seen.has(id));
    const check = (id: string) => checkUnlisted(id, { run, day, compared, counts });
    await writeItems(run.task._id, await checkAll(unlisted, { check }, counts));
    await run.keepAlive();
  }
  return counts;
}

async function checkAll(
  ids: readonly string[],
  { check }: { check(id: string): Promise<CheckedEntity | null> },
  counts: ListedCounts,
): Promise<NewItem[]> {
  const items: NewItem[] = [];
  await forEachAtOnce(ids, AT_ONCE, async (id) => {
    const checked = await check(id);
    if (!checked) return;
    if (!checked.isAnswered) counts.unresolved += 1;
    else if (checked.item) items.push(checked.item);
  });
  return items;
}

interface Unlisted {
  run: Run;
  day: Span;
  compared: Pick<Compared<never>, "check">;
  counts: ListedCounts;
}

/** @returns null when it is compared on another day of the report */
async function checkUnlisted(
  id: string,
  { run, day, compared, counts }: Unlisted,
): Promise<CheckedEntity | null> {
  const checked = await compared.check(id);
  if (checked.isAnswered && isOfAnotherDay(checked.gateway, day, run.task)) return null;
  counts.compared += 1;
  return checked;
}
