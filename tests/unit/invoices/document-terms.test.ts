import {
  creditNoteTable,
  decidePlaceOfSupply,
  financialYear,
  hasGstEffect,
  isBusinessBuyer,
  saleTable,
  seriesOf,
} from "../../../services/calculations/document-terms.js";
import { calculateGstinCheckCharacter } from "../../../utils/gst/gstin.js";
import { paise } from "../../../utils/money.js";

const withCheck = (body: string): string => body + calculateGstinCheckCharacter(body);
const MAHARASHTRA = withCheck("27AABCV4321K1Z");
const EMBASSY = withCheck("2717USA00123UN");
const ABROAD = withCheck("9917USA29001OS");

describe("the place of supply", () => {
  const place = (buyer: Partial<Parameters<typeof decidePlaceOfSupply>[0]>) =>
    decidePlaceOfSupply({ gstin: null, deliveredToOwnPremises: false, deliveryState: "24", ...buyer });

  test.each([
    ["a consumer", {}, "24"],
    ["a registered buyer of another state", { gstin: MAHARASHTRA }, "27"],
    [
      "a registered buyer who has it delivered to own premises",
      { gstin: MAHARASHTRA, deliveredToOwnPremises: true },
      "24",
    ],
    ["an embassy", { gstin: EMBASSY }, "24"],
    ["a foreign provider of online services", { gstin: ABROAD }, "24"],
  ] as const)("When %s buys, then it is decided accordingly", (_who, buyer, expected) => {
    expect(place(buyer)).toBe(expected);
  });

  test("When a state code was replaced, then it is the new one", () => {
    expect(place({ deliveryState: "25" })).toBe("26");
    expect(place({ deliveryState: "28" })).toBe("37");
  });
});

describe("the table of the return", () => {
  const large = paise(1_00_000_01);
  const limit = paise(1_00_000_00);
  test.each([
    [MAHARASHTRA, "inter_state", large, "b2b"],
    [EMBASSY, "intra_state", limit, "b2b"],
    [null, "inter_state", large, "b2cl"],
    [null, "inter_state", limit, "b2cs"],
    [null, "intra_state", large, "b2cs"],
    [ABROAD, "inter_state", large, "b2cl"],
  ] as const)("When the GSTIN is %s, %s, for %d paise, then %s", (gstin, supplyType, grandTotal, table) => {
    expect(saleTable({ gstin, supplyType, grandTotal })).toBe(table);
  });

  test("When an invoice is credited, then the note follows its table", () => {
    expect((["b2b", "b2cl", "b2cs"] as const).map(creditNoteTable)).toEqual(["cdnr", "cdnur", "b2cs"]);
  });

  test("When the holder of a GSTIN files no returns, then it is no business buyer", () => {
    expect([MAHARASHTRA, EMBASSY, ABROAD, "nonsense", null].map(isBusinessBuyer)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe("dates in India", () => {
  test.each([
    ["2026-03-31T18:29:59Z", "2025-26"],
    ["2026-03-31T18:30:00Z", "2026-27"],
    ["2026-12-31T23:59:59Z", "2026-27"],
    ["2099-12-31T00:00:00Z", "2099-00"],
  ])("When it is %s, then the financial year is %s", (at, year) => {
    expect(financialYear(new Date(at))).toBe(year);
  });

  test.each([
    ["2026-03-31T18:29:59Z", "2026-11-30T18:29:59Z", true],
    ["2026-03-31T18:29:59Z", "2026-11-30T18:30:00Z", false],
    ["2026-03-31T18:30:00Z", "2026-11-30T18:30:00Z", true],
    ["2026-03-31T18:30:00Z", "2027-11-30T18:29:59Z", true],
    ["2026-03-31T18:30:00Z", "2027-11-30T18:30:00Z", false],
  ])(
    "When an invoice of %s is credited at %s, then it has an effect on the tax: %s",
    (invoice, note, effect) => {
      expect(hasGstEffect(new Date(note), new Date(invoice))).toBe(effect);
    },
  );

  test("When a series is named, then by its type and year", () => {
    expect([seriesOf("sale", 2026), seriesOf("credit_note", 2027)]).toEqual(["INV-2026", "CN-2027"]);
  });
});
