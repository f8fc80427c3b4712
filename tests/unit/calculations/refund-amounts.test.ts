import fc from "fast-check";
import {
  CreditExceedsError,
  type CreditedRefund,
  leftOfInvoice,
} from "../../../services/calculations/credit-amounts.js";
import {
  fits,
  leftOfOrder,
  priceRefund,
  type RefundAmounts,
  type RefundWish,
  type SoldOrder,
} from "../../../services/calculations/refund-amounts.js";
import {
  type MoneySource,
  type SplitPart,
  splitRefund,
  spreadContent,
} from "../../../services/calculations/refund-split.js";
import { paidFor, type SoldRow } from "../../../services/calculations/sold-rows.js";
import { calculateTotals } from "../../../services/calculations/totals-calculator.service.js";
import { REFUND_DESTINATIONS } from "../../../utils/constants.js";
import { addPaise, type Paise, paise, subtractPaise } from "../../../utils/money.js";
import { anyTotalsInput, line, totalsInput } from "./totals-input.js";

const noTax = { cgst: paise(0), sgst: paise(0), utgst: paise(0), igst: paise(0) };
const untaxed = (amount: number): SoldRow => ({ taxableValue: paise(amount), taxes: noTax });

const order = (overrides: Partial<SoldOrder> = {}): SoldOrder => ({
  lines: [
    { id: "a", quantity: 3, ...untaxed(1000) },
    { id: "gift", quantity: 1, ...untaxed(0) },
  ],
  charges: [untaxed(490)],
  roundOff: paise(10),
  ...overrides,
});

const PLENTY = paise(100_000_000);
const units = (id: string, count: number, includeCharges = false): RefundWish => ({
  kind: "items",
  items: [{ id, units: count }],
  includeCharges,
});
const amount = (value: number): RefundWish => ({ kind: "amount", amount: paise(value) });
const REST: RefundWish = { kind: "rest" };

const asEarlier = ({ amount, items, chargesAmount }: RefundAmounts): CreditedRefund => ({
  ...{ amount, items, chargesAmount },
});

/** Refunds one after the other. */
function inTurn(sold: SoldOrder, wishes: readonly RefundWish[], paid = PLENTY): RefundAmounts[] {
  const refunds: RefundAmounts[] = [];
  for (const wish of wishes) {
    const limit = subtractPaise(paid, ...refunds.map((refund) => refund.amount));
    refunds.push(priceRefund(leftOfOrder(sold, refunds.map(asEarlier)), wish, limit));
  }
  return refunds;
}

const amountsOf = (refunds: readonly RefundAmounts[]) => refunds.map((refund) => refund.amount);

describe("priceRefund", () => {
  test("When ₹10.00 for 3 units come back one by one, then they are 3.33, 3.34 and 3.33", () => {
    const refunds = inTurn(order(), [units("a", 1), units("a", 1), units("a", 1)]);
    expect(amountsOf(refunds)).toEqual([333, 334, 333]);
  });

  test("When some units come back, then neither charges nor the round-off do", () => {
    expect(inTurn(order(), [units("a", 2)])).toEqual([
      { amount: 667, items: [{ id: "a", units: 2, amount: 667 }], chargesAmount: 0 },
    ]);
  });

  test("When units come back with the charges, then the charges do, once", () => {
    const [first, second] = inTurn(order(), [units("a", 1, true), units("a", 1, true)]);
    expect(first).toMatchObject({ amount: 823, chargesAmount: 490 });
    expect(second).toMatchObject({ amount: 334, chargesAmount: 0 });
  });

  test("When the last of the order comes back, then the round-off does too", () => {
    const [whole] = inTurn(order(), [REST]);
    expect(whole).toMatchObject({ amount: 1500, chargesAmount: 490 });
    expect(amountsOf(inTurn(order(), [units("a", 3), REST]))).toEqual([1000, 500]);
    expect(amountsOf(inTurn(order(), [units("a", 2, true), units("a", 1)]))).toEqual([1157, 343]);
  });

  test("When an amount comes back, then it is spread over what is left of the goods, and belongs to no line", () => {
    const sold = order({
      lines: [
        { id: "a", quantity: 1, ...untaxed(100) },
        { id: "b", quantity: 1, ...untaxed(100) },
      ],
      charges: [],
      roundOff: paise(0),
    });
    const refunds = inTurn(sold, [amount(103)]);
    expect(refunds).toEqual([{ amount: 103, items: [], chargesAmount: 0 }]);
    const left = leftOfOrder(sold, refunds.map(asEarlier));
    expect(left.lines.map(({ credited }) => credited.total)).toEqual([52, 51]);
    // What a unit is worth after that is what is left of it.
    expect(priceRefund(left, units("a", 1), PLENTY).amount).toBe(48);
    expect(amountsOf(inTurn(sold, [amount(103), amount(97)]))).toEqual([103, 97]);
  });

  test("When less was paid than the goods are worth, then only what was paid comes back", () => {
    expect(inTurn(order(), [REST], paise(700))).toEqual([{ amount: 700, items: [], chargesAmount: 0 }]);
  });

  test.each<[string, RefundWish[]]>([
    ["more units than were sold", [units("a", 4)]],
    ["more units than are left", [units("a", 2), units("a", 2)]],
    ["a line that does not exist", [units("x", 1)]],
    ["more than is left", [amount(1000), amount(501)]],
    ["only a gift", [units("gift", 1)]],
    ["the rest of nothing", [REST, REST]],
  ])("When %s comes back, then it is refused", (_case, wishes) => {
    expect(() => inTurn(order(), wishes)).toThrow(CreditExceedsError);
  });

  describe("beside refunds that were made after it was priced", () => {
    const whole = leftOfOrder(order(), []);
    const priced = asEarlier(priceRefund(whole, units("a", 2, true), PLENTY));
    const beside = (...wishes: RefundWish[]) =>
      fits(leftOfOrder(order(), inTurn(order(), wishes).map(asEarlier)), priced);

    test("When its units, charges and amount are left, then it fits", () => {
      expect(beside()).toBe(true);
      expect(beside(units("a", 1))).toBe(true);
      expect(beside(amount(334))).toBe(true);
    });

    test.each<[string, RefundWish]>([
      ["fewer of its units are left", units("a", 2)],
      ["its charges were refunded", units("a", 1, true)],
      ["less than its amount is left", amount(344)],
    ])("When %s, then it does not fit", (_case, wish) => {
      expect(beside(wish)).toBe(false);
    });
  });

  test("When a part of a discounted order comes back, then each refund is what the customer paid for it", () => {
    const totals = calculateTotals(
      totalsInput({
        lines: [line({ id: "1", unitPrice: paise(15_000) }), line({ id: "2", unitPrice: paise(6_000) })],
        discounts: { coupons: [{ code: "TWENTY", amount: paise(4_200) }], automatic: [], tier: paise(0) },
        shipping: { rate: paise(4_900), codFee: paise(0), isFree: false },
        pricesIncludeTax: true,
      }),
    );
    const sold = soldFrom(totals, [1, 1]);
    expect(amountsOf(inTurn(sold, [units("1", 1), units("2", 1), REST]))).toEqual([12_000, 4_800, 4_900]);
    expect(amountsOf(inTurn(sold, [units("1", 1), units("2", 1), amount(4_900)]))).toEqual([
      12_000, 4_800, 4_900,
    ]);
  });

  test("When three units worth ₹1.00 come back one by one, then they are 0.33, 0.34 and 0.33", () => {
    const sold = order({
      lines: [{ id: "a", quantity: 3, ...untaxed(100) }],
      charges: [],
      roundOff: paise(0),
    });
    expect(amountsOf(inTurn(sold, [units("a", 1), units("a", 1), units("a", 1)]))).toEqual([33, 34, 33]);
  });
});

function soldFrom(totals: ReturnType<typeof calculateTotals>, quantities: readonly number[]): SoldOrder {
  const lines = totals.lines.map((row, index) => ({
    id: row.id,
    quantity: quantities[index] ?? 1,
    ...{ taxableValue: row.taxableValue, taxes: row.taxes },
  }));
  return { lines, charges: totals.charges, roundOff: totals.roundOff };
}

interface AnyStep {
  kind: "items" | "amount" | "rest";
  line: number;
  units: number;
  share: number;
  includeCharges: boolean;
  destination: (typeof REFUND_DESTINATIONS)[number];
}

const anyStep: fc.Arbitrary<AnyStep> = fc.record({
  kind: fc.constantFrom("items", "items", "items", "amount", "rest"),
  line: fc.nat(11),
  units: fc.integer({ min: 1, max: 4 }),
  share: fc.integer({ min: 1, max: 6 }),
  includeCharges: fc.boolean(),
  destination: fc.constantFrom(...REFUND_DESTINATIONS),
});

/** How the order was paid: a part with points and credit, the rest through the gateway. */
const anyPayment = fc.record({ credit: fc.nat(4), points: fc.nat(4), inTwo: fc.boolean() });

type Named = MoneySource & { name: string };

function sourcesOf(
  total: Paise,
  { credit, points, inTwo }: { credit: number; points: number; inTwo: boolean },
) {
  const ofCredit = paise(Math.floor((total * credit) / 9));
  const ofPoints = paise(Math.floor((total * points) / 9));
  const online = subtractPaise(total, ofCredit, ofPoints);
  const half = paise(inTwo ? Math.floor(online / 2) : 0);
  const source = (name: string, kind: MoneySource["source"], left: Paise): Named => ({
    ...{ name, source: kind, left },
    paymentId: kind === "payment" ? name : null,
    isAtGateway: kind === "payment",
  });
  return [
    source("first", "payment", subtractPaise(online, half)),
    source("second", "payment", half),
    source("credit", "store_credit", ofCredit),
    source("points", "points", ofPoints),
  ];
}

const nameOf = ({ source, paymentId }: SplitPart): string =>
  paymentId ?? (source === "points" ? "points" : "credit");

/** The line ids of a random cart may repeat; lines of an order have ids of their own. */
const withOwnIds = (totals: ReturnType<typeof calculateTotals>) => ({
  ...totals,
  lines: totals.lines.map((row, index) => ({ ...row, id: `line-${index}` })),
});

interface Books {
  sold: SoldOrder;
  paid: Paise;
  sources: Named[];
  rows: CreditedRefund[];
}

/** One more refund. @returns whether it was possible */
function refundOnce(books: Books, step: AnyStep): boolean {
  const { sold, paid, sources, rows } = books;
  const limit = subtractPaise(paid, ...rows.map((row) => row.amount));
  const priced =
    limit > 0 && tryPrice(() => priceRefund(leftOfOrder(sold, rows), wishOf(step, sold, limit), limit));
  if (!priced) return false;
  const { destination } = step;
  const parts = splitRefund({ amount: priced.amount, destination, canHoldCredit: true }, sources) ?? [];
  const amounts = parts.map((part) => part.amount);
  expect(addPaise(...amounts)).toBe(priced.amount);
  for (const part of parts) takeFrom(sources, part);
  // Each part becomes a refund of its own, with its part of the lines.
  const contents = spreadContent(amounts, priced);
  rows.push(...contents.map((content, index) => ({ ...content, amount: amounts[index] ?? paise(0) })));
  return true;
}

function takeFrom(sources: readonly Named[], part: SplitPart): void {
  const source = sources.find(({ name }) => name === nameOf(part));
  if (source) source.left = subtractPaise(source.left, part.amount);
  expect(source?.left).toBeGreaterThanOrEqual(0);
  if (part.destination === "original" && part.source === "payment")
    expect(part.amount).toBeGreaterThanOrEqual(100);
}

const taxOf = ({ cgst, sgst, utgst, igst }: Record<"cgst" | "sgst" | "utgst" | "igst", Paise>) =>
  addPaise(cgst, sgst, utgst, igst);

function expectAllBack({ sold, paid, sources, rows }: Books): void {
  expect(addPaise(...rows.map((row) => row.amount))).toBe(paid);
  expect(sources.map(({ left }) => left)).toEqual(sources.map(() => 0));
  const left = leftOfOrder(sold, rows);
  expect(leftOfInvoice(left)).toBe(0);
  // Credit notes are issued in the order in which the refunds are completed.
  expect(leftOfInvoice(leftOfOrder(sold, rows.toReversed()))).toBe(0);
  for (const { sold: whole, credited } of left.lines) {
    expect(credited.total).toBe(whole.total);
    expect(taxOf(credited)).toBe(taxOf(whole));
    expect(credited.units).toBeLessThanOrEqual(whole.units);
  }
}

const LAST: AnyStep = {
  ...{ kind: "rest", line: 0, units: 1, share: 1, includeCharges: true, destination: "original" },
};

describe("Any sequence of refunds", () => {
  test("When a random order comes back in random steps, then it adds up to what was paid, per source and line", () => {
    let done = 0;
    fc.assert(
      fc.property(
        anyTotalsInput,
        fc.array(anyStep, { maxLength: 8 }),
        anyPayment,
        (input, steps, payment) => {
          const quantities = input.lines.map(({ quantity }) => quantity);
          const sold = soldFrom(withOwnIds(calculateTotals(input)), quantities);
          const paid = leftOfInvoice(leftOfOrder(sold, []));
          fc.pre(paid > 0);
          const books = { sold, paid, sources: sourcesOf(paid, payment), rows: [] };
          for (const step of [...steps, LAST]) done += refundOnce(books, step) ? 1 : 0;
          expectAllBack(books);
        },
      ),
      { numRuns: 400 },
    );
    // Not everything was refused.
    expect(done).toBeGreaterThan(500);
  });
});

function wishOf(step: AnyStep, sold: SoldOrder, limit: Paise): RefundWish {
  if (step.kind === "rest") return REST;
  if (step.kind === "amount") return amount(Math.max(1, Math.floor(limit / step.share)));
  const chosen = sold.lines[step.line % sold.lines.length];
  return units(chosen?.id ?? "", Math.min(step.units, chosen?.quantity ?? 1), step.includeCharges);
}

function tryPrice(price: () => RefundAmounts): RefundAmounts | null {
  try {
    return price();
  } catch (error) {
    if (error instanceof CreditExceedsError) return null;
    throw error;
  }
}

test("The value of a row is what was paid for it", () => {
  expect(paidFor({ taxableValue: paise(100), taxes: { ...noTax, igst: paise(18) } })).toBe(118);
});
