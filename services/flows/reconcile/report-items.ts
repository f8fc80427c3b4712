import { type Types, trusted } from "mongoose";
import { type BreakSummary, ReconciliationItem, type ReconciliationItemDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import type { ReconciliationEntity } from "../../../utils/constants.js";
import { BREAK_CLASSES, type BreakClass } from "../../../utils/constants.js";

/** The fields that apply; the others are null. */
export type NewItem = Pick<ReconciliationItemDoc, "kind" | "entity" | "gatewayId" | "amountAtRisk"> &
  Partial<Omit<ReconciliationItemDoc, "_id" | "reportId" | "repair" | "createdAt" | "updatedAt">>;

const EMPTY = {
  gatewayOrderId: null,
  settlementId: null,
  disputeId: null,
  paymentId: null,
  refundId: null,
  orderNumber: null,
  localStatus: null,
  gatewayStatus: null,
  localAmount: null,
  gatewayAmount: null,
  note: null,
  repair: null,
};

/**
 * Adds items to a report. One payment, refund or row has one item per report: what was written first stays, also when a
 * day is repeated after a crash.
 */
export async function writeItems(reportId: Types.ObjectId, items: readonly NewItem[]): Promise<void> {
  if (items.length === 0) return;
  const at = now();
  await ReconciliationItem.collection.bulkWrite(
    items.map((item) => ({
      updateOne: {
        filter: { reportId, gatewayId: item.gatewayId },
        update: { $setOnInsert: { ...EMPTY, ...item, reportId, createdAt: at, updatedAt: at } },
        upsert: true,
      },
    })),
    { ordered: false },
  );
}

/** Every break of a report, that with the most money first, without loading all of them. */
export const breaksOf = (reportId: Types.ObjectId) =>
  ReconciliationItem.find({ reportId, kind: trusted({ $in: [...BREAK_CLASSES] }) })
    .sort({ amountAtRisk: -1 })
    .lean<ReconciliationItemDoc>()
    .cursor({ batchSize: 100 });

export interface BreakTotals {
  /** Of every class that has any. */
  breaks: BreakSummary[];
  payments: number;
  refunds: number;
}

/** How many breaks a report has, by class, and how many of them the lists of payments and refunds showed. */
export async function sumUpBreaks(reportId: Types.ObjectId): Promise<BreakTotals> {
  const isBreak = () => ({ reportId, kind: trusted({ $in: [...BREAK_CLASSES] }) });
  const isRepaired = { $eq: ["$repair.outcome", "repaired"] };
  const groups = await ReconciliationItem.aggregate<Omit<BreakSummary, "kind"> & { _id: BreakClass }>([
    { $match: isBreak() },
    {
      $group: {
        _id: "$kind",
        count: { $sum: 1 },
        amountAtRisk: { $sum: "$amountAtRisk" },
        repaired: { $sum: { $cond: [isRepaired, 1, 0] } },
        amountLeft: { $sum: { $cond: [isRepaired, 0, "$amountAtRisk"] } },
      },
    },
  ]);
  // Items with a settlement come from its rows.
  const listed = (entity: ReconciliationEntity) =>
    ReconciliationItem.countDocuments({ ...isBreak(), entity, settlementId: null });
  const breaks = BREAK_CLASSES.flatMap((kind) => {
    const group = groups.find(({ _id }) => _id === kind);
    if (!group) return [];
    const { _id, ...sums } = group;
    return { kind, ...sums };
  });
  return { breaks, payments: await listed("payment"), refunds: await listed("refund") };
}
