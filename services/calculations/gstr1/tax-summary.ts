/** Tax by HSN code and rate, as an accountant reconciles it with the return: sales and credit notes, B2B and B2C. */
import { INVOICE_TYPE, type InvoiceType } from "../../../utils/constants.js";
import { ZERO_PAISE } from "../../../utils/money.js";
import type { IssuedSeries, ReturnAmounts, ReturnFigures, ReturnGroup } from "./gstr1.types.js";
import { byText, sortableRate } from "./portal-format.js";
import { isRegistered, signGroups, sumRows } from "./return-amounts.js";

/** Credit notes count below zero, so that rows can be added up. */
export interface TaxSummaryRow extends ReturnAmounts {
  type: InvoiceType;
  customerType: "b2b" | "b2c";
  hsnCode: string | null;
  uqc: string;
  rateBps: number;
}

export interface TaxSummary {
  /** By type of document, type of customer, HSN code, unit and rate. */
  rows: TaxSummaryRow[];
  /** The same rows by HSN code, unit and rate, sales less credit notes. */
  net: TaxSummaryRow[];
  /** Sales to registered buyers, and to all others. */
  b2b: ReturnAmounts;
  b2c: ReturnAmounts;
  creditNotes: ReturnAmounts;
  /** The sum of the three. */
  totals: ReturnAmounts;
  documentsIssued: readonly IssuedSeries[];
}

const toRow = (group: ReturnGroup): TaxSummaryRow => {
  const { type, hsnCode, uqc, rateBps, quantity, taxableValue, cgst, sgst, utgst, igst } = group;
  return {
    ...{ type, customerType: isRegistered(group) ? "b2b" : "b2c", hsnCode, uqc, rateBps },
    ...{ quantity, taxableValue, cgst, sgst, utgst, igst },
  };
};

const netKey = ({ hsnCode, uqc, rateBps }: TaxSummaryRow): string =>
  `${hsnCode ?? ""}:${uqc}:${sortableRate(rateBps)}`;
/** Sales first. */
const rowKey = (row: TaxSummaryRow): string =>
  `${row.type === INVOICE_TYPE.SALE ? 1 : 2}:${row.customerType}:${netKey(row)}`;

const NOTHING: ReturnAmounts = {
  quantity: 0,
  ...{ taxableValue: ZERO_PAISE, cgst: ZERO_PAISE, sgst: ZERO_PAISE, utgst: ZERO_PAISE, igst: ZERO_PAISE },
};

const totalOf = (rows: readonly TaxSummaryRow[]): ReturnAmounts =>
  sumRows<ReturnAmounts>(rows, () => "")[0] ?? NOTHING;

export function summariseReturns({ groups, series }: Omit<ReturnFigures, "listed">): TaxSummary {
  const rows = sumRows(signGroups(groups).map(toRow), rowKey).sort(byText(rowKey));
  const sales = rows.filter(({ type }) => type === INVOICE_TYPE.SALE);
  return {
    rows,
    net: sumRows(rows, netKey).sort(byText(netKey)),
    b2b: totalOf(sales.filter(({ customerType }) => customerType === "b2b")),
    b2c: totalOf(sales.filter(({ customerType }) => customerType === "b2c")),
    creditNotes: totalOf(rows.filter(({ type }) => type === INVOICE_TYPE.CREDIT_NOTE)),
    totals: totalOf(rows),
    documentsIssued: series,
  };
}
