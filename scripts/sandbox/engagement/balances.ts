import { Refusal } from "../shared/http.js";
import { createId } from "../shared/random.js";
import { fromWholePaise, toWholePaise } from "../shared/values.js";

/**
 * Loyalty points and store credit. All functions are synchronous, so check and change are one step. A repeated
 * order or reference gets the first answer.
 */

export interface LoyaltyEntry {
  type: "opening" | "earned" | "redeemed" | "reversed" | "refused";
  userId: string;
  points: number;
  orderId?: string;
  reference?: string;
  at: string;
}

export interface CreditEntry {
  type: "opening" | "issued" | "deducted" | "refused";
  userId: string;
  /** Rupees. */
  amount: number;
  reference?: string;
  reason?: string;
  at: string;
}

/** A balance per user, and a ledger of its changes. */
function createBook<Entry extends { userId: string }>(now: () => number) {
  const balances = new Map<string, number>();
  const entries: (Entry & { at: string })[] = [];
  const balance = (userId: string): number => balances.get(userId) ?? 0;
  return {
    balance,
    /** Returns the new balance. */
    book: (entry: Entry, change: number): number => {
      const changed = balance(entry.userId) + change;
      balances.set(entry.userId, changed);
      entries.push({ ...entry, at: new Date(now()).toISOString() });
      return changed;
    },
    ledger: (userId?: string) => entries.filter((entry) => userId === undefined || entry.userId === userId),
  };
}

export interface EarnRequest {
  userId: string;
  orderId: string;
  orderAmount: number;
}

export interface RedeemRequest {
  userId: string;
  orderId: string;
  points: number;
}

export interface ReverseRequest {
  userId: string;
  orderId: string;
  points?: number;
  reference: string;
}

interface Redemption {
  redemptionId: string;
  points: number;
  /** Rupees. */
  discountAmount: number;
}

/** One point per ₹20 spent. */
const RUPEES_PER_POINT = 20;
/** Rupees per point. */
const DEFAULT_POINT_VALUE = 0.25;

export function createLoyalty(now: () => number, opening: { id: string; loyaltyPoints: number }[]) {
  const { balance, book, ledger } = createBook<Omit<LoyaltyEntry, "at">>(now);
  const earned = new Map<string, number>();
  /** By order; `outstanding` points are not reversed yet. */
  const redemptions = new Map<string, { userId: string; answer: Redemption; outstanding: number }>();
  const reversals = new Map<string, number>();
  let pointValue = DEFAULT_POINT_VALUE;
  let misquote = 1;

  const setPoints = (userId: string, points: number): void => {
    book({ type: "opening", userId, points }, points - balance(userId));
  };
  for (const { id, loyaltyPoints } of opening) setPoints(id, loyaltyPoints);

  function earn({ userId, orderId, orderAmount }: EarnRequest): { points: number } {
    const before = earned.get(orderId);
    if (before !== undefined) return { points: before };
    const points = Math.floor(orderAmount / RUPEES_PER_POINT);
    earned.set(orderId, points);
    book({ type: "earned", userId, points, orderId }, points);
    return { points };
  }

  function redeem({ userId, orderId, points }: RedeemRequest): Redemption {
    const known = redemptions.get(orderId);
    // After a full reversal the order may redeem again: a late payment can place it after all.
    if (known && known.outstanding > 0) return known.answer;
    const available = balance(userId);
    if (available < points) {
      book({ type: "refused", userId, points, orderId }, 0);
      throw new Refusal(409, "INSUFFICIENT_POINTS", `Only ${available} points`, { points: available });
    }
    const discountAmount = fromWholePaise(Math.round(toWholePaise(points * pointValue) * misquote));
    const answer = { redemptionId: createId("rdm"), points, discountAmount };
    redemptions.set(orderId, { userId, answer, outstanding: points });
    book({ type: "redeemed", userId, points, orderId }, -points);
    return answer;
  }

  function reverse({ userId, orderId, points: wanted, reference }: ReverseRequest): { points: number } {
    const before = reversals.get(reference);
    if (before !== undefined) return { points: before };
    const redemption = redemptions.get(orderId);
    if (!redemption || redemption.userId !== userId) return { points: 0 };
    const points = Math.min(wanted ?? redemption.outstanding, redemption.outstanding);
    // A reversal of nothing is not remembered: the redemption may still be in flight.
    if (points === 0) return { points };
    redemption.outstanding -= points;
    reversals.set(reference, points);
    book({ type: "reversed", userId, points, orderId, reference }, points);
    return { points };
  }

  return {
    earn,
    redeem,
    reverse,
    setPoints,
    ledger,
    balance: (userId: string) => ({ points: balance(userId), pointValue }),
    setPointValue: (rupees: number): void => {
      pointValue = rupees;
    },
    setMisquote: (factor: number): void => {
      misquote = factor;
    },
  };
}

export interface IssueRequest {
  userId: string;
  amount: number;
  reason: string;
  reference: string;
}

export interface DeductRequest {
  userId: string;
  amount: number;
  reference: string;
}

/** Amounts are rupees; balances are kept in whole paise. */
export function createCredits(now: () => number, opening: { id: string; storeCredit: number }[]) {
  const { balance: paiseOf, book, ledger } = createBook<Omit<CreditEntry, "at">>(now);
  const issued = new Map<string, { creditId: string; balance: number }>();
  const deducted = new Map<string, { balance: number }>();

  const setBalance = (userId: string, rupees: number): void => {
    book({ type: "opening", userId, amount: rupees }, toWholePaise(rupees) - paiseOf(userId));
  };
  for (const { id, storeCredit } of opening) setBalance(id, storeCredit);

  function issue({ userId, amount, reason, reference }: IssueRequest) {
    const before = issued.get(reference);
    if (before) return before;
    const balance = book({ type: "issued", userId, amount, reason, reference }, toWholePaise(amount));
    const answer = { creditId: createId("crd"), balance: fromWholePaise(balance) };
    issued.set(reference, answer);
    return answer;
  }

  function deduct({ userId, amount, reference }: DeductRequest): { balance: number } {
    const before = deducted.get(reference);
    if (before) return before;
    if (paiseOf(userId) < toWholePaise(amount)) {
      const balance = fromWholePaise(paiseOf(userId));
      book({ type: "refused", userId, amount, reference }, 0);
      throw new Refusal(409, "INSUFFICIENT_CREDIT", `Only ₹${balance} of store credit`, { balance });
    }
    const balance = book({ type: "deducted", userId, amount, reference }, -toWholePaise(amount));
    const answer = { balance: fromWholePaise(balance) };
    deducted.set(reference, answer);
    return answer;
  }

  return {
    issue,
    deduct,
    setBalance,
    ledger,
    balance: (userId: string): number => fromWholePaise(paiseOf(userId)),
  };
}
