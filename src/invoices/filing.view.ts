import Joi from "joi";
import type { IssuedSeries, ReturnAmounts } from "../../services/calculations/gstr1/gstr1.js";
import type { TaxSummary, TaxSummaryRow } from "../../services/calculations/gstr1/tax-summary.js";
import { sumTaxes } from "../../services/calculations/tax.js";
import { INVOICE_TYPES } from "../../utils/constants.js";
import { toCsv } from "../../utils/csv.js";
import { bpsToGstPercent } from "../../utils/gst/rate.js";
import { toDecimalRupees, toRupees } from "../../utils/money.js";
import type { Span } from "../../utils/periods.js";
import { moment, rupees } from "../../utils/view-schemas.js";
import { count, text, textOrNull } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";

const toAmountsView = (amounts: ReturnAmounts) => ({
  taxableValue: toRupees(amounts.taxableValue),
  cgst: toRupees(amounts.cgst),
  sgst: toRupees(amounts.sgst),
  utgst: toRupees(amounts.utgst),
  igst: toRupees(amounts.igst),
  taxTotal: toRupees(sumTaxes(amounts)),
});

const toNetView = (row: TaxSummaryRow) => ({
  hsnCode: row.hsnCode,
  uqc: row.uqc,
  rate: bpsToGstPercent(row.rateBps),
  quantity: row.quantity,
  ...toAmountsView(row),
});

const toRowView = (row: TaxSummaryRow) => ({
  type: row.type,
  customerType: row.customerType,
  ...toNetView(row),
});

const toSeriesView = ({ type, from, to, total }: IssuedSeries) => ({
  ...{ type, from, to, total },
  // A document is never cancelled: a credit note reverses it.
  cancelled: 0,
  net: total,
});

/** Amounts of credit notes are negative, so that rows and totals can be added up. */
export const toTaxSummaryView = (summary: TaxSummary, { from, to }: Span) => ({
  from: from.toISOString(),
  to: to.toISOString(),
  rows: summary.rows.map(toRowView),
  net: summary.net.map(toNetView),
  b2b: toAmountsView(summary.b2b),
  b2c: toAmountsView(summary.b2c),
  creditNotes: toAmountsView(summary.creditNotes),
  totals: toAmountsView(summary.totals),
  documentsIssued: summary.documentsIssued.map(toSeriesView),
});

const amountFields = {
  taxableValue: rupees,
  cgst: rupees,
  sgst: rupees,
  utgst: rupees,
  igst: rupees,
  taxTotal: rupees,
};
const AmountsView = viewOf<ReturnType<typeof toAmountsView>>("TaxAmounts", amountFields);
const netFields = {
  ...{ hsnCode: textOrNull, uqc: text, rate: Joi.number(), quantity: Joi.number().integer() },
  ...amountFields,
};
const type = Joi.string().valid(...INVOICE_TYPES);
const NetView = viewOf<ReturnType<typeof toNetView>>("NetTax", netFields);
const RowView = viewOf<ReturnType<typeof toRowView>>("TaxSummaryRow", {
  ...{ type, customerType: Joi.string().valid("b2b", "b2c") },
  ...netFields,
});
const SeriesView = viewOf<ReturnType<typeof toSeriesView>>("IssuedSeries", {
  ...{ type, from: text, to: text, total: count, cancelled: count, net: count },
});

export const TaxSummaryView = viewOf<ReturnType<typeof toTaxSummaryView>>("TaxSummary", {
  ...{ from: moment, to: moment },
  rows: Joi.array().items(RowView),
  net: Joi.array().items(NetView),
  ...{ b2b: AmountsView, b2c: AmountsView, creditNotes: AmountsView, totals: AmountsView },
  documentsIssued: Joi.array().items(SeriesView),
}).required();

const toAmountCells = (amounts: ReturnAmounts): string[] => {
  const { taxableValue, cgst, sgst, utgst, igst } = amounts;
  return [taxableValue, cgst, sgst, utgst, igst, sumTaxes(amounts)].map(toDecimalRupees);
};

/** The rows of the view, with the totals below them. */
export const toTaxSummaryCsv = ({ rows, totals }: TaxSummary): string =>
  toCsv([
    [
      ...["type", "customerType", "hsnCode", "uqc", "rate", "quantity"],
      ...["taxableValue", "cgst", "sgst", "utgst", "igst", "taxTotal"],
    ],
    ...rows.map((row) => [
      ...[row.type, row.customerType, row.hsnCode ?? "", row.uqc, bpsToGstPercent(row.rateBps), row.quantity],
      ...toAmountCells(row),
    ]),
    ["total", "", "", "", "", "", ...toAmountCells(totals)],
  ]);
