import fc from "fast-check";
import type { InvoiceDoc } from "../../../models/index.js";
import { buildGstr1, type Gstr1 } from "../../../services/calculations/gstr1/gstr1.js";
import { summariseReturns } from "../../../services/calculations/gstr1/tax-summary.js";
import { rupeesToPaise, toRupees } from "../../../utils/money.js";
import { gstinIn, issueDocuments } from "../../support/invoice-month.js";
import { randomSales, randomSupplier } from "../../support/random-sales.js";
import { figuresOf, sumOfDocuments, sumOfHsn, sumOfTables } from "../../support/return-figures.js";
import { faultsOf } from "./gstr1-schema.js";

/** Random months of invoices and credit notes, in which every total must agree to the paisa. */

const RUNS = { sums: 100, others: 40 };

const toFile = (documents: readonly InvoiceDoc[]): Gstr1 =>
  JSON.parse(JSON.stringify(buildGstr1({ gstin: gstinIn("29"), period: "112026" }, figuresOf(documents))));

const forRandomMonths = (
  check: (documents: InvoiceDoc[], file: Gstr1) => void,
  numRuns = RUNS.others,
): void =>
  fc.assert(
    fc.property(randomSales, randomSupplier, (sales, supplier) => {
      const documents = issueDocuments(sales, supplier);
      check(documents, toFile(documents));
    }),
    { numRuns },
  );

test("When any month is reported, then tables 4 to 9, table 12 and the documents have the same sums", () => {
  forRandomMonths((documents, file) => {
    const sum = sumOfDocuments(documents);
    expect(sumOfTables(file)).toEqual(sum);
    expect(sumOfHsn(file)).toEqual(sum);
  }, RUNS.sums);
});

test("When any month is reported, then the file is valid", () => {
  forRandomMonths((_documents, file) => {
    expect(faultsOf(file)).toEqual([]);
  });
});

/** Every number of the file that is an amount. */
function amountsIn(value: unknown): number[] {
  if (Array.isArray(value)) return value.flatMap(amountsIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === "number" && !["num", "rt", "qty", "doc_num"].includes(key) ? [inner] : amountsIn(inner),
  );
}

test("When an amount of the file is read, then it is the same number of paise again", () => {
  forRandomMonths((_documents, file) => {
    for (const amount of amountsIn(file)) {
      expect(String(amount)).toMatch(/^-?\d+(\.\d{1,2})?$/);
      expect(toRupees(rupeesToPaise(amount))).toBe(amount);
    }
  });
});

test("When a document is listed by its number, then its value is what the document is worth", () => {
  forRandomMonths((documents, { b2b, b2cl, cdnr, cdnur }) => {
    const worth = new Map(documents.map(({ invoiceNumber, totals }) => [invoiceNumber, totals.grandTotal]));
    const invoices = [...b2b, ...b2cl].flatMap(({ inv }) =>
      inv.map(({ inum, val }) => ({ number: inum, val })),
    );
    const notes = [...cdnr.flatMap(({ nt }) => nt), ...cdnur].map(({ nt_num, val }) => ({
      number: nt_num,
      val,
    }));
    for (const { number, val } of [...invoices, ...notes]) expect(rupeesToPaise(val)).toBe(worth.get(number));
    expect(new Set([...invoices, ...notes].map(({ number }) => number)).size).toBe(
      invoices.length + notes.length,
    );
  });
});

test("When documents are counted, then table 13 has each of them once", () => {
  forRandomMonths((documents, { doc_issue }) => {
    const rows = doc_issue.doc_det.flatMap(({ docs }) => docs);
    expect(rows.reduce((sum, { net_issue }) => sum + net_issue, 0)).toBe(documents.length);
    for (const { from, to, totnum } of rows)
      expect(Number(to.slice(-6)) - Number(from.slice(-6)) + 1).toBe(totnum);
  });
});

test("When the tax summary is made, then rows, net rows and parts add up to the documents", () => {
  forRandomMonths((documents) => {
    const { rows, net, b2b, b2c, creditNotes, totals } = summariseReturns(figuresOf(documents));
    const sum = sumOfDocuments(documents);
    for (const parts of [rows, net, [b2b, b2c, creditNotes], [totals]]) {
      const add = (of: (part: (typeof parts)[number]) => number) =>
        parts.reduce((total, part) => total + of(part), 0);
      expect({
        txval: add(({ taxableValue }) => taxableValue),
        iamt: add(({ igst }) => igst),
        camt: add(({ cgst }) => cgst),
        samt: add(({ sgst, utgst }) => sgst + utgst),
      }).toEqual(sum);
    }
  });
});
