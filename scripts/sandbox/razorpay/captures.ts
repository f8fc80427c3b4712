import { captureRefusals, operationInProgress, orderAlreadyPaid } from "./errors.js";
import type { Gateway } from "./gateway.js";
import { capturePayment } from "./payments.js";
import type { PaymentRecord } from "./store.js";
import type { PaymentEntity } from "./types.js";
import { readAmount, readCurrency, readFields } from "./validation.js";

/** One write at a time and payment; a second one meanwhile is refused, not queued. */
export async function withWriteLock<T>(gateway: Gateway, paymentId: string, work: () => T): Promise<T> {
  const { store, settings, clock } = gateway;
  if (store.writeLocks.has(paymentId)) throw operationInProgress();
  if (settings.writeLatencyMs === 0) return work();
  store.writeLocks.add(paymentId);
  try {
    await new Promise<void>((resolve) => clock.after(settings.writeLatencyMs, resolve));
    return work();
  } finally {
    store.writeLocks.delete(paymentId);
  }
}

/** `POST /payments/:id/capture`. */
export async function captureByMerchant(
  gateway: Gateway,
  paymentId: string,
  body: unknown,
): Promise<PaymentEntity> {
  const fields = readFields(body, ["amount", "currency"]);
  const amount = readAmount(fields);
  const currency = readCurrency(fields);
  const payment = gateway.store.payments.get(paymentId);
  return withWriteLock(gateway, paymentId, () => {
    assertCapturable(gateway, payment, amount, currency);
    capturePayment(gateway, payment, "merchant");
    return payment.entity;
  });
}

function assertCapturable(gateway: Gateway, payment: PaymentRecord, amount: number, currency: string): void {
  const { entity, order } = payment;
  if (entity.status === "captured") {
    throw gateway.settings.alreadyCapturedText === "captured"
      ? captureRefusals.alreadyCaptured()
      : orderAlreadyPaid(entity.order_id);
  }
  if (entity.status !== "authorized") throw captureRefusals.wrongStatus();
  if (order?.entity.status === "paid") throw orderAlreadyPaid(entity.order_id);
  if (currency !== entity.currency) throw captureRefusals.wrongCurrency();
  if (amount !== entity.amount) throw captureRefusals.wrongAmount();
  if (order && amount > order.entity.amount_due) throw captureRefusals.exceedsOrder();
}
