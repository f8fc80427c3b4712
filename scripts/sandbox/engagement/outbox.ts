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
  /** How often it was requested; it is sent once. */
  requests: number;
  /** Fields that `data` must always have and that are missing here. */
  missing: string[];
  at: string;
}

export interface NotificationFilter {
  template?: string;
  dedupeKey?: string;
  /** User id, e-mail or phone of the recipient. */
  to?: string;
}

const REQUIRED_DATA = ["customerName", "link"];

const isTo = ({ to }: Notification, recipient: string): boolean =>
  [to.userId, to.email, to.phone].includes(recipient);

/** Records notifications instead of sending them, once per `dedupeKey`. */
export function createOutbox(now: () => number) {
  const byKey = new Map<string, Notification>();
  return {
    send: (request: NotificationRequest): { notificationId: string } => {
      const known = byKey.get(request.dedupeKey);
      if (known) {
        known.requests += 1;
        return { notificationId: known.notificationId };
      }
      const missing = REQUIRED_DATA.filter((name) => !(name in request.data));
      const at = new Date(now()).toISOString();
      const notification = { ...request, notificationId: createId("ntf"), requests: 1, missing, at };
      byKey.set(request.dedupeKey, notification);
      return { notificationId: notification.notificationId };
    },
    list: ({ template, dedupeKey, to }: NotificationFilter = {}): Notification[] =>
      [...byKey.values()].filter(
        (entry) =>
          (template === undefined || entry.template === template) &&
          (dedupeKey === undefined || entry.dedupeKey === dedupeKey) &&
          (to === undefined || isTo(entry, to)),
      ),
  };
}
