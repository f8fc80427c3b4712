import type mongoose from "mongoose";
import { asynchronyChecks } from "./asynchrony.js";
import { type BookKeepers, readBooks } from "./books.js";
import { readFacts } from "./facts.js";
import { gatewayMoneyChecks } from "./gateway-money.js";
import { historyChecks } from "./history.js";
import { neighbourChecks } from "./neighbours.js";
import { orderMoneyChecks } from "./order-money.js";
import { orderChecks } from "./orders.js";
import type { Check, Violation } from "./violation.js";

export type { BookKeepers, Books } from "./books.js";
export type { Violation } from "./violation.js";

const CHECKS: readonly Check[] = [
  ...gatewayMoneyChecks,
  ...orderMoneyChecks,
  ...orderChecks,
  ...historyChecks,
  ...neighbourChecks,
  ...asynchronyChecks,
];

export interface AuditOptions {
  /** Money that came in shorter ago than this may still be without order and refund (N of I6; default 15 min). */
  captureGraceMs?: number;
}

const MONEY_LIMIT_MS = 15 * 60_000;

/**
 * The invariants of `reliability.md` §2 that concern a purchase (I1–I9, I11–I16, I19, I23–I26, I29–I31),
 * asked of the database and of the neighbours' own books. Call it at rest: outbox drained, no request under
 * way; then an empty list means that all of them hold.
 * @param db the service's database
 * @param control where the neighbours' books are kept: `sandbox.control`, or the same over HTTP
 */
export async function findViolations(
  db: mongoose.mongo.Db,
  { control }: { control: BookKeepers },
  { captureGraceMs = MONEY_LIMIT_MS }: AuditOptions = {},
): Promise<Violation[]> {
  const books = await readBooks(control);
  const facts = await readFacts(db, books, captureGraceMs);
  return CHECKS.flatMap((check) => check(facts));
}
