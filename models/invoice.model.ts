import { model, type Types } from "mongoose";
import { INVOICE_STATUSES, INVOICE_TYPES, type InvoiceStatus, type InvoiceType } from "../utils/constants.js";
import type { Paise } from "../utils/money.js";
import { appendOnly } from "./parts/append-only.js";
import {
  count,
  date,
  listOf,
  money,
  no,
  oneOf,
  optionalPart,
  optionalReference,
  optionalText,
  reference,
  requiredPart,
  text,
} from "./parts/fields.js";
import { definePart, defineSchema } from "./parts/schema.js";
import { type AddressSnapshot, addressPart } from "./parts/snapshots.js";
import type { TaxSplit } from "./parts/totals.js";

export interface PlaceOfSupply {
  /** The two digits of the GST state code. */
  code: string;
  name: string;
}

export interface InvoiceParty {
  name: string;
  address: string;
  gstin: string | null;
}

/** A line of goods, or a charge (shipping, COD fee): a charge has no order line. */
export interface InvoiceLine extends TaxSplit {
  orderItemId: Types.ObjectId | null;
  description: string;
  hsnCode: string | null;
  quantity: number;
  unitPrice: Paise;
  discount: Paise;
  taxableValue: Paise;
  rateBps: number;
  total: Paise;
}

export interface TaxSummaryRow extends TaxSplit {
  hsnCode: string | null;
  rateBps: number;
  taxableValue: Paise;
}

export interface InvoiceTotals extends TaxSplit {
  taxableValue: Paise;
  taxTotal: Paise;
  roundOff: Paise;
  grandTotal: Paise;
}

/**
 * A tax invoice or a credit note. Inserted once, already issued, and never changed: files, e-mails and corrections are
 * separate documents. Amounts are positive in both types.
 */
export interface InvoiceDoc {
  _id: Types.ObjectId;
  invoiceNumber: string;
  type: InvoiceType;
  status: InvoiceStatus;
  documentTitle: string;
  /** `INV-2026` or `CN-2026`, and the position in it: 1…n without gaps (CGST Rule 46 asks for consecutive numbers). */
  series: string;
  sequence: number;
  orderId: Types.ObjectId;
  orderNumber: string;
  /** Credit notes. */
  originalInvoiceId: Types.ObjectId | null;
  originalInvoiceNumber: string | null;
  refundId: Types.ObjectId | null;
  refundNumber: string | null;
  reason: string | null;
  issuedAt: Date;
  /** April to March: `2026-27`. */
  financialYear: string;
  placeOfSupply: PlaceOfSupply;
  supplier: InvoiceParty;
  buyer: InvoiceParty;
  billingAddress: AddressSnapshot;
  shippingAddress: AddressSnapshot | null;
  gstin: string | null;
  pricesIncludeTax: boolean;
  lines: InvoiceLine[];
  taxSummary: TaxSummaryRow[];
  totals: InvoiceTotals;
  amountInWords: string;
  /** The same version renders the same bytes. */
  templateVersion: number;
  createdById: string | null;
  createdAt: Date;
}

const taxHeads = { cgst: money, sgst: money, utgst: money, igst: money } as const;

const placeOfSupplyPart = definePart<PlaceOfSupply>({ code: text, name: text });
const partyPart = definePart<InvoiceParty>({ name: text, address: text, gstin: optionalText });

const linePart = definePart<InvoiceLine>({
  orderItemId: optionalReference,
  description: text,
  hsnCode: optionalText,
  quantity: count,
  unitPrice: money,
  discount: money,
  taxableValue: money,
  rateBps: count,
  ...taxHeads,
  total: money,
});

const taxSummaryPart = definePart<TaxSummaryRow>({
  hsnCode: optionalText,
  rateBps: count,
  taxableValue: money,
  ...taxHeads,
});

const totalsPart = definePart<InvoiceTotals>({
  taxableValue: money,
  ...taxHeads,
  taxTotal: money,
  roundOff: money,
  grandTotal: money,
});

const schema = defineSchema<InvoiceDoc>(
  "invoices",
  {
    invoiceNumber: text,
    type: oneOf(INVOICE_TYPES),
    status: oneOf(INVOICE_STATUSES, "issued"),
    documentTitle: text,
    series: text,
    sequence: { ...count, min: 1 },
    orderId: reference,
    orderNumber: text,
    originalInvoiceId: optionalReference,
    originalInvoiceNumber: optionalText,
    refundId: optionalReference,
    refundNumber: optionalText,
    reason: optionalText,
    issuedAt: date,
    financialYear: text,
    placeOfSupply: requiredPart(placeOfSupplyPart),
    supplier: requiredPart(partyPart),
    buyer: requiredPart(partyPart),
    billingAddress: requiredPart(addressPart),
    shippingAddress: optionalPart(addressPart),
    gstin: optionalText,
    pricesIncludeTax: no,
    lines: listOf(linePart),
    taxSummary: listOf(taxSummaryPart),
    totals: requiredPart(totalsPart),
    amountInWords: text,
    templateVersion: count,
    createdById: optionalText,
  },
  "created",
);
schema.plugin(appendOnly);

schema.index({ invoiceNumber: 1 }, { unique: true });
schema.index({ series: 1, sequence: 1 }, { unique: true });
schema.index(
  { orderId: 1 },
  { name: "one_sale_invoice_an_order", unique: true, partialFilterExpression: { type: "sale" } },
);
schema.index(
  { refundId: 1 },
  {
    name: "one_credit_note_a_refund",
    unique: true,
    partialFilterExpression: { refundId: { $type: "objectId" } },
  },
);
schema.index({ orderId: 1, issuedAt: 1 });
schema.index({ type: 1, issuedAt: -1 });
schema.index({ issuedAt: -1 });

export const Invoice = model<InvoiceDoc>("Invoice", schema);
