import { createId } from "../shared/random.js";

export const TEMPLATES = [
  "order_confirmed",
  "order_cancelled",
  "order_shipped",
  "order_delivered",
  "payment_failed",
  "payment_refunded_late",
  "refund_requested_admin",
  "refund_approved",
  "refund_rejected",
  "refund_completed",
  "return_requested_admin",
  "return_approved",
  "return_rejected",
  "return_pickup_scheduled",
  "return_received",
  "return_inspection_failed",
  "order_returned_to_origin",
  "payment_dispute_admin",
  "refund_attention_admin",
  "invoice",
  "cart_abandoned",
  "checkout_abandoned",
  "seller_new_order",
] as const;

export interface NotificationRequest {
  channels: ("email" | "sms" | "whatsapp")[];
  to: { userId?: string; email?: string; phone?: string };
  template: (typeof TEMPLATES)[number];
  data: Record<string, unknown>;
  attachments?: { filename: string; contentType: string; url: string }[];
  dedupeKey: string;
}

export interface Notification extends NotificationRequest {
  notificationId: string;
  /** How often it was asked for; the customer got it once. */
  requests: number;
  /** What the contract says that `data` always carries, and this one does not. */
  missing: string[];
  at: string;
}

export interface NotificationFilter {
  template?: string;
  dedupeKey?: string;
  /** User id, e-mail or phone of the recipient. */
  to?: string;
}

export interface Outbox {
  send(request: NotificationRequest): { notificationId: string };
  list(filter?: NotificationFilter): Notification[];
  clear(): void;
}

const ALWAYS = ["customerName", "link"];

const isTo = ({ to }: Notification, recipient: string): boolean =>
  [to.userId, to.email, to.phone].includes(recipient);

/** What would have been sent; once per `dedupeKey`. */
export function createOutbox(now: () => number): Outbox {
  const byKey = new Map<string, Notification>();
  return {
    send: (request) => {
      const known = byKey.get(request.dedupeKey);
      if (known) {
        known.requests += 1;
        return { notificationId: known.notificationId };
      }
      const missing = ALWAYS.filter((name) => !(name in request.data));
      const at = new Date(now()).toISOString();
      const notification = { ...request, notificationId: createId("ntf"), requests: 1, missing, at };
      byKey.set(request.dedupeKey, notification);
      return { notificationId: notification.notificationId };
    },
    list: ({ template, dedupeKey, to } = {}) =>
      [...byKey.values()].filter(
        (entry) =>
          (template === undefined || entry.template === template) &&
          (dedupeKey === undefined || entry.dedupeKey === dedupeKey) &&
          (to === undefined || isTo(entry, to)),
      ),
    clear: () => byKey.clear(),
  };
}
