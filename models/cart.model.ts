import { model, type Types } from "mongoose";
import {
  CART_SOURCES,
  CART_STATUSES,
  type CartSource,
  type CartStatus,
  CURRENCY,
  type Notice,
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
  optionalPart,
  optionalReference,
  optionalText,
  ownerId,
  text,
} from "./parts/fields.js";
import { definePart, defineSchema } from "./parts/schema.js";
import {
  type AppliedCoupon,
  type AppliedDiscount,
  appliedCouponPart,
  appliedDiscountPart,
  noticePart,
} from "./parts/snapshots.js";
import { type CartTotals, cartTotalsFields } from "./parts/totals.js";
import { type LeaseHold, leaseHoldPart } from "./parts/trail.js";

/** The charge of the chosen shipping method, as the totals count with it. */
export interface CartShipping {
  rate: Paise;
  /** 0 unless the customer pays on delivery. */
  codFee: Paise;
}

/** Who buys, as far as it is known: the pricing service counts a coupon's uses by person. */
export interface BuyerContact {
  email: string | null;
  /** E.164 */
  phone: string | null;
}

const contactPart = definePart<BuyerContact>({ email: optionalText, phone: optionalText });
const cartShippingPart = definePart<CartShipping>({ rate: money, codFee: money });

/** A shopping cart of a user or of a guest session. Its lines are `CartItem`s; gifts are lines too. */
export interface CartDoc extends CartTotals, Tallied {
  _id: Types.ObjectId;
  userId?: string;
  sessionId?: string;
  status: CartStatus;
  currency: string;
  /** No address yet: the tax is computed as within the supplier's state. */
  taxEstimated: boolean;
  /** State code, once a checkout knows the address (`gst.md` §2). */
  placeOfSupply: string | null;
  /** What the checkout chose; null before. */
  shipping: CartShipping | null;
  /** Fixed when the cart is made (D19). */
  pricesIncludeTax: boolean;
  /** Lines. */
  itemCount: number;
  /** Units. */
  totalQuantity: number;
  appliedCoupons: AppliedCoupon[];
  appliedDiscounts: AppliedDiscount[];
  /** From the checkout or the customer's token, once a coupon is validated with it. */
  contact?: BuyerContact | null;
  /** What the last write had to tell. */
  notices: Notice[];
  source: CartSource;
  convertedOrderId: Types.ObjectId | null;
  mergedIntoCartId: Types.ObjectId | null;
  /** Every write compares and raises it. */
  version: number;
  /** The checkout session that is being placed: nobody else writes meanwhile. */
  placing: Types.ObjectId | null;
  lease: LeaseHold | null;
  /** Days that it lives after a write: those of the setting when it was made. Carts from before have none. */
  expiryDays?: number | null;
  expiresAt: Date;
  abandonedAt: Date | null;
  reminderSentAt: Date | null;
  /** When retention found that a payment belongs to it, so that it is not deleted. */
  keptAt?: Date | null;
  /** When the pricing service last confirmed its coupons, discounts and gifts; null when it has none. */
  promotionsCheckedAt?: Date | null;
  /** `requestKey`s of the newest adds: a repetition, after an answer that was lost, adds nothing. */
  appliedRequests?: string[];
  createdAt: Date;
  updatedAt: Date;
}

const schema = defineSchema<CartDoc>("carts", {
  userId: ownerId,
  sessionId: ownerId,
  status: oneOf(CART_STATUSES, "active"),
  currency: { ...text, default: CURRENCY },
  ...cartTotalsFields,
  taxEstimated: { type: Boolean, required: true, default: true },
  placeOfSupply: optionalText,
  shipping: optionalPart(cartShippingPart),
  pricesIncludeTax: no,
  itemCount: count,
  totalQuantity: count,
  appliedCoupons: listOf(appliedCouponPart),
  appliedDiscounts: listOf(appliedDiscountPart),
  contact: optionalPart(contactPart),
  notices: listOf(noticePart),
  source: oneOf(CART_SOURCES, "web"),
  convertedOrderId: optionalReference,
  mergedIntoCartId: optionalReference,
  version: count,
  placing: optionalReference,
  lease: optionalPart(leaseHoldPart),
  expiryDays: optionalCount,
  expiresAt: date,
  abandonedAt: optionalDate,
  reminderSentAt: optionalDate,
  keptAt: optionalDate,
  promotionsCheckedAt: optionalDate,
  appliedRequests: listOf(String),
});

// One active cart an owner. `$gt: ""` means "a string", and unlike `$type` lets an equality use the index.
export const ONE_ACTIVE_CART = {
  user: "one_active_cart_a_user",
  session: "one_active_cart_a_session",
} as const;
schema.index(
  { userId: 1 },
  {
    name: ONE_ACTIVE_CART.user,
    unique: true,
    partialFilterExpression: { status: "active", userId: { $gt: "" } },
  },
);
schema.index(
  { sessionId: 1 },
  {
    name: ONE_ACTIVE_CART.session,
    unique: true,
    partialFilterExpression: { status: "active", sessionId: { $gt: "" } },
  },
);
schema.index({ userId: 1, updatedAt: -1 });
schema.index({ sessionId: 1, updatedAt: -1 });
schema.index({ status: 1, expiresAt: 1 });
schema.index({ status: 1, updatedAt: 1 });
// The admins' list: value and owner are in it, so that carts which do not fit are never fetched.
schema.index({ status: 1, abandonedAt: -1, grandTotal: 1, userId: 1 });
// Both answer the analytics by themselves (`src/cart/cart.analytics.service.ts`).
export const CART_ANALYTICS_INDEX = "carts_by_creation";
schema.index(
  { createdAt: 1, status: 1, itemCount: 1, mergedIntoCartId: 1, grandTotal: 1 },
  { name: CART_ANALYTICS_INDEX },
);
export const ABANDONED_CARTS_INDEX = "abandoned_carts_by_creation";
schema.index(
  { createdAt: 1, _id: 1 },
  { name: ABANDONED_CARTS_INDEX, partialFilterExpression: { status: "abandoned" } },
);
schema.index(...touchedDaysIndex);
// Three jobs, each with an index that holds no more than its work.
schema.index(
  { promotionsCheckedAt: 1 },
  {
    name: "promotions_to_check",
    partialFilterExpression: { status: "active", promotionsCheckedAt: { $gt: new Date(0) } },
  },
);
schema.index(
  { abandonedAt: 1 },
  { name: "to_be_reminded", partialFilterExpression: { status: "abandoned", reminderSentAt: null } },
);

/** Unlike the admins' index it has no customers' carts, which are kept for good. */
export const GUEST_CARTS_TO_DELETE_INDEX = "guest_carts_to_delete";
schema.index(
  { abandonedAt: 1 },
  {
    name: GUEST_CARTS_TO_DELETE_INDEX,
    partialFilterExpression: { status: "abandoned", sessionId: { $gt: "" }, keptAt: null },
  },
);

export const Cart = model<CartDoc>("Cart", schema);
