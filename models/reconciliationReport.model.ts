import { model, type Types } from "mongoose";
import type { BreakClass } from "../utils/constants.js";
import { BREAK_CLASSES } from "../utils/constants.js";
import type { Paise } from "../utils/money.js";
import {
  count,
  date,
  listOf,
  money,
  no,
  oneOf,
  optionalDate,
  optionalText,
  requiredPart,
} from "./parts/fields.js";
import { definePart, defineSchema } from "./parts/schema.js";

export const REPORT_STATES = ["running", "completed", "failed"] as const;
export type ReportState = (typeof REPORT_STATES)[number];

/** `compared` = `matched` + `breaks` + `unresolved`, once the report is complete. */
export interface ComparedCounts {
  compared: number;
  matched: number;
  breaks: number;
  /** The gateway did not answer about them, or lists them in a form that cannot be read: compared by a later run. */
  unresolved: number;
}

/** `rows` = `matched` + `mismatched` + `listed`. */
export interface SettlementCounts {
  settlements: number;
  rows: number;
  matched: number;
  /** Rows that contradict our payment or refund. A break of that payment or refund is not counted a second time. */
  mismatched: number;
  /** Transfers, adjustments and rows of other types, which have no counterpart here. */
  listed: number;
  /** Of the rows: without a UTR yet, because the bank has not paid them out. */
  pending: number;
  /** Settlements whose amount is not the sum of their rows. */
  wrongSums: number;
  /** Credits less debits of all rows. */
  amount: Paise;
  /** Contains `tax`. */
  fees: Paise;
  tax: Paise;
}

export interface BreakSummary {
  kind: BreakClass;
  count: number;
  amountAtRisk: Paise;
  repaired: number;
  /** `amountAtRisk` of those that are not repaired. */
  amountLeft: Paise;
}

/**
 * A comparison of our books with the gateway's. Its breaks are documents of their own (`reconciliationItems`), so that
 * a report stays small. It is worked through day by day; after a crash it goes on with the first
 * unfinished step.
 */
export interface ReconciliationReportDoc {
  _id: Types.ObjectId;
  dateFrom: Date;
  dateTo: Date;
  /** What is newer may still be on its way to either side: it is left to the next run. At most `dateTo`. */
  comparedUntil: Date;
  repair: boolean;
  state: ReportState;
  /** Each day of payments and refunds, then each day of settlements. */
  steps: number;
  stepsDone: number;
  payments: ComparedCounts;
  refunds: ComparedCounts;
  settlements: SettlementCounts;
  /** Filled when the report is complete. */
  breaks: BreakSummary[];
  /** Null: the nightly run. */
  startedById: string | null;
  startedAt: Date;
  finishedAt: Date | null;
  error: string | null;
  attempts: number;
  /** When a worker may take it: after a crash, once the lease of the previous one has expired. */
  dueAt: Date;
  leaseToken: string | null;
  createdAt: Date;
  updatedAt: Date;
}

const comparedPart = definePart<ComparedCounts>({
  compared: count,
  matched: count,
  breaks: count,
  unresolved: count,
});

const settlementsPart = definePart<SettlementCounts>({
  settlements: count,
  rows: count,
  matched: count,
  mismatched: count,
  listed: count,
  pending: count,
  wrongSums: count,
  amount: money,
  fees: money,
  tax: money,
});

const breakPart = definePart<BreakSummary>({
  kind: oneOf(BREAK_CLASSES),
  count,
  amountAtRisk: money,
  repaired: count,
  amountLeft: money,
});

const schema = defineSchema<ReconciliationReportDoc>("reconciliationReports", {
  dateFrom: date,
  dateTo: date,
  comparedUntil: date,
  repair: no,
  state: oneOf(REPORT_STATES, "running"),
  steps: count,
  stepsDone: count,
  payments: { ...requiredPart(comparedPart), default: () => ({}) },
  refunds: { ...requiredPart(comparedPart), default: () => ({}) },
  settlements: { ...requiredPart(settlementsPart), default: () => ({}) },
  breaks: listOf(breakPart),
  startedById: optionalText,
  startedAt: date,
  finishedAt: optionalDate,
  error: optionalText,
  attempts: count,
  dueAt: date,
  leaseToken: optionalText,
});

schema.index({ createdAt: -1 });
schema.index({ state: 1, createdAt: -1 });
schema.index({ dueAt: 1 }, { name: "reports_under_way", partialFilterExpression: { state: "running" } });
schema.index(
  { dateFrom: 1, dateTo: 1, repair: 1 },
  { name: "one_run_per_range", unique: true, partialFilterExpression: { state: "running" } },
);

export const ReconciliationReport = model<ReconciliationReportDoc>("ReconciliationReport", schema);
