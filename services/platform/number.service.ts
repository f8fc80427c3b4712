import { mongo } from "mongoose";
import { Counter } from "../../models/index.js";
import { now } from "../../utils/clock.js";

/**
 * Human numbers: `ORD-2026-000123` (D6). One atomic `$inc`, outside any transaction: a shared counter
 * inside one makes every order wait for the others (reliability.md, Seen-3). A number that is drawn and
 * not used leaves a gap, which is fine here; invoices, which may have none, are numbered by their worker.
 */

const DIGITS = 6;
/** India has one time zone without summer time: Asia/Kolkata is always UTC + 5:30. */
const KOLKATA_OFFSET_MS = 5.5 * 3_600_000;
const DUPLICATE_KEY = 11_000;

/** The calendar year in Asia/Kolkata. */
export const businessYear = (at: Date): number => new Date(at.getTime() + KOLKATA_OFFSET_MS).getUTCFullYear();

/** `INV-2026` and 42 make `INV-2026-000042`. */
export const formatNumber = (series: string, sequence: number): string =>
  `${series}-${String(sequence).padStart(DIGITS, "0")}`;

export const nextOrderNumber = (): Promise<string> => nextNumber("ORD");
export const nextRefundNumber = (): Promise<string> => nextNumber("REF");
/** The RMA number of a return. */
export const nextReturnNumber = (): Promise<string> => nextNumber("RET");

async function nextNumber(prefix: string): Promise<string> {
  const series = `${prefix}-${businessYear(now())}`;
  try {
    return formatNumber(series, await increment(series));
  } catch (error) {
    // Two first numbers of a year at once: the loser of the insert finds the counter the second time.
    if (!(error instanceof mongo.MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
    return formatNumber(series, await increment(series));
  }
}

async function increment(series: string): Promise<number> {
  const counter = await Counter.findOneAndUpdate(
    { _id: series },
    { $inc: { sequence: 1 } },
    { upsert: true, returnDocument: "after" },
  ).lean();
  return counter.sequence;
}
