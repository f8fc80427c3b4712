import { Types } from "mongoose";
import type { InvoiceDoc, InvoiceLine } from "../../models/index.js";
import { paise } from "../../utils/money.js";
import { anAddress } from "./documents.js";

/** Complete documents for tests of pure functions. A test sets only the fields that matter to it. */

const AT = new Date("2026-11-21T08:00:00.000Z");

export const anIssuedLine = (fields: Partial<InvoiceLine> = {}): InvoiceLine => ({
  orderItemId: new Types.ObjectId(),
  description: "Tulsi 100g",
  hsnCode: "121190",
  uqc: "NOS",
  quantity: 2,
  isFreeGift: false,
  unitPrice: paise(10_500),
  discount: paise(0),
  taxableValue: paise(20_000),
  rateBps: 500,
  ...{ cgst: paise(500), sgst: paise(500), utgst: paise(0), igst: paise(0) },
  total: paise(21_000),
  ...fields,
});

/** ₹210.00, of which ₹10.00 is tax. */
export const anIssuedInvoice = (fields: Partial<InvoiceDoc> = {}): InvoiceDoc => ({
  _id: new Types.ObjectId(),
  invoiceNumber: "INV-2026-000001",
  type: "sale",
  status: "issued",
  documentTitle: "Tax Invoice",
  ...{ series: "INV-2026", sequence: 1, origin: "order:1" },
  ...{ orderId: new Types.ObjectId(), orderNumber: "ORD-2026-000001" },
  ...{
    originalInvoiceId: null,
    originalInvoiceNumber: null,
    refundId: null,
    refundNumber: null,
    reason: null,
  },
  issuedAt: AT,
  financialYear: "2026-27",
  placeOfSupply: { code: "29", name: "Karnataka" },
  supplyType: "intra_state",
  returnTable: "b2cs",
  hasGstEffect: true,
  supplier: {
    ...{ name: "Vastra Retail Private Limited", address: "14 Residency Road, Bengaluru 560025" },
    ...{ gstin: "29AABCV4321K1Z7", stateCode: "29", upiVpa: null, supportEmail: null, supportPhone: null },
  },
  buyer: { name: "Asha Rao", address: "14 MG Road, Bengaluru 560001", gstin: null, isSez: false },
  billingAddress: anAddress(),
  shippingAddress: anAddress(),
  gstin: null,
  pricesIncludeTax: true,
  lines: [anIssuedLine()],
  taxSummary: [
    {
      ...{ hsnCode: "121190", uqc: "NOS", rateBps: 500, description: "Tulsi 100g", quantity: 2 },
      taxableValue: paise(20_000),
      ...{ cgst: paise(500), sgst: paise(500), utgst: paise(0), igst: paise(0) },
    },
  ],
  totals: {
    taxableValue: paise(20_000),
    ...{ cgst: paise(500), sgst: paise(500), utgst: paise(0), igst: paise(0) },
    ...{ taxTotal: paise(1_000), roundOff: paise(0), grandTotal: paise(21_000) },
  },
  amountInWords: "Rupees Two Hundred Ten Only",
  templateVersion: 1,
  contentHash: "0".repeat(64),
  createdById: "admin-finance",
  createdAt: AT,
  ...fields,
});
