import Joi from "joi";
import { CURRENCY } from "../../../utils/constants.js";
import {
  type GatewayDispute,
  type GatewayDowntime,
  type GatewayRefund,
  type GatewaySettlement,
  SETTLEMENT_ROW_TYPES,
  type SettlementRow,
} from "../payment-gateway.js";
import {
  amount,
  amountOrZero,
  currency,
  flagOrFalse,
  idOf,
  nothing,
  optionalText,
  optionalTime,
  readEntity,
  signedAmount,
  texts,
  time,
  toMethod,
} from "./fields.js";

type RefundEntity = Omit<GatewayRefund, "bankReference" | "speed"> & {
  acquirerData: Record<string, string>;
  speedProcessed: string | null;
};

const refundSchema = Joi.object<RefundEntity>({
  id: idOf("rfnd"),
  paymentId: idOf("pay"),
  amount,
  currency: currency.optional().default(CURRENCY),
  // Without a status it has just been accepted.
  status: Joi.string().valid("pending", "processed", "failed").empty(nothing).optional().default("pending"),
  receipt: optionalText,
  notes: texts,
  acquirerData: texts,
  speedProcessed: optionalText,
  createdAt: optionalTime,
});

/** @throws TypeError when the entity is not a refund */
export function mapRazorpayRefund(entity: unknown): GatewayRefund {
  const { acquirerData, speedProcessed, ...refund } = readEntity(refundSchema, entity);
  const { arn, rrn, utr } = acquirerData;
  return { ...refund, bankReference: arn || rrn || utr || null, speed: speedProcessed };
}

const disputeSchema = Joi.object<GatewayDispute>({
  id: idOf("disp"),
  paymentId: idOf("pay"),
  amount,
  currency,
  amountDeducted: amountOrZero,
  status: Joi.string().valid("open", "under_review", "won", "lost", "closed"),
  phase: Joi.string(),
  reasonCode: optionalText,
  respondBy: optionalTime,
  createdAt: time,
});

/** @throws TypeError when the entity is not a dispute */
export function mapRazorpayDispute(entity: unknown): GatewayDispute {
  return readEntity(disputeSchema, entity);
}

type DowntimeEntity = Omit<GatewayDowntime, "method"> & { method: string | null };

const downtimeSchema = Joi.object<DowntimeEntity>({
  id: idOf("down"),
  method: optionalText,
  status: Joi.string().valid("started", "updated", "resolved"),
  severity: Joi.string().valid("low", "medium", "high").empty(nothing).optional().default("medium"),
  scheduled: flagOrFalse,
  begin: time,
  end: optionalTime,
  instrument: texts,
});

/** @throws TypeError when the entity is not a downtime */
export function mapRazorpayDowntime(entity: unknown): GatewayDowntime {
  const downtime = readEntity(downtimeSchema, entity);
  return { ...downtime, method: toMethod(downtime.method) };
}

const settlementSchema = Joi.object<GatewaySettlement>({
  id: idOf("setl"),
  amount: signedAmount,
  status: Joi.string(),
  fees: amountOrZero,
  tax: amountOrZero,
  utr: optionalText,
  createdAt: time,
});

/** @throws TypeError when the entity is not a settlement */
export function mapRazorpaySettlement(entity: unknown): GatewaySettlement {
  return readEntity(settlementSchema, entity);
}

/** Rows of adjustments lack most fields. */
const settlementRowSchema = Joi.object<Omit<SettlementRow, "type"> & { type: string }>({
  entityId: Joi.string().max(100),
  type: Joi.string().max(50),
  currency: currency.empty(nothing).optional().default(CURRENCY),
  debit: amountOrZero,
  credit: amountOrZero,
  amount: amountOrZero,
  fee: amountOrZero,
  tax: amountOrZero,
  settled: flagOrFalse,
  settlementId: optionalText,
  settlementUtr: optionalText,
  settledAt: optionalTime,
  paymentId: optionalText,
  orderId: optionalText,
  orderReceipt: optionalText,
  disputeId: optionalText,
  description: optionalText,
  createdAt: optionalTime,
});

/** @throws TypeError when the entity is not a row of the report */
export function mapRazorpaySettlementRow(entity: unknown): SettlementRow {
  const row = readEntity(settlementRowSchema, entity);
  const type = SETTLEMENT_ROW_TYPES.find((known) => known === row.type) ?? "other";
  return { ...row, type };
}
