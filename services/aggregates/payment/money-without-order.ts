import type { PipelineStage } from "mongoose";
import { CAPTURED_WITHOUT_ORDER, CAPTURED_WITHOUT_ORDER_INDEX, Payment } from "../../../models/index.js";
import { databaseTime, isPast } from "../../../utils/clock.js";
import { type Paise, ZERO_PAISE } from "../../../utils/money.js";

export interface MoneyWithoutOrder {
  /** Payments. */
  count: number;
  /** What is captured of them, less what is refunded or about to be. */
  amount: Paise;
  /** When the oldest of them was captured. */
  oldestAt: Date | null;
  /** Seconds since then, by the database's clock; 0 without one. */
  oldestAge: number;
  /** Those for which an order or a refund is late. */
  overdue: { count: number; amount: Paise };
}

/**
 * A capture of a live checkout has its order or its refund within this time; a payment that is younger is usually on
 * its way. (A capture of an expired checkout may take two hours.)
 */
const OVERDUE_AFTER_MS = 15 * 60_000;

interface Sums {
  count: number;
  amount: Paise;
  oldestAt: Date;
  ageMs: number;
  overdueCount: number;
  overdueAmount: Paise;
}

/** Captured money that belongs to no order and to no refund. */
export async function readMoneyWithoutOrder(limit: { maxTimeMS?: number } = {}): Promise<MoneyWithoutOrder> {
  const left = { $subtract: ["$capturedAmount", { $add: ["$refundedAmount", "$refundReserved"] }] };
  const ifOverdue = (value: number | string) => ({ $sum: { $cond: ["$isOverdue", value, 0] } });
  const stages: PipelineStage[] = [
    { $match: { ...CAPTURED_WITHOUT_ORDER } },
    { $project: { capturedAt: 1, left, isOverdue: isPast("capturedAt", OVERDUE_AFTER_MS) } },
    { $match: { left: { $gt: 0 } } },
    {
      $group: {
        _id: null,
        count: { $sum: 1 },
        amount: { $sum: "$left" },
        oldestAt: { $min: "$capturedAt" },
        ageMs: { $max: { $subtract: [databaseTime(), "$capturedAt"] } },
        overdueCount: ifOverdue(1),
        overdueAmount: ifOverdue("$left"),
      },
    },
  ];
  const [sums] = await Payment.aggregate<Sums>(stages, { ...limit, hint: CAPTURED_WITHOUT_ORDER_INDEX });
  if (!sums)
    return {
      ...{ count: 0, amount: ZERO_PAISE, oldestAt: null, oldestAge: 0 },
      overdue: { count: 0, amount: ZERO_PAISE },
    };
  const { count, amount, oldestAt, ageMs, overdueCount, overdueAmount } = sums;
  const oldestAge = Math.max(0, ageMs) / 1_000;
  return { count, amount, oldestAt, oldestAge, overdue: { count: overdueCount, amount: overdueAmount } };
}
