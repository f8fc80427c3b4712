import { model, Types } from "mongoose";
import {
  CURRENCY,
  FULFILLMENT_STATUS,
  FULFILLMENT_STATUSES,
  type FulfillmentStatus,
  ORDER_SOURCES,
  ORDER_STATUS,
  ORDER_STATUSES,
  type OrderSource,
  type OrderStatus,
  PAYMENT_METHODS,
  PAYMENT_STATUS,
  PAYMENT_STATUSES,
  type PaymentMethod,
  type PaymentStatus,
} from "../utils/constants.js";
import { emailKey } from "../utils/contact.js";
import type { Paise } from "../utils/money.js";
import { touchedDaysIndex } from "./parts/day-tally.js";
import { type Dispute, disputePart } from "./parts/dispute.js";
import {
  count,
  date,
  json,
  listOf,
  money,
  moneyFromZero,
  no,
  oneOf,
  optionalDate,
  optionalOneOf,
  optionalPart,
  optionalReference,
  optionalText,
  ownerId,
  reference,
  requiredPart,
  text,
} from "./parts/fields.js";
import { definePart, defineSchema } from "./parts/schema.js";
import {
  type AddressSnapshot,
  type AppliedCoupon,
  type AppliedDiscount,
  addressPart,
  appliedCouponPart,
  appliedDiscountPart,
  type ShippingMethodSnapshot,
  shippingMethodPart,
} from "./parts/snapshots.js";
import { type CartTotals, type Charge, cartTotalsFields, chargePart } from "./parts/totals.js";
import { type ChangedBy, changedByPart, type StaffNote, staffNotePart } from "./parts/trail.js";

/** The part of an order that one seller ships. */
export interface SellerOrder {
  sellerId: string;
  status: OrderStatus;
  itemIds: Types.ObjectId[];
  notes: StaffNote[];
  trackingNumber: string | null;
  estimatedDelivery: Date | null;
}

/** What an admin changed after the order was placed. */
export interface OrderEdit {
  at: Date;
  by: string;
  before: unknown;
  after: unknown;
}

export interface DeliveryEstimate {
  from: Date | null;
  to: Date | null;
}

/** Units that were cancelled together. */
export interface OrderCancellation {
  _id: Types.ObjectId;
  at: Date;
  by: ChangedBy;
  reason: string;
  items: CancelledUnits[];
  /** What was not paid for yet, and so needed no refund: what it was worth, and for which lines. */
  unpaid: UnpaidContent;
  /** Of the request, so that its repetition cancels no other units; null without an idempotency key. */
  requestKey: string | null;
  /** The invoice that contains these units; null when they were cancelled before it. */
  invoiceNumber: string | null;
}

/** A parcel that came back before it was paid for. */
export interface UncollectedParcel {
  /** The parcel's. */
  _id: Types.ObjectId;
  /** When its return was recorded here. */
  at: Date;
  /** What it should have collected. */
  unpaid: UnpaidContent;
}

export interface CancelledUnits {
  orderItemId: Types.ObjectId;
  quantity: number;
  /** Those that had not left the warehouse. */
  toStock: number;
}

export interface UnpaidContent {
  amount: Paise;
  items: UnpaidItem[];
  shippingAmount: Paise;
}

export interface UnpaidItem {
  orderItemId: Types.ObjectId;
  quantity: number;
  amount: Paise;
}

export interface OrderDoc extends CartTotals {
  /** The id of the checkout session, so that one session can never become two orders. */
  _id: Types.ObjectId;
  orderNumber: string;
  /** Null for manual orders. */
  checkoutSessionId: Types.ObjectId | null;
  cartId: Types.ObjectId | null;
  userId?: string;
  sessionId?: string;
  /** The request with an idempotency key that entered a manual order: its repeat finds the order. */
  requestKey?: string;
  status: OrderStatus;
  paymentStatus: PaymentStatus;
  fulfillmentStatus: FulfillmentStatus;
  paymentMethod: PaymentMethod | null;
  email: string;
  phone: string;
  customerName: string | null;
  currency: string;
  pricesIncludeTax: boolean;
  charges: Charge[];
  storeCreditAmount: Paise;
  loyaltyPoints: number;
  loyaltyDiscount: Paise;
  /** `grandTotal` minus credit and points: what the payment method pays. */
  amountDue: Paise;
  /** Credit and points count as paid from the commit on. */
  paidAmount: Paise;
  refundedAmount: Paise;
  /** Refunds that are not completed yet; see `services/aggregates/refund/reserve-refund.ts` for the limit. */
  refundReserved: Paise;
  /** Refunds that wait for approval. */
  refundRequested: Paise;
  /**
   * What was agreed and will never be paid: the sum of what was unpaid when units were cancelled, or came back in a
   * parcel. `grandTotal` less this is what the order costs in the end.
   */
  cancelledAmount: Paise;
  /** Oldest first. */
  cancellations: OrderCancellation[];
  /** Oldest first. */
  uncollectedParcels: UncollectedParcel[];
  /** Those of its payments. */
  disputes: Dispute[];
  shippingAddress: AddressSnapshot;
  billingAddress: AddressSnapshot;
  gstin: string | null;
  /** The GST state code that decided the tax; null in orders from before it was stored. */
  placeOfSupply: string | null;
  isSezBuyer: boolean;
  /** Written with the sale invoice, so that a change of the order that runs at the same time conflicts with it. */
  invoiceNumber: string | null;
  shippingMethod: ShippingMethodSnapshot | null;
  appliedCoupons: AppliedCoupon[];
  appliedDiscounts: AppliedDiscount[];
  isGiftOrder: boolean;
  giftMessage: string | null;
  customerNotes: string | null;
  internalNotes: StaffNote[];
  tags: string[];
  editHistory: OrderEdit[];
  sellerOrders: SellerOrder[];
  source: OrderSource;
  estimatedDelivery: DeliveryEstimate | null;
  /** Null when a webhook placed the order before the customer accepted them. */
  termsAcceptedAt: Date | null;
  cancellationReason: string | null;
  cancelledById: string | null;
  cancelledAt: Date | null;
  confirmedAt: Date | null;
  shippedAt: Date | null;
  deliveredAt: Date | null;
  version: number;
  /** Derived from e-mail, phone, sellers and tags; see `orderSearchKeys`. */
  searchKeys: string[];
  createdAt: Date;
  updatedAt: Date;
}

const reversed = (text: string): string => [...text].reverse().join("");

/** E-mail addresses as they are searched for. */
export const emailSearchKey = (email: string): string => `email:${emailKey(email)}`;
/** Phone numbers by their first digits. */
export const phoneSearchKey = (digits: string): string => `phone:${digits.replace(/\D/g, "")}`;
/** Phone numbers by their last digits: reversed, so that a prefix of the key is a suffix of the number. */
export const phoneEndSearchKey = (digits: string): string =>
  `phone-end:${reversed(digits.replace(/\D/g, ""))}`;

export const sellerSearchKey = (sellerId: string): string => `seller:${sellerId}`;
export const tagSearchKey = (tag: string): string => `tag:${tag}`;

export interface OrderSearchFacts {
  email: string;
  phone: string;
  /** Of the lines. */
  sellerIds: readonly (string | null)[];
  tags: readonly string[];
}

/**
 * What an order is found by. One multikey index serves the start of an e-mail address, the start and end of a phone
 * number, a seller and a tag. Match `searchKeys` against the key itself, or against `^` + the escaped key.
 */
export const orderSearchKeys = ({ email, phone, sellerIds, tags }: OrderSearchFacts): string[] => [
  emailSearchKey(email),
  phoneSearchKey(phone),
  phoneEndSearchKey(phone),
  ...new Set(sellerIds.flatMap((sellerId) => (sellerId === null ? [] : [sellerSearchKey(sellerId)]))),
  ...tags.map(tagSearchKey),
];

const sellerOrderPart = definePart<SellerOrder>({
  sellerId: text,
  status: oneOf(ORDER_STATUSES, ORDER_STATUS.PENDING),
  itemIds: listOf(optionalReference.type),
  notes: listOf(staffNotePart),
  trackingNumber: optionalText,
  estimatedDelivery: optionalDate,
});

const orderEditPart = definePart<OrderEdit>({ at: date, by: text, before: json, after: json });
const deliveryEstimatePart = definePart<DeliveryEstimate>({ from: optionalDate, to: optionalDate });

const cancelledUnitsPart = definePart<CancelledUnits>({
  orderItemId: reference,
  quantity: count,
  toStock: count,
});
const unpaidItemPart = definePart<UnpaidItem>({ orderItemId: reference, quantity: count, amount: money });
const unpaidPart = definePart<UnpaidContent>({
  amount: money,
  items: listOf(unpaidItemPart),
  shippingAmount: money,
});
const cancellationPart = definePart<OrderCancellation>({
  _id: reference,
  at: date,
  by: requiredPart(changedByPart),
  reason: text,
  items: listOf(cancelledUnitsPart),
  unpaid: requiredPart(unpaidPart),
  requestKey: optionalText,
  invoiceNumber: optionalText,
});

const uncollectedPart = definePart<UncollectedParcel>({
  _id: reference,
  at: date,
  unpaid: requiredPart(unpaidPart),
});

const schema = defineSchema<OrderDoc>("orders", {
  orderNumber: text,
  checkoutSessionId: optionalReference,
  cartId: optionalReference,
  userId: ownerId,
  sessionId: ownerId,
  requestKey: { type: String },
  status: oneOf(ORDER_STATUSES, ORDER_STATUS.PENDING),
  paymentStatus: oneOf(PAYMENT_STATUSES, PAYMENT_STATUS.PENDING),
  fulfillmentStatus: oneOf(FULFILLMENT_STATUSES, FULFILLMENT_STATUS.UNFULFILLED),
  paymentMethod: optionalOneOf(PAYMENT_METHODS),
  email: text,
  phone: text,
  customerName: optionalText,
  currency: { ...text, default: CURRENCY },
  ...cartTotalsFields,
  pricesIncludeTax: no,
  charges: listOf(chargePart),
  storeCreditAmount: moneyFromZero,
  loyaltyPoints: count,
  loyaltyDiscount: moneyFromZero,
  amountDue: money,
  paidAmount: moneyFromZero,
  refundedAmount: moneyFromZero,
  refundReserved: moneyFromZero,
  refundRequested: moneyFromZero,
  cancelledAmount: moneyFromZero,
  cancellations: listOf(cancellationPart),
  uncollectedParcels: listOf(uncollectedPart),
  disputes: listOf(disputePart),
  shippingAddress: requiredPart(addressPart),
  billingAddress: requiredPart(addressPart),
  gstin: optionalText,
  placeOfSupply: optionalText,
  isSezBuyer: no,
  invoiceNumber: optionalText,
  shippingMethod: optionalPart(shippingMethodPart),
  appliedCoupons: listOf(appliedCouponPart),
  appliedDiscounts: listOf(appliedDiscountPart),
  isGiftOrder: no,
  giftMessage: optionalText,
  customerNotes: optionalText,
  internalNotes: listOf(staffNotePart),
  tags: listOf(String),
  editHistory: listOf(orderEditPart),
  sellerOrders: listOf(sellerOrderPart),
  source: oneOf(ORDER_SOURCES, "web"),
  estimatedDelivery: optionalPart(deliveryEstimatePart),
  termsAcceptedAt: optionalDate,
  cancellationReason: optionalText,
  cancelledById: optionalText,
  cancelledAt: optionalDate,
  confirmedAt: optionalDate,
  shippedAt: optionalDate,
  deliveredAt: optionalDate,
  version: count,
  searchKeys: {
    type: [String],
    default(this: OrderDoc) {
      const { email, phone, tags, sellerOrders } = this;
      return orderSearchKeys({ email, phone, tags, sellerIds: sellerOrders.map(({ sellerId }) => sellerId) });
    },
  },
});

/** Less than every real id: `$gt: NO_ID` means "is an id" and, unlike `$type`, lets an equality use the index. */
const NO_ID = new Types.ObjectId("0".repeat(24));

// Ten with `_id`, of which an insert writes nine: an order is a customer's or a guest's. The admins' list and export
// choose among them in `src/orders/orders.selection.service.ts`.
schema.index({ orderNumber: 1 }, { unique: true });
schema.index(
  { checkoutSessionId: 1 },
  { unique: true, partialFilterExpression: { checkoutSessionId: { $gt: NO_ID } } },
);
export const ORDERS_BY_REQUEST_INDEX = "one_order_per_request";
schema.index(
  { requestKey: 1 },
  { name: ORDERS_BY_REQUEST_INDEX, unique: true, partialFilterExpression: { requestKey: { $gt: "" } } },
);
export const ORDERS_BY_USER_INDEX = "orders_by_user";
schema.index(
  { userId: 1, createdAt: -1 },
  { name: ORDERS_BY_USER_INDEX, partialFilterExpression: { userId: { $gt: "" } } },
);
schema.index({ sessionId: 1, createdAt: -1 }, { partialFilterExpression: { sessionId: { $gt: "" } } });
// A leading field that is not filtered is given all its values: the database then merges their ranges by creation.
export const ORDERS_BY_STATUS_INDEX = "orders_by_status";
schema.index(
  { status: 1, paymentStatus: 1, fulfillmentStatus: 1, source: 1, createdAt: -1 },
  { name: ORDERS_BY_STATUS_INDEX },
);
// With all that the analysis counts, so that it reads no documents.
export const ORDERS_BY_CREATION_INDEX = "orders_by_creation";
schema.index(
  {
    ...{ createdAt: -1, status: 1, grandTotal: 1, cancelledAmount: 1, paidAmount: 1, refundedAmount: 1 },
    ...{ confirmedAt: 1, shippedAt: 1, deliveredAt: 1 },
  },
  { name: ORDERS_BY_CREATION_INDEX },
);
const FILTERED = { status: 1, paymentStatus: 1, fulfillmentStatus: 1, source: 1 } as const;
export const ORDERS_BY_TOTAL_INDEX = "orders_by_total";
schema.index({ grandTotal: -1, createdAt: -1, ...FILTERED }, { name: ORDERS_BY_TOTAL_INDEX });
export const ORDERS_BY_KEY_INDEX = "orders_by_key";
// With `_id`, so that a search sorts entries of the index and reads only the orders of its page.
schema.index({ searchKeys: 1, createdAt: -1, ...FILTERED, _id: 1 }, { name: ORDERS_BY_KEY_INDEX });
schema.index(...touchedDaysIndex);

export const Order = model<OrderDoc>("Order", schema);
