import type { SettlementCounts } from "../../../models/index.js";
import { forEachAtOnce } from "../../../utils/async.js";
import { LISTED_ROW_TYPES, type ListedRowType } from "../../../utils/constants.js";
import { addPaise, type Paise, subtractPaise, ZERO_PAISE } from "../../../utils/money.js";
import type { Span } from "../../../utils/periods.js";
import { recordSettlement } from "../../aggregates/payment/record-settlement.js";
import { compareRow, compareSum } from "../../calculations/reconciliation/compare-rows.js";
import type { SettlementRow } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";
import { toAnswer } from "./ask-gateway.js";
import { checkRefund } from "./check-refund.js";
import { type NewItem, writeItems } from "./report-items.js";
import type { Run } from "./report-run.js";
import { findRowRecords, type RowRecords } from "./row-records.js";
import { settlementRowsOf } from "./settlement-rows.js";

const NOTHING: SettlementCounts = {
  ...{ settlements: 0, rows: 0, matched: 0, mismatched: 0, listed: 0, pending: 0, wrongSums: 0 },
  ...{ amount: ZERO_PAISE, fees: ZERO_PAISE, tax: ZERO_PAISE },
};

/** The counts of two days together. */
export function addSettlements(left: SettlementCounts, right: SettlementCounts): SettlementCounts {
  return {
    settlements: left.settlements + right.settlements,
    rows: left.rows + right.rows,
    matched: left.matched + right.matched,
    mismatched: left.mismatched + right.mismatched,
    listed: left.listed + right.listed,
    pending: left.pending + right.pending,
    wrongSums: left.wrongSums + right.wrongSums,
    amount: addPaise(left.amount, right.amount),
    fees: addPaise(left.fees, right.fees),
    tax: addPaise(left.tax, right.tax),
  };
}

/**
 * Compares the settlement rows of one day with our payments and refunds, writes on each payment in which settlement it
 * was paid out, and checks every settlement against the sum of its rows.
 */
export async function reconcileSettlements(run: Run, day: Span): Promise<SettlementCounts> {
  const counts = { ...NOTHING };
  const sums = new Map<string, Paise>();
  for await (const rows of settlementRowsOf(day.from)) {
    await recordSettlement(rows);
    const records = await findRowRecords(rows);
    const items = rows.flatMap((row) => countRow(row, { records, counts, sums }) ?? []);
    await writeItems(run.task._id, await withoutEarlierAttempts(items, counts));
    await run.keepAlive();
  }
  counts.settlements = sums.size;
  for (const [settlementId, sum] of sums) {
    const item = await checkSum(settlementId, sum);
    if (item) counts.wrongSums += 1;
    await writeItems(run.task._id, item ? [item] : []);
    await run.keepAlive();
  }
  return counts;
}

const netOf = ({ credit, debit }: SettlementRow): Paise => subtractPaise(credit, debit);

interface Books {
  records: RowRecords;
  counts: SettlementCounts;
  sums: Map<string, Paise>;
}

/** @returns what the report shows about the row; null when it matches */
function countRow(row: SettlementRow, { records, counts, sums }: Books): NewItem | null {
  counts.rows += 1;
  counts.amount = addPaise(counts.amount, netOf(row));
  counts.fees = addPaise(counts.fees, row.fee);
  counts.tax = addPaise(counts.tax, row.tax);
  if (row.settlementUtr === null) counts.pending += 1;
  if (row.settlementId !== null) {
    sums.set(row.settlementId, addPaise(sums.get(row.settlementId) ?? ZERO_PAISE, netOf(row)));
  }
  const { type } = row;
  if (type !== "payment" && type !== "refund") {
    counts.listed += 1;
    return toListedItem(row, records);
  }
  const item = toBreak(row, type, records);
  counts[item ? "mismatched" : "matched"] += 1;
  return item;
}

function toBreak(row: SettlementRow, entity: "payment" | "refund", records: RowRecords): NewItem | null {
  const record = records.recordOf(row);
  const finding = compareRow(row, record);
  if (!finding) return null;
  return {
    ...finding,
    ...{ entity, gatewayId: row.entityId, settlementId: row.settlementId, gatewayOrderId: row.orderId },
    paymentId: record?.paymentId ?? null,
    refundId: record?.refundId ?? null,
    orderNumber: record?.orderNumber ?? null,
  };
}

const AT_ONCE = 10;

/**
 * The row of a refund may be that of an earlier attempt, which failed at the bank later: our record has the id of the
 * attempt that followed. The gateway's refund names the record by its receipt.
 */
async function withoutEarlierAttempts(
  items: readonly NewItem[],
  counts: SettlementCounts,
): Promise<NewItem[]> {
  const explained = new Set<string>();
  const unknown = items.filter(({ entity, kind }) => entity === "refund" && kind === "missing_locally");
  await forEachAtOnce(unknown, AT_ONCE, async ({ gatewayId }) => {
    const checked = await checkRefund(gatewayId);
    if (checked.isAnswered && checked.gateway && !checked.finding) explained.add(gatewayId);
  });
  counts.matched += explained.size;
  counts.mismatched -= explained.size;
  return items.filter(({ gatewayId }) => !explained.has(gatewayId));
}

const toListedType = (type: string): ListedRowType =>
  LISTED_ROW_TYPES.find((known) => known === type) ?? "other";

/** An adjustment may be the amount of a dispute, and is then linked to its payment. */
function toListedItem(row: SettlementRow, records: RowRecords): NewItem {
  const payment = records.paymentOfDispute(row);
  return {
    kind: toListedType(row.type),
    entity: "row",
    gatewayId: row.entityId,
    settlementId: row.settlementId,
    disputeId: row.disputeId,
    gatewayOrderId: row.orderId,
    paymentId: payment?._id ?? null,
    orderNumber: payment?.orderNumber ?? null,
    gatewayStatus: row.type,
    gatewayAmount: netOf(row),
    amountAtRisk: ZERO_PAISE,
  };
}

async function checkSum(settlementId: string, sum: Paise): Promise<NewItem | null> {
  const answer = toAnswer(await paymentGateway.getSettlement(settlementId));
  if (!answer.isAnswered || !answer.data) return null;
  const finding = compareSum(answer.data.amount, sum);
  return finding && { ...finding, entity: "settlement", gatewayId: settlementId, settlementId };
}
