import fc from "fast-check";
import { calculateTotals } from "../../../services/calculations/totals-calculator.service.js";
import { type Paise, paise } from "../../../utils/money.js";
import { anyTotalsInput, line, totalsInput } from "./totals-input.js";

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
const coupon = (amount: number) => ({
  coupons: [{ code: "C", amount: paise(amount) }],
  automatic: [],
  tier: paise(0),
});

describe("calculateTotals: tax", () => {
  test("When prices exclude tax within Karnataka, then CGST and SGST come on top", () => {
    const totals = calculateTotals(totalsInput({ lines: [line({ unitPrice: paise(49_950), quantity: 2 })] }));
    expect(totals).toMatchObject({
      subtotal: 99_900,
      taxTotal: 17_982,
      taxes: { cgst: 8991, sgst: 8991, utgst: 0, igst: 0 },
      grandTotal: 117_882,
      amountDue: 117_882,
      taxEstimated: false,
    });
  });

  test("When prices include tax, then the total is the price and tells the tax", () => {
    const totals = calculateTotals(
      totalsInput({ pricesIncludeTax: true, lines: [line({ unitPrice: paise(10_500), gstRateBps: 500 })] }),
    );
    expect(totals).toMatchObject({
      subtotal: 10_500,
      taxTotal: 500,
      grandTotal: 10_500,
      pricesIncludeTax: true,
    });
    expect(totals.lines).toEqual([
      {
        id: "a",
        lineTotal: 10_500,
        orderDiscountShare: 0,
        taxableValue: 10_000,
        taxes: { cgst: 250, sgst: 250, utgst: 0, igst: 0 },
        lineTax: 500,
      },
    ]);
  });

  test("When goods go from Karnataka to Chandigarh, then it is IGST", () => {
    expect(calculateTotals(totalsInput({ placeOfSupply: "04" })).taxes).toMatchObject({
      igst: 1800,
      cgst: 0,
    });
  });

  test("When goods stay in Chandigarh, then it is CGST and UTGST", () => {
    const totals = calculateTotals(totalsInput({ supplierState: "04", placeOfSupply: "04" }));
    expect(totals.taxes).toEqual({ cgst: 900, sgst: 0, utgst: 900, igst: 0 });
  });

  test("When no address is known, then the tax is that of the supplier's state, and estimated", () => {
    const totals = calculateTotals(totalsInput({ placeOfSupply: null }));
    expect(totals).toMatchObject({ taxEstimated: true, taxes: { cgst: 900, sgst: 900 } });
  });

  test("When lines have different rates, then each is taxed at its own after its share of the coupon", () => {
    const totals = calculateTotals(
      totalsInput({
        lines: [
          line({ id: "a", unitPrice: paise(6000), gstRateBps: 1800 }),
          line({ id: "b", unitPrice: paise(3000), gstRateBps: 500 }),
          line({ id: "c", unitPrice: paise(3000), gstRateBps: 0 }),
        ],
        discounts: coupon(1000),
        placeOfSupply: "27",
      }),
    );
    expect(totals.lines.map((row) => row.orderDiscountShare)).toEqual([500, 250, 250]);
    expect(totals.lines.map((row) => row.taxableValue)).toEqual([5500, 2750, 2750]);
    expect(totals.lines.map((row) => row.lineTax)).toEqual([990, 138, 0]);
    expect(totals.grandTotal).toBe(12_000 - 1000 + 1128);
  });

  test("When a line has a discount, then it is taken off before the order's", () => {
    const totals = calculateTotals(
      totalsInput({ lines: [line({ quantity: 3, lineDiscount: paise(5000) })] }),
    );
    expect(totals).toMatchObject({ subtotal: 25_000, discountTotal: 0, taxTotal: 4500 });
  });

  test("When a line is a gift, then it is listed with zeros, whatever its price", () => {
    const totals = calculateTotals(
      totalsInput({ lines: [line(), line({ id: "gift", isFreeGift: true })], discounts: coupon(333) }),
    );
    expect(totals.lines[1]).toEqual({
      id: "gift",
      lineTotal: 0,
      orderDiscountShare: 0,
      taxableValue: 0,
      taxes: { cgst: 0, sgst: 0, utgst: 0, igst: 0 },
      lineTax: 0,
    });
    expect(totals.subtotal).toBe(10_000);
  });

  test("When there are no lines, then everything is 0", () => {
    expect(calculateTotals(totalsInput({ lines: [] }))).toMatchObject({
      subtotal: 0,
      grandTotal: 0,
      amountDue: 0,
    });
  });
});

describe("calculateTotals: discounts", () => {
  const discounts = {
    coupons: [
      { code: "A", amount: paise(4000) },
      { code: "B", amount: paise(4000) },
    ],
    automatic: [{ id: "bulk", amount: paise(4000) }],
    tier: paise(4000),
  };

  test("When they exceed the subtotal, then it is used up by coupons, automatic ones and tier in turn", () => {
    const totals = calculateTotals(totalsInput({ discounts }));
    expect(totals).toMatchObject({ discountTotal: 10_000, taxTotal: 0, grandTotal: 0 });
    expect(totals.discounts).toEqual({
      coupons: [
        { code: "A", amount: 4000 },
        { code: "B", amount: 4000 },
      ],
      automatic: [{ id: "bulk", amount: 2000 }],
      tier: 0,
    });
  });

  test("When they fit, then each is granted whole", () => {
    const totals = calculateTotals(totalsInput({ discounts, lines: [line({ quantity: 2 })] }));
    expect(totals.discounts).toEqual(discounts);
    expect(totals.discountTotal).toBe(16_000);
  });
});

describe("calculateTotals: charges", () => {
  const shipping = { rate: paise(4900), codFee: paise(3000), isFree: false };

  test("When there are shipping and a COD fee, then each is a row taxed like the goods, never discounted", () => {
    const totals = calculateTotals(totalsInput({ shipping, discounts: coupon(5000), placeOfSupply: "27" }));
    expect(totals.charges).toEqual([
      {
        kind: "shipping",
        rateBps: 1800,
        amount: 4900,
        taxableValue: 4900,
        taxes: { cgst: 0, sgst: 0, utgst: 0, igst: 882 },
        tax: 882,
      },
      {
        kind: "cod",
        rateBps: 1800,
        amount: 3000,
        taxableValue: 3000,
        taxes: { cgst: 0, sgst: 0, utgst: 0, igst: 540 },
        tax: 540,
      },
    ]);
    expect(totals).toMatchObject({ shippingTotal: 7900, taxTotal: 900 + 882 + 540 });
  });

  test("When shipping is free, then the COD fee stays and nothing counts as a discount", () => {
    const totals = calculateTotals(totalsInput({ shipping: { ...shipping, isFree: true } }));
    expect(totals.charges.map((charge) => [charge.kind, charge.amount])).toEqual([["cod", 3000]]);
    expect(totals).toMatchObject({ shippingTotal: 3000, discountTotal: 0 });
  });

  test("When the cart has two rates, then proportional makes a row per rate", () => {
    const lines = [
      line({ id: "a", unitPrice: paise(30_000), gstRateBps: 500 }),
      line({ id: "b", unitPrice: paise(10_000), gstRateBps: 1800 }),
    ];
    const totals = calculateTotals(
      totalsInput({ lines, shipping: { ...shipping, codFee: paise(0) }, pricesIncludeTax: true }),
    );
    expect(totals.charges.map((charge) => [charge.rateBps, charge.amount, charge.tax])).toEqual([
      [500, 3675, 176],
      [1800, 1225, 186],
    ]);
    expect(totals.grandTotal).toBe(40_000 + 4900);
  });

  test("When everything is free, then shipping is taxed at the highest rate of all lines", () => {
    const lines = [line({ gstRateBps: 500 }), line({ id: "gift", isFreeGift: true, gstRateBps: 1800 })];
    const totals = calculateTotals(totalsInput({ lines, shipping, discounts: coupon(10_000) }));
    expect(totals.charges.map((charge) => charge.rateBps)).toEqual([1800, 1800]);
  });

  test("When the policy is highest or fixed, then charges follow it", () => {
    const lines = [line({ gstRateBps: 500 }), line({ id: "b", gstRateBps: 1200 })];
    const ratesBy = (chargeRatePolicy: "highest" | { fixedBps: number }) =>
      calculateTotals(totalsInput({ lines, shipping, chargeRatePolicy })).charges.map((row) => row.rateBps);
    expect(ratesBy("highest")).toEqual([1200, 1200]);
    expect(ratesBy({ fixedBps: 1800 })).toEqual([1800, 1800]);
  });
});

describe("calculateTotals: rounding to the rupee", () => {
  test.each([
    [10_049, 10_000, -49],
    [10_050, 10_100, 50],
    [10_000, 10_000, 0],
    [49, 0, -49],
  ])(
    "When the exact total is %d, then the payable is %d and the round-off %d",
    (price, grandTotal, roundOff) => {
      const lines = [line({ unitPrice: paise(price), gstRateBps: 0 })];
      expect(calculateTotals(totalsInput({ lines, roundToRupee: true }))).toMatchObject({
        grandTotal,
        roundOff,
      });
      expect(calculateTotals(totalsInput({ lines }))).toMatchObject({ grandTotal: price, roundOff: 0 });
    },
  );
});

describe("calculateTotals: store credit and points", () => {
  interface Case {
    grand: number;
    credit: number;
    points: number;
    pointValue?: number;
    used: [credit: number, points: number, due: number];
  }
  test.each<Case>([
    { grand: 10_000, credit: 0, points: 0, used: [0, 0, 10_000] },
    { grand: 10_000, credit: 4000, points: 1000, used: [4000, 1000, 5000] },
    { grand: 10_000, credit: 20_000, points: 1000, used: [9000, 1000, 0] },
    { grand: 10_000, credit: 20_000, points: 30_000, used: [0, 10_000, 0] },
    { grand: 10_000, credit: 9901, points: 0, used: [9900, 0, 100] },
    { grand: 10_000, credit: 9999, points: 0, used: [9900, 0, 100] },
    { grand: 10_000, credit: 9900, points: 0, used: [9900, 0, 100] },
  ])("When $credit credit and $points points meet $grand, then $used", (row) => {
    expectUsed(row);
  });

  test.each<Case>([
    { grand: 10_000, credit: 5000, points: 4950, used: [4950, 4950, 100] },
    { grand: 10_000, credit: 20, points: 9950, used: [0, 9900, 100] },
    { grand: 10_000, credit: 0, points: 9950, used: [0, 9900, 100] },
    { grand: 10_050, credit: 0, points: 10_000, pointValue: 100, used: [0, 9900, 150] },
    { grand: 10_050, credit: 20, points: 10_000, pointValue: 100, used: [20, 9900, 130] },
    { grand: 10_050, credit: 50, points: 10_000, pointValue: 100, used: [50, 10_000, 0] },
    { grand: 10_050, credit: 0, points: 1234, pointValue: 100, used: [0, 1200, 8850] },
    { grand: 100, credit: 50, points: 0, used: [0, 0, 100] },
    { grand: 99, credit: 50, points: 0, used: [50, 0, 49] },
    { grand: 99, credit: 200, points: 0, used: [99, 0, 0] },
  ])("When $credit credit and $points points would leave too little of $grand, then $used", (row) => {
    expectUsed(row);
  });

  function expectUsed({ grand, credit, points, pointValue, used }: Case): void {
    const totals = calculateTotals(
      totalsInput({
        lines: [line({ unitPrice: paise(grand), gstRateBps: 0 })],
        storeCredit: paise(credit),
        loyaltyDiscount: paise(points),
        ...(pointValue === undefined ? {} : { loyaltyPointValue: paise(pointValue) }),
      }),
    );
    expect([totals.storeCredit, totals.loyaltyDiscount, totals.amountDue]).toEqual(used);
  }
});

describe("calculateTotals: refused input", () => {
  test.each([
    ["a negative price", totalsInput({ lines: [line({ unitPrice: paise(-1) })] })],
    ["no quantity", totalsInput({ lines: [line({ quantity: 0 })] })],
    ["a fraction of a unit", totalsInput({ lines: [line({ quantity: 1.5 })] })],
    ["a line discount above its line", totalsInput({ lines: [line({ lineDiscount: paise(10_001) })] })],
    ["a negative line discount", totalsInput({ lines: [line({ lineDiscount: paise(-1) })] })],
    ["a negative coupon", totalsInput({ discounts: coupon(-1) })],
    ["a rate above 100 %", totalsInput({ lines: [line({ gstRateBps: 18_000 })] })],
    ["negative shipping", totalsInput({ shipping: { rate: paise(-1), codFee: paise(0), isFree: false } })],
    ["a negative fee", totalsInput({ shipping: { rate: paise(0), codFee: paise(-1), isFree: false } })],
    ["negative credit", totalsInput({ storeCredit: paise(-1) })],
    ["negative points", totalsInput({ loyaltyDiscount: paise(-1) })],
    ["worthless points", totalsInput({ loyaltyPointValue: paise(0) })],
    ["an overflow", totalsInput({ lines: [line({ unitPrice: paise(2 ** 52), quantity: 4 })] })],
  ])("When it holds %s, then a RangeError says so", (_, input) => {
    expect(() => calculateTotals(input)).toThrow(RangeError);
  });
});

describe("calculateTotals: properties", () => {
  const check = (property: (input: Parameters<typeof calculateTotals>[0]) => void) =>
    fc.assert(fc.property(anyTotalsInput, property), { numRuns: 400 });

  test("When anything is calculated, then the parts add up to the totals exactly", () => {
    check((input) => {
      const totals = calculateTotals(input);
      const addedTax = input.pricesIncludeTax ? 0 : totals.taxTotal;
      expect(totals.grandTotal).toBe(
        totals.subtotal - totals.discountTotal + totals.shippingTotal + addedTax + totals.roundOff,
      );
      expect(sum(totals.lines.map((row) => row.lineTotal))).toBe(totals.subtotal);
      expect(sum(totals.lines.map((row) => row.orderDiscountShare))).toBe(totals.discountTotal);
      const taxed = [...totals.lines, ...totals.charges];
      for (const head of ["cgst", "sgst", "utgst", "igst"] as const) {
        expect(sum(taxed.map((row) => row.taxes[head]))).toBe(totals.taxes[head]);
      }
      expect(sum(Object.values(totals.taxes))).toBe(totals.taxTotal);
      expect(totals.taxes.cgst).toBe(totals.taxes.sgst + totals.taxes.utgst);
      expect(totals.taxes.igst * totals.taxes.cgst).toBe(0);
      expect(sum(taxed.map((row) => row.taxableValue)) + totals.taxTotal + totals.roundOff).toBe(
        totals.grandTotal,
      );
      const { coupons, automatic, tier } = totals.discounts;
      expect(sum([...coupons, ...automatic].map((row) => row.amount)) + tier).toBe(totals.discountTotal);
    });
  });

  const amountsOf = (value: unknown): number[] => {
    if (typeof value === "number") return [value];
    return typeof value === "object" && value !== null ? Object.values(value).flatMap(amountsOf) : [];
  };

  test("When anything is calculated, then all are safe integers, and none but the round-off is negative", () => {
    check((input) => {
      const { roundOff, ...others } = calculateTotals(input);
      expect(roundOff).toBeGreaterThanOrEqual(-49);
      expect(roundOff).toBeLessThanOrEqual(50);
      const amounts = amountsOf(others);
      expect(
        amounts.filter((amount) => !Number.isSafeInteger(amount) || amount < 0 || Object.is(amount, -0)),
      ).toEqual([]);
    });
  });

  test("When credit and points are used, then nothing or at least ₹1 stays due, and no wish is exceeded", () => {
    check((input) => {
      const { grandTotal, storeCredit, loyaltyDiscount, amountDue } = calculateTotals(input);
      expect(amountDue).toBe(grandTotal - storeCredit - loyaltyDiscount);
      expect(storeCredit).toBeLessThanOrEqual(input.storeCredit);
      expect(loyaltyDiscount).toBeLessThanOrEqual(input.loyaltyDiscount);
      expect(loyaltyDiscount % (input.loyaltyPointValue ?? 1)).toBe(0);
      expect(amountDue === 0 || amountDue >= Math.min(100, grandTotal) || grandTotal < 100).toBe(true);
    });
  });

  test("When lines change places, then subtotal and discounts stay, and tax moves by paise at most", () => {
    check((input) => {
      const totals = calculateTotals(input);
      const turned = calculateTotals({ ...input, lines: [...input.lines].reverse() });
      expect(turned.subtotal).toBe(totals.subtotal);
      expect(turned.discounts).toEqual(totals.discounts);
      expect(turned.shippingTotal).toBe(totals.shippingTotal);
      const rows = input.lines.length + totals.charges.length;
      expect(Math.abs(turned.taxTotal - totals.taxTotal)).toBeLessThanOrEqual(2 * rows);
    });
  });

  test("When the input is used again, then it is unchanged and yields the same", () => {
    check((input) => {
      const before = structuredClone(input);
      expect(calculateTotals(input)).toEqual(calculateTotals(input));
      expect(input).toEqual(before);
    });
  });

  test("When a full cart of 50 lines includes tax, then its total is its prices less the coupon", () => {
    const lines = Array.from({ length: 50 }, (_, index) =>
      line({ id: String(index), unitPrice: paise(999 + index) }),
    );
    const totals = calculateTotals(totalsInput({ lines, discounts: coupon(777), pricesIncludeTax: true }));
    expect(totals.grandTotal).toBe(sum(lines.map((row): Paise => row.unitPrice)) - 777);
  });
});
