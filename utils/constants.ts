/**
 * The closed lists of values that are stored and sent. Each has an object for code (`CART_STATUS.ACTIVE`), the list of
 * its values for models and schemas (`CART_STATUSES`), and a type (`CartStatus`).
 */

type ValueOf<T> = T[keyof T];

export const CART_STATUS = {
  ACTIVE: "active",
  ABANDONED: "abandoned",
  CONVERTED: "converted",
} as const;
export const CART_STATUSES = Object.values(CART_STATUS);
export type CartStatus = ValueOf<typeof CART_STATUS>;

export const CART_SOURCE = {
  WEB: "web",
  MOBILE: "mobile",
} as const;
export const CART_SOURCES = Object.values(CART_SOURCE);
export type CartSource = ValueOf<typeof CART_SOURCE>;

export const ORDER_SOURCE = {
  WEB: "web",
  MOBILE: "mobile",
  ADMIN: "admin",
} as const;
export const ORDER_SOURCES = Object.values(ORDER_SOURCE);
export type OrderSource = ValueOf<typeof ORDER_SOURCE>;

export const CHECKOUT_STATUS = {
  INITIATED: "initiated",
  ADDRESS_ENTERED: "address_entered",
  PAYMENT_PENDING: "payment_pending",
  COMPLETED: "completed",
  FAILED: "failed",
} as const;
export const CHECKOUT_STATUSES = Object.values(CHECKOUT_STATUS);
export type CheckoutStatus = ValueOf<typeof CHECKOUT_STATUS>;
/** A checkout session in one of these can still become an order. A cart has at most one such session. */
export const LIVE_CHECKOUT_STATUSES = [
  CHECKOUT_STATUS.INITIATED,
  CHECKOUT_STATUS.ADDRESS_ENTERED,
  CHECKOUT_STATUS.PAYMENT_PENDING,
] as const;
/** Customers who stopped in one of these get a reminder: of a live checkout, or of an expired one. */
export const REMINDED_CHECKOUT_STATUSES = [...LIVE_CHECKOUT_STATUSES, CHECKOUT_STATUS.FAILED] as const;

/** Why a checkout session failed. Only an `expired` one can still be completed, by a late payment. */
export const CHECKOUT_FAILURE = {
  EXPIRED: "expired",
  OUT_OF_STOCK: "out_of_stock",
  COUPON_INVALID: "coupon_invalid",
  INSUFFICIENT_POINTS: "insufficient_points",
  INSUFFICIENT_CREDIT: "insufficient_credit",
  CAPTURE_REFUSED: "capture_refused",
  CART_GONE: "cart_gone",
  UNAVAILABLE: "unavailable",
} as const;
export const CHECKOUT_FAILURES = Object.values(CHECKOUT_FAILURE);
export type CheckoutFailure = ValueOf<typeof CHECKOUT_FAILURE>;

export const ORDER_STATUS = {
  PENDING: "pending",
  CONFIRMED: "confirmed",
  PROCESSING: "processing",
  SHIPPED: "shipped",
  DELIVERED: "delivered",
  CANCELLED: "cancelled",
  RETURNED: "returned",
} as const;
export const ORDER_STATUSES = Object.values(ORDER_STATUS);
export type OrderStatus = ValueOf<typeof ORDER_STATUS>;

/** Of an order. */
export const PAYMENT_STATUS = {
  PENDING: "pending",
  PAID: "paid",
  FAILED: "failed",
  REFUNDED: "refunded",
} as const;
export const PAYMENT_STATUSES = Object.values(PAYMENT_STATUS);
export type PaymentStatus = ValueOf<typeof PAYMENT_STATUS>;

export const FULFILLMENT_STATUS = {
  UNFULFILLED: "unfulfilled",
  PARTIALLY_FULFILLED: "partially_fulfilled",
  FULFILLED: "fulfilled",
} as const;
export const FULFILLMENT_STATUSES = Object.values(FULFILLMENT_STATUS);
export type FulfillmentStatus = ValueOf<typeof FULFILLMENT_STATUS>;

export const LINE_FULFILLMENT_STATUS = {
  PENDING: "pending",
  PARTIALLY_FULFILLED: "partially_fulfilled",
  FULFILLED: "fulfilled",
  RETURNED: "returned",
  CANCELLED: "cancelled",
} as const;
export const LINE_FULFILLMENT_STATUSES = Object.values(LINE_FULFILLMENT_STATUS);
export type LineFulfillmentStatus = ValueOf<typeof LINE_FULFILLMENT_STATUS>;

/** `bank_transfer` and `manual` are for orders that an admin enters. */
export const PAYMENT_METHOD = {
  UPI: "upi",
  CARD: "card",
  NETBANKING: "netbanking",
  WALLET: "wallet",
  COD: "cod",
  BANK_TRANSFER: "bank_transfer",
  MANUAL: "manual",
} as const;
export const PAYMENT_METHODS = Object.values(PAYMENT_METHOD);
export type PaymentMethod = ValueOf<typeof PAYMENT_METHOD>;

/** Paid at the gateway. */
export const ONLINE_PAYMENT_METHODS = [
  PAYMENT_METHOD.UPI,
  PAYMENT_METHOD.CARD,
  PAYMENT_METHOD.NETBANKING,
  PAYMENT_METHOD.WALLET,
] as const;
export type OnlinePaymentMethod = (typeof ONLINE_PAYMENT_METHODS)[number];

/** What a customer can choose at checkout. */
export const CHECKOUT_PAYMENT_METHODS = [...ONLINE_PAYMENT_METHODS, PAYMENT_METHOD.COD] as const;
export type CheckoutPaymentMethod = (typeof CHECKOUT_PAYMENT_METHODS)[number];

export const PAYMENT_GATEWAY = {
  RAZORPAY: "razorpay",
  COD: "cod",
  MANUAL: "manual",
} as const;
export const PAYMENT_GATEWAYS = Object.values(PAYMENT_GATEWAY);
export type PaymentGatewayName = ValueOf<typeof PAYMENT_GATEWAY>;

/** Of a payment, as the gateway reports it. */
export const PAYMENT_GATEWAY_STATUS = {
  PENDING: "pending",
  AUTHORIZED: "authorized",
  CAPTURED: "captured",
  FAILED: "failed",
  REFUNDED: "refunded",
} as const;
export const PAYMENT_GATEWAY_STATUSES = Object.values(PAYMENT_GATEWAY_STATUS);
export type PaymentGatewayStatus = ValueOf<typeof PAYMENT_GATEWAY_STATUS>;

/** What a customer can do after a payment failed: one code for every gateway and issuer. */
export const PAYMENT_NEXT_STEPS = [
  "try_again",
  "check_details",
  "other_method",
  "contact_bank",
  "contact_support",
] as const;
export type PaymentNextStep = (typeof PAYMENT_NEXT_STEPS)[number];

export const REFUND_STATUS = {
  PENDING: "pending",
  PROCESSING: "processing",
  COMPLETED: "completed",
  FAILED: "failed",
  REJECTED: "rejected",
} as const;
export const REFUND_STATUSES = Object.values(REFUND_STATUS);
export type RefundStatus = ValueOf<typeof REFUND_STATUS>;

export const REFUND_TYPE = {
  FULL: "full",
  PARTIAL: "partial",
} as const;
export const REFUND_TYPES = Object.values(REFUND_TYPE);
export type RefundType = ValueOf<typeof REFUND_TYPE>;

export const REFUND_DESTINATION = {
  ORIGINAL: "original",
  STORE_CREDIT: "store_credit",
  BANK_TRANSFER: "bank_transfer",
} as const;
export const REFUND_DESTINATIONS = Object.values(REFUND_DESTINATION);
export type RefundDestination = ValueOf<typeof REFUND_DESTINATION>;

/** Where the money of a refund comes from. An order may be paid from several sources. */
export const REFUND_SOURCE = {
  PAYMENT: "payment",
  STORE_CREDIT: "store_credit",
  POINTS: "points",
} as const;
export const REFUND_SOURCES = Object.values(REFUND_SOURCE);
export type RefundSource = ValueOf<typeof REFUND_SOURCE>;

export const REFUND_INITIATOR = {
  CUSTOMER: "customer",
  ADMIN: "admin",
  SYSTEM: "system",
} as const;
export const REFUND_INITIATORS = Object.values(REFUND_INITIATOR);
export type RefundInitiator = ValueOf<typeof REFUND_INITIATOR>;

export const REFUND_SYSTEM_REASONS = [
  "superseded",
  "surplus",
  "undo",
  "gateway",
  "dashboard",
  "dispute_lost",
  "amount_mismatch",
  "returned_to_origin",
  "cancelled",
] as const;
export type RefundSystemReason = (typeof REFUND_SYSTEM_REASONS)[number];

/** `optimum` is instant where the customer's bank can, and normal elsewhere. */
export const GATEWAY_REFUND_SPEEDS = ["normal", "optimum"] as const;
export type GatewayRefundSpeed = (typeof GATEWAY_REFUND_SPEEDS)[number];

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

export const RETURN_STATUS = {
  REQUESTED: "requested",
  APPROVED: "approved",
  REJECTED: "rejected",
  RECEIVED: "received",
  COMPLETED: "completed",
} as const;
export const RETURN_STATUSES = Object.values(RETURN_STATUS);
export type ReturnStatus = ValueOf<typeof RETURN_STATUS>;

export const INSPECTION_STATUS = {
  PENDING: "pending",
  PASS: "pass",
  FAIL: "fail",
} as const;
export const INSPECTION_STATUSES = Object.values(INSPECTION_STATUS);
export type InspectionStatus = ValueOf<typeof INSPECTION_STATUS>;

export const RETURN_CONDITIONS = ["unopened", "opened", "used", "damaged"] as const;
export type ReturnCondition = (typeof RETURN_CONDITIONS)[number];

/** Why goods are returned or money is asked back. `other` needs notes. */
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

/** Where the seller is at fault, the seller pays for the way back. */
export const RETURN_REASON_TEXTS = {
  damaged: { label: "It arrived damaged", sellerAtFault: true },
  defective: { label: "It does not work as it should", sellerAtFault: true },
  wrong_item: { label: "A wrong item arrived", sellerAtFault: true },
  not_as_described: { label: "It is not as described", sellerAtFault: true },
  missing_parts: { label: "Something is missing", sellerAtFault: true },
  not_satisfied: { label: "I am not satisfied with it", sellerAtFault: false },
  other: { label: "Another reason", sellerAtFault: false },
} as const satisfies Record<ReturnReason, { label: string; sellerAtFault: boolean }>;

export const INVOICE_TYPE = {
  SALE: "sale",
  CREDIT_NOTE: "credit_note",
} as const;
export const INVOICE_TYPES = Object.values(INVOICE_TYPE);
export type InvoiceType = ValueOf<typeof INVOICE_TYPE>;

export const INVOICE_STATUS = {
  DRAFT: "draft",
  ISSUED: "issued",
} as const;
export const INVOICE_STATUSES = Object.values(INVOICE_STATUS);
export type InvoiceStatus = ValueOf<typeof INVOICE_STATUS>;

/** Within the supplier's state (CGST with SGST or UTGST), or not (IGST). */
export const SUPPLY_TYPES = ["intra_state", "inter_state"] as const;
export type SupplyType = (typeof SUPPLY_TYPES)[number];

/**
 * Tables of the return GSTR-1: sales to registered buyers, large and other sales to consumers, and the credit notes of
 * registered buyers and of large sales. Other credit notes reduce the table of other sales.
 */
export const RETURN_TABLES = ["b2b", "b2cl", "b2cs", "cdnr", "cdnur"] as const;
export type ReturnTable = (typeof RETURN_TABLES)[number];

export const SHIPMENT_STATUS = {
  CREATING: "creating",
  CREATED: "created",
  PICKED_UP: "picked_up",
  IN_TRANSIT: "in_transit",
  OUT_FOR_DELIVERY: "out_for_delivery",
  DELIVERED: "delivered",
  RETURNED_TO_ORIGIN: "returned_to_origin",
  /** The shipping service did not accept it; its units are free again. */
  REFUSED: "refused",
} as const;
export const SHIPMENT_STATUSES = Object.values(SHIPMENT_STATUS);
export type ShipmentStatus = ValueOf<typeof SHIPMENT_STATUS>;
/** The shipping service has the parcel, and it has neither arrived nor come back. */
export const ON_THE_WAY: readonly ShipmentStatus[] = [
  SHIPMENT_STATUS.CREATED,
  SHIPMENT_STATUS.PICKED_UP,
  SHIPMENT_STATUS.IN_TRANSIT,
  SHIPMENT_STATUS.OUT_FOR_DELIVERY,
];

/**
 * What a row of an order's history records: one of its three statuses, its owner (a guest, then a customer), or a
 * shipment that the shipping service refused, or units that were cancelled.
 */
export const STATUS_TYPE = {
  ORDER: "order",
  PAYMENT: "payment",
  FULFILLMENT: "fulfillment",
  OWNER: "owner",
  SHIPMENT: "shipment",
  CANCELLATION: "cancellation",
} as const;
export const STATUS_TYPES = Object.values(STATUS_TYPE);
export type StatusType = ValueOf<typeof STATUS_TYPE>;

export const CHANGED_BY_TYPE = {
  SYSTEM: "system",
  ADMIN: "admin",
  CUSTOMER: "customer",
} as const;
export const CHANGED_BY_TYPES = Object.values(CHANGED_BY_TYPE);
export type ChangedByType = ValueOf<typeof CHANGED_BY_TYPE>;

export const OUTBOX_STATE = {
  PENDING: "pending",
  DELIVERED: "delivered",
  DEAD: "dead",
} as const;
export const OUTBOX_STATES = Object.values(OUTBOX_STATE);
export type OutboxState = ValueOf<typeof OUTBOX_STATE>;

export const WEBHOOK_STATE = {
  RECEIVED: "received",
  PROCESSED: "processed",
  FLAGGED: "flagged",
} as const;
export const WEBHOOK_STATES = Object.values(WEBHOOK_STATE);
export type WebhookState = ValueOf<typeof WEBHOOK_STATE>;

/** As the pricing service names them. */
export const COUPON_TYPES = ["percentage", "fixed", "free_shipping"] as const;
export type CouponType = (typeof COUPON_TYPES)[number];

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

/** Something for the storefront to show the customer. Amounts in `details` are rupees. */
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
  "payment-sweep",
  "payment-list",
  "dispute-sync",
  "payment-reconciliation",
  "reconciliation-requests",
  "placement-recovery",
  "outbox",
  "invoice-issue",
  "order-sync",
  "bulk-download",
  "webhook-retry",
  "promotion-refresh",
  "return-expiry",
  "retention",
  "analytics",
] as const;
export type JobName = (typeof JOB_NAMES)[number];

/**
 * How the gateway's books and ours can disagree. `unlinked_capture`: captured, but it has neither an order nor a
 * refund. The order is that of the report.
 */
export const BREAK_CLASSES = [
  "missing_locally",
  "missing_at_gateway",
  "status_mismatch",
  "amount_mismatch",
  "unlinked_capture",
] as const;
export type BreakClass = (typeof BREAK_CLASSES)[number];

/** Rows of settlements without a counterpart here: listed with their amounts, no breaks. */
export const LISTED_ROW_TYPES = ["transfer", "adjustment", "other"] as const;
export type ListedRowType = (typeof LISTED_ROW_TYPES)[number];

export const RECONCILIATION_ITEM_KINDS = [...BREAK_CLASSES, ...LISTED_ROW_TYPES] as const;
export type ReconciliationItemKind = (typeof RECONCILIATION_ITEM_KINDS)[number];

/** What an item of a report is about. */
export const RECONCILIATION_ENTITIES = ["payment", "refund", "settlement", "row"] as const;
export type ReconciliationEntity = (typeof RECONCILIATION_ENTITIES)[number];

export const CURRENCY = "INR";
/** Business days, document numbers and financial years follow Indian time. */
export const BUSINESS_TIME_ZONE = "Asia/Kolkata";
/** ₹1, the least that the gateway charges or refunds. */
export const GATEWAY_MINIMUM_PAISE = 100;

/** The rows of an order that are no goods, as customers read them. */
export const CHARGE_NAMES = { shipping: "Shipping", cod: "Cash on delivery fee" } as const;
