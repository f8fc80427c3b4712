import type mongoose from "mongoose";
import { documentChecks } from "./documents.js";
import { accountReader, type BookKeepers, type Facts, NO_BOOKS, readBooks, readFacts } from "./facts.js";
import { fulfilmentChecks } from "./fulfilment.js";
import { gatewayMoneyChecks } from "./gateway-money.js";
import { histories } from "./history.js";
import { type Check, INVARIANTS, type Invariant, STANDING_INVARIANTS, type Violation } from "./invariants.js";
import { jobRunChecks } from "./job-runs.js";
import { messageChecks } from "./messages.js";
import { neighbourChecks } from "./neighbours.js";
import { orderMoneyChecks } from "./order-money.js";
import { orderChecks } from "./orders.js";
import { refundChannelChecks } from "./refund-channels.js";
import { refundChecks } from "./refunds.js";
import { returnChecks } from "./returns.js";

/** An invariant without a check does not compile. */
const CHECKS: Record<Invariant, Check> = {
  ...gatewayMoneyChecks,
  ...orderMoneyChecks,
  ...orderChecks,
  ...fulfilmentChecks,
  ...refundChecks,
  ...refundChannelChecks,
  ...returnChecks,
  ...neighbourChecks,
  ...messageChecks,
  ...documentChecks,
  ...jobRunChecks,
  histories,
};

const CAPTURE_GRACE_MS = 15 * 60_000;

/**
 * Tests every invariant of a purchase against the database and the neighbours' own books. Call it at rest:
 * outbox drained, no request in flight. An empty list then means that all of them hold.
 * @param db the service's database
 * @param where where the neighbours' books are kept: `sandbox.control`, or the same over HTTP; and the environment of the
 * service, if it is not this process's own
 * @param options `captureGraceMs`: a capture younger than this may still be without order and refund; the
 * default of 15 minutes is the time the recovery jobs have
 */
export async function findViolations(
  db: mongoose.mongo.Db,
  { control, env }: { control: BookKeepers; env?: Readonly<Record<string, string>> },
  { captureGraceMs = CAPTURE_GRACE_MS }: { captureGraceMs?: number } = {},
): Promise<Violation[]> {
  const books = await readBooks(control);
  const accountNumberOf = await accountReader(env?.ENCRYPTION_KEY);
  const facts = await readFacts(db, { books, captureGraceMs, accountNumberOf });
  return check(Object.keys(CHECKS) as Invariant[], facts);
}

/** As `findViolations`, at any time: tests what holds at every instant, in one snapshot of the database. */
export async function findStandingViolations(db: mongoose.mongo.Db): Promise<Violation[]> {
  const facts = await readFacts(db, { books: NO_BOOKS, captureGraceMs: 0, accountNumberOf: () => null });
  return check(STANDING_INVARIANTS, facts);
}

const check = (names: readonly Invariant[], facts: Facts): Violation[] =>
  names.flatMap((name) => CHECKS[name](facts).map((found) => ({ invariant: INVARIANTS[name], ...found })));
