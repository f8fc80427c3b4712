/**
 * What an invoice lists and adds up. Everything comes from the amounts that the order stored when it was placed: rates,
 * heads and discounts are never computed again. All amounts are positive paise, in credit notes too; only the discount of a
 * part of a line can be below 0, by the paise that rounding added.
 */
import { type Paise, paise, ZERO_PAISE } from "../../utils/money.js";
import { paidFor, shareOfUnits } from "./sold-rows.js";
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
  isFreeGift: boolean;
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
  uqc: string;
  quantity: number;
  isFreeGift: boolean;
  unitPrice: Paise;
  discount: Paise;
  taxableValue: Paise;
  rateBps: number;
  /** Taxable value plus tax. */
  total: Paise;
}

/** What the rows with the same HSN code, unit and rate add to table 12 of the return GSTR-1. */
export interface TaxSummary extends Taxes {
  hsnCode: string | null;
  uqc: string;
  rateBps: number;
  /** Of the first row. */
  description: string;
  /** Units of goods; a charge has none. */
  quantity: number;
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
  pricesIncludeTax: boolean;
  /** How many digits of the HSN code are printed: 4, 6 or 8. */
  hsnDigits: number;
}

/** Codes of chapter 99 are services. They have no quantity in a return. */
const SERVICE_PREFIX = "99";

/** The unit quantity code: goods are sold by number. */
export const uqcOf = (hsnCode: string | null): string =>
  hsnCode?.startsWith(SERVICE_PREFIX) ? "OTH" : "NOS";

const printedHsn = (hsnCode: string | null, digits: number): string | null =>
  hsnCode === null ? null : hsnCode.slice(0, digits);

type UntotalledRow = Omit<DocumentRow, keyof Taxes | "total" | "uqc"> & { taxes: Taxes };

function toRow(row: UntotalledRow, hsnDigits: number): DocumentRow {
  const { taxes, ...rest } = row;
  const hsnCode = printedHsn(row.hsnCode, hsnDigits);
  return { ...rest, hsnCode, uqc: uqcOf(hsnCode), ...taxes, total: paidFor(row) };
}

/** The rows of a sale invoice: lines in their order without cancelled units, then charges. */
export function buildInvoiceRows({
  lines,
  charges,
  pricesIncludeTax,
  hsnDigits,
}: InvoiceSource): DocumentRow[] {
  return [
    ...lines
      .filter(({ quantity, cancelledBefore }) => quantity > cancelledBefore)
      .map((line) => toLineRow(line, pricesIncludeTax)),
    ...charges.filter(({ amount }) => amount > 0).map(toChargeRow),
  ].map((row) => toRow(row, hsnDigits));
}

/** The units that were not cancelled: the cumulative method splits the line without losing a paisa. */
function toLineRow(line: InvoicedLine, pricesIncludeTax: boolean): UntotalledRow {
  const {
    orderItemId,
    description,
    hsnCode,
    isFreeGift,
    gstRateBps: rateBps,
    quantity,
    cancelledBefore,
  } = line;
  const units = quantity - cancelledBefore;
  const { amount, taxableValue, taxes } = shareOfUnits({
    row: line,
    quantity,
    before: cancelledBefore,
    units,
  });
  // A gift is listed without a price, whatever it usually costs.
  const unitPrice = isFreeGift ? ZERO_PAISE : line.unitPrice;
  const charged = pricesIncludeTax ? amount : taxableValue;
  // Of a part of the line, so that price × quantity − discount is what the part costs.
  const discount = cancelledBefore === 0 ? line.discount : paise(unitPrice * units - charged);
  return {
    ...{ orderItemId, description, hsnCode, quantity: units, isFreeGift, unitPrice, rateBps },
    ...{ discount: isFreeGift ? ZERO_PAISE : discount, taxableValue, taxes },
  };
}

const toChargeRow = (charge: InvoicedCharge): UntotalledRow => ({
  ...{ orderItemId: null, description: charge.description, hsnCode: charge.hsnCode },
  ...{ quantity: 1, isFreeGift: false, unitPrice: charge.amount, discount: ZERO_PAISE },
  ...{ rateBps: charge.gstRateBps, taxableValue: charge.taxableValue, taxes: charge.taxes },
});

const addPart = (sum: Taxes & { taxableValue: Paise }, row: Taxes & { taxableValue: Paise }) => ({
  taxableValue: paise(sum.taxableValue + row.taxableValue),
  cgst: paise(sum.cgst + row.cgst),
  sgst: paise(sum.sgst + row.sgst),
  utgst: paise(sum.utgst + row.utgst),
  igst: paise(sum.igst + row.igst),
});

const NOTHING = {
  ...{ taxableValue: ZERO_PAISE, cgst: ZERO_PAISE, sgst: ZERO_PAISE, utgst: ZERO_PAISE, igst: ZERO_PAISE },
};

/**
 * Sums by HSN code, unit and rate, in order of first appearance. Rates are never blended. Gifts are left out: without a
 * price there is no supply.
 */
export function summariseTax(rows: readonly DocumentRow[]): TaxSummary[] {
  const summary = new Map<string, TaxSummary>();
  for (const row of rows) {
    if (row.isFreeGift) continue;
    const { hsnCode, uqc, rateBps, description } = row;
    const key = `${hsnCode ?? ""}:${uqc}:${rateBps}`;
    const sum = summary.get(key) ?? { hsnCode, uqc, rateBps, description, quantity: 0, ...NOTHING };
    const units = row.orderItemId === null ? 0 : row.quantity;
    summary.set(key, { ...sum, quantity: sum.quantity + units, ...addPart(sum, row) });
  }
  return [...summary.values()];
}

/** The totals are sums of the rows, never computed on totals. The round-off is not taxed. */
export function totalRows(rows: readonly DocumentRow[], roundOff: Paise): DocumentTotals {
  const { taxableValue, ...taxes } = rows.reduce(addPart, NOTHING);
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
