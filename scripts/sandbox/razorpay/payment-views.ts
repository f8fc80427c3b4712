import type { PaymentRecord } from "./store.js";
import type { CardEntity, PaymentEntity } from "./types.js";

export type PaymentView = PaymentEntity & { card?: CardEntity };

/** The API shows the card with `expand[]=card` only; webhooks always carry it. */
export function paymentView(record: PaymentRecord, withCard: boolean): PaymentView {
  return withCard && record.card ? { ...record.entity, card: record.card } : record.entity;
}
