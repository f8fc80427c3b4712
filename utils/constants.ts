/** The closed word lists of the domain. Each list is also the type (`CartStatus`) and the model's enum. */

export const CART_STATUSES = ["active", "abandoned", "converted"] as const;
export type CartStatus = (typeof CART_STATUSES)[number];

export const CART_SOURCES = ["web", "mobile"] as const;
export type CartSource = (typeof CART_SOURCES)[number];

export const ORDER_SOURCES = ["web", "mobile", "admin"] as const;
export type OrderSource = (typeof ORDER_SOURCES)[number];

export const CHECKOUT_STATUSES = [
  "initiated",
  "address_entered",
  "payment_pending",
  "completed",
  "failed",
] as const;
export type CheckoutStatus = (typeof CHECKOUT_STATUSES)[number];
/** A session in one of these can still become an order; one such session a cart. */
export const LIVE_CHECKOUT_STATUSES = ["initiated", "address_entered", "payment_pending"] as const;
/** Whoever stopped here may be reminded: of a live checkout, or of one whose time is over. */
export const REMINDED_CHECKOUT_STATUSES = [...LIVE_CHECKOUT_STATUSES, "failed"] as const;

/** Why a session failed. Only `expired` may still be completed, by a late payment (D32). */
export const CHECKOUT_FAILURES = [
  "expired",
  "out_of_stock",
  "coupon_invalid",
  "insufficient_points",
  "insufficient_credit",
  "capture_refused",
  "cart_gone",
  "unavailable",
] as const;
export type CheckoutFailure = (typeof CHECKOUT_FAILURES)[number];

export const ORDER_STATUSES = [
  "pending",
  "confirmed",
  "processing",
  "shipped",
  "delivered",
  "cancelled",
  "returned",
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export const ORDER_PAYMENT_STATUSES = ["pending", "paid", "failed", "refunded"] as const;
export type OrderPaymentStatus = (typeof ORDER_PAYMENT_STATUSES)[number];

export const FULFILLMENT_STATUSES = ["unfulfilled", "partially_fulfilled", "fulfilled"] as const;
export type FulfillmentStatus = (typeof FULFILLMENT_STATUSES)[number];

export const LINE_FULFILLMENT_STATUSES = [
  "pending",
  "partially_fulfilled",
  "fulfilled",
  "returned",
  "cancelled",
] as const;
export type LineFulfillmentStatus = (typeof LINE_FULFILLMENT_STATUSES)[number];

export const ONLINE_PAYMENT_METHODS = ["upi", "card", "netbanking", "wallet"] as const;
export type OnlinePaymentMethod = (typeof ONLINE_PAYMENT_METHODS)[number];

/** What a customer can choose at checkout. */
export const CHECKOUT_PAYMENT_METHODS = [...ONLINE_PAYMENT_METHODS, "cod"] as const;
export type CheckoutPaymentMethod = (typeof CHECKOUT_PAYMENT_METHODS)[number];

/** What a payment record can hold: also manual orders, and methods that only the gateway knows. */
export const PAYMENT_METHODS = [
  ...CHECKOUT_PAYMENT_METHODS,
  "emi",
  "paylater",
  "cardless_emi",
  "bank_transfer",
  "manual",
] as const;
export type PaymentMethod = (typeof PAYMENT_METHODS)[number];

export const PAYMENT_GATEWAYS = ["razorpay", "cod", "manual"] as const;
export type PaymentGatewayName = (typeof PAYMENT_GATEWAYS)[number];

export const PAYMENT_STATUSES = ["pending", "authorized", "captured", "failed", "refunded"] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

export const REFUND_STATUSES = ["pending", "processing", "completed", "failed", "rejected"] as const;
export type RefundStatus = (typeof REFUND_STATUSES)[number];

export const REFUND_TYPES = ["full", "partial"] as const;
export type RefundType = (typeof REFUND_TYPES)[number];

export const REFUND_DESTINATIONS = ["original", "store_credit", "bank_transfer"] as const;
export type RefundDestination = (typeof REFUND_DESTINATIONS)[number];

export const REFUND_INITIATORS = ["customer", "admin", "system"] as const;
export type RefundInitiator = (typeof REFUND_INITIATORS)[number];

export const REFUND_SYSTEM_REASONS = [
  "superseded",
  "surplus",
  "undo",
  "gateway",
  "dashboard",
  "dispute_lost",
  "amount_mismatch",
] as const;
export type RefundSystemReason = (typeof REFUND_SYSTEM_REASONS)[number];

/** Why a payment that the gateway reports does not count as paid. */
export const PAYMENT_MISMATCH_REASONS = [
  "amount",
  "currency",
  "fee",
  "offer",
  "refunded",
  "partly_refunded",
] as const;
export type PaymentMismatchReason = (typeof PAYMENT_MISMATCH_REASONS)[number];

export const RETURN_STATUSES = ["requested", "approved", "rejected", "received", "completed"] as const;
export type ReturnStatus = (typeof RETURN_STATUSES)[number];

export const INSPECTION_STATUSES = ["pending", "pass", "fail"] as const;
export type InspectionStatus = (typeof INSPECTION_STATUSES)[number];

export const RETURN_CONDITIONS = ["unopened", "opened", "used", "damaged"] as const;
export type ReturnCondition = (typeof RETURN_CONDITIONS)[number];

export const RETURN_REASONS = [
  "damaged",
  "defective",
  "wrong_item",
  "not_as_described",
  "missing_parts",
  "not_satisfied",
  "other",
] as const;
export type ReturnReason = (typeof RETURN_REASONS)[number];

export const INVOICE_TYPES = ["sale", "credit_note"] as const;
export type InvoiceType = (typeof INVOICE_TYPES)[number];

export const INVOICE_STATUSES = ["draft", "issued"] as const;
export type InvoiceStatus = (typeof INVOICE_STATUSES)[number];

export const SHIPMENT_STATUSES = [
  "creating",
  "created",
  "picked_up",
  "in_transit",
  "out_for_delivery",
  "delivered",
  "returned_to_origin",
] as const;
export type ShipmentStatus = (typeof SHIPMENT_STATUSES)[number];

/** What a row of an order's history is about: one of its three statuses, or its owner (a guest, then a customer). */
export const STATUS_TYPES = ["order", "payment", "fulfillment", "owner"] as const;
export type StatusType = (typeof STATUS_TYPES)[number];

export const CHANGED_BY_TYPES = ["system", "admin", "customer"] as const;
export type ChangedByType = (typeof CHANGED_BY_TYPES)[number];

export const OUTBOX_STATES = ["pending", "delivered", "dead"] as const;
export type OutboxState = (typeof OUTBOX_STATES)[number];

export const WEBHOOK_STATES = ["received", "processed", "flagged"] as const;
export type WebhookState = (typeof WEBHOOK_STATES)[number];

export const NOTICE_CODES = [
  "PRICE_CHANGED",
  "OUT_OF_STOCK",
  "LOW_STOCK",
  "PRODUCT_UNAVAILABLE",
  "COUPON_DROPPED",
  "QUANTITY_REDUCED",
  "GIFT_ADDED",
  "GIFT_REMOVED",
  "GIFT_UNAVAILABLE",
  "SHIPPING_CHANGED",
  "UPSTREAM_UNAVAILABLE",
] as const;
export type NoticeCode = (typeof NOTICE_CODES)[number];

/** Something the storefront should show the customer. `details` holds rupees, never paise. */
export interface Notice {
  code: NoticeCode;
  message: string;
  itemId?: string;
  details?: Record<string, unknown>;
}

export const JOB_NAMES = [
  "cart-cleanup",
  "checkout-cleanup",
  "checkout-reminder",
  "abandoned-cart",
  "order-sync",
  "payment-sweep",
  "payment-reconciliation",
  "placement-recovery",
  "outbox",
  "invoice-issue",
  "webhook-retry",
  "promotion-refresh",
  "return-expiry",
  "retention",
  "analytics",
] as const;
export type JobName = (typeof JOB_NAMES)[number];

export const CURRENCY = "INR";
/** Business days, numbers and financial years follow this clock (D6). */
export const BUSINESS_TIME_ZONE = "Asia/Kolkata";
/** The gateway takes and refunds at least ₹1 (D41). */
export const GATEWAY_MINIMUM_PAISE = 100;
