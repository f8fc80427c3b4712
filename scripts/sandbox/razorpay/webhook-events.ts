import { paymentView } from "./payment-views.js";
import type { DisputeRecord, OrderRecord, PaymentRecord, RefundRecord } from "./store.js";
import type { DowntimeEntity, SettlementEntity } from "./types.js";

/** The parts of a webhook's `payload`, by name. They are serialised at once: later changes do not show. */
export type EventParts = Record<string, { entity: object }>;

export const paymentPart = (payment: PaymentRecord): EventParts => ({
  payment: { entity: paymentView(payment, true) },
});

export const orderPart = (order: OrderRecord): EventParts => ({
  order: { entity: { ...order.entity, description: null, checkout: null } },
});

export const refundPart = (refund: RefundRecord): EventParts => ({ refund: { entity: refund.entity } });

export const disputePart = (dispute: DisputeRecord): EventParts => ({ dispute: { entity: dispute.entity } });

export const settlementPart = (settlement: SettlementEntity): EventParts => ({
  settlement: { entity: settlement },
});

export const downtimePart = (downtime: DowntimeEntity): EventParts => ({
  "payment.downtime": { entity: downtime },
});
