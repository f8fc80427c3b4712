import Joi from "joi";
import type {
  InvoiceBuyer,
  InvoiceDoc,
  InvoiceLine,
  InvoiceSupplier,
  InvoiceTotals,
  TaxSummaryRow,
} from "../../models/index.js";
import { invoiceLink } from "../../services/platform/links.service.js";
import { INVOICE_STATUSES, INVOICE_TYPES, SUPPLY_TYPES } from "../../utils/constants.js";
import { bpsToGstPercent } from "../../utils/gst/rate.js";
import { toRupees } from "../../utils/money.js";
import { moment, nullable, rupees } from "../../utils/view-schemas.js";
import { AddressView, count, id, text, textOrNull, toAddressView } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";

/** Invoices and credit notes as their customers see them. Amounts are positive in both, as on paper. */

type Taxes = Pick<InvoiceTotals, "cgst" | "sgst" | "utgst" | "igst">;

const toTaxesView = ({ cgst, sgst, utgst, igst }: Taxes) => ({
  cgst: toRupees(cgst),
  sgst: toRupees(sgst),
  utgst: toRupees(utgst),
  igst: toRupees(igst),
});
const taxFields = { cgst: rupees, sgst: rupees, utgst: rupees, igst: rupees };

const percent = Joi.number().min(0).max(100).description("Percent");

const toSupplierView = ({ name, address, gstin }: InvoiceSupplier) => ({ name, address, gstin });
const SupplierView = viewOf<ReturnType<typeof toSupplierView>>("InvoiceSupplier", {
  name: text,
  address: text,
  gstin: text,
});

const toBuyerView = ({ name, address, gstin }: InvoiceBuyer) => ({
  name,
  address,
  gstin: gstin ?? undefined,
});
const BuyerView = viewOf<ReturnType<typeof toBuyerView>>(
  "InvoiceBuyer",
  { name: text, address: text },
  { gstin: text },
);

const toLineView = (line: InvoiceLine) => ({
  orderItemId: line.orderItemId?.toHexString() ?? null,
  description: line.description,
  hsnCode: line.hsnCode,
  quantity: line.quantity,
  isFreeGift: line.isFreeGift,
  unitPrice: toRupees(line.unitPrice),
  discount: toRupees(line.discount),
  taxableValue: toRupees(line.taxableValue),
  rate: bpsToGstPercent(line.rateBps),
  ...toTaxesView(line),
  total: toRupees(line.total),
});
const LineView = viewOf<ReturnType<typeof toLineView>>("InvoiceLine", {
  orderItemId: id.allow(null).description("Null for shipping and other charges"),
  description: text,
  hsnCode: textOrNull,
  quantity: count,
  isFreeGift: Joi.boolean(),
  unitPrice: rupees,
  discount: rupees,
  taxableValue: rupees,
  rate: percent,
  ...taxFields,
  total: rupees,
});

const toSummaryRowView = (row: TaxSummaryRow) => ({
  hsnCode: row.hsnCode,
  rate: bpsToGstPercent(row.rateBps),
  taxableValue: toRupees(row.taxableValue),
  ...toTaxesView(row),
});
const SummaryRowView = viewOf<ReturnType<typeof toSummaryRowView>>("InvoiceTaxSummary", {
  hsnCode: textOrNull,
  rate: percent,
  taxableValue: rupees,
  ...taxFields,
});

const toInvoiceTotalsView = (totals: InvoiceTotals) => ({
  taxableValue: toRupees(totals.taxableValue),
  ...toTaxesView(totals),
  taxTotal: toRupees(totals.taxTotal),
  roundOff: toRupees(totals.roundOff),
  grandTotal: toRupees(totals.grandTotal),
});
const InvoiceTotalsView = viewOf<ReturnType<typeof toInvoiceTotalsView>>("InvoiceTotals", {
  taxableValue: rupees,
  ...taxFields,
  taxTotal: rupees,
  roundOff: rupees,
  grandTotal: rupees,
});

/** `pdfUrl` opens the PDF without signing in, for 15 minutes. */
export const toInvoiceView = (invoice: InvoiceDoc) => ({
  id: invoice._id.toHexString(),
  invoiceNumber: invoice.invoiceNumber,
  type: invoice.type,
  status: invoice.status,
  documentTitle: invoice.documentTitle,
  orderNumber: invoice.orderNumber,
  issuedAt: invoice.issuedAt,
  financialYear: invoice.financialYear,
  placeOfSupply: { code: invoice.placeOfSupply.code, name: invoice.placeOfSupply.name },
  supplyType: invoice.supplyType,
  supplier: toSupplierView(invoice.supplier),
  buyer: toBuyerView(invoice.buyer),
  billingAddress: toAddressView(invoice.billingAddress),
  shippingAddress: invoice.shippingAddress && toAddressView(invoice.shippingAddress),
  pricesIncludeTax: invoice.pricesIncludeTax,
  lines: invoice.lines.map(toLineView),
  taxSummary: invoice.taxSummary.map(toSummaryRowView),
  totals: toInvoiceTotalsView(invoice.totals),
  amountInWords: invoice.amountInWords,
  originalInvoiceNumber: invoice.originalInvoiceNumber ?? undefined,
  refundNumber: invoice.refundNumber ?? undefined,
  reason: invoice.reason ?? undefined,
  pdfUrl: invoiceLink(invoice),
});

export const InvoiceView = viewOf<ReturnType<typeof toInvoiceView>>(
  "InvoiceView",
  {
    id,
    invoiceNumber: text,
    type: Joi.string().valid(...INVOICE_TYPES),
    status: Joi.string().valid(...INVOICE_STATUSES),
    documentTitle: text,
    orderNumber: text,
    issuedAt: moment,
    financialYear: text,
    placeOfSupply: Joi.object({ code: text.required(), name: text.required() }),
    supplyType: Joi.string().valid(...SUPPLY_TYPES),
    supplier: SupplierView,
    buyer: BuyerView,
    billingAddress: AddressView,
    shippingAddress: nullable(AddressView),
    pricesIncludeTax: Joi.boolean(),
    lines: Joi.array().items(LineView),
    taxSummary: Joi.array().items(SummaryRowView),
    totals: InvoiceTotalsView,
    amountInWords: text,
    pdfUrl: text,
  },
  { originalInvoiceNumber: text, refundNumber: text, reason: text },
);

export const InvoiceListView = Joi.array().items(InvoiceView).required();
