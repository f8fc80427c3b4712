import { sampleDocument } from "../../../services/platform/pdf/sample-document.js";

const design = {
  ...{ logo: null, header: null, footer: null, terms: null, taxDisplay: "columns" as const },
  colours: { primary: "#1b4332", text: "#222222" },
};
const sum = <T>(rows: readonly T[], of: (row: T) => number): number =>
  rows.reduce((total, row) => total + of(row), 0);

describe("The sample of a preview", () => {
  const { invoice, payment, watermark } = sampleDocument(design);

  test("When it is added up, then lines, tax summary and totals agree", () => {
    for (const head of ["taxableValue", "cgst", "sgst", "utgst", "igst"] as const) {
      expect(sum(invoice.lines, (line) => line[head])).toBe(invoice.totals[head]);
      expect(sum(invoice.taxSummary, (row) => row[head])).toBe(invoice.totals[head]);
    }
    expect(sum(invoice.lines, ({ total }) => total)).toBe(invoice.totals.grandTotal);
    expect(new Set(invoice.taxSummary.map(({ rateBps }) => rateBps)).size).toBe(2);
  });

  test("When it is printed, then it cannot be taken for an invoice, or paid", () => {
    expect(invoice.invoiceNumber).toBe("PREVIEW");
    expect(watermark).toBe("PREVIEW");
    expect(payment).toMatchObject({ balanceDue: 0, upiLink: null });
  });
});
