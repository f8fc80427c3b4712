/** Sums of what documents report. Credit notes are stored with positive amounts; their sign is applied here. */
import { INVOICE_TYPE } from "../../../utils/constants.js";
import { paise } from "../../../utils/money.js";
import type { ReturnAmounts, ReturnGroup } from "./gstr1.types.js";

const negate = (group: ReturnGroup): ReturnGroup => ({
  ...group,
  quantity: -group.quantity,
  taxableValue: paise(-group.taxableValue),
  cgst: paise(-group.cgst),
  sgst: paise(-group.sgst),
  utgst: paise(-group.utgst),
  igst: paise(-group.igst),
});

/** The groups as they count in a return: those of credit notes below zero. */
export const signGroups = (groups: readonly ReturnGroup[]): ReturnGroup[] =>
  groups.map((group) => (group.type === INVOICE_TYPE.CREDIT_NOTE ? negate(group) : group));

/** Whether a row of a registered buyer: its documents are listed with the buyer's GSTIN. */
export const isRegistered = ({ returnTable }: Pick<ReturnGroup, "returnTable">): boolean =>
  returnTable === "b2b" || returnTable === "cdnr";

/** Adds up the rows with the same key, in order of first appearance; everything else is the first row's. */
export function sumRows<R extends ReturnAmounts>(rows: Iterable<R>, keyOf: (row: R) => string): R[] {
  const sums = new Map<string, R>();
  for (const row of rows) {
    const key = keyOf(row);
    const sum = sums.get(key);
    sums.set(key, sum ? { ...sum, ...addAmounts(sum, row) } : row);
  }
  return [...sums.values()];
}

const addAmounts = (one: ReturnAmounts, other: ReturnAmounts): ReturnAmounts => ({
  quantity: one.quantity + other.quantity,
  taxableValue: paise(one.taxableValue + other.taxableValue),
  cgst: paise(one.cgst + other.cgst),
  sgst: paise(one.sgst + other.sgst),
  utgst: paise(one.utgst + other.utgst),
  igst: paise(one.igst + other.igst),
});

/** Whether sales and their credit notes do not cancel out. */
export const hasValue = ({ taxableValue, cgst, sgst, utgst, igst }: ReturnAmounts): boolean =>
  [taxableValue, cgst, sgst, utgst, igst].some((amount) => amount !== 0);
