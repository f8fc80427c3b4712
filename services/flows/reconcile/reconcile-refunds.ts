import { trusted } from "mongoose";
import { Refund, type RefundDoc } from "../../../models/index.js";
import { forEachAtOnce } from "../../../utils/async.js";
import { REFUND_DESTINATION } from "../../../utils/constants.js";
import type { Span } from "../../../utils/periods.js";
import type { GatewayRefund } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";
import { pagesOf } from "./ask-gateway.js";
import { checkRefund, findRecords, findRefundFault, toRefundItem } from "./check-refund.js";
import { inBatches, isOfAnotherDay, type ListedCounts } from "./days.js";
import { type NewItem, writeItems } from "./report-items.js";
import type { Run } from "./report-run.js";

const PAGE = 100;
const AT_ONCE = 10;

/** Compares the refunds of one day, as `reconcilePayments` does. */
export async function reconcileRefunds(run: Run, day: Span): Promise<ListedCounts> {
  const seen = new Set<string>();
  const counts = { compared: 0, unresolved: 0 };
  const pages = pagesOf<GatewayRefund>(day, {
    read: (list) => paymentGateway.listRefundsBetween(list),
    idOf: ({ id }) => id,
    seen,
  });
  for await (const { items, unreadable } of pages) {
    counts.compared += items.length + unreadable;
    counts.unresolved += unreadable;
    await checkAll(run, await findSuspects(items), counts);
    await run.keepAlive();
  }
  await reconcileUnlisted(run, day, { seen, counts });
  return counts;
}

async function findSuspects(listed: readonly GatewayRefund[]): Promise<string[]> {
  const records = await findRecords(listed);
  const differs = (gateway: GatewayRefund) =>
    findRefundFault(records.get(gateway.id) ?? { local: null, payment: null }, gateway) !== null;
  return listed.filter(differs).map(({ id }) => id);
}

async function checkAll(run: Run, ids: readonly string[], counts: ListedCounts): Promise<void> {
  const items: NewItem[] = [];
  await forEachAtOnce(ids, AT_ONCE, async (id) => {
    const checked = await checkRefund(id);
    if (!checked.isAnswered) counts.unresolved += 1;
    else if (checked.finding) items.push(toRefundItem(id, checked, checked.finding));
  });
  await writeItems(run.report._id, items);
}

interface Listed {
  seen: ReadonlySet<string>;
  counts: ListedCounts;
}

/** Our refunds of the day that the gateway did not list. One whose id is not known yet is looked up by the sweep. */
async function reconcileUnlisted(run: Run, day: Span, { seen, counts }: Listed): Promise<void> {
  const ours = Refund.find(
    {
      createdAt: trusted({ $gte: day.from, $lte: day.to }),
      gatewayRefundId: trusted({ $gt: "" }),
      destination: REFUND_DESTINATION.ORIGINAL,
    },
    { gatewayRefundId: 1 },
  )
    .lean<Pick<RefundDoc, "_id" | "gatewayRefundId">>()
    .cursor({ batchSize: PAGE });
  const unlisted = (id: string | null): id is string => id !== null && !seen.has(id);
  for await (const batch of inBatches(ours, PAGE)) {
    const ids = batch.map(({ gatewayRefundId }) => gatewayRefundId).filter(unlisted);
    await checkUnlisted(run, day, { ids, counts });
    await run.keepAlive();
  }
}

async function checkUnlisted(
  run: Run,
  day: Span,
  { ids, counts }: { ids: readonly string[]; counts: ListedCounts },
): Promise<void> {
  const items: NewItem[] = [];
  await forEachAtOnce(ids, AT_ONCE, async (id) => {
    const checked = await checkRefund(id);
    if (checked.isAnswered && isOfAnotherDay(checked.gateway, day, run.report)) return;
    counts.compared += 1;
    if (!checked.isAnswered) counts.unresolved += 1;
    else if (checked.finding) items.push(toRefundItem(id, checked, checked.finding));
  });
  await writeItems(run.report._id, items);
}
