/**
 * What a refund of an order is worth. The arithmetic is that of credit notes: every refund starts from what the refunds
 * before it left of the order, so any sequence of them, by units, by amount or mixed, adds up to what was paid. Rates
 * and heads are those of the order. All amounts are positive paise.
 */
import { addPaise, minPaise, type Paise, subtractPaise, ZERO_PAISE } from "../../utils/money.js";
import {
  type CreditAmounts,
  type CreditableInvoice,
  type CreditableLine,
  type CreditedAmounts,
  type CreditedRefund,
  type CreditPart,
  creditRefund,
  creditRest,
  creditUnits,
  leftOf,
  leftOfInvoice,
} from "./credit-amounts.js";
import { paidFor, type SoldRow } from "./sold-rows.js";

export interface SoldLine extends SoldRow {
  readonly id: string;
  readonly quantity: number;
}

export interface SoldOrder {
  readonly lines: readonly SoldLine[];
  /** Shipping and COD fee. */
  readonly charges: readonly SoldRow[];
  /** −49 … 50. */
  readonly roundOff: Paise;
}

/** What is asked for. */
export type RefundWish =
  /** All that is left, with the charges. */
  | { kind: "rest" }
  | { kind: "items"; items: readonly { id: string; units: number }[]; includeCharges: boolean }
  | { kind: "amount"; amount: Paise };

export interface RefundAmounts {
  amount: Paise;
  /** Per line; empty for a refund of an amount, which belongs to no line. */
  items: { id: string; units: number; amount: Paise }[];
  /** The part of the amount that refunds charges. */
  chargesAmount: Paise;
}

export const NO_REFUND: RefundAmounts = { amount: ZERO_PAISE, items: [], chargesAmount: ZERO_PAISE };

const NOTHING: CreditedAmounts = {
  ...{ units: 0, taxableValue: ZERO_PAISE, total: ZERO_PAISE },
  ...{ cgst: ZERO_PAISE, sgst: ZERO_PAISE, utgst: ZERO_PAISE, igst: ZERO_PAISE },
};

const toCreditable = (
  row: SoldRow,
  line: { id: string; units: number; isCharge: boolean },
): CreditableLine => ({
  ...{ id: line.id, isCharge: line.isCharge, credited: NOTHING },
  sold: { units: line.units, taxableValue: row.taxableValue, total: paidFor(row), ...row.taxes },
});

function wholeOrder({ lines, charges, roundOff }: SoldOrder): CreditableInvoice {
  return {
    lines: [
      ...lines.map((line) => toCreditable(line, { id: line.id, units: line.quantity, isCharge: false })),
      ...charges.map((row, index) => toCreditable(row, { id: `charge-${index}`, units: 1, isCharge: true })),
    ],
    roundOffLeft: roundOff,
  };
}

const addAmounts = (sum: CreditedAmounts, part: CreditedAmounts): CreditedAmounts => ({
  units: sum.units + part.units,
  taxableValue: addPaise(sum.taxableValue, part.taxableValue),
  total: addPaise(sum.total, part.total),
  cgst: addPaise(sum.cgst, part.cgst),
  sgst: addPaise(sum.sgst, part.sgst),
  utgst: addPaise(sum.utgst, part.utgst),
  igst: addPaise(sum.igst, part.igst),
});

function take(order: CreditableInvoice, { parts, roundOff }: CreditAmounts): CreditableInvoice {
  const taken = new Map(parts.map((part) => [part.id, part]));
  return {
    lines: order.lines.map((line) => {
      const part = taken.get(line.id);
      return part ? { ...line, credited: addAmounts(line.credited, part) } : line;
    }),
    roundOffLeft: subtractPaise(order.roundOffLeft, roundOff),
  };
}

/**
 * What earlier refunds left of an order.
 * @param refunds in the order in which they were asked for; those that failed or were rejected left out
 */
export function leftOfOrder(sold: SoldOrder, refunds: readonly CreditedRefund[]): CreditableInvoice {
  return refunds.reduce((order, refund) => {
    const left = leftOfInvoice(order);
    // A gateway can return more than the goods were worth, where the customer paid more than the order.
    const amount = minPaise(refund.amount, left);
    return amount > 0 ? take(order, creditRefund(order, { ...refund, amount })) : order;
  }, wholeOrder(sold));
}

/** Whether a refund that was priced earlier still finds all of its units, of its charges and of its amount. */
export function fits(left: CreditableInvoice, { amount, chargesAmount, items }: CreditedRefund): boolean {
  const charges = left.lines.filter(({ isCharge }) => isCharge);
  return (
    amount <= leftOfInvoice(left) &&
    chargesAmount <= addPaise(...charges.map((line) => leftOf(line).total)) &&
    items.every(({ id, units }) => left.lines.some((line) => line.id === id && units <= leftOf(line).units))
  );
}

/**
 * The amount of a refund, and how it is spread over lines and charges.
 * @param limit what is left of the money that was paid
 * @throws CreditExceedsError for more units or a larger amount than is left of the order, and when nothing of value is
 *   left of them
 */
export function priceRefund(left: CreditableInvoice, wish: RefundWish, limit: Paise): RefundAmounts {
  switch (wish.kind) {
    case "items":
      return amountsOf(left, creditUnits(left, unitsOf(wish.items), { withCharges: wish.includeCharges }));
    case "amount":
      return ofNoLine(creditRefund(left, toWhole(wish.amount)));
    case "rest":
      // Less than the goods are worth was paid for: the difference was never received.
      return limit < leftOfInvoice(left)
        ? ofNoLine(creditRefund(left, toWhole(limit)))
        : amountsOf(left, creditRest(left));
  }
}

const unitsOf = (items: readonly { id: string; units: number }[]): Map<string, number> =>
  new Map(items.map(({ id, units }) => [id, units]));

const toWhole = (amount: Paise): CreditedRefund => ({ amount, chargesAmount: ZERO_PAISE, items: [] });

const ofNoLine = ({ total }: CreditAmounts): RefundAmounts => ({
  amount: total,
  items: [],
  chargesAmount: ZERO_PAISE,
});

function amountsOf({ lines }: CreditableInvoice, { parts, total }: CreditAmounts): RefundAmounts {
  const isCharge = ({ id }: CreditPart) => lines.some((line) => line.id === id && line.isCharge);
  const charges = parts.filter(isCharge);
  const items = parts.filter((part) => !isCharge(part));
  return {
    amount: total,
    items: items.map(({ id, units, total: amount }) => ({ id, units, amount })),
    chargesAmount: addPaise(...charges.map((part) => part.total)),
  };
}
