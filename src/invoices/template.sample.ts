import type { InvoiceDoc, InvoiceLine, TaxSummaryRow, TemplateDesign } from "../../models/index.js";
import { amountInWords } from "../../services/calculations/amount-in-words.js";
import { DOCUMENT_TITLES } from "../../services/calculations/invoice-rows.js";
import { calculateTax, decideTaxHead, sumTaxes, type TaxRules } from "../../services/calculations/tax.js";
import type { PrintedDocument } from "../../services/platform/pdf/pdf.types.js";
import { now } from "../../utils/clock.js";
import { findState, type State, stateByCode } from "../../utils/gst/states.js";
import { multiplyPaise, type Paise, paise, subtractPaise, ZERO_PAISE } from "../../utils/money.js";

/** The invoice that a preview prints: two rates, a discount, a gift, shipping, and an amount that is still due. */

export interface SampleSupplier {
  name: string;
  address: string;
  gstin: string;
  /** The name of the state. */
  state: string;
  upiVpa: string | null;
  supportEmail: string | null;
  supportPhone: string | null;
}

interface SampleGoods {
  description: string;
  hsnCode: string;
  rateBps: number;
  quantity: number;
  unitPrice: Paise;
  discount: Paise;
}

const free = { unitPrice: ZERO_PAISE, discount: ZERO_PAISE };
const GOODS: readonly SampleGoods[] = [
  {
    ...{ description: "Ashwagandha Churna 250 g", hsnCode: "30049011", rateBps: 500, quantity: 2 },
    ...{ unitPrice: paise(34_900), discount: paise(6_980) },
  },
  {
    ...{ description: "Kumkumadi Face Serum 30 ml", hsnCode: "33049990", rateBps: 1800, quantity: 1 },
    ...{ unitPrice: paise(89_900), discount: ZERO_PAISE },
  },
  { description: "Rose Lip Balm 4 g", hsnCode: "33041000", rateBps: 1800, quantity: 1, ...free },
  {
    ...{ description: "Shipping", hsnCode: "33049990", rateBps: 1800, quantity: 1 },
    ...{ unitPrice: paise(4_900), discount: ZERO_PAISE },
  },
];

type PrintedLine = PrintedDocument["invoice"]["lines"][number];

function toLine(goods: SampleGoods, rules: TaxRules): PrintedLine {
  const amount = subtractPaise(multiplyPaise(goods.unitPrice, goods.quantity), goods.discount);
  const { taxableValue, taxes } = calculateTax(amount, goods.rateBps, rules);
  return { ...goods, uqc: "NOS", isFreeGift: amount === 0, taxableValue, ...taxes, total: amount };
}

const sum = <T>(rows: readonly T[], of: (row: T) => Paise): Paise =>
  paise(rows.reduce((total, row) => total + of(row), 0));

const sumHeads = (
  rows: readonly Pick<InvoiceLine, "cgst" | "sgst" | "utgst" | "igst" | "taxableValue">[],
) => ({
  taxableValue: sum(rows, (row) => row.taxableValue),
  cgst: sum(rows, (row) => row.cgst),
  sgst: sum(rows, (row) => row.sgst),
  utgst: sum(rows, (row) => row.utgst),
  igst: sum(rows, (row) => row.igst),
});

/** One row per HSN code: in the sample, each code has one rate. */
const summarise = (lines: readonly PrintedLine[]): TaxSummaryRow[] =>
  GOODS.filter(({ hsnCode }, index) => GOODS.findIndex((other) => other.hsnCode === hsnCode) === index).map(
    ({ hsnCode, rateBps, description }) => {
      const rows = lines.filter((line) => line.hsnCode === hsnCode);
      const quantity = rows.reduce((units, row) => units + row.quantity, 0);
      return { hsnCode, uqc: "NOS", rateBps, description, quantity, ...sumHeads(rows) };
    },
  );

const addressIn = ({ name }: State) => ({
  ...{ name: "Meera Nair", phone: "+919845012345", line1: "22 Temple Street", city: "Sample City" },
  ...{ state: name, pincode: "560001", country: "IN" },
});

/** A document in the supplier's own state. Its number is in no series. */
export function sampleDocument(template: TemplateDesign, supplier: SampleSupplier): PrintedDocument {
  const state = findState(supplier.state) ?? stateByCode("29");
  const address = addressIn(state);
  return {
    invoice: { ...sampleInvoice(supplier, state), billingAddress: address, shippingAddress: address },
    billingAddress: address,
    template,
    payment: samplePayment(supplier, sampleLines(state)),
  };
}

function sampleLines({ code }: State): PrintedLine[] {
  const head = decideTaxHead({ supplierState: code, placeOfSupply: code });
  return GOODS.map((goods) => toLine(goods, { head, pricesIncludeTax: true }));
}

const samplePayment = ({ upiVpa }: SampleSupplier, lines: readonly PrintedLine[]) => ({
  ...{ method: "UPI", status: "unpaid" as const, reference: null },
  ...{ creditUsed: ZERO_PAISE, pointsUsed: ZERO_PAISE, balanceDue: sum(lines, (line) => line.total) },
  // Shows where the QR code is, but nobody can pay a preview with it.
  upiLink: upiVpa === null ? null : "This is a preview: nothing is due",
});

const PREVIEW_NUMBER = "PREVIEW";

type SampleInvoice = Omit<PrintedDocument["invoice"], "billingAddress" | "shippingAddress">;

function sampleInvoice({ state: _state, ...supplier }: SampleSupplier, state: State): SampleInvoice {
  const lines = sampleLines(state);
  const heads = sumHeads(lines);
  const grandTotal = sum(lines, (line) => line.total);
  const at = now();
  return {
    ...documentFields(at),
    watermark: "PREVIEW",
    documentTitle: DOCUMENT_TITLES.taxInvoice,
    placeOfSupply: { code: state.code, name: state.name },
    supplyType: "intra_state",
    supplier: { ...supplier, stateCode: state.code },
    buyer: {
      name: "Meera Nair",
      address: `22 Temple Street, Sample City, ${state.name} 560001`,
      gstin: null,
      isSez: false,
    },
    pricesIncludeTax: true,
    lines,
    taxSummary: summarise(lines),
    totals: { ...heads, taxTotal: sumTaxes(heads), roundOff: ZERO_PAISE, grandTotal },
    amountInWords: amountInWords(grandTotal),
  };
}

/** What a preview has no use for. */
const documentFields = (at: Date) =>
  ({
    ...{ invoiceNumber: PREVIEW_NUMBER, type: "sale", status: "draft", series: PREVIEW_NUMBER, sequence: 1 },
    ...{ orderNumber: PREVIEW_NUMBER, originalInvoiceNumber: null, refundNumber: null, reason: null },
    ...{ issuedAt: at, createdAt: at, financialYear: "", origin: "preview", returnTable: "b2cs" },
    ...{ hasGstEffect: true, gstin: null, templateVersion: 1, contentHash: "", createdById: null },
  }) as const satisfies Partial<InvoiceDoc>;
