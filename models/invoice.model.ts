import { model, type Types } from "mongoose";
import {
  INVOICE_STATUSES,
  INVOICE_TYPES,
  type InvoiceStatus,
  type InvoiceType,
  RETURN_TABLES,
  type ReturnTable,
  SUPPLY_TYPES,
  type SupplyType,
} from "../utils/constants.js";
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
  yes,
} from "./parts/fields.js";
import { definePart, defineSchema } from "./parts/schema.js";
import { type AddressSnapshot, addressPart } from "./parts/snapshots.js";
import type { TaxSplit } from "./parts/totals.js";

export interface PlaceOfSupply {
  /** The two digits of the GST state code. */
  code: string;
  name: string;
}

/** The seller as it was when the document was issued, with everything that is printed of it. */
export interface InvoiceSupplier {
  name: string;
  address: string;
  gstin: string;
  stateCode: string;
  upiVpa: string | null;
  supportEmail: string | null;
  supportPhone: string | null;
}

export interface InvoiceBuyer {
  name: string;
  address: string;
  gstin: string | null;
  /** A unit in a special economic zone: always taxed as inter-state. */
  isSez: boolean;
}

/** A line of goods, or a charge (shipping, COD fee): a charge has no order line. */
export interface InvoiceLine extends TaxSplit {
  orderItemId: Types.ObjectId | null;
  description: string;
  /** As printed: the first digits of the code. */
  hsnCode: string | null;
  /** Unit quantity code of GST returns. */
  uqc: string;
  quantity: number;
  /** A gift is listed with its quantity and without a value. */
  isFreeGift: boolean;
  unitPrice: Paise;
  discount: Paise;
  taxableValue: Paise;
  rateBps: number;
  total: Paise;
}

/** One row per HSN code, unit and rate: what the document adds to table 12 of the return GSTR-1. */
export interface TaxSummaryRow extends TaxSplit {
  hsnCode: string | null;
  uqc: string;
  rateBps: number;
  description: string;
  /** Units of goods; charges and services count 0. */
  quantity: number;
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
  /** What the document was issued for: `order:<id>`, `refund:<id>`, `cancellation:<order id>`, `items:<key>`. */
  origin: string;
  placeOfSupply: PlaceOfSupply;
  supplyType: SupplyType;
  /** The table of GSTR-1 that lists the taxable rows; rows at 0 % are in table 8. */
  returnTable: ReturnTable;
  /** False for a credit note after the last date on which tax may be reversed: money only, in no return. */
  hasGstEffect: boolean;
  supplier: InvoiceSupplier;
  buyer: InvoiceBuyer;
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
  /** SHA-256 of everything else: shows a change that was made past this schema. */
  contentHash: string;
  createdById: string | null;
  createdAt: Date;
}

const taxHeads = { cgst: money, sgst: money, utgst: money, igst: money } as const;

const placeOfSupplyPart = definePart<PlaceOfSupply>({ code: text, name: text });
const supplierPart = definePart<InvoiceSupplier>({
  name: text,
  address: text,
  gstin: text,
  stateCode: text,
  upiVpa: optionalText,
  supportEmail: optionalText,
  supportPhone: optionalText,
});
const buyerPart = definePart<InvoiceBuyer>({ name: text, address: text, gstin: optionalText, isSez: no });

const linePart = definePart<InvoiceLine>({
  orderItemId: optionalReference,
  description: text,
  hsnCode: optionalText,
  uqc: text,
  quantity: count,
  isFreeGift: no,
  unitPrice: money,
  discount: money,
  taxableValue: money,
  rateBps: count,
  ...taxHeads,
  total: money,
});

const taxSummaryPart = definePart<TaxSummaryRow>({
  hsnCode: optionalText,
  uqc: text,
  rateBps: count,
  description: text,
  quantity: count,
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
    origin: text,
    placeOfSupply: requiredPart(placeOfSupplyPart),
    supplyType: oneOf(SUPPLY_TYPES),
    returnTable: oneOf(RETURN_TABLES),
    hasGstEffect: yes,
    supplier: requiredPart(supplierPart),
    buyer: requiredPart(buyerPart),
    billingAddress: requiredPart(addressPart),
    shippingAddress: optionalPart(addressPart),
    gstin: optionalText,
    pricesIncludeTax: no,
    lines: listOf(linePart),
    taxSummary: listOf(taxSummaryPart),
    totals: requiredPart(totalsPart),
    amountInWords: text,
    templateVersion: count,
    contentHash: text,
    createdById: optionalText,
  },
  "created",
);
schema.plugin(appendOnly);

export const LISTED_IN_RETURNS_INDEX = { returnTable: 1, issuedAt: 1, sequence: 1 } as const;

schema.index({ invoiceNumber: 1 }, { unique: true });
schema.index({ series: 1, sequence: 1 }, { unique: true });
// One document per origin: one sale invoice per order, one credit note per refund.
schema.index({ origin: 1 }, { unique: true });
schema.index({ orderId: 1, issuedAt: 1 });
// Ascending, so that the documents of one batch are listed in the order of their numbers in both directions.
schema.index({ type: 1, issuedAt: 1 });
// Lists, and returns: the index alone answers which numbers were issued in a period.
schema.index({ issuedAt: 1, type: 1, series: 1, sequence: 1, "supplier.gstin": 1 });
// Returns: the documents that are listed one by one.
schema.index(LISTED_IN_RETURNS_INDEX);

export const Invoice = model<InvoiceDoc>("Invoice", schema);
