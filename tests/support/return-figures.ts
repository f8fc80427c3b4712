import type { InvoiceDoc } from "../../models/index.js";
import type {
  Gstr1,
  IssuedSeries,
  PortalAmounts,
  ReturnFigures,
  ReturnGroup,
} from "../../services/calculations/gstr1/gstr1.js";
import { groupBy } from "../../utils/helpers.js";
import { rupeesToPaise } from "../../utils/money.js";

/** What the database answers for these documents, in the plainest way: nothing is added up yet. */
export function figuresOf(documents: readonly InvoiceDoc[]): ReturnFigures {
  const effective = documents.filter(({ hasGstEffect }) => hasGstEffect);
  const groups = effective.flatMap(({ type, returnTable, supplyType, placeOfSupply, taxSummary }) =>
    taxSummary.map(
      (row): ReturnGroup => ({ ...row, type, returnTable, supplyType, placeOfSupply: placeOfSupply.code }),
    ),
  );
  const listed = effective
    .filter(({ returnTable }) => returnTable !== "b2cs")
    .map(({ placeOfSupply, taxSummary, totals, ...document }) => ({
      ...document,
      ...{ placeOfSupply: placeOfSupply.code, rows: taxSummary, grandTotal: totals.grandTotal },
    }));
  const series = [...groupBy(documents, (document) => document.series).values()].map(toSeries);
  return { groups, listed, series };
}

function toSeries(documents: InvoiceDoc[]): IssuedSeries {
  const inOrder = documents.toSorted((one, other) => one.sequence - other.sequence);
  const [first, last] = [inOrder[0], inOrder.at(-1)];
  if (!first || !last) throw new Error("a series without documents");
  return {
    type: first.type,
    ...{ from: first.invoiceNumber, to: last.invoiceNumber, total: documents.length },
  };
}

const FIELDS = ["txval", "iamt", "camt", "samt"] as const;
type Sum = Record<(typeof FIELDS)[number], number>;

/** Adds up rows of the file, in paise. */
function sumOf(rows: readonly Partial<PortalAmounts>[], sign = 1): Sum {
  const sum = (field: (typeof FIELDS)[number]) =>
    rows.reduce((total, row) => total + sign * rupeesToPaise(row[field] ?? 0), 0);
  return { txval: sum("txval"), iamt: sum("iamt"), camt: sum("camt"), samt: sum("samt") };
}

const add = (...sums: Sum[]): Sum => ({
  txval: sums.reduce((total, { txval }) => total + txval, 0),
  iamt: sums.reduce((total, { iamt }) => total + iamt, 0),
  camt: sums.reduce((total, { camt }) => total + camt, 0),
  samt: sums.reduce((total, { samt }) => total + samt, 0),
});

type Item = { itm_det: Partial<PortalAmounts> };
const detailsOf = (documents: readonly { itms: readonly Item[] }[]) =>
  documents.flatMap(({ itms }) => itms.map(({ itm_det }) => itm_det));

/** Tables 4 to 9 in paise, credit notes below zero. */
export function sumOfTables({ b2b, b2cl, b2cs, cdnr, cdnur, nil }: Gstr1): Sum {
  return add(
    sumOf(detailsOf(b2b.flatMap(({ inv }) => inv))),
    sumOf(detailsOf(b2cl.flatMap(({ inv }) => inv))),
    sumOf(b2cs),
    sumOf(detailsOf(cdnr.flatMap(({ nt }) => nt)), -1),
    sumOf(detailsOf(cdnur), -1),
    sumOf(nil.inv.map(({ nil_amt, expt_amt, ngsup_amt }) => ({ txval: nil_amt + expt_amt + ngsup_amt }))),
  );
}

/** Table 12 in paise. */
export const sumOfHsn = ({ hsn }: Gstr1): Sum => sumOf([...hsn.hsn_b2b, ...hsn.hsn_b2c]);

/** The totals of the documents in paise, credit notes below zero. */
export function sumOfDocuments(documents: readonly InvoiceDoc[]): Sum {
  const sums = documents
    .filter(({ hasGstEffect }) => hasGstEffect)
    .map(({ type, totals: { taxableValue, cgst, sgst, utgst, igst } }) => {
      const sign = type === "credit_note" ? -1 : 1;
      return {
        ...{ txval: sign * taxableValue, iamt: sign * igst, camt: sign * cgst },
        samt: sign * (sgst + utgst),
      };
    });
  return add(...sums);
}
