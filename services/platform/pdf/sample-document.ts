import type { AddressSnapshot, InvoiceSupplier, TemplateDesign } from "../../../models/index.js";
import { paise, ZERO_PAISE } from "../../../utils/money.js";
import { amountInWords } from "../../calculations/amount-in-words.js";
import type { PrintedDocument } from "./pdf.types.js";

/** Printed where documents have their number: a preview belongs to no series. */
const NO_NUMBER = "PREVIEW";

const ADDRESS: AddressSnapshot = {
  name: "Asha Rao",
  phone: "+919800000000",
  line1: "12 Lake View Road",
  line2: "Jayanagar",
  city: "Bengaluru",
  state: "Karnataka",
  pincode: "560041",
  country: "IN",
};

const SUPPLIER: InvoiceSupplier = {
  name: "Your company",
  address: "Your registered address",
  gstin: "29AABCV4321K1Z7",
  stateCode: "29",
  upiVpa: null,
  supportEmail: null,
  supportPhone: null,
};

const HALF = { utgst: ZERO_PAISE, igst: ZERO_PAISE } as const;

const LINES: PrintedDocument["invoice"]["lines"] = [
  {
    ...{
      description: "Ashwagandha Churna 100 g",
      hsnCode: "3004",
      uqc: "NOS",
      quantity: 2,
      isFreeGift: false,
    },
    ...{
      unitPrice: paise(45_000),
      discount: paise(5_000),
      taxableValue: paise(85_000),
      rateBps: 500,
      ...HALF,
    },
    ...{ cgst: paise(2_125), sgst: paise(2_125), total: paise(89_250) },
  },
  {
    ...{
      description: "Kumkumadi Face Oil 30 ml",
      hsnCode: "3304",
      uqc: "NOS",
      quantity: 1,
      isFreeGift: false,
    },
    ...{
      unitPrice: paise(129_900),
      discount: ZERO_PAISE,
      taxableValue: paise(129_900),
      rateBps: 1_800,
      ...HALF,
    },
    ...{ cgst: paise(11_691), sgst: paise(11_691), total: paise(153_282) },
  },
];

const TOTALS: PrintedDocument["invoice"]["totals"] = {
  ...{ taxableValue: paise(214_900), cgst: paise(13_816), sgst: paise(13_816), ...HALF },
  ...{ taxTotal: paise(27_632), roundOff: ZERO_PAISE, grandTotal: paise(242_532) },
};

/** An invented tax invoice, to show a design and to check that it can be drawn. */
export function sampleDocument(
  template: TemplateDesign,
  supplier: InvoiceSupplier = SUPPLIER,
): PrintedDocument {
  const { code, name } = { code: "29", name: "Karnataka" };
  return {
    invoice: {
      ...{ invoiceNumber: NO_NUMBER, type: "sale", documentTitle: "Tax Invoice", orderNumber: NO_NUMBER },
      ...{ originalInvoiceNumber: null, refundNumber: null, reason: null },
      // A preview shows a design, not a day: the same design gives the same bytes.
      issuedAt: new Date("2026-04-01T06:30:00Z"),
      ...{ placeOfSupply: { code, name }, supplyType: "intra_state", hasGstEffect: true, supplier },
      buyer: { name: ADDRESS.name, address: ADDRESS.line1, gstin: null, isSez: false },
      ...{ billingAddress: ADDRESS, shippingAddress: ADDRESS, gstin: null, pricesIncludeTax: false },
      ...{
        lines: LINES,
        taxSummary: LINES.map(({ hsnCode, uqc, rateBps, ...line }) => ({ ...line, hsnCode, uqc, rateBps })),
      },
      ...{ totals: TOTALS, amountInWords: amountInWords(TOTALS.grandTotal) },
    },
    originalIssuedAt: null,
    template,
    payment: {
      ...{ method: "UPI", status: "paid", reference: "pay_sample", creditUsed: ZERO_PAISE },
      ...{ pointsUsed: ZERO_PAISE, amountPaid: TOTALS.grandTotal, balanceDue: ZERO_PAISE, upiLink: null },
    },
    watermark: "PREVIEW",
  };
}
