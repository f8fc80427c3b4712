import { isRecord } from "../../../utils/helpers.js";
import { maskText, maskVpa } from "../../../utils/masking.js";
import type { MaskedEntity } from "../payment-gateway.js";

/**
 * What administrators may see of the gateway's own words: the listed fields and no others, so that a field which the
 * gateway adds tomorrow stays hidden. Without contact data and notes: those are in our own documents.
 */

/** `"vpa"` is masked; a list names the fields of a part. */
type Field = "value" | "vpa" | readonly string[];

const CARD = ["id", "last4", "network", "type", "issuer", "international", "emi", "sub_type"];
const UPI = ["payer_account_type", "vpa", "flow"];
/** References of the bank, for questions to it. */
const BANK_REFERENCES = [
  "auth_code",
  "rrn",
  "arn",
  "utr",
  "authentication_reference_number",
  "upi_transaction_id",
  "bank_transaction_id",
  "transaction_id",
];

const PAYMENT_VALUES =
  "id entity amount currency base_amount base_currency status order_id invoice_id international method " +
  "amount_refunded amount_transferred refund_status captured card_id bank wallet provider fee tax fee_bearer offer_id " +
  "error_code error_description error_source error_step error_reason gateway_provider optimizer_provider settled_by " +
  "terminal_id account_id auto_captured late_authorized authorized_at captured_at created_at";

const REFUND_VALUES =
  "id entity amount currency payment_id receipt status speed_requested speed_processed batch_id created_at";

const DISPUTE_VALUES =
  "id entity payment_id amount currency amount_deducted reason_code reason_description respond_by status phase created_at";

const ORDER_VALUES =
  "id entity amount amount_paid amount_due currency receipt offer_id status attempts created_at";

const values = (names: string): Record<string, Field> =>
  Object.fromEntries(names.split(" ").map((name) => [name, "value"]));

const ALLOWED = {
  payment: {
    ...values(PAYMENT_VALUES),
    ...{ vpa: "vpa", card: CARD, upi: UPI, acquirer_data: BANK_REFERENCES },
    emi: ["issuer", "rate", "duration", "type"],
  },
  refund: { ...values(REFUND_VALUES), acquirer_data: BANK_REFERENCES },
  dispute: values(DISPUTE_VALUES),
  order: values(ORDER_VALUES),
} as const satisfies Record<string, Record<string, Field>>;

export type MaskedKind = keyof typeof ALLOWED;
export const MASKED_KINDS = Object.keys(ALLOWED) as MaskedKind[];

/** Longer than any of these fields. With the fixed number of fields it bounds the size of what is stored. */
const MAX_TEXT = 300;

function maskedValue(name: string, value: unknown): string | number | boolean | null | undefined {
  if (value === null || typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value !== "string") return undefined;
  const isVpa = name === "vpa" && value !== "";
  return (isVpa ? maskVpa(value) : maskText(value)).slice(0, MAX_TEXT);
}

function maskedPart(part: unknown, names: readonly string[]): Record<string, unknown> | undefined {
  if (!isRecord(part)) return undefined;
  return pick(
    part,
    names.map((name) => [name, maskedValue(name, part[name])]),
  );
}

const pick = (source: object, entries: [string, unknown][]): Record<string, unknown> =>
  Object.fromEntries(entries.filter(([name, value]) => name in source && value !== undefined));

/** The allowed fields of an entity, with VPA and numbers like those of a card masked. Masking it again changes nothing. */
export function maskRazorpayEntity(kind: MaskedKind, entity: unknown): MaskedEntity {
  if (!isRecord(entity)) return {};
  const fields: Record<string, Field> = ALLOWED[kind];
  return pick(
    entity,
    Object.entries(fields).map(([name, field]) => [
      name,
      typeof field === "string" ? maskedValue(name, entity[name]) : maskedPart(entity[name], field),
    ]),
  );
}
