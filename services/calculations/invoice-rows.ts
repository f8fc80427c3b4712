/**
 * What an invoice or credit note lists and adds up. Everything comes from the amounts that the order stored when
 * it was placed: rates, heads and discounts are never computed again. All amounts are positive paise, in credit
 * notes too.
 */
import { type Paise, paise, ZERO_PAISE } from "../../utils/money.js";
import { cumulativeShare } from "./allocation.js";
import { calculateUnitsRefund, paidFor } from "./refund-amounts.js";
import { sumTaxes, type Taxes } from "./tax.js";

/** An order line as it was sold. */
export interface InvoicedLine {
  orderItemId: string;
  description: string;
  hsnCode: string | null;
  gstRateBps: number;
  /** Units ordered. */
  quantity: number;
  /** Units cancelled before the invoice: they appear on neither invoice nor credit note. */
  cancelledBefore: number;
  unitPrice: Paise;
  /** Line discount and share of the order's discounts, for all units. */
  discount: Paise;
  taxableValue: Paise;
  taxes: Taxes;
}

/** Shipping or the COD fee; one row per rate. */
export interface InvoicedCharge {
  description: string;
  hsnCode: string | null;
  gstRateBps: number;
  amount: Paise;
  taxableValue: Paise;
  taxes: Taxes;
}

export interface DocumentRow extends Taxes {
  /** Null for a charge. */
  orderItemId: string | null;
  description: string;
  hsnCode: string | null;
  quantity: number;
  unitPrice: Paise;
  discount: Paise;
  taxableValue: Paise;
  rateBps: number;
  /** Taxable value plus tax. */
  total: Paise;
}

export interface TaxSummary extends Taxes {
  hsnCode: string | null;
  rateBps: number;
  taxableValue: Paise;
}

export interface DocumentTotals extends Taxes {
  taxableValue: Paise;
  taxTotal: Paise;
  roundOff: Paise;
  grandTotal: Paise;
}

export interface InvoiceSource {
  lines: readonly InvoicedLine[];
  charges: readonly InvoicedCharge[];
  /** How many digits of the HSN code are printed: 4, 6 or 8. */
  hsnDigits: number;
}

const printedHsn = (hsnCode: string | null, digits: number): string | null =>
  hsnCode === null ? null : hsnCode.slice(0, digits);

const toRow = (row: Omit<DocumentRow, keyof Taxes | "total"> & { taxes: Taxes }): DocumentRow => {
  const { taxes, ...rest } = row;
  return { ...rest, ...taxes, total: paidFor(row) };
};

/** The rows of a sale invoice: lines in their order without cancelled units, then charges. */
export function buildInvoiceRows({ lines, charges, hsnDigits }: InvoiceSource): DocumentRow[] {
  return [
    ...lines.flatMap((line) => invoiceLine(line, hsnDigits)),
    ...charges
      .filter(({ amount }) => amount > 0)
      .map(({ description, hsnCode, gstRateBps, amount, taxableValue, taxes }) =>
        toRow({
          ...{ orderItemId: null, description, hsnCode: printedHsn(hsnCode, hsnDigits), quantity: 1 },
          ...{ unitPrice: amount, discount: ZERO_PAISE, rateBps: gstRateBps, taxableValue, taxes },
        }),
      ),
  ];
}

function invoiceLine(line: InvoicedLine, hsnDigits: number): DocumentRow[] {
  const units = line.quantity - line.cancelledBefore;
  if (units <= 0) return [];
  return [lineRow(line, { before: line.cancelledBefore, units }, hsnDigits)];
}

/** Some units of a line, after others: the cumulative method makes any sequence add up to the line exactly. */
function lineRow(
  line: InvoicedLine,
  { before, units }: { before: number; units: number },
  hsnDigits: number,
): DocumentRow {
  const { orderItemId, description, unitPrice, gstRateBps: rateBps, quantity } = line;
  const { taxableValue, taxes } = calculateUnitsRefund({
    row: line,
    quantity,
    refundedBefore: before,
    units,
  });
  const discount = paise(
    cumulativeShare(line.discount, before + units, quantity) -
      cumulativeShare(line.discount, before, quantity),
  );
  const hsnCode = printedHsn(line.hsnCode, hsnDigits);
  return toRow({
    ...{ orderItemId, description, hsnCode, quantity: units, unitPrice, discount, rateBps },
    ...{ taxableValue, taxes },
  });
}

/** Units of a line that a credit note reverses. */
export interface CreditedLine {
  line: InvoicedLine;
  /** Units that earlier credit notes reversed. */
  creditedBefore: number;
  units: number;
}

/** The rows of a credit note for some units, at the rate, head and discount of the invoice. */
export const buildCreditRows = (credits: readonly CreditedLine[], hsnDigits: number): DocumentRow[] =>
  credits
    .filter(({ units }) => units > 0)
    .map(({ line, creditedBefore, units }) =>
      lineRow(line, { before: line.cancelledBefore + creditedBefore, units }, hsnDigits),
    );

/** Sums by HSN code and rate, in order of first appearance. Rates are never blended. */
export function summariseTax(rows: readonly DocumentRow[]): TaxSummary[] {
  const summary = new Map<string, TaxSummary>();
  for (const { hsnCode, rateBps, taxableValue, cgst, sgst, utgst, igst } of rows) {
    const key = `${hsnCode ?? ""}:${rateBps}`;
    const sum = summary.get(key) ?? {
      ...{ hsnCode, rateBps, taxableValue: ZERO_PAISE },
      ...{ cgst: ZERO_PAISE, sgst: ZERO_PAISE, utgst: ZERO_PAISE, igst: ZERO_PAISE },
    };
    summary.set(key, {
      ...sum,
      taxableValue: paise(sum.taxableValue + taxableValue),
      cgst: paise(sum.cgst + cgst),
      sgst: paise(sum.sgst + sgst),
      utgst: paise(sum.utgst + utgst),
      igst: paise(sum.igst + igst),
    });
  }
  return [...summary.values()];
}

/** The totals are sums of the rows, never computed on totals. The round-off is not taxed. */
export function totalRows(rows: readonly DocumentRow[], roundOff: Paise): DocumentTotals {
  const sum = (of: (row: DocumentRow) => number): Paise =>
    paise(rows.reduce((total, row) => total + of(row), 0));
  const taxes = {
    cgst: sum((row) => row.cgst),
    sgst: sum((row) => row.sgst),
    utgst: sum((row) => row.utgst),
    igst: sum((row) => row.igst),
  };
  const taxableValue = sum((row) => row.taxableValue);
  const taxTotal = sumTaxes(taxes);
  return {
    taxableValue,
    ...taxes,
    taxTotal,
    roundOff,
    grandTotal: paise(taxableValue + taxTotal + roundOff),
  };
}

export const DOCUMENT_TITLES = {
  taxInvoice: "Tax Invoice",
  billOfSupply: "Bill of Supply",
  combined: "Invoice-cum-Bill of Supply",
  creditNote: "Credit Note",
} as const;

/**
 * The name of a sale document (CGST Rules 46, 46A and 49): exempt goods alone need a bill of supply; with taxable
 * goods beside them, one combined document, which a registered buyer gets as a tax invoice with a row at 0 %.
 */
export function documentTitle(rows: readonly DocumentRow[], isRegisteredBuyer: boolean): string {
  // A gift without value says nothing about the supply.
  const supplied = rows.filter(({ total }) => total > 0);
  const exempt = supplied.filter(({ rateBps }) => rateBps === 0).length;
  if (exempt === 0) return DOCUMENT_TITLES.taxInvoice;
  if (exempt === supplied.length) return DOCUMENT_TITLES.billOfSupply;
  return isRegisteredBuyer ? DOCUMENT_TITLES.taxInvoice : DOCUMENT_TITLES.combined;
}
