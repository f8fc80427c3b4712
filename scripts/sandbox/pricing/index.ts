import type { RequestListener } from "node:http";
import Joi from "joi";
import { type SeedCoupon, type SeedPromotions, seedPromotions } from "../seed/promotions.js";
import { type Query, Refusal } from "../shared/http.js";
import { createStandIn, get, ok, post, type Route, type SandboxContext } from "../shared/stand-in.js";
import { checkBody, checkQuery } from "../shared/values.js";
import {
  automaticDiscounts,
  type CartFacts,
  type CouponLine,
  couponDiscount,
  eligibleAmount,
  eligibleGifts,
  tierDiscount,
} from "./offers.js";
import { type CouponUser, createUsages, type UsageEntry, type UsageRequest, type Usages } from "./usages.js";

export interface PricingControl {
  /** Adds a coupon, or replaces the one with this code. */
  setCoupon(coupon: SeedCoupon): SeedCoupon;
  changeCoupon(code: string, changes: Partial<Omit<SeedCoupon, "code">>): SeedCoupon;
  removeCoupon(code: string): void;
  /** Replaces the given kinds of rules. */
  setPromotions(promotions: Partial<Omit<SeedPromotions, "coupons">>): void;
  /** The orders that use the coupon. */
  usages(code: string): string[];
  ledger(): UsageEntry[];
  reset(): void;
}

export interface Pricing {
  app: RequestListener;
  control: PricingControl;
}

interface CouponRequest extends CouponUser {
  code: string;
  cartTotal: number;
  items: CouponLine[];
}

interface PricingWorld {
  promotions: SeedPromotions;
  coupons: Map<string, SeedCoupon>;
}

const code = Joi.string().max(100).required();
const rupees = Joi.number().min(0).required();
const userId = Joi.string();
/** The user of a coupon. The e-mail address is lower-cased, so that one person has one spelling. */
const couponUser = { userId, email: Joi.string().email({ tlds: false }).lowercase(), phone: Joi.string() };
const orderId = Joi.string().required();

const VALIDATE = Joi.object<CouponRequest>({
  code,
  ...couponUser,
  cartTotal: rupees,
  items: Joi.array()
    .items({
      productId: Joi.string().required(),
      variantId: Joi.string().required(),
      quantity: Joi.number().integer().min(1).required(),
      unitPrice: rupees,
      lineTotal: rupees,
    })
    .required(),
}).required();
const USAGE = Joi.object<UsageRequest>({ code, ...couponUser, orderId, discountAmount: rupees }).required();
const REVERSE_USAGE = Joi.object<{ code: string; orderId: string }>({ code, orderId }).required();
const CART = Joi.object<{ cartTotal: number; itemCount?: number; userId?: string }>({
  cartTotal: rupees,
  itemCount: Joi.number().integer().min(0),
  userId,
});

function seedPricingWorld(): PricingWorld {
  const promotions = seedPromotions();
  return { promotions, coupons: new Map(promotions.coupons.map((coupon) => [coupon.code, coupon])) };
}

/** People type codes in any case, with spaces around them. */
const normalise = (typed: string): string => typed.trim().toUpperCase();

/** A message for the customer if the coupon does not apply, otherwise null. */
function findObjection(coupon: SeedCoupon, request: CouponRequest, facts: { usages: Usages; now: number }) {
  const { cartTotal, items } = request;
  if (coupon.expiresAt !== undefined && coupon.expiresAt <= facts.now) return "This coupon has expired";
  if (facts.usages.isExhausted(coupon, request)) return "This coupon has already been used up";
  const minimum = coupon.minCartTotal ?? 0;
  if (cartTotal < minimum) return `This coupon needs a cart of at least ₹${minimum}`;
  if (coupon.productIds && eligibleAmount(coupon, cartTotal, items) === 0) {
    return "This coupon does not apply to anything in the cart";
  }
  return null;
}

function validateCoupon(world: PricingWorld, request: CouponRequest, facts: { usages: Usages; now: number }) {
  const coupon = world.coupons.get(normalise(request.code));
  if (!coupon) {
    const unknown = { code: request.code, type: "fixed", value: 0, stackable: false, discountAmount: 0 };
    return { valid: false, ...unknown, reason: "There is no such coupon" };
  }
  const { type, value, stackable } = coupon;
  const reason = findObjection(coupon, request, facts);
  const eligible = eligibleAmount(coupon, request.cartTotal, request.items);
  const discountAmount = reason === null ? couponDiscount(coupon, eligible) : 0;
  const verdict = { valid: reason === null, code: coupon.code, type, value, discountAmount, stackable };
  return reason === null ? verdict : { ...verdict, reason };
}

/** `productIds` is a list: `ids=a,b`, `ids=a&ids=b` or, as axios writes it, `ids[]=a&ids[]=b`. */
function readCart(query: Query): CartFacts {
  const { productIds, "productIds[]": axiosProductIds, ...rest } = query;
  const raw = productIds ?? axiosProductIds ?? [];
  const values = Array.isArray(raw) ? raw : [raw];
  const ids = values.flatMap((value) => (typeof value === "string" ? value.split(",") : [])).filter(Boolean);
  return { ...checkQuery(CART, rest), productIds: ids };
}

function getCoupon(world: PricingWorld, typed: string): SeedCoupon {
  const coupon = world.coupons.get(normalise(typed));
  if (!coupon) throw new Refusal(404, "COUPON_NOT_FOUND", `There is no coupon ${typed}`);
  return coupon;
}

const pricingRoutes = (world: () => PricingWorld, usages: Usages, now: () => number): Route[] => [
  post("/api/coupons/validate", (call) =>
    ok(validateCoupon(world(), checkBody(VALIDATE, call.body), { usages, now: now() })),
  ),
  get("/api/automatic-discounts/apply", (call) =>
    ok({ discounts: automaticDiscounts(world().promotions, readCart(call.query)) }),
  ),
  get("/api/tier-discounts/calculate", (call) =>
    ok(tierDiscount(world().promotions, readCart(call.query).cartTotal)),
  ),
  get("/api/free-gifts/eligible", (call) =>
    ok({ gifts: eligibleGifts(world().promotions, readCart(call.query)) }),
  ),
  post("/api/coupons/usage", (call) => {
    const request = checkBody(USAGE, call.body);
    usages.record(getCoupon(world(), request.code), request);
    return ok({ recorded: true });
  }),
  post("/api/coupons/usage/reverse", (call) => {
    const request = checkBody(REVERSE_USAGE, call.body);
    return ok({ reversed: usages.reverse(normalise(request.code), request.orderId) });
  }),
];

/** Coupons, automatic and tier discounts and free gifts, in memory, with a ledger of coupon uses. */
export function createPricing(context: SandboxContext): Pricing {
  let world = seedPricingWorld();
  const usages = createUsages(context.clock.now);
  const { app } = createStandIn(
    "pricing",
    context,
    pricingRoutes(() => world, usages, context.clock.now),
  );
  const control: PricingControl = {
    setCoupon: (coupon) => {
      const stored = { ...coupon, code: normalise(coupon.code) };
      world.coupons.set(stored.code, stored);
      return stored;
    },
    changeCoupon: (couponCode, changes) => Object.assign(getCoupon(world, couponCode), changes),
    removeCoupon: (couponCode) => void world.coupons.delete(normalise(couponCode)),
    setPromotions: (promotions) => void Object.assign(world.promotions, promotions),
    usages: (couponCode) => usages.ordersOf(normalise(couponCode)),
    ledger: usages.ledger,
    reset: () => {
      world = seedPricingWorld();
      usages.clear();
    },
  };
  return { app, control };
}
