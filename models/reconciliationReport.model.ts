import { model, type Types } from "mongoose";
import type { Paise } from "../utils/money.js";
import {
  count,
  date,
  json,
  listOf,
  no,
  oneOf,
  optionalDate,
  optionalMoney,
  optionalReference,
  optionalText,
} from "./parts/fields.js";
import { definePart, defineSchema } from "./parts/schema.js";

export const DISCREPANCY_CLASSES = [
  "missing_locally",
  "missing_at_gateway",
  "status_mismatch",
  "amount_mismatch",
  "unlinked_capture",
] as const;
export type DiscrepancyClass = (typeof DISCREPANCY_CLASSES)[number];

export const REPORT_STATES = ["running", "completed", "failed"] as const;
export type ReportState = (typeof REPORT_STATES)[number];

/** One payment on which the gateway and this service disagree. */
export interface Discrepancy {
  kind: DiscrepancyClass;
  paymentId: Types.ObjectId | null;
  gatewayPaymentId: string | null;
  gatewayOrderId: string | null;
  localStatus: string | null;
  gatewayStatus: string | null;
  localAmount: Paise | null;
  gatewayAmount: Paise | null;
  repaired: boolean;
  note: string | null;
}

/** The nightly comparison with the gateway. It reports differences; the payment sweep repairs them. */
export interface ReconciliationReportDoc {
  _id: Types.ObjectId;
  dateFrom: Date;
  dateTo: Date;
  state: ReportState;
  repair: boolean;
  checkedLocally: number;
  checkedAtGateway: number;
  matched: number;
  discrepancies: Discrepancy[];
  /** How many of each class. */
  summary: Record<string, number>;
  startedById: string | null;
  startedAt: Date;
  finishedAt: Date | null;
  error: string | null;
  createdAt: Date;
  updatedAt: Date;
}

const discrepancyPart = definePart<Discrepancy>({
  kind: oneOf(DISCREPANCY_CLASSES),
  paymentId: optionalReference,
  gatewayPaymentId: optionalText,
  gatewayOrderId: optionalText,
  localStatus: optionalText,
  gatewayStatus: optionalText,
  localAmount: optionalMoney,
  gatewayAmount: optionalMoney,
  repaired: no,
  note: optionalText,
});

const schema = defineSchema<ReconciliationReportDoc>("reconciliationReports", {
  dateFrom: date,
  dateTo: date,
  state: oneOf(REPORT_STATES, "running"),
  repair: no,
  checkedLocally: count,
  checkedAtGateway: count,
  matched: count,
  discrepancies: listOf(discrepancyPart),
  summary: { type: json.type, default: () => ({}) },
  startedById: optionalText,
  startedAt: date,
  finishedAt: optionalDate,
  error: optionalText,
});

schema.index({ createdAt: -1 });

export const ReconciliationReport = model<ReconciliationReportDoc>("ReconciliationReport", schema);
