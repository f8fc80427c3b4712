import { type Paise, subtractPaise } from "../../../utils/money.js";
import { type Finding, gapBetween } from "./finding.js";

/** A line of the gateway's settlement report about a payment or a refund. */
export interface SettledRow {
  type: string;
  /** Of the payment or refund; the fee is part of a payment's amount only when the customer pays it. */
  amount: Paise;
  debit: Paise;
  credit: Paise;
  fee: Paise;
}

/** Our record of what a row is about. */
export interface SettledRecord {
  status: string;
  /** Captured, or refunded. */
  amount: Paise;
}

const settledStatuses: Readonly<Record<string, readonly string[]>> = {
  payment: ["captured"],
  // A refund leaves the settlement before the bank has confirmed it.
  refund: ["completed", "processing"],
};

/** Compares a row of a payment or a refund with our record of it. @returns null when they agree */
export function compareRow(row: SettledRow, local: SettledRecord | null): Finding | null {
  const sides = {
    localStatus: local?.status ?? null,
    gatewayStatus: "settled",
    localAmount: local?.amount ?? null,
    gatewayAmount: row.amount,
  };
  if (!local) {
    const note = `Settled, but there is no record of this ${row.type}`;
    return { ...sides, kind: "missing_locally", amountAtRisk: row.amount, note };
  }
  if (!settledStatuses[row.type]?.includes(local.status)) {
    const note = `Settled, but the ${row.type} is ${local.status} here`;
    return { ...sides, kind: "status_mismatch", amountAtRisk: row.amount, note };
  }
  if (local.amount === row.amount || local.amount === subtractPaise(row.amount, row.fee)) return null;
  const amountAtRisk = gapBetween(local.amount, row.amount);
  return { ...sides, kind: "amount_mismatch", amountAtRisk, note: "Another amount was settled" };
}

/** Compares what a settlement paid out with its rows. @returns null when they agree */
export function compareSum(paidOut: Paise, sumOfRows: Paise): Finding | null {
  if (paidOut === sumOfRows) return null;
  return {
    kind: "amount_mismatch",
    localStatus: null,
    gatewayStatus: "settled",
    localAmount: sumOfRows,
    gatewayAmount: paidOut,
    amountAtRisk: gapBetween(paidOut, sumOfRows),
    note: "The settlement is not the sum of its rows",
  };
}
