import { refundRefusals } from "./errors.js";
import type { Gateway } from "./gateway.js";
import { withWriteLock } from "./payments.js";
import { makeRefund, type RefundOrder, refundableAmount } from "./refunds.js";
import type { PaymentRecord, RefundRecord } from "./store.js";
import type { RefundEntity } from "./types.js";
import { type Fields, readFields, readInteger, readNotes, readText } from "./validation.js";

const MINIMUM_PAISE = 100;
/** Six months; the gateway refuses to refund older payments. */
const MAXIMUM_AGE_SECONDS = 183 * 24 * 60 * 60;

type RefundRequest = Omit<RefundOrder, "amount" | "idempotencyKey" | "by"> & { amount: number | null };

/**
 * `POST /payments/:id/refund`. With an idempotency key, a repeated request gets the same refund. A
 * refused request does not use up its key.
 */
export async function refundByMerchant(
  gateway: Gateway,
  { paymentId, body, key }: { paymentId: string; body: unknown; key: string | undefined },
): Promise<RefundEntity> {
  const payment = gateway.store.payments.get(paymentId);
  if (key === undefined) return (await refund(gateway, payment, body, null)).entity;
  if (!/^[A-Za-z0-9_-]{10,}$/.test(key)) throw refundRefusals.badKey();
  const { refundKeys } = gateway.store;
  const entryKey = `${paymentId}|${key}`;
  const fingerprint = canonicalJson(body ?? {});
  const earlier = refundKeys.get(entryKey);
  if (earlier && !earlier.refund) throw refundRefusals.keyInFlight();
  if (earlier?.refund) {
    if (earlier.body !== fingerprint) throw refundRefusals.keyReused();
    return earlier.refund.entity;
  }
  refundKeys.set(entryKey, { body: fingerprint, refund: null });
  try {
    const made = await refund(gateway, payment, body, key);
    refundKeys.set(entryKey, { body: fingerprint, refund: made });
    return made.entity;
  } catch (error) {
    refundKeys.delete(entryKey);
    throw error;
  }
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

async function refund(
  gateway: Gateway,
  payment: PaymentRecord,
  body: unknown,
  idempotencyKey: string | null,
): Promise<RefundRecord> {
  const request = readRefund(readFields(body, ["amount", "speed", "notes", "receipt"]));
  return withWriteLock(gateway, payment.entity.id, () => {
    const amount = assertRefundable(gateway, payment, request);
    return makeRefund(gateway, payment, { ...request, amount, idempotencyKey, by: "merchant" });
  });
}

function readRefund(fields: Fields): RefundRequest {
  const { speed = "normal" } = fields;
  if (speed !== "normal" && speed !== "optimum") throw refundRefusals.badSpeed();
  return {
    amount: readRefundAmount(fields),
    speed,
    notes: readNotes(fields),
    receipt: readText(fields, "receipt", 40),
  };
}

function readRefundAmount(fields: Fields): number | null {
  if (fields.amount === undefined || fields.amount === null) return null;
  const amount = readInteger(fields, "amount");
  if (amount === 0) throw refundRefusals.blankAmount();
  if (amount < MINIMUM_PAISE) throw refundRefusals.belowMinimum();
  return amount;
}

/** Returns the requested amount, or everything that is left. */
function assertRefundable(gateway: Gateway, payment: PaymentRecord, request: RefundRequest): number {
  const { entity } = payment;
  const left = refundableAmount(payment);
  if (entity.status === "refunded") throw refundRefusals.nothingLeft();
  if (entity.status !== "captured") throw refundRefusals.notCaptured();
  assertAllowed(gateway, payment, request.receipt);
  if (left === 0) throw refundRefusals.nothingLeft();
  const amount = request.amount ?? left;
  if (amount > entity.amount) throw refundRefusals.exceedsCapture();
  if (amount > left) throw refundRefusals.exceedsRest();
  assertBalance(gateway, amount);
  return amount;
}

function assertAllowed(gateway: Gateway, payment: PaymentRecord, receipt: string | null): void {
  const blocking = payment.disputes.some(({ entity }) => ["open", "under_review"].includes(entity.status));
  if (blocking) throw refundRefusals.disputed();
  const age = gateway.clock.nowSeconds() - payment.entity.created_at;
  if (age > MAXIMUM_AGE_SECONDS) throw refundRefusals.tooOld();
  if (receipt !== null && payment.refunds.some((made) => made.entity.receipt === receipt)) {
    throw refundRefusals.duplicateReceipt();
  }
}

function assertBalance(gateway: Gateway, amount: number): void {
  const { balance, lowBalanceText } = gateway.settings;
  if (balance === null || amount <= balance) return;
  throw lowBalanceText === "balance" ? refundRefusals.lowBalance() : refundRefusals.invalidRequest();
}
