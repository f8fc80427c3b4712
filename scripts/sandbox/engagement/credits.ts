import { createId } from "../shared/random.js";
import { Refusal } from "../shared/refusal.js";
import { fromWholePaise, toWholePaise } from "../shared/rupees.js";

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
