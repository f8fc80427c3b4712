import { model, type Types } from "mongoose";
import {
  CART_SOURCES,
  type CartSource,
  CHECKOUT_FAILURES,
  CHECKOUT_PAYMENT_METHODS,
  CHECKOUT_STATUS,
  CHECKOUT_STATUSES,
  type CheckoutFailure,
  type CheckoutPaymentMethod,
  type CheckoutStatus,
  LIVE_CHECKOUT_STATUSES,
  type Notice,
  REMINDED_CHECKOUT_STATUSES,
} from "../utils/constants.js";
import type { Paise } from "../utils/money.js";
import { type Tallied, touchedDaysIndex } from "./parts/day-tally.js";
import {
  count,
  date,
  listOf,
  money,
  no,
  oneOf,
  optionalCount,
  optionalDate,
  optionalOneOf,
  optionalPart,
  optionalReference,
  optionalText,
  ownerId,
  reference,
  requiredPart,
  text,
  yes,
} from "./parts/fields.js";
import { definePart, defineSchema } from "./parts/schema.js";
import {
  type AddressSnapshot,
  type AppliedCoupon,
  type AppliedDiscount,
  addressPart,
  appliedCouponPart,
  appliedDiscountPart,
  type ItemSnapshot,
  itemSnapshotFields,
  type LinePrice,
  linePriceFields,
  noticePart,
  type ShippingMethodSnapshot,
  shippingMethodPart,
} from "./parts/snapshots.js";
import {
  type Charge,
  type CheckoutTotals,
  chargePart,
  checkoutTotalsPart,
  type LineTotals,
  lineTotalsFields,
} from "./parts/totals.js";
import { type LeaseHold, leaseHoldPart } from "./parts/trail.js";

/** What an order line takes over unchanged. */
export interface SoldLine extends ItemSnapshot, LinePrice, LineTotals {}

/** A cart line as it will be sold. */
export interface FrozenLine extends SoldLine {
  cartItemId: Types.ObjectId | null;
  reservationId: string | null;
}

/** What the customer agreed to pay for: stored with the payment method, and turned into the order unchanged. */
export interface FrozenCheckout {
  lines: FrozenLine[];
  charges: Charge[];
  totals: CheckoutTotals;
  coupons: AppliedCoupon[];
  discounts: AppliedDiscount[];
  /** The GST state code that decided the tax. Missing in sessions that older versions froze. */
  placeOfSupply?: string | null;
  isSezBuyer?: boolean;
  cartVersion: number;
  at: Date;
}

/** What a shipping rate was asked for, besides the address. */
export interface ShippingBasis {
  /** The subtotal before discounts. */
  orderValue: Paise;
  weightGrams: number;
}

/** The intent to place. Once its lease has ended, the next caller starts the placement from the top. */
export interface Placement {
  token: string;
  startedAt: Date;
  leaseUntil: Date;
  attempts: number;
}

/** When each step was first reached, for the funnel. */
export interface CheckoutSteps {
  initiatedAt: Date | null;
  addressEnteredAt: Date | null;
  paymentPendingAt: Date | null;
  completedAt: Date | null;
  failedAt: Date | null;
}

export interface CheckoutSessionDoc extends Tallied {
  /** Becomes the order's `_id`, so that one session can never become two orders. */
  _id: Types.ObjectId;
  cartId: Types.ObjectId;
  userId?: string;
  sessionId?: string;
  status: CheckoutStatus;
  email: string | null;
  phone: string | null;
  /** The account's name, from the token; null for guests. See `customerNameOf`. */
  customerName: string | null;
  shippingAddressId: string | null;
  shippingAddress: AddressSnapshot | null;
  billingAddress: AddressSnapshot | null;
  billingSameAsShipping: boolean;
  gstin: string | null;
  /** Declared with the GSTIN, and reset with it: a unit or developer of a special economic zone. Missing: no. */
  isSezBuyer?: boolean;
  /** Declared with the GSTIN: the goods go to the buyer's own premises in another state. Missing: no. */
  deliveredToOwnPremises?: boolean;
  shippingMethodId: string | null;
  shippingMethod: ShippingMethodSnapshot | null;
  /** The cart that the method was rated for; a different cart is rated again. Null: not known. */
  shippingRatedFor?: ShippingBasis | null;
  /** Of the last write; the cart has its own notices. */
  notices?: Notice[];
  paymentMethod: CheckoutPaymentMethod | null;
  totals: CheckoutTotals | null;
  isGiftOrder: boolean;
  giftMessage: string | null;
  customerNotes: string | null;
  termsAcceptedAt: Date | null;
  loyaltyPoints: number;
  /** What a point was worth when the points were chosen. */
  loyaltyPointValue: Paise;
  storeCreditAmount: Paise;
  source: CartSource;
  /** The cart as it was when the method was chosen. */
  cartVersion: number | null;
  frozen: FrozenCheckout | null;
  /** Codes of the coupon uses that are claimed at the pricing service. */
  couponClaims: string[];
  /** The open payment. */
  paymentId: Types.ObjectId | null;
  placement: Placement | null;
  /** Of the placed order. */
  orderNumber: string | null;
  failureReason: CheckoutFailure | null;
  failedAt: Date | null;
  completedAt: Date | null;
  reminderSentAt: Date | null;
  version: number;
  lease: LeaseHold | null;
  expiresAt: Date;
  steps: CheckoutSteps;
  createdAt: Date;
  updatedAt: Date;
}

const frozenLinePart = definePart<FrozenLine>({
  cartItemId: optionalReference,
  reservationId: optionalText,
  ...itemSnapshotFields,
  ...linePriceFields,
  ...lineTotalsFields,
});

const frozenPart = definePart<FrozenCheckout>({
  lines: listOf(frozenLinePart),
  charges: listOf(chargePart),
  totals: requiredPart(checkoutTotalsPart),
  coupons: listOf(appliedCouponPart),
  discounts: listOf(appliedDiscountPart),
  placeOfSupply: optionalText,
  isSezBuyer: no,
  cartVersion: count,
  at: date,
});

const shippingBasisPart = definePart<ShippingBasis>({ orderValue: money, weightGrams: count });

const placementPart = definePart<Placement>({
  token: text,
  startedAt: date,
  leaseUntil: date,
  attempts: count,
});

const stepsPart = definePart<CheckoutSteps>({
  initiatedAt: optionalDate,
  addressEnteredAt: optionalDate,
  paymentPendingAt: optionalDate,
  completedAt: optionalDate,
  failedAt: optionalDate,
});

const schema = defineSchema<CheckoutSessionDoc>("checkoutSessions", {
  cartId: reference,
  userId: ownerId,
  sessionId: ownerId,
  status: oneOf(CHECKOUT_STATUSES, CHECKOUT_STATUS.INITIATED),
  email: optionalText,
  phone: optionalText,
  customerName: optionalText,
  shippingAddressId: optionalText,
  shippingAddress: optionalPart(addressPart),
  billingAddress: optionalPart(addressPart),
  billingSameAsShipping: yes,
  gstin: optionalText,
  isSezBuyer: no,
  deliveredToOwnPremises: no,
  shippingMethodId: optionalText,
  shippingMethod: optionalPart(shippingMethodPart),
  shippingRatedFor: optionalPart(shippingBasisPart),
  notices: listOf(noticePart),
  paymentMethod: optionalOneOf(CHECKOUT_PAYMENT_METHODS),
  totals: optionalPart(checkoutTotalsPart),
  isGiftOrder: no,
  giftMessage: { ...optionalText, maxlength: 500 },
  customerNotes: { ...optionalText, maxlength: 1000 },
  termsAcceptedAt: optionalDate,
  loyaltyPoints: count,
  loyaltyPointValue: money,
  storeCreditAmount: money,
  source: oneOf(CART_SOURCES, "web"),
  cartVersion: optionalCount,
  frozen: optionalPart(frozenPart),
  couponClaims: listOf(String),
  paymentId: optionalReference,
  placement: optionalPart(placementPart),
  orderNumber: optionalText,
  failureReason: optionalOneOf(CHECKOUT_FAILURES),
  failedAt: optionalDate,
  completedAt: optionalDate,
  reminderSentAt: optionalDate,
  version: count,
  lease: optionalPart(leaseHoldPart),
  expiresAt: date,
  steps: { type: stepsPart, required: true, default: () => ({}) },
});

schema.index(
  { cartId: 1 },
  {
    name: "one_live_session_per_cart",
    unique: true,
    partialFilterExpression: { status: { $in: [...LIVE_CHECKOUT_STATUSES] } },
  },
);
schema.index({ cartId: 1, createdAt: -1 });
schema.index({ userId: 1, createdAt: -1 });
schema.index({ sessionId: 1, createdAt: -1 });
schema.index({ status: 1, expiresAt: 1 });
schema.index({ status: 1, createdAt: -1 });
// Covers the query of the funnel (`src/checkout/checkout.funnel.service.ts`).
export const CHECKOUT_FUNNEL_INDEX = "checkouts_by_creation";
schema.index(
  { createdAt: 1, "steps.addressEnteredAt": 1, "steps.paymentPendingAt": 1, "steps.completedAt": 1 },
  { name: CHECKOUT_FUNNEL_INDEX },
);
schema.index(...touchedDaysIndex);
// The reminder job: sessions with an e-mail address and without a reminder.
schema.index(
  { expiresAt: 1 },
  {
    name: "checkouts_to_remind",
    partialFilterExpression: {
      status: { $in: [...REMINDED_CHECKOUT_STATUSES] },
      reminderSentAt: null,
      email: { $gt: "" },
    },
  },
);
// The recovery job: only sessions with an unfinished intent.
schema.index(
  { "placement.leaseUntil": 1 },
  { name: "open_placements", partialFilterExpression: { "placement.leaseUntil": { $exists: true } } },
);

/**
 * The customer's name in messages and in the payment window. A guest's name comes from the address, so that a
 * corrected address corrects the name everywhere.
 */
export const customerNameOf = (
  checkout: Pick<CheckoutSessionDoc, "customerName" | "shippingAddress">,
): string | null => checkout.customerName ?? checkout.shippingAddress?.name ?? null;

export const CheckoutSession = model<CheckoutSessionDoc>("CheckoutSession", schema);
