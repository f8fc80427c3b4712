import { randomBytes } from "node:crypto";

/** Entities and ids as the gateway sends them: integer paise, unix seconds, snake_case. */

export type Notes = Record<string, string | number> | [];

export interface OrderEntity {
  id: string;
  entity: "order";
  amount: number;
  amount_paid: number;
  amount_due: number;
  currency: string;
  receipt: string | null;
  offer_id: null;
  status: "created" | "attempted" | "paid";
  attempts: number;
  notes: Notes;
  created_at: number;
}

export const PAYMENT_METHODS = ["upi", "card", "netbanking", "wallet"] as const;
export type PaymentMethod = (typeof PAYMENT_METHODS)[number];
type PaymentGatewayStatus = "created" | "authorized" | "captured" | "refunded" | "failed";

export interface CardEntity {
  id: string;
  entity: "card";
  name: string;
  last4: string;
  network: string;
  type: "credit" | "debit" | "prepaid" | "unknown";
  issuer: string | null;
  international: boolean;
  emi: boolean;
  sub_type: string;
  token_iin: string | null;
}

export interface PaymentEntity {
  id: string;
  entity: "payment";
  amount: number;
  currency: string;
  base_amount: number;
  status: PaymentGatewayStatus;
  order_id: string | null;
  invoice_id: null;
  international: boolean;
  method: PaymentMethod;
  amount_refunded: number;
  amount_transferred: number;
  refund_status: null | "partial" | "full";
  captured: boolean;
  description: string | null;
  card_id: string | null;
  bank: string | null;
  wallet: string | null;
  vpa: string | null;
  email: string | null;
  contact: string | null;
  notes: Notes;
  /** Null until captured; includes `tax`. */
  fee: number | null;
  tax: number | null;
  error_code: string | null;
  error_description: string | null;
  error_source: string | null;
  error_step: string | null;
  error_reason: string | null;
  acquirer_data: Record<string, string | null>;
  created_at: number;
  upi?: { payer_account_type: string; vpa: string | null; flow: string };
}

export type RefundStatus = "pending" | "processed" | "failed";
export type RefundSpeed = "normal" | "optimum";

export interface RefundEntity {
  id: string;
  entity: "refund";
  amount: number;
  currency: string;
  payment_id: string;
  notes: Notes;
  receipt: string | null;
  acquirer_data: Record<string, string | null>;
  created_at: number;
  batch_id: null;
  status: RefundStatus;
  speed_requested: RefundSpeed;
  speed_processed: "normal" | "instant";
}

export interface SettlementEntity {
  id: string;
  entity: "settlement";
  amount: number;
  status: "created" | "processed" | "failed";
  fees: number;
  tax: number;
  utr: string;
  created_at: number;
}

export interface ReconRow {
  entity_id: string;
  type: "payment" | "refund" | "adjustment";
  debit: number;
  credit: number;
  amount: number;
  currency: string;
  fee: number;
  tax: number;
  on_hold: boolean;
  settled: boolean;
  created_at: number;
  settled_at: number;
  settlement_id: string;
  description: string | null;
  /** The remaining fields may be missing on adjustment rows. */
  posted_at?: number | null;
  credit_type?: "default";
  notes?: string | null;
  payment_id?: string | null;
  settlement_utr?: string;
  order_id?: string | null;
  order_receipt?: string | null;
  method?: string | null;
  card_network?: string | null;
  card_issuer?: string | null;
  card_type?: string | null;
  dispute_id?: string | null;
}

export type DisputePhase = "fraud" | "retrieval" | "chargeback" | "pre_arbitration" | "arbitration";
export type DisputeStatus = "open" | "under_review" | "won" | "lost" | "closed";

export interface DisputeEntity {
  id: string;
  entity: "dispute";
  payment_id: string;
  amount: number;
  currency: string;
  /** 0 until the dispute is lost. */
  amount_deducted: number;
  reason_code: string;
  respond_by: number;
  status: DisputeStatus;
  phase: DisputePhase;
  created_at: number;
  evidence: { amount: number; summary: string | null; submitted_at: number | null } & Record<string, unknown>;
}

export type DowntimeSeverity = "low" | "medium" | "high";

export interface DowntimeEntity {
  id: string;
  entity: "payment.downtime";
  method: PaymentMethod;
  begin: number;
  end: number | null;
  status: "started" | "updated" | "resolved";
  scheduled: boolean;
  severity: DowntimeSeverity;
  instrument: Record<string, string>;
  instrument_schema: string[];
  created_at: number;
  updated_at: number;
}

export interface Collection<T> {
  entity: "collection";
  count: number;
  items: T[];
}

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_LENGTH = 14;

export type IdPrefix = "order" | "pay" | "rfnd" | "setl" | "disp" | "down" | "card" | "cust" | "acc";

/** 14 characters of `[A-Za-z0-9]`, as in all ids of the gateway. The bias of the modulo does not matter here. */
export function randomSuffix(): string {
  let suffix = "";
  for (const byte of randomBytes(ID_LENGTH)) suffix += ALPHABET[byte % ALPHABET.length];
  return suffix;
}

export const newId = (prefix: IdPrefix): string => `${prefix}_${randomSuffix()}`;

export function isId(value: string, prefix: IdPrefix): boolean {
  return value.startsWith(`${prefix}_`) && /^[A-Za-z0-9]{14}$/.test(value.slice(prefix.length + 1));
}

export const randomDigits = (count: number): string =>
  Array.from(randomBytes(count), (byte) => String(byte % 10)).join("");
