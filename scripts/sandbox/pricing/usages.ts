import type { SeedCoupon } from "../seed/promotions.js";
import { Refusal } from "../shared/refusal.js";

export interface UsageRequest {
  code: string;
  userId?: string;
  orderId: string;
  discountAmount: number;
}

export interface UsageEntry {
  type: "recorded" | "repeated" | "reversed" | "refused";
  code: string;
  orderId: string;
  userId?: string;
  discountAmount?: number;
  at: string;
}

export interface Usages {
  /** @throws Refusal 409 `USAGE_LIMIT` */
  record(coupon: SeedCoupon, request: UsageRequest): void;
  reverse(code: string, orderId: string): boolean;
  isExhausted(coupon: SeedCoupon, userId?: string): boolean;
  /** Orders that use the coupon now. */
  ordersOf(code: string): string[];
  ledger(): UsageEntry[];
  clear(): void;
}

interface CouponUses {
  /** The user (or null for a guest) by order. */
  byOrder: Map<string, string | null>;
  byUser: Map<string, number>;
}

/** Who used what. Each function runs to its end undisturbed, so that check and change are one step. */
export function createUsages(now: () => number): Usages {
  const coupons = new Map<string, CouponUses>();
  let entries: UsageEntry[] = [];

  const usesOf = (code: string): CouponUses => {
    const known = coupons.get(code) ?? { byOrder: new Map(), byUser: new Map() };
    coupons.set(code, known);
    return known;
  };
  const note = (entry: Omit<UsageEntry, "at">): void => {
    entries.push({ ...entry, at: new Date(now()).toISOString() });
  };
  const isExhausted = (coupon: SeedCoupon, userId?: string): boolean => {
    const { byOrder, byUser } = usesOf(coupon.code);
    if (coupon.usageLimit !== undefined && byOrder.size >= coupon.usageLimit) return true;
    if (coupon.perUserLimit === undefined || userId === undefined) return false;
    return (byUser.get(userId) ?? 0) >= coupon.perUserLimit;
  };

  return {
    isExhausted,
    record: (coupon, request) => {
      const { orderId, userId } = request;
      const { byOrder, byUser } = usesOf(coupon.code);
      if (byOrder.has(orderId)) {
        note({ type: "repeated", ...request, code: coupon.code });
        return;
      }
      if (isExhausted(coupon, userId)) {
        note({ type: "refused", ...request, code: coupon.code });
        throw new Refusal(409, "USAGE_LIMIT", `${coupon.code} cannot be used any more`);
      }
      byOrder.set(orderId, userId ?? null);
      if (userId !== undefined) byUser.set(userId, (byUser.get(userId) ?? 0) + 1);
      note({ type: "recorded", ...request, code: coupon.code });
    },
    reverse: (code, orderId) => {
      const { byOrder, byUser } = usesOf(code);
      const userId = byOrder.get(orderId);
      if (userId === undefined) return false;
      byOrder.delete(orderId);
      if (userId !== null) byUser.set(userId, (byUser.get(userId) ?? 1) - 1);
      note({ type: "reversed", code, orderId });
      return true;
    },
    ordersOf: (code) => [...usesOf(code).byOrder.keys()],
    ledger: () => [...entries],
    clear: () => {
      coupons.clear();
      entries = [];
    },
  };
}
