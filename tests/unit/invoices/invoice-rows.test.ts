import fc from "fast-check";
import {
  buildInvoiceRows,
  type DocumentRow,
  documentTitle,
  type InvoicedCharge,
  type InvoicedLine,
  summariseTax,
  totalRows,
} from "../../../services/calculations/invoice-rows.js";
import { calculateTotals } from "../../../services/calculations/totals-calculator.service.js";
import { paise, ZERO_PAISE } from "../../../utils/money.js";

const HSN_DIGITS = 6;

interface Sold {
  unitPrice: number;
  quantity: number;
  rateBps: number;
}

interface Sale {
  lines: Sold[];
  discount?: number;
  shipping?: number;
  isInclusive?: boolean;
  placeOfSupply?: "29" | "27";
  roundToRupee?: boolean;
}

/** An order as placing it stores the amounts: from the one function that computes totals. */
function sell({ lines, discount = 0, shipping = 0, isInclusive = true, ...sale }: Sale) {
  const totals = calculateTotals({
    lines: lines.map(({ unitPrice, quantity, rateBps }, index) => ({
      ...{ id: String(index), unitPrice: paise(unitPrice), quantity, gstRateBps: rateBps },
      ...{ lineDiscount: ZERO_PAISE, isFreeGift: false },
    })),
    discounts: { coupons: [{ code: "C", amount: paise(discount) }], automatic: [], tier: ZERO_PAISE },
    shipping: shipping === 0 ? null : { rate: paise(shipping), codFee: ZERO_PAISE, isFree: false },
    supplierState: "29",
    placeOfSupply: sale.placeOfSupply ?? "29",
    pricesIncludeTax: isInclusive,
    chargeRatePolicy: "proportional",
    roundToRupee: sale.roundToRupee ?? false,
    ...{ storeCredit: ZERO_PAISE, loyaltyDiscount: ZERO_PAISE },
  });
  const invoiced = totals.lines.map((line, index): InvoicedLine => {
    const { unitPrice = 0, quantity = 0, rateBps = 0 } = lines[index] ?? {};
    return {
      ...{ orderItemId: line.id, description: `Line ${index}`, hsnCode: "30049011", gstRateBps: rateBps },
      ...{
        quantity,
        cancelledBefore: 0,
        isFreeGift: false,
        unitPrice: paise(unitPrice),
        discount: line.orderDiscountShare,
      },
      ...{ taxableValue: line.taxableValue, taxes: line.taxes },
    };
  });
  const charges = totals.charges.map(
    (charge): InvoicedCharge => ({
      ...{ description: "Shipping", hsnCode: "30049011", gstRateBps: charge.rateBps, amount: charge.amount },
      ...{ taxableValue: charge.taxableValue, taxes: charge.taxes },
    }),
  );
  return { totals, lines: invoiced, charges, pricesIncludeTax: isInclusive, hsnDigits: HSN_DIGITS };
}

const headsOf = ({ taxableValue, cgst, sgst, utgst, igst }: DocumentRow) => [
  taxableValue,
  cgst,
  sgst,
  utgst,
  igst,
];

describe("the rows of an invoice", () => {
  test("When prices include the tax, then each row's total is what the customer paid for it", () => {
    const sale = sell({
      lines: [
        { unitPrice: 15_000, quantity: 1, rateBps: 1_800 },
        { unitPrice: 6_000, quantity: 1, rateBps: 1_800 },
      ],
      discount: 4_200,
      shipping: 4_900,
    });
    const rows = buildInvoiceRows(sale);
    expect(rows.map(({ total }) => total)).toEqual([12_000, 4_800, 4_900]);
    expect(rows.map(headsOf)).toEqual([
      [10_170, 915, 915, 0, 0],
      [4_068, 366, 366, 0, 0],
      [4_152, 374, 374, 0, 0],
    ]);
    expect(rows.map(({ discount }) => discount)).toEqual([3_000, 1_200, 0]);
  });

  test("When a half paisa of tax arises, then both halves are equal and IGST is rounded once", () => {
    const line = [{ unitPrice: 42_194, quantity: 1, rateBps: 1_800 }];
    const within = buildInvoiceRows(sell({ lines: line, isInclusive: false }));
    const across = buildInvoiceRows(sell({ lines: line, isInclusive: false, placeOfSupply: "27" }));
    expect(within.map(headsOf)).toEqual([[42_194, 3_797, 3_797, 0, 0]]);
    expect(across.map(headsOf)).toEqual([[42_194, 0, 0, 0, 7_595]]);
  });

  test("When units were cancelled before the invoice, then only the others are invoiced", () => {
    const sale = sell({ lines: [{ unitPrice: 1_000, quantity: 3, rateBps: 1_800 }] });
    const [line] = sale.lines;
    if (!line) throw new Error("no line");
    const part = (cancelledBefore: number) =>
      buildInvoiceRows({ ...sale, lines: [{ ...line, cancelledBefore }] });
    const whole = part(0)[0]?.total ?? 0;
    const [rest] = part(1);
    expect(rest).toMatchObject({ quantity: 2, total: 2_000 });
    expect(part(3)).toEqual([]);
    expect(whole).toBe(3_000);
  });

  test.each([true, false])(
    "When units were cancelled before the invoice, then price, units and discount make what the row charges (prices with tax: %s)",
    (isInclusive) => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 100_000 }),
          fc.integer({ min: 2, max: 10 }),
          fc.nat(),
          (unitPrice, quantity, cents) => {
            const discount = cents % (unitPrice * quantity);
            const sale = sell({ lines: [{ unitPrice, quantity, rateBps: 1_800 }], discount, isInclusive });
            for (let cancelledBefore = 0; cancelledBefore < quantity; cancelledBefore += 1) {
              const lines = sale.lines.map((line) => ({ ...line, cancelledBefore }));
              const [row] = buildInvoiceRows({ ...sale, lines });
              if (!row) throw new Error("no row");
              const charged = isInclusive ? row.total : row.taxableValue;
              expect(row.unitPrice * row.quantity - row.discount).toBe(charged);
            }
          },
        ),
      );
    },
  );

  test("When an HSN code has more digits than are printed, then it is cut", () => {
    const [row] = buildInvoiceRows(sell({ lines: [{ unitPrice: 100, quantity: 1, rateBps: 500 }] }));
    expect(row?.hsnCode).toBe("300490");
  });
});

describe("the tax summary", () => {
  test("When rates differ, then each has a row of its own and none is blended", () => {
    const sale = sell({
      lines: [
        { unitPrice: 100_000, quantity: 1, rateBps: 500 },
        { unitPrice: 50_000, quantity: 1, rateBps: 1_800 },
      ],
      isInclusive: false,
    });
    expect(summariseTax(buildInvoiceRows(sale))).toMatchObject([
      { rateBps: 500, taxableValue: 100_000, cgst: 2_500, sgst: 2_500 },
      { rateBps: 1_800, taxableValue: 50_000, cgst: 4_500, sgst: 4_500 },
    ]);
  });
});

describe("the title", () => {
  const rowsAt = (...rates: number[]) =>
    buildInvoiceRows(sell({ lines: rates.map((rateBps) => ({ unitPrice: 10_000, quantity: 1, rateBps })) }));

  test.each([
    ["all goods are taxed", [500, 1_800], false, "Tax Invoice"],
    ["all goods are exempt", [0], false, "Bill of Supply"],
    ["an unregistered buyer gets both", [0, 500], false, "Invoice-cum-Bill of Supply"],
    ["a registered buyer gets both", [0, 500], true, "Tax Invoice"],
    ["a registered buyer gets exempt goods alone", [0], true, "Bill of Supply"],
  ])("When %s, then the document is named accordingly", (_case, rates, isRegistered, title) => {
    expect(documentTitle(rowsAt(...rates), isRegistered)).toBe(title);
  });

  test("When an exempt gift comes with taxed goods, then it does not change the title", () => {
    const [taxed] = rowsAt(500);
    if (!taxed) throw new Error("no row");
    const gift = { ...taxed, rateBps: 0, total: ZERO_PAISE };
    expect(documentTitle([taxed, gift], false)).toBe("Tax Invoice");
  });
});

describe("random orders", () => {
  const sold = fc.record({
    unitPrice: fc.integer({ min: 100, max: 500_000 }),
    quantity: fc.integer({ min: 1, max: 7 }),
    rateBps: fc.constantFrom(0, 500, 1_800, 4_000),
  });
  const sales = fc.record({
    lines: fc.array(sold, { minLength: 1, maxLength: 5 }),
    discount: fc.integer({ min: 0, max: 50_000 }),
    shipping: fc.constantFrom(0, 4_900, 9_999),
    isInclusive: fc.boolean(),
    placeOfSupply: fc.constantFrom("29" as const, "27" as const),
    roundToRupee: fc.boolean(),
  });

  test("When an order is invoiced, then the document adds up to what the customer pays", () => {
    fc.assert(
      fc.property(sales, (sale) => {
        const order = sell(sale);
        const rows = buildInvoiceRows(order);
        const totals = totalRows(rows, order.totals.roundOff);
        expect(totals.grandTotal).toBe(order.totals.grandTotal);
        expect(totals.taxTotal).toBe(order.totals.taxTotal);
        expect(totals.cgst).toBe(totals.sgst + totals.utgst);
        expect(totals.igst * totals.cgst).toBe(0);
        const summed = summariseTax(rows).reduce((sum, row) => sum + row.taxableValue, 0);
        expect(summed).toBe(totals.taxableValue);
      }),
    );
  });
});
