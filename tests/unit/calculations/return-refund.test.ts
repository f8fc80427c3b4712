import fc from "fast-check";
import { CreditExceedsError, leftOf, leftOfInvoice } from "../../../services/calculations/credit-amounts.js";
import {
  leftOfOrder,
  priceRefund,
  type RefundWish,
  type SoldOrder,
} from "../../../services/calculations/refund-amounts.js";
import { type MoneySource, splitRefund, spreadContent } from "../../../services/calculations/refund-split.js";
import { priceReturn } from "../../../services/calculations/return-refund.js";
import { paidFor } from "../../../services/calculations/sold-rows.js";
import { calculateTotals } from "../../../services/calculations/totals-calculator.service.js";
import { addPaise, type Paise, paise, subtractPaise } from "../../../utils/money.js";
import { anyTotalsInput } from "./totals-input.js";

/** Returns among other refunds of an order: together they are what was paid, whatever passes, and in whatever order. */

const noTax = { cgst: paise(0), sgst: paise(0), utgst: paise(0), igst: paise(0) };
const row = (amount: number) => ({ taxableValue: paise(amount), taxes: noTax });
const SOLD: SoldOrder = {
  lines: [
    { id: "a", quantity: 2, ...row(1_000) },
    { id: "b", quantity: 1, ...row(300) },
    { id: "gift", quantity: 1, ...row(0) },
  ],
  charges: [row(490)],
  roundOff: paise(0),
};
const whole = { goods: leftOfOrder(SOLD, []), money: paise(1_790) };
const passed = (...units: [id: string, units: number][]) => units.map(([id, n]) => ({ id, units: n }));

describe("priceReturn", () => {
  test("When units pass, then their price comes back less the way back, and no shipping", () => {
    expect(priceReturn(whole, { passed: passed(["a", 1]), fee: paise(40) })).toEqual({
      ...{ items: 500, returnShipping: 40, total: 460 },
      content: { items: [{ id: "a", units: 1, amount: 460 }], chargesAmount: 0 },
    });
  });

  test("When the way back costs more than a line, then it is spread, and every line keeps its units", () => {
    const { content, total } = priceReturn(whole, { passed: passed(["a", 1], ["b", 1]), fee: paise(400) });
    expect(total).toBe(400);
    expect(content.items).toEqual([
      { id: "a", units: 1, amount: 250 },
      { id: "b", units: 1, amount: 150 },
    ]);
  });

  test("When the way back costs more than the goods, or they are worth nothing, then nothing comes back", () => {
    const dear = priceReturn(whole, { passed: passed(["b", 1]), fee: paise(5_000) });
    expect(dear).toMatchObject({ items: 300, returnShipping: 300, total: 0 });
    for (const units of [passed(["gift", 1]), passed()])
      expect(priceReturn(whole, { passed: units, fee: paise(40) })).toEqual({
        ...{ items: 0, returnShipping: 0, total: 0 },
        content: { items: [], chargesAmount: 0 },
      });
  });

  test("When units were refunded before, or less is left of the money, then only the rest comes back", () => {
    const refunded = {
      amount: paise(500),
      chargesAmount: paise(0),
      items: [{ id: "a", units: 1, amount: paise(500) }],
    };
    const left = { goods: leftOfOrder(SOLD, [refunded]), money: paise(1_290) };
    expect(priceReturn(left, { passed: passed(["a", 2]), fee: paise(0) }).total).toBe(500);
    const poor = priceReturn({ ...left, money: paise(120) }, { passed: passed(["a", 2]), fee: paise(0) });
    expect(poor).toMatchObject({ total: 120, content: { items: [{ id: "a", units: 1, amount: 120 }] } });
    expect(
      priceReturn({ ...left, money: paise(-5) }, { passed: passed(["a", 2]), fee: paise(9) }).total,
    ).toBe(0);
  });

  test("When a round-off is more than the last paise of the goods, then nothing comes back", () => {
    const sold: SoldOrder = {
      lines: [{ id: "a", quantity: 1, ...row(20) }],
      ...{ charges: [], roundOff: paise(-20) },
    };
    const left = { goods: leftOfOrder(sold, []), money: paise(0) };
    expect(priceReturn(left, { passed: passed(["a", 1]), fee: paise(0) }).total).toBe(0);
  });
});

const HEADS = ["cgst", "sgst", "utgst", "igst"] as const;
const FIELDS = ["units", "taxableValue", "total", ...HEADS] as const;

interface AnyReturn {
  kind: "return";
  /** Of each line: how many units are sent, and how many of them pass. */
  lines: { line: number; sent: number; passes: number }[];
  fee: number;
}
interface AnyRefund {
  kind: "items" | "amount";
  line: number;
  units: number;
  share: number;
  includeCharges: boolean;
}

const anyReturn: fc.Arbitrary<AnyReturn> = fc.record({
  kind: fc.constant("return" as const),
  lines: fc.array(fc.record({ line: fc.nat(11), sent: fc.integer({ min: 1, max: 4 }), passes: fc.nat(4) }), {
    minLength: 1,
    maxLength: 3,
  }),
  fee: fc.oneof(fc.constant(0), fc.nat(60), fc.nat(20_000)),
});
const anyRefund: fc.Arbitrary<AnyRefund> = fc.record({
  kind: fc.constantFrom("items" as const, "amount" as const),
  ...{ line: fc.nat(11), units: fc.integer({ min: 1, max: 4 }), share: fc.integer({ min: 2, max: 9 }) },
  includeCharges: fc.boolean(),
});
const anyStep = fc.oneof({ weight: 3, arbitrary: anyReturn }, { weight: 1, arbitrary: anyRefund });

interface Books {
  sold: SoldOrder;
  paid: Paise;
  sources: MoneySource[];
  rows: { amount: Paise; chargesAmount: Paise; items: { id: string; units: number; amount: Paise }[] }[];
  /** Units in returns that were not rejected, by line. */
  inReturns: Map<string, number>;
  /** Refunded with returns. */
  ofReturns: Paise;
}

const leftIn = ({ sold, paid, rows }: Books) => ({
  goods: leftOfOrder(sold, rows),
  money: subtractPaise(paid, ...rows.map(({ amount }) => amount)),
});

/** One row for each source that pays a part of it. */
function give({ sources, rows }: Books, amount: Paise, content: Parameters<typeof spreadContent>[1]): void {
  const parts = splitRefund({ amount, destination: "original", canHoldCredit: true }, sources) ?? [];
  const amounts = parts.map((part) => part.amount);
  expect(addPaise(...amounts)).toBe(amount);
  for (const part of parts) {
    const source = sources.find((one) => one.source === part.source && one.paymentId === part.paymentId);
    if (source) source.left = subtractPaise(source.left, part.amount);
    expect(source?.left).toBeGreaterThanOrEqual(0);
  }
  const contents = spreadContent(amounts, content);
  rows.push(...contents.map((one, index) => ({ ...one, amount: amounts[index] ?? paise(0) })));
}

/** @returns whether money came back */
function takeReturn(books: Books, { lines, fee }: AnyReturn): boolean {
  const units = new Map<string, number>();
  for (const { line, sent, passes } of lines) {
    const chosen = books.sold.lines[line % books.sold.lines.length];
    if (!chosen || units.has(chosen.id)) continue;
    const free = chosen.quantity - (books.inReturns.get(chosen.id) ?? 0);
    const promised = Math.min(sent, free);
    units.set(chosen.id, Math.min(passes, promised));
    books.inReturns.set(chosen.id, (books.inReturns.get(chosen.id) ?? 0) + promised);
  }
  const accepted = [...units].map(([id, n]) => ({ id, units: n })).filter((one) => one.units > 0);
  const before = leftIn(books);
  const { items, returnShipping, total, content } = priceReturn(before, {
    passed: accepted,
    fee: paise(fee),
  });
  expect(total).toBe(items - returnShipping);
  expect(Math.min(items, returnShipping, total)).toBeGreaterThanOrEqual(0);
  expect(total).toBeLessThanOrEqual(before.money);
  expect(content.chargesAmount).toBe(0);
  expect(items).toBeLessThanOrEqual(worthOf(books.sold, accepted));
  if (total === 0) return false;
  give(books, total, content);
  books.ofReturns = addPaise(books.ofReturns, total);
  // Each unit that passed and was not refunded before is refunded now.
  const after = leftIn(books).goods.lines;
  expect(after.map(({ credited }) => credited.units)).toEqual(
    before.goods.lines.map(
      (line) => line.credited.units + Math.min(units.get(line.id) ?? 0, leftOf(line).units),
    ),
  );
  return true;
}

/** Rounded up for each line, with the round-off that the last of the order takes along. */
const worthOf = ({ lines, roundOff }: SoldOrder, units: readonly { id: string; units: number }[]): number =>
  units.reduce(
    (sum, { id, units: n }) => {
      const line = lines.find((one) => one.id === id);
      return sum + (line ? Math.ceil((paidFor(line) * n) / line.quantity) : 0);
    },
    Math.max(0, roundOff),
  );

function takeRefund(books: Books, wish: RefundWish): void {
  const { goods, money } = leftIn(books);
  if (money <= 0) return;
  try {
    const priced = priceRefund(goods, wish, money);
    if (priced.amount <= money) give(books, priced.amount, priced);
  } catch (error) {
    if (!(error instanceof CreditExceedsError)) throw error;
  }
}

function wishOf({ kind, line, units, share, includeCharges }: AnyRefund, books: Books): RefundWish {
  const { money } = leftIn(books);
  if (kind === "amount") return { kind, amount: paise(Math.max(1, Math.floor(money / share))) };
  const chosen = books.sold.lines[line % books.sold.lines.length];
  return { kind, items: [{ id: chosen?.id ?? "", units }], includeCharges };
}

/** What is credited and what is left are what was sold, in each line and head of tax, and never below zero. */
function expectBalance(books: Books): void {
  const { goods, money } = leftIn(books);
  expect(money).toBeGreaterThanOrEqual(0);
  expect(money).toBe(leftOfInvoice(goods));
  const charges = addPaise(...books.sold.charges.map(paidFor));
  expect(addPaise(...books.rows.map(({ chargesAmount }) => chargesAmount))).toBeLessThanOrEqual(charges);
  const unsound = goods.lines.filter((line) =>
    FIELDS.some((field) => {
      // Only notes of single paise can leave a taxable value of −1.
      const tolerance = field === "taxableValue" ? 1 : 0;
      return line.credited[field] < -tolerance || line.credited[field] > line.sold[field] + tolerance;
    }),
  );
  expect(unsound).toEqual([]);
}

function booksOf(input: Parameters<typeof calculateTotals>[0], credit: number): Books {
  const totals = calculateTotals(input);
  const sold: SoldOrder = {
    lines: totals.lines.map(({ taxableValue, taxes }, index) => ({
      ...{ id: `line-${index}`, quantity: input.lines[index]?.quantity ?? 1, taxableValue, taxes },
    })),
    ...{ charges: totals.charges, roundOff: totals.roundOff },
  };
  const paid = leftOfInvoice(leftOfOrder(sold, []));
  const ofCredit = paise(Math.floor((Math.max(0, paid) * credit) / 9));
  const online = subtractPaise(paid, ofCredit);
  const sources: MoneySource[] = [
    { source: "payment", paymentId: "first", left: online, isAtGateway: true },
    { source: "store_credit", paymentId: null, left: ofCredit, isAtGateway: false },
  ];
  return { sold, paid, sources, rows: [], inReturns: new Map(), ofReturns: paise(0) };
}

test("When units of a random order come back in random returns among other refunds, then everything adds up to what was paid", () => {
  let refunded = 0;
  fc.assert(
    fc.property(anyTotalsInput, fc.array(anyStep, { maxLength: 8 }), fc.nat(4), (input, steps, credit) => {
      const books = booksOf(input, credit);
      fc.pre(books.paid > 0);
      for (const step of steps) {
        if (step.kind === "return") refunded += takeReturn(books, step) ? 1 : 0;
        else takeRefund(books, wishOf(step, books));
        expectBalance(books);
      }
      for (const { id, quantity } of books.sold.lines)
        expect(books.inReturns.get(id) ?? 0).toBeLessThanOrEqual(quantity);
      // What neither returns nor other refunds took is still there, to the paisa.
      const others = subtractPaise(addPaise(...books.rows.map(({ amount }) => amount)), books.ofReturns);
      expect(addPaise(books.ofReturns, others, leftIn(books).money)).toBe(books.paid);
      takeRefund(books, { kind: "rest" });
      expect(leftIn(books).money).toBe(0);
      expect(books.sources.map(({ left }) => left)).toEqual([0, 0]);
      const amountsOf = (pick: "sold" | "credited") =>
        leftIn(books).goods.lines.map((line) => ({ ...line[pick], units: 0 }));
      expect(amountsOf("credited")).toEqual(amountsOf("sold"));
    }),
    { numRuns: 150 },
  );
  // Not everything was refused.
  expect(refunded).toBeGreaterThan(100);
});
