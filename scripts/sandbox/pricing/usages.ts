import type { SeedCoupon } from "../seed/promotions.js";
import { Refusal } from "../shared/http.js";

/** The user of a coupon. Two requests belong to one person if they share any of these fields. */
export interface CouponUser {
  userId?: string;
  /** Lower case. */
  email?: string;
  phone?: string;
}

export interface UsageRequest extends CouponUser {
  code: string;
  orderId: string;
  discountAmount: number;
}

export interface UsageEntry extends CouponUser {
  type: "recorded" | "repeated" | "reversed" | "refused";
  code: string;
  orderId: string;
  discountAmount?: number;
  /** Of a recorded use: the limits that the coupon had at that time. */
  usageLimit?: number;
  perUserLimit?: number;
  at: string;
}

export interface Usages {
  /** @throws Refusal 409 `USAGE_LIMIT` */
  record(coupon: SeedCoupon, request: UsageRequest): void;
  reverse(code: string, orderId: string): boolean;
  isExhausted(coupon: SeedCoupon, user: CouponUser): boolean;
  /** The orders that use the coupon. */
  ordersOf(code: string): string[];
  ledger(): UsageEntry[];
  clear(): void;
}

export const isSamePerson = (a: CouponUser, b: CouponUser): boolean =>
  (["userId", "email", "phone"] as const).some((key) => a[key] !== undefined && a[key] === b[key]);

/** The user by order. */
type CouponUses = Map<string, CouponUser>;

/** Coupon uses by order. All functions are synchronous, so check and change are one step. */
export function createUsages(now: () => number): Usages {
  const coupons = new Map<string, CouponUses>();
  let entries: UsageEntry[] = [];

  const usesOf = (code: string): CouponUses => {
    const known = coupons.get(code) ?? new Map<string, CouponUser>();
    coupons.set(code, known);
    return known;
  };
  const note = (entry: Omit<UsageEntry, "at">): void => {
    entries.push({ ...entry, at: new Date(now()).toISOString() });
  };
  const isExhausted = (coupon: SeedCoupon, user: CouponUser): boolean => {
    const uses = usesOf(coupon.code);
    if (coupon.usageLimit !== undefined && uses.size >= coupon.usageLimit) return true;
    if (coupon.perUserLimit === undefined) return false;
    return [...uses.values()].filter((other) => isSamePerson(other, user)).length >= coupon.perUserLimit;
  };

  return {
    isExhausted,
    record: (coupon, request) => {
      const { orderId, userId, email, phone } = request;
      const uses = usesOf(coupon.code);
      if (uses.has(orderId)) {
        note({ type: "repeated", ...request, code: coupon.code });
        return;
      }
      if (isExhausted(coupon, request)) {
        note({ type: "refused", ...request, code: coupon.code });
        throw new Refusal(409, "USAGE_LIMIT", `${coupon.code} cannot be used any more`);
      }
      uses.set(orderId, { userId, email, phone });
      const { code, usageLimit, perUserLimit } = coupon;
      note({ type: "recorded", ...request, code, usageLimit, perUserLimit });
    },
    reverse: (code, orderId) => {
      if (!usesOf(code).delete(orderId)) return false;
      note({ type: "reversed", code, orderId });
      return true;
    },
    ordersOf: (code) => [...usesOf(code).keys()],
    ledger: () => [...entries],
    clear: () => {
      coupons.clear();
      entries = [];
    },
  };
}
