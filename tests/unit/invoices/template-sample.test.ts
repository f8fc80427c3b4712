import { sampleDocument } from "../../../src/invoices/template.sample.js";

const supplier = {
  ...{ name: "Vastra Retail Private Limited", address: "14 Residency Road", gstin: "29AABCV4321K1Z7" },
  ...{ state: "Karnataka", upiVpa: "vastra@upi", supportEmail: null, supportPhone: null },
};
const design = {
  ...{ logo: null, header: null, footer: null, terms: null, taxDisplay: "columns" as const },
  colours: { primary: "#1b4332", text: "#222222" },
};
const sum = <T>(rows: readonly T[], of: (row: T) => number): number =>
  rows.reduce((total, row) => total + of(row), 0);

describe("The sample of a preview", () => {
  const { invoice, payment } = sampleDocument(design, supplier);

  test("When it is added up, then lines, tax summary and totals agree", () => {
    for (const head of ["taxableValue", "cgst", "sgst", "utgst", "igst"] as const) {
      expect(sum(invoice.lines, (line) => line[head])).toBe(invoice.totals[head]);
      expect(sum(invoice.taxSummary, (row) => row[head])).toBe(invoice.totals[head]);
    }
    expect(sum(invoice.lines, ({ total }) => total)).toBe(invoice.totals.grandTotal);
    expect(payment?.balanceDue).toBe(invoice.totals.grandTotal);
    expect(new Set(invoice.taxSummary.map(({ rateBps }) => rateBps)).size).toBe(2);
  });

  test("When it is printed, then nobody takes it for an invoice, or pays it", () => {
    expect(invoice).toMatchObject({ invoiceNumber: "PREVIEW", status: "draft", watermark: "PREVIEW" });
    expect(payment?.upiLink).not.toContain("upi://");
  });

  test("When the supplier is in a territory without legislature, then the tax is CGST and UTGST", () => {
    const { invoice: sample } = sampleDocument(design, { ...supplier, state: "Chandigarh" });
    expect(sample.placeOfSupply).toEqual({ code: "04", name: "Chandigarh" });
    expect(sample.totals).toMatchObject({ sgst: 0, igst: 0, utgst: sample.totals.cgst });
  });
});
