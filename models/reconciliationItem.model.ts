import { model, type Types } from "mongoose";
import {
  RECONCILIATION_ENTITIES,
  RECONCILIATION_ITEM_KINDS,
  type ReconciliationEntity,
  type ReconciliationItemKind,
} from "../utils/constants.js";
import type { Paise } from "../utils/money.js";
import {
  date,
  moneyFromZero,
  oneOf,
  optionalMoney,
  optionalPart,
  optionalReference,
  optionalText,
  reference,
  text,
} from "./parts/fields.js";
import { definePart, defineSchema } from "./parts/schema.js";

export const REPAIR_OUTCOMES = ["repaired", "needs_person", "failed"] as const;
export type RepairOutcome = (typeof REPAIR_OUTCOMES)[number];

/** What `repair` did about a break. */
export interface Repair {
  outcome: RepairOutcome;
  note: string;
  at: Date;
}

/** A break of a report, or a row of a settlement that has no counterpart here (`transfer`, `adjustment`, `other`). */
export interface ReconciliationItemDoc {
  _id: Types.ObjectId;
  reportId: Types.ObjectId;
  kind: ReconciliationItemKind;
  entity: ReconciliationEntity;
  /** Of the payment, refund, settlement or row at the gateway. */
  gatewayId: string;
  gatewayOrderId: string | null;
  settlementId: string | null;
  /** Of a row about a dispute. */
  disputeId: string | null;
  paymentId: Types.ObjectId | null;
  refundId: Types.ObjectId | null;
  orderNumber: string | null;
  localStatus: string | null;
  gatewayStatus: string | null;
  localAmount: Paise | null;
  /** Of a row: its credit less its debit. */
  gatewayAmount: Paise | null;
  amountAtRisk: Paise;
  note: string | null;
  /** Null: not tried. */
  repair: Repair | null;
  createdAt: Date;
  updatedAt: Date;
}

const repairPart = definePart<Repair>({ outcome: oneOf(REPAIR_OUTCOMES), note: text, at: date });

const schema = defineSchema<ReconciliationItemDoc>("reconciliationItems", {
  reportId: reference,
  kind: oneOf(RECONCILIATION_ITEM_KINDS),
  entity: oneOf(RECONCILIATION_ENTITIES),
  gatewayId: text,
  gatewayOrderId: optionalText,
  settlementId: optionalText,
  disputeId: optionalText,
  paymentId: optionalReference,
  refundId: optionalReference,
  orderNumber: optionalText,
  localStatus: optionalText,
  gatewayStatus: optionalText,
  localAmount: optionalMoney,
  gatewayAmount: optionalMoney,
  amountAtRisk: moneyFromZero,
  note: optionalText,
  repair: optionalPart(repairPart),
});

schema.index({ reportId: 1, gatewayId: 1 }, { name: "one_item_per_entity", unique: true });
schema.index({ reportId: 1, amountAtRisk: -1 });
schema.index({ reportId: 1, kind: 1, amountAtRisk: -1 });

export const ReconciliationItem = model<ReconciliationItemDoc>("ReconciliationItem", schema);
