import { model, type Types } from "mongoose";
import {
  CART_SOURCES,
  CART_STATUS,
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

/** The charges of the chosen shipping method, as an input of the totals. */
export interface CartShipping {
  rate: Paise;
  /** 0 unless the customer pays on delivery. */
  codFee: Paise;
}

/** The buyer's contact as far as it is known: the pricing service counts the uses of a coupon per person. */
export interface BuyerContact {
  email: string | null;
  /** E.164 */
  phone: string | null;
}

const contactPart = definePart<BuyerContact>({ email: optionalText, phone: optionalText });
const cartShippingPart = definePart<CartShipping>({ rate: money, codFee: money });

/** A shopping cart of a customer (`userId`) or of a guest (`sessionId`). Its lines are `CartItem`s, gifts among them. */
export interface CartDoc extends CartTotals, Tallied {
  _id: Types.ObjectId;
  userId?: string;
  sessionId?: string;
  status: CartStatus;
  currency: string;
  /** True without an address: the tax is computed as within the supplier's state. */
  taxEstimated: boolean;
  /** State code, once a checkout knows the address (docs/rules/money.md). */
  placeOfSupply: string | null;
  /** As the checkout declared it; missing: no. */
  isSezBuyer?: boolean;
  /** Of the method that the checkout chose; null before. */
  shipping: CartShipping | null;
  /** The setting's value when the cart was created: a cart never changes between the two modes. */
  pricesIncludeTax: boolean;
  /** Lines. */
  itemCount: number;
  /** Units. */
  totalQuantity: number;
  appliedCoupons: AppliedCoupon[];
  appliedDiscounts: AppliedDiscount[];
  /** Of the checkout or the customer's token; stored once a coupon was validated with it. */
  contact?: BuyerContact | null;
  /** Notices of the last write. */
  notices: Notice[];
  source: CartSource;
  convertedOrderId: Types.ObjectId | null;
  mergedIntoCartId: Types.ObjectId | null;
  /** Every write compares it; every change of the content raises it. */
  version: number;
  /** The checkout session whose order is being placed; the cart cannot change until that ends. */
  placing: Types.ObjectId | null;
  lease: LeaseHold | null;
  /** Lifetime in days after a write: the setting when the cart was created. Missing in carts from older versions. */
  expiryDays?: number | null;
  expiresAt: Date;
  abandonedAt: Date | null;
  reminderSentAt: Date | null;
  /** When retention found a payment for this cart; it is then never deleted. */
  keptAt?: Date | null;
  /** When the pricing service last confirmed its coupons, discounts and gifts; null when it has none. */
  promotionsCheckedAt?: Date | null;
  /** `requestKey`s of the newest adds: a repeat after a lost response adds nothing. */
  appliedRequests?: string[];
  createdAt: Date;
  updatedAt: Date;
}

const schema = defineSchema<CartDoc>("carts", {
  userId: ownerId,
  sessionId: ownerId,
  status: oneOf(CART_STATUSES, CART_STATUS.ACTIVE),
  currency: { ...text, default: CURRENCY },
  ...cartTotalsFields,
  taxEstimated: { type: Boolean, required: true, default: true },
  placeOfSupply: optionalText,
  isSezBuyer: no,
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

// One active cart per owner. `$gt: ""` matches any string, and unlike `$type` lets an equality query use the index.
export const ONE_ACTIVE_CART = {
  user: "one_active_cart_per_user",
  guest: "one_active_cart_per_guest",
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
    name: ONE_ACTIVE_CART.guest,
    unique: true,
    partialFilterExpression: { status: "active", sessionId: { $gt: "" } },
  },
);
// By creation, not by change: an index on `updatedAt` costs two index writes with every change of a cart.
schema.index({ userId: 1, createdAt: -1 });
schema.index({ sessionId: 1, createdAt: -1 });
schema.index({ status: 1, expiresAt: 1 });
// The admins' list. It includes value and owner, so that carts that do not match are never fetched.
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
// One index per job, which contains only the carts that the job has to process.
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

/** Unlike the admins' index it excludes customers' carts, which are never deleted. */
export const GUEST_CARTS_TO_DELETE_INDEX = "guest_carts_to_delete";
schema.index(
  { abandonedAt: 1 },
  {
    name: GUEST_CARTS_TO_DELETE_INDEX,
    partialFilterExpression: { status: "abandoned", sessionId: { $gt: "" }, keptAt: null },
  },
);

export const Cart = model<CartDoc>("Cart", schema);
