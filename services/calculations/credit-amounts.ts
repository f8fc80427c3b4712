/**
 * What a credit note reverses of an invoice. Every note starts from what earlier notes left, so that any sequence, by
 * units, by value or mixed, adds up to the invoice exactly and never exceeds it. Rates and heads are those of the
 * invoice. All amounts are positive paise; only a round-off can be negative.
 */
import { addPaise, minPaise, type Paise, paise, subtractPaise, ZERO_PAISE } from "../../utils/money.js";
import { cumulativeShare, multiplyAndDivide, spreadByLargestRemainder } from "./allocation.js";
import { sumTaxes, type Taxes } from "./tax.js";

/** Units and amounts of a line: sold, credited or left. */
export interface CreditedAmounts extends Taxes {
  units: number;
  taxableValue: Paise;
  /** Taxable value plus tax. */
  total: Paise;
}

/** A line of an invoice, with what earlier notes credited of it. */
export interface CreditableLine {
  id: string;
  isCharge: boolean;
  sold: CreditedAmounts;
  credited: CreditedAmounts;
}

export interface CreditableInvoice {
  lines: readonly CreditableLine[];
  /** Not reversed yet; −49 … 50. */
  roundOffLeft: Paise;
}

/** The part of a note that is about one line. */
export interface CreditPart extends CreditedAmounts {
  id: string;
}

export interface CreditAmounts {
  /** In the order of the invoice. */
  parts: CreditPart[];
  roundOff: Paise;
  /** Sum of the parts, plus the round-off. */
  total: Paise;
}

/** More would be credited than the invoice has left, or nothing is left. */
export class CreditExceedsError extends RangeError {
  constructor(
    message: string,
    readonly left: Paise,
  ) {
    super(message);
    this.name = "CreditExceedsError";
  }
}

const HEADS = ["cgst", "sgst", "utgst", "igst"] as const;

/** What earlier notes left of a line. */
export const leftOf = ({ sold, credited }: CreditableLine): CreditedAmounts => ({
  units: sold.units - credited.units,
  taxableValue: subtractPaise(sold.taxableValue, credited.taxableValue),
  total: subtractPaise(sold.total, credited.total),
  ...mapHeads((head) => subtractPaise(sold[head], credited[head])),
});

const mapHeads = (amountOf: (head: (typeof HEADS)[number]) => Paise): Taxes => ({
  cgst: amountOf("cgst"),
  sgst: amountOf("sgst"),
  utgst: amountOf("utgst"),
  igst: amountOf("igst"),
});

const linesLeft = (lines: readonly CreditableLine[]): Paise =>
  addPaise(...lines.map((line) => leftOf(line).total));

/** What can still be credited: the lines and the round-off. */
export const leftOfInvoice = ({ lines, roundOffLeft }: CreditableInvoice): Paise =>
  addPaise(linesLeft(lines), roundOffLeft);

/** The share of the next units in an amount of the whole line. */
const unitShare = ({ sold, credited }: CreditableLine, units: number, amount: Paise): Paise =>
  subtractPaise(
    cumulativeShare(amount, credited.units + units, sold.units),
    cumulativeShare(amount, credited.units, sold.units),
  );

/**
 * Credits an amount of a line. If it is what the units cost, each head is the units' share of it; otherwise the heads
 * follow the value that has been credited so far.
 */
function creditLine(line: CreditableLine, { units, amount }: { units: number; amount: Paise }): CreditPart {
  const left = leftOf(line);
  if (amount === left.total) return { ...left, id: line.id, units };
  const isByUnits = units > 0 && amount === unitShare(line, units, line.sold.total);
  const wanted = mapHeads((head) =>
    isByUnits ? unitShare(line, units, line.sold[head]) : valueShare(line, amount, head),
  );
  const taxes = fitTaxes(wanted, amount, left);
  return {
    ...{ id: line.id, units, total: amount },
    ...{ taxableValue: subtractPaise(amount, sumTaxes(taxes)), ...taxes },
  };
}

function valueShare({ sold, credited }: CreditableLine, amount: Paise, head: keyof Taxes): Paise {
  const after = addPaise(credited.total, amount);
  return subtractPaise(multiplyAndDivide(sold[head], after, sold.total), credited[head]);
}

/**
 * Moves the heads, together, by the paisa that rounding would take too much or too little: neither the note nor what it
 * leaves may contain more tax than amount. Only notes of single paise can leave no such choice; then the note's taxable
 * value is −1 paisa, and what is left stays sound.
 */
function fitTaxes(wanted: Taxes, amount: Paise, left: CreditedAmounts): Taxes {
  let taxes = mapHeads((head) => paise(Math.max(0, Math.min(wanted[head], left[head]))));
  while (sumTaxes(taxes) > amount) {
    taxes = mapHeads((head) => paise(Math.max(0, taxes[head] - 1)));
  }
  while (amount - sumTaxes(taxes) > left.taxableValue) {
    taxes = mapHeads((head) => minPaise(paise(taxes[head] + 1), left[head]));
  }
  return taxes;
}

/**
 * Adds the round-off. The note that takes the last of the lines reverses it; a negative one is reversed earlier as far
 * as the note would otherwise exceed the invoice.
 */
function complete(invoice: CreditableInvoice, parts: CreditPart[]): CreditAmounts {
  const { lines, roundOffLeft } = invoice;
  const onLines = addPaise(...parts.map(({ total }) => total));
  const leftAfter = subtractPaise(linesLeft(lines), onLines);
  const roundOff = leftAfter === 0 ? roundOffLeft : paise(Math.min(0, roundOffLeft + leftAfter));
  const total = addPaise(onLines, roundOff);
  if (total <= 0) throw new CreditExceedsError("nothing is left to credit", leftOfInvoice(invoice));
  return { parts, roundOff, total };
}

/**
 * Credits units of lines, by the cumulative method: ₹10.00 over 3 units is 3.33, 3.34, 3.33. After credits by value, the
 * units may be worth less than that: then what is left.
 * @param units by the line's id
 * @param withCharges also what is left of the charges
 * @throws CreditExceedsError for more units than are left, for a line that is not on the invoice, and when nothing of
 *   value is left of them
 */
export function creditUnits(
  invoice: CreditableInvoice,
  units: ReadonlyMap<string, number>,
  { withCharges = false } = {},
): CreditAmounts {
  for (const [id, wanted] of units) {
    const line = invoice.lines.find((candidate) => candidate.id === id && !candidate.isCharge);
    const unitsLeft = line ? leftOf(line).units : 0;
    if (wanted > unitsLeft)
      throw new CreditExceedsError(`${wanted} units of ${unitsLeft} of line ${id}`, leftOfInvoice(invoice));
  }
  const parts = invoice.lines.flatMap((line) => {
    if (withCharges && line.isCharge && leftOf(line).total > 0) return [{ ...leftOf(line), id: line.id }];
    const wanted = units.get(line.id) ?? 0;
    if (wanted === 0) return [];
    const amount = minPaise(unitShare(line, wanted, line.sold.total), leftOf(line).total);
    return [creditLine(line, { units: wanted, amount })];
  });
  return complete(invoice, parts);
}

/**
 * Credits everything that is left, with all its units and gifts.
 * @param named units by the line's id: then only these, so that a refund of the last paise credits no other units
 * @throws CreditExceedsError when nothing is left
 */
export function creditRest(invoice: CreditableInvoice, named?: ReadonlyMap<string, number>): CreditAmounts {
  const parts = invoice.lines.flatMap((line) => {
    const left = leftOf(line);
    const hasValue = left.total > 0 || line.sold.total === 0;
    const wanted = named ? (named.get(line.id) ?? 0) : hasValue ? left.units : 0;
    const units = Math.min(wanted, left.units);
    return left.total > 0 || units > 0 ? [{ ...left, id: line.id, units }] : [];
  });
  return complete(invoice, parts);
}

/** A refund: its amount is the note's, to the paisa. */
export interface CreditedRefund {
  amount: Paise;
  /** The part that refunds shipping and fees. */
  chargesAmount: Paise;
  /** The lines that it is about; none: the whole order. */
  items: readonly { id: string; units: number; amount: Paise }[];
}

/**
 * Credits a refund. The amount goes to the lines that the refund names; what they cannot take, and a refund that names
 * none, is spread over what is left of all goods, by largest remainder, then over the charges. A refund of everything
 * that is left completes the reversal.
 * @throws CreditExceedsError when the refund is larger than what is left
 */
export function creditRefund(invoice: CreditableInvoice, refund: CreditedRefund): CreditAmounts {
  const left = leftOfInvoice(invoice);
  if (refund.amount > left)
    throw new CreditExceedsError(`a refund of ${refund.amount}, of which ${left} is left`, left);
  const named = new Map(refund.items.map(({ id, units }) => [id, units]));
  if (refund.amount === left) return creditRest(invoice, refund.items.length > 0 ? named : undefined);
  const onLines = minPaise(refund.amount, linesLeft(invoice.lines));
  const amounts = spreadRefund(invoice.lines, { ...refund, amount: onLines });
  const parts = invoice.lines.flatMap((line) => {
    const units = Math.min(named.get(line.id) ?? 0, leftOf(line).units);
    const amount = amounts.get(line.id) ?? ZERO_PAISE;
    return amount > 0 || units > 0 ? [creditLine(line, { units, amount })] : [];
  });
  // More than zero only where the lines are used up and a positive round-off is left.
  return { parts, roundOff: subtractPaise(refund.amount, onLines), total: refund.amount };
}

/** Each line's part of a refund that does not exceed the lines. */
function spreadRefund(lines: readonly CreditableLine[], refund: CreditedRefund): Map<string, Paise> {
  const amounts = new Map<string, Paise>();
  const roomOf = (line: CreditableLine) =>
    subtractPaise(leftOf(line).total, amounts.get(line.id) ?? ZERO_PAISE);
  /** @returns what found no room */
  const add = (to: readonly CreditableLine[], amount: Paise, wish = roomOf): Paise => {
    const wishes = to.map(wish);
    const granted = minPaise(amount, addPaise(...wishes));
    const shares = spreadByLargestRemainder(granted, wishes);
    let placed = 0;
    for (const [index, line] of to.entries()) {
      const share = minPaise(shares[index] ?? ZERO_PAISE, roomOf(line));
      amounts.set(line.id, addPaise(amounts.get(line.id) ?? ZERO_PAISE, share));
      placed += share;
    }
    return paise(amount - placed);
  };
  const charges = lines.filter(({ isCharge }) => isCharge);
  const goods = lines.filter(({ isCharge }) => !isCharge);
  const wishOf = new Map(refund.items.map(({ id, amount }) => [id, amount]));
  const onCharges = minPaise(refund.chargesAmount, refund.amount);
  let rest = addPaise(subtractPaise(refund.amount, onCharges), add(charges, onCharges));
  rest = add(goods, rest, ({ id }) => wishOf.get(id) ?? ZERO_PAISE);
  rest = add(goods, rest);
  add(charges, rest);
  return amounts;
}
