import { trusted } from "mongoose";
import { Payment } from "../../../models/index.js";
import { forEachAtOnce } from "../../../utils/async.js";
import type { Span } from "../../../utils/periods.js";
import { comparePayment } from "../../calculations/reconciliation/compare-payments.js";
import type { GatewayPayment } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";
import { pagesOf } from "./ask-gateway.js";
import { COMPARED_FIELDS, type ComparedPayment, checkPayment, toPaymentItem } from "./check-payment.js";
import { inBatches, isOfAnotherDay, type ListedCounts, settledBefore } from "./days.js";
import { type NewItem, writeItems } from "./report-items.js";
import type { Run } from "./report-run.js";

const PAGE = 100;
/** Questions about single payments that are in flight, so that customers keep most of the calls to the gateway. */
const AT_ONCE = 10;

/** Compares the payments of one day: first those that the gateway lists, then ours that it did not list. */
export async function reconcilePayments(run: Run, day: Span): Promise<ListedCounts> {
  const seen = new Set<string>();
  const counts = { compared: 0, unresolved: 0 };
  const pages = pagesOf<GatewayPayment>(day, {
    read: (list) => paymentGateway.listPayments(list),
    idOf: ({ id }) => id,
    seen,
  });
  for await (const { items, unreadable } of pages) {
    counts.compared += items.length + unreadable;
    counts.unresolved += unreadable;
    await checkAll(run, await findSuspects(items, run), counts);
    await run.keepAlive();
  }
  await reconcileUnlisted(run, day, { seen, counts });
  return counts;
}

/** The payments of a page that differ from our records. */
async function findSuspects(listed: readonly GatewayPayment[], { report }: Run): Promise<string[]> {
  const records = await Payment.find(
    { gateway: paymentGateway.name, gatewayPaymentId: trusted({ $in: listed.map(({ id }) => id) }) },
    COMPARED_FIELDS,
  ).lean<ComparedPayment[]>();
  const byId = new Map(records.map((record) => [record.gatewayPaymentId, record]));
  const differs = (gateway: GatewayPayment) =>
    comparePayment({
      local: byId.get(gateway.id) ?? null,
      gateway,
      settledBefore: settledBefore(report),
    }) !== null;
  return listed.filter(differs).map(({ id }) => id);
}

async function checkAll(run: Run, ids: readonly string[], counts: ListedCounts): Promise<void> {
  const before = settledBefore(run.report);
  const items: NewItem[] = [];
  await forEachAtOnce(ids, AT_ONCE, async (id) => {
    const checked = await checkPayment(id, before);
    if (!checked.isAnswered) counts.unresolved += 1;
    else if (checked.finding) items.push(toPaymentItem(id, checked, checked.finding));
  });
  await writeItems(run.report._id, items);
}

interface Listed {
  seen: ReadonlySet<string>;
  counts: ListedCounts;
}

/** Our payments of the day that the gateway did not list: it is asked about each of them. */
async function reconcileUnlisted(run: Run, day: Span, { seen, counts }: Listed): Promise<void> {
  const ours = Payment.find(
    {
      createdAt: trusted({ $gte: day.from, $lte: day.to }),
      gatewayPaymentId: trusted({ $gt: "" }),
      gateway: paymentGateway.name,
    },
    { gatewayPaymentId: 1 },
  )
    .lean<Pick<ComparedPayment, "_id" | "gatewayPaymentId">>()
    .cursor({ batchSize: PAGE });
  const unlisted = (id: string | null): id is string => id !== null && !seen.has(id);
  for await (const batch of inBatches(ours, PAGE)) {
    const ids = batch.map(({ gatewayPaymentId }) => gatewayPaymentId).filter(unlisted);
    await checkUnlisted(run, day, { ids, counts });
    await run.keepAlive();
  }
}

async function checkUnlisted(
  run: Run,
  day: Span,
  { ids, counts }: { ids: readonly string[]; counts: ListedCounts },
): Promise<void> {
  const before = settledBefore(run.report);
  const items: NewItem[] = [];
  await forEachAtOnce(ids, AT_ONCE, async (id) => {
    const checked = await checkPayment(id, before);
    if (checked.isAnswered && isOfAnotherDay(checked.gateway, day, run.report)) return;
    counts.compared += 1;
    if (!checked.isAnswered) counts.unresolved += 1;
    else if (checked.finding) items.push(toPaymentItem(id, checked, checked.finding));
  });
  await writeItems(run.report._id, items);
}
