/** What goods that came back are worth: in a customer's return, or in a parcel that was never delivered. */
import { addPaise, minPaise, type Paise, paise, subtractPaise, ZERO_PAISE } from "../../utils/money.js";
import { spreadByLargestRemainder } from "./allocation.js";
import { type CreditableInvoice, CreditExceedsError, leftOf } from "./credit-amounts.js";
import { NO_REFUND, priceRefund, type RefundAmounts } from "./refund-amounts.js";
import type { PartContent } from "./refund-split.js";

/** Units of a line; each line once. */
export interface ReturnedUnits {
  readonly id: string;
  readonly units: number;
}

/** What is left of an order, in paise: of its goods and charges, and of the money that was paid. */
export interface LeftOfOrder {
  readonly goods: CreditableInvoice;
  readonly money: Paise;
}

/**
 * The price that was paid for units. Units that were refunded before are left out.
 * @returns null when nothing of value is left of them
 */
export function priceUnits(
  { goods, money }: LeftOfOrder,
  returned: readonly ReturnedUnits[],
  { includeCharges }: { includeCharges: boolean },
): RefundAmounts | null {
  const items = returned.flatMap(({ id, units }) => {
    const line = goods.lines.find((candidate) => candidate.id === id && !candidate.isCharge);
    const most = line ? Math.min(units, leftOf(line).units) : 0;
    return most > 0 ? [{ id, units: most }] : [];
  });
  const hasValue = goods.lines.some(
    (line) =>
      leftOf(line).total > 0 && (line.isCharge ? includeCharges : items.some(({ id }) => id === line.id)),
  );
  if (!hasValue) return null;
  try {
    return priceRefund(goods, { kind: "items", items, includeCharges }, money);
  } catch (error) {
    // A round-off in the customer's favour can be more than the last paise that are left of the goods.
    if (error instanceof CreditExceedsError) return null;
    throw error;
  }
}

export interface PricedReturn {
  /** The price of the units, at most what is left of the money. */
  items: Paise;
  /** What the customer pays for the way back, at most `items`. */
  returnShipping: Paise;
  /** What is refunded. */
  total: Paise;
  content: PartContent;
}

/**
 * The refund of a return: its units that passed the inspection, at most what is left of the money, less the way back.
 * Shipping to the customer is not part of it.
 * @param fee what the customer pays for the way back
 */
export function priceReturn(
  left: LeftOfOrder,
  { passed, fee }: { passed: readonly ReturnedUnits[]; fee: Paise },
): PricedReturn {
  const priced = priceUnits(left, passed, { includeCharges: false }) ?? NO_REFUND;
  const items = minPaise(priced.amount, paise(Math.max(0, left.money)));
  const returnShipping = minPaise(fee, items);
  const total = subtractPaise(items, returnShipping);
  return {
    items,
    returnShipping,
    total,
    content: reduceTo(total, { items: priced.items, chargesAmount: ZERO_PAISE }),
  };
}

/**
 * The lines of a refund that is reduced by a deduction, which is spread over them: each keeps its units, also where
 * nothing of its price is left. A round-off belongs to no line.
 */
export function reduceTo(total: Paise, content: PartContent): PartContent {
  const chargesAmount = minPaise(content.chargesAmount, total);
  const weights = content.items.map(({ amount }) => amount);
  const ofLines = minPaise(subtractPaise(total, chargesAmount), addPaise(...weights));
  const shares = spreadByLargestRemainder(ofLines, weights);
  const items = content.items.map((item, index) => ({ ...item, amount: shares[index] ?? ZERO_PAISE }));
  return { items, chargesAmount };
}
