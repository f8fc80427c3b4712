import fc from "fast-check";
import {
  type CreditAmounts,
  type CreditableInvoice,
  CreditExceedsError,
  type CreditedAmounts,
  type CreditPart,
  creditRefund,
  creditRest,
  creditUnits,
  leftOfInvoice,
} from "../../../services/calculations/credit-amounts.js";
import { calculateTax, type TaxHead } from "../../../services/calculations/tax.js";
import { addPaise, type Paise, paise } from "../../../utils/money.js";

const NOTHING: CreditedAmounts = {
  ...{ units: 0, taxableValue: paise(0), total: paise(0) },
  ...{ cgst: paise(0), sgst: paise(0), utgst: paise(0), igst: paise(0) },
};

interface Sold {
  amount: number;
  units?: number;
  rateBps?: number;
  head?: TaxHead;
  pricesIncludeTax?: boolean;
  isCharge?: boolean;
}

/** An invoice of which nothing has been credited. */
function invoiceOf(sold: readonly Sold[], roundOff = 0): CreditableInvoice {
  const lines = sold.map((line, index) => {
    const { amount, units = 1, rateBps = 0, head = "igst", pricesIncludeTax = true, isCharge = false } = line;
    const { taxableValue, taxes, tax } = calculateTax(paise(amount), rateBps, { head, pricesIncludeTax });
    const total = addPaise(taxableValue, tax);
    return {
      ...{ id: String(index), isCharge, credited: NOTHING },
      sold: { units, taxableValue, total, ...taxes },
    };
  });
  return { lines, roundOffLeft: paise(roundOff) };
}

const FIELDS = ["units", "taxableValue", "total", "cgst", "sgst", "utgst", "igst"] as const;

/** The invoice after a note. */
function afterNote(invoice: CreditableInvoice, note: CreditAmounts): CreditableInvoice {
  const lines = invoice.lines.map((line) => {
    const part = note.parts.find(({ id }) => id === line.id) ?? { ...NOTHING, id: line.id };
    const sums = FIELDS.map((field) => [field, line.credited[field] + part[field]]);
    return { ...line, credited: Object.fromEntries(sums) as CreditedAmounts };
  });
  return { lines, roundOffLeft: paise(invoice.roundOffLeft - note.roundOff) };
}

type Step = (invoice: CreditableInvoice) => CreditAmounts;

/** Issues notes one after the other. */
function inTurn(invoice: CreditableInvoice, steps: readonly Step[]) {
  const notes: CreditAmounts[] = [];
  let current = invoice;
  for (const step of steps) {
    const note = step(current);
    notes.push(note);
    current = afterNote(current, note);
  }
  return { notes, left: current };
}

const units =
  (wanted: Record<string, number>): Step =>
  (invoice) =>
    creditUnits(invoice, new Map(Object.entries(wanted)));

interface Refunded {
  amount: number;
  charges?: number;
  items?: { id: string; units: number; amount: number }[];
}

const refund =
  ({ amount, charges = 0, items = [] }: Refunded): Step =>
  (invoice) =>
    creditRefund(invoice, {
      amount: paise(amount),
      chargesAmount: paise(charges),
      items: items.map((item) => ({ ...item, amount: paise(item.amount) })),
    });

const partsOf = (note: CreditAmounts | undefined) => note?.parts.map(({ id, total }) => [id, total]);

describe("a credit note for units", () => {
  test("When ₹10.00 for 3 units come back one by one, then the notes are 3.33, 3.34 and 3.33", () => {
    const { notes } = inTurn(invoiceOf([{ amount: 1_000, units: 3 }]), Array(3).fill(units({ 0: 1 })));
    expect(notes.map(({ total }) => total)).toEqual([333, 334, 333]);
  });

  test("When a line with a tax of 0.05 has two units, then 0.03 and 0.02 are credited", () => {
    const invoice = invoiceOf([{ amount: 100, units: 2, rateBps: 500, pricesIncludeTax: false }]);
    const { notes } = inTurn(invoice, [units({ 0: 1 }), units({ 0: 1 })]);
    expect(notes.map(({ parts }) => parts[0]?.igst)).toEqual([3, 2]);
  });

  test("When units come back after a part of their value, then only what is left is credited", () => {
    const invoice = invoiceOf([{ amount: 11_800, units: 2, rateBps: 1_800 }]);
    const { notes, left } = inTurn(invoice, [refund({ amount: 10_000 }), units({ 0: 1 })]);
    expect(notes[1]).toMatchObject({ total: 1_800, parts: [{ units: 1, total: 1_800 }] });
    expect(leftOfInvoice(left)).toBe(0);
    expect(() => units({ 0: 1 })(left)).toThrow(CreditExceedsError);
  });

  test.each([
    ["more units than were sold", { 0: 4 }],
    ["a line that was not sold", { 7: 1 }],
    ["a charge", { 1: 1 }],
    ["a gift alone", { 2: 1 }],
  ])("When it is for %s, then it is refused", (_what, wanted) => {
    const invoice = invoiceOf([{ amount: 1_000, units: 3 }, { amount: 490, isCharge: true }, { amount: 0 }]);
    expect(() => units(wanted)(invoice)).toThrow(CreditExceedsError);
  });
});

describe("a credit note for a refund", () => {
  const cart = invoiceOf([
    { amount: 20_000, units: 2, rateBps: 1_800 },
    { amount: 10_000, units: 1, rateBps: 500 },
    { amount: 4_900, rateBps: 1_800, isCharge: true },
  ]);

  test("When the refund is what the units cost, then each head is the units' share", () => {
    const invoice = invoiceOf([{ amount: 100, units: 2, rateBps: 500, pricesIncludeTax: false }]);
    const half = { id: "0", units: 1 };
    const { notes } = inTurn(invoice, [
      refund({ amount: 53, items: [{ ...half, amount: 53 }] }),
      refund({ amount: 52, items: [{ ...half, amount: 52 }] }),
    ]);
    expect(notes.map(({ parts }) => parts[0])).toMatchObject([
      { units: 1, total: 53, igst: 3 },
      { units: 1, total: 52, igst: 2 },
    ]);
  });

  test("When it names no lines, then it is spread over the goods by what is left of them, and charges come last", () => {
    const { notes } = inTurn(cart, [refund({ amount: 15_000 }), refund({ amount: 17_000 })]);
    expect(notes.map(partsOf)).toEqual([
      [
        ["0", 10_000],
        ["1", 5_000],
      ],
      [
        ["0", 10_000],
        ["1", 5_000],
        ["2", 2_000],
      ],
    ]);
  });

  test("When a part of it is for shipping, then that part goes to the charges", () => {
    const { notes } = inTurn(cart, [
      refund({ amount: 14_900, charges: 4_900, items: [{ id: "1", units: 1, amount: 10_000 }] }),
    ]);
    expect(partsOf(notes[0])).toEqual([
      ["1", 10_000],
      ["2", 4_900],
    ]);
  });

  test("When a fee was deducted from it, then its lines share what is left", () => {
    const items = [
      { id: "0", units: 2, amount: 20_000 },
      { id: "1", units: 1, amount: 10_000 },
    ];
    const { notes } = inTurn(cart, [refund({ amount: 27_000, items })]);
    expect(notes[0]?.parts.map(({ id, units: back, total }) => [id, back, total])).toEqual([
      ["0", 2, 18_000],
      ["1", 1, 9_000],
    ]);
  });

  test("When a line was credited before, then the excess goes to the other lines", () => {
    const { notes } = inTurn(cart, [
      units({ 1: 1 }),
      refund({ amount: 12_000, items: [{ id: "1", units: 1, amount: 12_000 }] }),
    ]);
    expect(partsOf(notes[1])).toEqual([["0", 12_000]]);
  });

  test("When it is larger than what is left, then it is refused with what is left", () => {
    const { left } = inTurn(cart, [refund({ amount: 30_000 })]);
    expect(() => refund({ amount: 4_901 })(left)).toThrow(
      new CreditExceedsError("a refund of 4901, of which 4900 is left", paise(4_900)),
    );
  });
});

describe("a credit note for the rest", () => {
  test("When a gift came with the order, then the last note lists its units, as a refund that names them does", () => {
    const invoice = invoiceOf([{ amount: 0 }, { amount: 500, units: 2 }]);
    const refund = {
      ...{ amount: paise(500), chargesAmount: paise(0) },
      items: [
        { id: "0", units: 1, amount: paise(0) },
        { id: "1", units: 2, amount: paise(500) },
      ],
    };
    for (const note of [creditRest(invoice), creditRefund(invoice, refund)])
      expect(note.parts.map(({ id, units: n, total }) => [id, n, total])).toEqual([
        ["0", 1, 0],
        ["1", 2, 500],
      ]);
  });

  test("When the value of a line was credited before, then only its named units are listed", () => {
    const invoice = invoiceOf([{ amount: 500 }, { amount: 300 }]);
    const ofValue = {
      ...{ amount: paise(500), chargesAmount: paise(0) },
      items: [{ id: "0", units: 0, amount: paise(500) }],
    };
    const rest = afterNote(invoice, creditRefund(invoice, ofValue));
    const listed = ({ parts }: CreditAmounts) => parts.map(({ id, units: n, total }) => [id, n, total]);
    expect(listed(creditRest(rest))).toEqual([["1", 1, 300]]);
    const naming = { ...ofValue, amount: paise(300), items: [{ id: "0", units: 1, amount: paise(0) }] };
    expect(listed(creditRefund(rest, naming))).toEqual([
      ["0", 1, 0],
      ["1", 0, 300],
    ]);
  });

  test("When the last paise belong to some of the units, then the refund that names them credits no others", () => {
    const invoice = invoiceOf([{ amount: 3, units: 3 }]);
    const ofValue = { amount: paise(1), chargesAmount: paise(0), items: [] };
    const rest = afterNote(invoice, creditRefund(invoice, ofValue));
    const naming = { ...ofValue, amount: paise(2), items: [{ id: "0", units: 2, amount: paise(2) }] };
    expect(creditRefund(rest, naming).parts.map(({ units: n, total }) => [n, total])).toEqual([[2, 2]]);
    expect(creditRest(rest).parts.map(({ units: n, total }) => [n, total])).toEqual([[3, 2]]);
  });
});

describe("the round-off", () => {
  const lines = [
    { amount: 9_000, units: 3 },
    { amount: 970, isCharge: true },
  ];

  test("When some units come back, then it stays; with the rest it is reversed", () => {
    const { notes, left } = inTurn(invoiceOf(lines, 30), [units({ 0: 3 }), creditRest]);
    expect(notes.map(({ roundOff, total }) => [roundOff, total])).toEqual([
      [0, 9_000],
      [30, 1_000],
    ]);
    expect(leftOfInvoice(left)).toBe(0);
  });

  test.each([30, -30])(
    "When all of an invoice with a round-off of %d is refunded, then the note reverses it",
    (roundOff) => {
      const invoice = invoiceOf(lines, roundOff);
      const { notes, left } = inTurn(invoice, [refund({ amount: 9_970 + roundOff })]);
      expect(notes[0]).toMatchObject({ roundOff, total: 9_970 + roundOff });
      expect(left.lines.map(({ sold, credited }) => sold.total - credited.total)).toEqual([0, 0]);
    },
  );

  test("When the units alone are worth more than the invoice, then the note takes the round-off to stay within it", () => {
    const invoice = invoiceOf([{ amount: 1_020 }, { amount: 10, isCharge: true }], -30);
    const { notes, left } = inTurn(invoice, [units({ 0: 1 })]);
    expect(notes[0]).toMatchObject({ roundOff: -20, total: 1_000 });
    expect(leftOfInvoice(left)).toBe(0);
  });

  test("When refunds use up the lines, then a positive round-off is refunded like value", () => {
    const { notes } = inTurn(invoiceOf([{ amount: 970 }], 30), [
      refund({ amount: 980 }),
      refund({ amount: 20 }),
    ]);
    expect(notes).toMatchObject([
      { roundOff: 10, total: 980 },
      { roundOff: 20, total: 20, parts: [] },
    ]);
  });
});

describe("any sequence of credit notes", () => {
  const invoicesOf = (amount: fc.Arbitrary<number>) =>
    fc
      .record({
        goods: fc.array(
          fc.record({
            ...{ amount, units: fc.integer({ min: 1, max: 5 }) },
            rateBps: fc.constantFrom(0, 25, 500, 1_800, 4_000),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        charges: fc.array(fc.record({ amount, rateBps: fc.constantFrom(500, 1_800) }), { maxLength: 2 }),
        head: fc.constantFrom<TaxHead>("igst", "cgst_sgst", "cgst_utgst"),
        pricesIncludeTax: fc.boolean(),
        roundOff: fc.integer({ min: -49, max: 50 }),
      })
      .map(({ goods, charges, head, pricesIncludeTax, roundOff }) => {
        const rules = { head, pricesIncludeTax };
        const sold = [
          ...goods.map((line) => ({ ...line, ...rules })),
          ...charges.map((charge) => ({ ...charge, ...rules, isCharge: true })),
        ];
        const exact = leftOfInvoice(invoiceOf(sold));
        return invoiceOf(sold, Math.max(roundOff, -exact));
      });
  const steps = fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constant("units" as const),
        line: fc.nat(3),
        count: fc.integer({ min: 1, max: 3 }),
      }),
      fc.record({ kind: fc.constant("value" as const), part: fc.nat(1_000), charges: fc.nat(2_000) }),
      fc.record({ kind: fc.constant("paisa" as const) }),
      fc.record({ kind: fc.constant("items" as const), line: fc.nat(3), part: fc.nat(1_000) }),
    ),
    { maxLength: 12 },
  );
  type Wanted = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never;

  function toStep(wanted: Wanted, invoice: CreditableInvoice): Step {
    const left = leftOfInvoice(invoice);
    const share = (part: number) => Math.max(1, Math.floor((left * part) / 1_000));
    if (wanted.kind === "units") return units({ [wanted.line]: wanted.count });
    if (wanted.kind === "paisa") return refund({ amount: 1 });
    if (wanted.kind === "value") return refund({ amount: share(wanted.part), charges: wanted.charges });
    const amount = share(wanted.part);
    return refund({ amount, items: [{ id: String(wanted.line), units: 1, amount }] });
  }

  /** Refused notes change nothing. */
  function issue(invoice: CreditableInvoice, wanted: readonly Wanted[]) {
    const notes: CreditAmounts[] = [];
    let left = invoice;
    for (const step of [
      ...wanted.map((one) => (current: CreditableInvoice) => toStep(one, current)(current)),
      creditRest,
    ]) {
      try {
        const note = step(left);
        notes.push(note);
        left = afterNote(left, note);
        check(left);
      } catch (error) {
        if (!(error instanceof CreditExceedsError)) throw error;
      }
    }
    return { notes, left };
  }

  /** Nothing exceeds the invoice, and CGST equals its twin. */
  function check(invoice: CreditableInvoice): void {
    const exceeding = invoice.lines.flatMap(({ sold, credited }) =>
      FIELDS.filter((field) => credited[field] > sold[field]),
    );
    const unequal = invoice.lines.filter(({ credited }) => credited.cgst !== credited.sgst + credited.utgst);
    expect([exceeding, unequal, leftOfInvoice(invoice) < 0]).toEqual([[], [], false]);
  }

  test("When notes by units and by value come in any order, then they never exceed the invoice and end exactly at it", () => {
    fc.assert(
      fc.property(invoicesOf(fc.oneof(fc.nat(50), fc.nat(500_000))), steps, (invoice, wanted) => {
        const { notes, left } = issue(invoice, wanted);
        const total = (of: readonly Paise[]) => of.reduce((sum, amount) => sum + amount, 0);
        expect(total(notes.map((note) => note.total))).toBe(leftOfInvoice(invoice));
        expect(leftOfInvoice(left)).toBe(0);
        const parts = notes.flatMap((note) => note.parts);
        const taxOf = (part: CreditPart) => part.cgst + part.sgst + part.utgst + part.igst;
        expect(parts.filter((part) => part.total !== part.taxableValue + taxOf(part))).toEqual([]);
        expect(parts.filter((part) => part.total < 0 || taxOf(part) < 0)).toEqual([]);
        const wrong = notes.filter(
          (note) => note.total !== total(note.parts.map((part) => part.total)) + note.roundOff,
        );
        expect(wrong).toEqual([]);
        // At most 49 paise of the lines stay beside a negative round-off, if the money ran out before the units.
        const leftOnLines = left.lines.map(({ sold, credited }) => paise(sold.total - credited.total));
        expect(total(leftOnLines) + left.roundOffLeft).toBe(0);
        if (left.roundOffLeft !== 0) return;
        for (const { sold, credited } of left.lines)
          expect({ ...credited, units: 0 }).toEqual({ ...sold, units: 0 });
      }),
      { numRuns: 300 },
    );
  });

  test("When a line is worth ₹5 and a part of it 5 paise or more, then no taxable value is negative", () => {
    const large = invoicesOf(fc.integer({ min: 500, max: 500_000 }));
    fc.assert(
      fc.property(large, steps, (invoice, wanted) => {
        const { notes } = issue(
          invoice,
          wanted.filter(({ kind }) => kind !== "paisa"),
        );
        const negative = notes.flatMap(({ parts }) => parts).filter((part) => part.taxableValue < 0);
        expect(negative.filter(({ total }) => total >= 5)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
