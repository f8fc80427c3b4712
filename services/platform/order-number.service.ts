import { Counter } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { isDuplicateKey } from "../../utils/helpers.js";
import { businessYear } from "../../utils/periods.js";
import { gather } from "./gather.service.js";

/**
 * Numbers for people: `ORD-2026-000123`. One atomic `$inc` outside any transaction, because inside one every order
 * would wait for all others at the shared counter. A number that is drawn and not used leaves a gap. The numbers
 * of invoices, which must have none, are drawn in the transaction that issues them (`issue-invoices/`).
 */

const DIGITS = 6;

/** `INV-2026` and 42 make `INV-2026-000042`. */
export const formatNumber = (series: string, sequence: number): string =>
  `${series}-${String(sequence).padStart(DIGITS, "0")}`;

export const generateUniqueOrderNumber = (): Promise<string> => nextNumber("ORD");
/** Whether an order of that moment can have the number: both are of the same year. */
export const isOrderNumberOf = (number: string, at: Date): boolean =>
  number.startsWith(`${seriesAt("ORD", at)}-`);
export const generateUniqueRefundNumber = (): Promise<string> => nextNumber("REF");
/** The RMA number of a return. */
export const generateUniqueReturnNumber = (): Promise<string> => nextNumber("RET");

const seriesAt = (prefix: string, at: Date): string => `${prefix}-${businessYear(at)}`;

async function nextNumber(prefix: string): Promise<string> {
  const series = seriesAt(prefix, now());
  return formatNumber(series, await draw(series));
}

/** All numbers of a series come from one document, so concurrent requests draw theirs in one write. */
const draw = gather(drawTogether, { maxBatch: 100, maxWaitMs: 50 });

/** @param wanted the series of each number */
async function drawTogether(wanted: readonly string[]): Promise<number[]> {
  const counts = new Map<string, number>();
  for (const series of wanted) counts.set(series, (counts.get(series) ?? 0) + 1);
  const next = new Map<string, number>();
  for (const [series, count] of counts) next.set(series, (await increase(series, count)) - count + 1);
  return wanted.map((series) => {
    const sequence = next.get(series) ?? 0;
    next.set(series, sequence + 1);
    return sequence;
  });
}

/** @returns the last of the `count` numbers that were drawn */
async function increase(series: string, count: number): Promise<number> {
  const increment = () =>
    Counter.findOneAndUpdate(
      { _id: series },
      { $inc: { sequence: count } },
      { upsert: true, returnDocument: "after" },
    ).lean();
  try {
    return (await increment()).sequence;
  } catch (error) {
    // Two processes draw the first number of a year: the insert of one fails, and its second attempt finds the counter.
    if (!isDuplicateKey(error)) throw error;
    return (await increment()).sequence;
  }
}
