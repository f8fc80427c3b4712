import { Refusal } from "../shared/http.js";
import { createId } from "../shared/random.js";
import { fromWholePaise, toWholePaise } from "../shared/values.js";

export interface LoyaltyEntry {
  type: "opening" | "earned" | "redeemed" | "reversed" | "refused";
  userId: string;
  points: number;
  orderId?: string;
  reference?: string;
  at: string;
}

export interface Redemption {
  redemptionId: string;
  points: number;
  /** Rupees. */
  discountAmount: number;
}

export interface Loyalty {
  balance(userId: string): { points: number; pointValue: number };
  earn(request: { userId: string; orderId: string; orderAmount: number }): { points: number };
  redeem(request: { userId: string; orderId: string; points: number }): Redemption;
  reverse(request: { userId: string; orderId: string; points?: number; reference: string }): {
    points: number;
  };
  setPoints(userId: string, points: number): void;
  setPointValue(rupees: number): void;
  /** Makes `redeem` answer with another discount than points × pointValue; 1 is right. */
  setMisquote(factor: number): void;
  ledger(userId?: string): LoyaltyEntry[];
}

interface OpenRedemption extends Redemption {
  userId: string;
  /** Not yet given back. */
  outstanding: number;
}

/** One point for every ₹20 spent. */
const RUPEES_PER_POINT = 20;
/** Rupees a point. */
const DEFAULT_POINT_VALUE = 0.25;

/** Every function runs to its end undisturbed, so that check and change are one step. */
export function createLoyalty(now: () => number, opening: { id: string; loyaltyPoints: number }[]): Loyalty {
  const balances = new Map<string, number>();
  const earned = new Map<string, number>();
  const redemptions = new Map<string, OpenRedemption>();
  const reversals = new Map<string, number>();
  const entries: LoyaltyEntry[] = [];
  let pointValue = DEFAULT_POINT_VALUE;
  let misquote = 1;

  const pointsOf = (userId: string): number => balances.get(userId) ?? 0;
  const book = (entry: Omit<LoyaltyEntry, "at">, change: number): void => {
    balances.set(entry.userId, pointsOf(entry.userId) + change);
    entries.push({ ...entry, at: new Date(now()).toISOString() });
  };
  for (const { id, loyaltyPoints } of opening) {
    book({ type: "opening", userId: id, points: loyaltyPoints }, loyaltyPoints);
  }

  const redeem: Loyalty["redeem"] = ({ userId, orderId, points }) => {
    const known = redemptions.get(orderId);
    // What was given back entirely is no redemption any more; a late payment may redeem anew.
    if (known && known.outstanding > 0) {
      const { redemptionId, points: before, discountAmount } = known;
      return { redemptionId, points: before, discountAmount };
    }
    const balance = pointsOf(userId);
    if (balance < points) {
      book({ type: "refused", userId, points, orderId }, 0);
      throw new Refusal(409, "INSUFFICIENT_POINTS", `Only ${balance} points`, { points: balance });
    }
    const discountAmount = fromWholePaise(Math.round(toWholePaise(points * pointValue) * misquote));
    const redemption = { redemptionId: createId("rdm"), points, discountAmount };
    redemptions.set(orderId, { ...redemption, userId, outstanding: points });
    book({ type: "redeemed", userId, points, orderId }, -points);
    return redemption;
  };

  const reverse: Loyalty["reverse"] = ({ userId, orderId, points: wanted, reference }) => {
    const before = reversals.get(reference);
    if (before !== undefined) return { points: before };
    const redemption = redemptions.get(orderId);
    if (!redemption || redemption.userId !== userId) return { points: 0 };
    const points = Math.min(wanted ?? redemption.outstanding, redemption.outstanding);
    // Nothing given back is not remembered: the redemption may still be on its way.
    if (points === 0) return { points };
    redemption.outstanding -= points;
    reversals.set(reference, points);
    book({ type: "reversed", userId, points, orderId, reference }, points);
    return { points };
  };

  return {
    redeem,
    reverse,
    balance: (userId) => ({ points: pointsOf(userId), pointValue }),
    earn: ({ userId, orderId, orderAmount }) => {
      const before = earned.get(orderId);
      if (before !== undefined) return { points: before };
      const points = Math.floor(orderAmount / RUPEES_PER_POINT);
      earned.set(orderId, points);
      book({ type: "earned", userId, points, orderId }, points);
      return { points };
    },
    setPoints: (userId, points) => book({ type: "opening", userId, points }, points - pointsOf(userId)),
    setPointValue: (rupees) => {
      pointValue = rupees;
    },
    setMisquote: (factor) => {
      misquote = factor;
    },
    ledger: (userId) => entries.filter((entry) => userId === undefined || entry.userId === userId),
  };
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

export interface Credits {
  /** Rupees. */
  balance(userId: string): number;
  issue(request: { userId: string; amount: number; reason: string; reference: string }): {
    creditId: string;
    balance: number;
  };
  deduct(request: { userId: string; amount: number; reference: string }): { balance: number };
  setBalance(userId: string, rupees: number): void;
  ledger(userId?: string): CreditEntry[];
}

/** Store credit, kept in whole paise. A repeated reference gets the first answer. */
export function createCredits(now: () => number, opening: { id: string; storeCredit: number }[]): Credits {
  const balances = new Map<string, number>();
  const issued = new Map<string, { creditId: string; balance: number }>();
  const deducted = new Map<string, { balance: number }>();
  const entries: CreditEntry[] = [];

  const paiseOf = (userId: string): number => balances.get(userId) ?? 0;
  const book = (entry: Omit<CreditEntry, "at">, changeInPaise: number): number => {
    const balance = paiseOf(entry.userId) + changeInPaise;
    balances.set(entry.userId, balance);
    entries.push({ ...entry, at: new Date(now()).toISOString() });
    return fromWholePaise(balance);
  };
  const setBalance = (userId: string, rupees: number): void => {
    book({ type: "opening", userId, amount: rupees }, toWholePaise(rupees) - paiseOf(userId));
  };
  for (const { id, storeCredit } of opening) setBalance(id, storeCredit);

  return {
    setBalance,
    balance: (userId) => fromWholePaise(paiseOf(userId)),
    issue: ({ userId, amount, reason, reference }) => {
      const before = issued.get(reference);
      if (before) return before;
      const balance = book({ type: "issued", userId, amount, reason, reference }, toWholePaise(amount));
      const answer = { creditId: createId("crd"), balance };
      issued.set(reference, answer);
      return answer;
    },
    deduct: ({ userId, amount, reference }) => {
      const before = deducted.get(reference);
      if (before) return before;
      const balance = fromWholePaise(paiseOf(userId));
      if (paiseOf(userId) < toWholePaise(amount)) {
        book({ type: "refused", userId, amount, reference }, 0);
        throw new Refusal(409, "INSUFFICIENT_CREDIT", `Only ₹${balance} of store credit`, { balance });
      }
      const answer = {
        balance: book({ type: "deducted", userId, amount, reference }, -toWholePaise(amount)),
      };
      deducted.set(reference, answer);
      return answer;
    },
    ledger: (userId) => entries.filter((entry) => userId === undefined || entry.userId === userId),
  };
}
