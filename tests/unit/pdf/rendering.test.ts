import { createHash } from "node:crypto";
import { formatAmount } from "../../../services/calculations/amount-in-words.js";
import type { PrintedDocument } from "../../../services/platform/pdf/pdf.types.js";
import { paise } from "../../../utils/money.js";
import {
  aLine,
  anAddress,
  aPayment,
  aPrintedDocument,
  SCRIPTS,
} from "../../support/pdf/printed-documents.js";
import { runChild, squeezed, type TextItem, textOf } from "../../support/pdf/render-in-child.js";

/** With 6, 27 and 52 lines the totals just fit on the page; with one more they do not. */
const LINE_COUNTS = [1, 6, 7, 12, 13, 20, 21, 27, 28, 33, 34, 52, 53, 200] as const;
const lines = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    aLine({ description: `Product ${index + 1}.`, hsnCode: String(3001 + (index % 12)) }),
  );

const CLAUSE =
  "The seller and the buyer agree on something that takes more than one line of this page, because terms are long.";
const supplier = aPrintedDocument().invoice.supplier;
const UPI = "upi://pay?pa=vanya@okbank&pn=Vanya&tr=INV2026000042&tn=Invoice&am=123900.00&cu=INR";

const documents = {
  paid: aPrintedDocument({ lines: [aLine({ unitPrice: paise(1_18_000_00), quantity: 1 })] }),
  unpaid: aPrintedDocument({
    lines: [aLine({ unitPrice: paise(1_18_000_00), quantity: 1 })],
    payment: aPayment({
      ...{ method: "Cash on delivery", status: "unpaid", reference: null, upiLink: UPI },
      ...{ amountPaid: paise(0), creditUsed: paise(100_00), balanceDue: paise(1_23_800_00) },
    }),
  }),
  registered: aPrintedDocument({
    lines: [aLine({ rateBps: 1_800 }, "igst")],
    invoice: {
      supplyType: "inter_state",
      placeOfSupply: { code: "27", name: "Maharashtra" },
      buyer: { name: "Sharma & Sons LLP", address: "", gstin: "27AABCU9603R1ZN", isSez: false },
      billingAddress: anAddress({ city: "Mumbai", state: "Maharashtra", pincode: "400001" }),
    },
  }),
  territory: aPrintedDocument({
    lines: [aLine({}, "cgst_utgst")],
    invoice: {
      supplier: { ...supplier, stateCode: "04" },
      placeOfSupply: { code: "04", name: "Chandigarh" },
    },
  }),
  summary: aPrintedDocument({ design: { taxDisplay: "summary" } }),
  billOfSupply: aPrintedDocument({
    lines: [
      aLine({ description: "Kumkum" }, "none"),
      // Usually taxed, but without value: it says nothing about the supply.
      aLine({ description: "Tulsi tea", isFreeGift: true, unitPrice: paise(0) }),
    ],
    invoice: { documentTitle: "Bill of Supply" },
  }),
  combined: aPrintedDocument({
    lines: [aLine(), aLine({ description: "Kumkum" }, "none")],
    invoice: { documentTitle: "Invoice-cum-Bill of Supply" },
  }),
  gift: aPrintedDocument({
    lines: [aLine(), aLine({ description: "Tulsi tea", isFreeGift: true, unitPrice: paise(0) })],
  }),
  creditNote: aPrintedDocument({
    invoice: {
      ...{ type: "credit_note", documentTitle: "Credit Note", invoiceNumber: "CN-2026-000007" },
      ...{ originalInvoiceNumber: "INV-2026-000042", refundNumber: "REF-2026-000009" },
      ...{ reason: "Damaged in transit", hasGstEffect: false },
    },
    // 1:30 on 3 October in India.
    originalIssuedAt: new Date("2026-10-02T20:00:00Z"),
    payment: null,
  }),
  scripts: aPrintedDocument({
    lines: SCRIPTS.map((text) => aLine({ description: `${text} 500 ml 🌿` })),
    design: { terms: SCRIPTS.join("\n"), header: SCRIPTS.join(" · ") },
    invoice: {
      billingAddress: anAddress({
        name: SCRIPTS[0],
        line1: SCRIPTS[8],
        line2: SCRIPTS[4],
        landmark: SCRIPTS[7],
      }),
      buyer: { name: SCRIPTS[0], address: "", gstin: null, isSez: false },
    },
  }),
  unknown: aPrintedDocument({ lines: [aLine({ description: "漢字 \uD800 \u0007 end" })] }),
  longTerms: aPrintedDocument({
    design: {
      terms: Array.from({ length: 90 }, (_, index) => `${index + 1}. ${CLAUSE} ${CLAUSE}`).join("\n"),
    },
  }),
  longTexts: aPrintedDocument({
    lines: [
      aLine({ description: "Product with many words ".repeat(90) }),
      aLine({ description: "N".repeat(120) }),
      aLine({ description: "Endless ".repeat(1_500) }),
    ],
    invoice: {
      billingAddress: anAddress({
        line1: "Flat 1203, Tower B, ".repeat(7),
        line2: "Behind the old post office near the temple ".repeat(3),
        landmark: "Opposite the market ".repeat(6),
      }),
    },
  }),
  preview: aPrintedDocument({ watermark: "PREVIEW" }),
  ...Object.fromEntries(
    LINE_COUNTS.map((count) => [`lines${count}`, aPrintedDocument({ lines: lines(count) })]),
  ),
} satisfies Record<string, PrintedDocument>;

const { rendered } = runChild({ documents: Object.values(documents) });
const results = new Map(Object.keys(documents).map((name, index) => [name, rendered[index]]));

const pagesOf = (name: string): TextItem[][] => results.get(name)?.pages ?? [];
const pageTexts = (name: string): string[] => pagesOf(name).map(textOf);
const textIn = (name: string): string => pageTexts(name).join(" ");

describe("an invoice", () => {
  it("When it is paid, then it shows what CGST Rule 46 asks for, and how it was paid", () => {
    const text = textIn("paid");
    for (const part of [
      ...["Tax Invoice", "ORIGINAL FOR RECIPIENT", "INV-2026-000042", "20 Nov 2026", "ORD-2026-000311"],
      ...["29-Karnataka", "Reverse charge No", "GSTIN: 29AABCV4321K1Z7", "Vanya Ayurveda Private Limited"],
      ...["Meera Nair", "22 Temple Street", "Bengaluru 560003", "State: 29-Karnataka", "3004", "1 NOS"],
      ...["CGST", "SGST", "2.5%", "₹1,18,000.00", "₹2,950.00", "₹1,23,900.00", "Page 1 of 1"],
      ...["Rupees One Lakh Twenty Three Thousand Nine Hundred Only", "Method: UPI", "Status: Paid"],
      ...["pay_29QQoUBi66xm2f", "care@vanya.example", "needs no signature."],
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toMatch(/IGST|UTGST|Scan to pay|¹/);
  });

  it("When a balance is due, then it shows the amount, the UPI id and a QR code", () => {
    const text = textIn("unpaid");
    for (const part of [
      "Scan to pay by UPI",
      "₹1,23,800.00",
      "UPI ID: vanya@okbank",
      "Store credit used",
      "Unpaid",
    ]) {
      expect(text).toContain(part);
    }
  });

  it("When the buyer is registered in another state, then it shows the buyer's GSTIN and IGST", () => {
    const text = textIn("registered");
    for (const part of ["Sharma & Sons LLP", "GSTIN: 27AABCU9603R1ZN", "27-Maharashtra", "IGST", "18%"]) {
      expect(text).toContain(part);
    }
    expect(text).not.toMatch(/CGST|SGST/);
  });

  it("When the supplier's territory has no legislature, then it shows UTGST", () => {
    expect(textIn("territory")).toMatch(/CGST.*UTGST/);
    expect(textIn("territory")).not.toContain("SGST");
  });

  it("When the template shows tax in the summary only, then lines have a total and the summary has the heads", () => {
    const [beforeSummary, afterSummary] = textIn("summary").split("TAX SUMMARY");
    expect(beforeSummary).not.toContain("CGST");
    expect(afterSummary).toMatch(/CGST.*SGST.*2\.5%/);
  });

  it("When all goods are exempt, also beside a gift, then the bill of supply shows no tax", () => {
    expect(textIn("billOfSupply")).toContain("Bill of Supply");
    expect(textIn("billOfSupply")).not.toMatch(/CGST|SGST|IGST|Taxable|TAX SUMMARY/);
  });

  it("When exempt goods are beside taxed ones, then the long title is printed whole", () => {
    expect(textIn("combined")).toContain("Invoice-cum-Bill of Supply");
  });

  it("When a line is a free gift, then it is listed as free", () => {
    expect(textIn("gift")).toMatch(/Tulsi tea.*2 NOS.*Free/);
  });

  it("When it is a preview, then each page says so", () => {
    expect(textIn("preview")).toContain("PREVIEW");
  });
});

describe("a credit note", () => {
  it("When it is rendered, then it names the original invoice, its Indian date and the reason", () => {
    const text = textIn("creditNote");
    for (const part of [
      "Credit Note",
      "CN-2026-000007",
      "INV-2026-000042",
      "03 Oct 2026",
      "REF-2026-000009",
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toContain("Reason: Damaged in transit");
    expect(text).toContain("does not reduce the GST of the original invoice");
    expect(text).toContain("computer generated credit note");
    expect(text).not.toContain("Balance due");
  });
});

describe("text in all scripts", () => {
  it.each(SCRIPTS)(
    "When %s is a product, a name, an address or a term, then a reader finds it everywhere",
    (script) => {
      // As a product, in the header and in the terms; some also in the address.
      const found = squeezed(textIn("scripts")).split(squeezed(script)).length - 1;
      expect(found).toBeGreaterThanOrEqual(3);
    },
  );

  it("When a character has no font, then a visible replacement stands for it", () => {
    expect(textIn("unknown")).toMatch(/\uFFFD\uFFFD \uFFFD\s+end/);
  });

  it("When an emoji is printed, then a reader finds it", () => {
    expect(textIn("scripts")).toContain("🌿");
  });
});

describe("pages", () => {
  const isHeader = (text: string) => text.includes("Description");

  it.each(LINE_COUNTS)(
    "When there are %i lines, then each stands once, below a header, and totals end the document",
    (count) => {
      const pages = pageTexts(`lines${count}`);
      const products = pages.map((page) =>
        [...page.matchAll(/Product (\d+)\./g)].map(([, number]) => Number(number)),
      );
      expect(products.flat()).toEqual(Array.from({ length: count }, (_, index) => index + 1));
      for (const [index, page] of pages.entries()) {
        expect(page).toContain(`Page ${index + 1} of ${pages.length}`);
        expect(isHeader(page)).toBe((products[index]?.length ?? 0) > 0);
      }
      const last = pages.at(-1) ?? "";
      const total = formatAmount(paise(94_500 * count));
      expect(last).toContain("AMOUNT IN WORDS");
      expect(last).toMatch(new RegExp(`Grand total ₹${total}`));
    },
  );

  it.each([6, 27, 52])(
    "When there is one line more than %i, then the totals go to the next page",
    (count) => {
      expect(pagesOf(`lines${count + 1}`).length).toBe(pagesOf(`lines${count}`).length + 1);
    },
  );

  it("When terms take a page and a half, then totals and words are still on the last page", () => {
    const pages = pageTexts("longTerms");
    expect(pages.length).toBeGreaterThanOrEqual(3);
    expect(pages.at(-1)).toContain("Grand total");
    expect(pages.at(-1)).toContain("AMOUNT IN WORDS");
    const clauses = pages.join(" ").match(/\b\d+\. The seller/g) ?? [];
    expect(clauses).toHaveLength(90);
  });

  it("When a row is taller than a page, then it continues below the header; others are not divided", () => {
    const pages = pageTexts("longTexts");
    expect(squeezed(pages.join(" "))).toContain("N".repeat(30));
    expect(pages.join(" ").match(/Endless/g)).toHaveLength(1_500);
    const holding = (word: string) => pages.filter((page) => page.includes(word)).length;
    expect(holding("Product with many words")).toBe(1);
    expect(holding("Endless")).toBeGreaterThan(1);
    for (const page of pages.filter((text) => text.includes("Endless"))) expect(isHeader(page)).toBe(true);
  });

  it("When any document is rendered, then no text stands over another or outside the page", () => {
    for (const name of Object.keys(documents)) {
      if (name === "preview") continue;
      for (const page of pagesOf(name)) expectApart(name, page);
    }
  });
});

/** Letters of 7 points or more: baselines of different lines are at least this far apart. */
const MIN_DISTANCE = 5;

function expectApart(name: string, page: readonly TextItem[]): void {
  for (const [index, item] of page.entries()) {
    expect(item.x).toBeGreaterThanOrEqual(0);
    expect(item.x + item.width).toBeLessThanOrEqual(596);
    expect(item.y).toBeGreaterThan(0);
    for (const other of page.slice(index + 1)) {
      const isBeside = item.x + item.width <= other.x + 1 || other.x + other.width <= item.x + 1;
      const isBelow = Math.abs(item.y - other.y) >= MIN_DISTANCE;
      if (!isBeside && !isBelow) throw new Error(`${name}: "${item.text}" stands over "${other.text}"`);
    }
  }
}

describe("bytes", () => {
  const hash = (pdf: Buffer | undefined) =>
    createHash("sha256")
      .update(pdf ?? "")
      .digest("hex");

  it("When the same document is rendered twice, also in another process, then the bytes are the same", () => {
    const inputs = [documents.paid, documents.scripts, documents.unpaid, documents.paid];
    const again = runChild({ documents: inputs }).rendered.map(({ pdf }) => hash(pdf));
    const first = ["paid", "scripts", "unpaid", "paid"].map((name) => hash(results.get(name)?.pdf));
    expect(again).toEqual(first);
  });
});
