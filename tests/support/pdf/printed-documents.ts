import type { AddressSnapshot, TemplateDesign } from "../../../models/index.js";
import { amountInWords } from "../../../services/calculations/amount-in-words.js";
import type { PrintedDocument, PrintedPayment } from "../../../services/platform/pdf/pdf.types.js";
import { addPaise, type Paise, paise, ZERO_PAISE } from "../../../utils/money.js";

/** Names and products in the scripts of Indian customers, as a PDF has to show them. */
export const SCRIPTS = [
  "अर्जुन दाव",
  "मुचुल्का",
  "हैप्पी",
  "क्षत्रिय",
  "ஸ்ரீ லக்ஷ்மி",
  "শ্রীমতী",
  "ಕೃಷ್ಣ",
  "ਗੁਰਪ੍ਰੀਤ",
  "محمد اقبال",
] as const;

export const anAddress = (fields: Partial<AddressSnapshot> = {}): AddressSnapshot => ({
  name: "Meera Nair",
  phone: "+919845012345",
  line1: "22 Temple Street",
  line2: "Malleshwaram",
  city: "Bengaluru",
  state: "Karnataka",
  pincode: "560003",
  country: "IN",
  ...fields,
});

export const aDesign = (fields: Partial<TemplateDesign> = {}): TemplateDesign => ({
  logo: null,
  header: null,
  footer: "Thank you for shopping with us.",
  terms: "Goods once sold are exchanged within 7 days of delivery.",
  taxDisplay: "columns",
  colours: { primary: "#2f5d50", text: "#1f2933" },
  ...fields,
});

type Line = PrintedDocument["invoice"]["lines"][number];
type Supply = "cgst_sgst" | "cgst_utgst" | "igst" | "none";

/** A line whose amounts follow from the price, the quantity and the rate. */
export function aLine(fields: Partial<Line> = {}, supply: Supply = "cgst_sgst"): Line {
  const { unitPrice = paise(45_000), quantity = 2, discount = ZERO_PAISE, rateBps = 500 } = fields;
  const taxableValue = paise(unitPrice * quantity - discount);
  const half = paise(Math.round((taxableValue * rateBps) / 20_000));
  const none = { cgst: ZERO_PAISE, sgst: ZERO_PAISE, utgst: ZERO_PAISE, igst: ZERO_PAISE };
  const taxes = {
    cgst_sgst: { ...none, cgst: half, sgst: half },
    cgst_utgst: { ...none, cgst: half, utgst: half },
    igst: { ...none, igst: paise(half * 2) },
    none,
  }[supply];
  return {
    description: "Ashwagandha Churna 100 g",
    hsnCode: "3004",
    uqc: "NOS",
    quantity,
    isFreeGift: false,
    unitPrice,
    discount,
    taxableValue,
    rateBps: supply === "none" ? 0 : rateBps,
    ...taxes,
    total: addPaise(taxableValue, ...Object.values(taxes)),
    ...fields,
  };
}

const HEADS = ["cgst", "sgst", "utgst", "igst"] as const;
const sum = (rows: readonly Record<"taxableValue" | (typeof HEADS)[number], Paise>[]) => {
  const of = (key: "taxableValue" | (typeof HEADS)[number]) => addPaise(...rows.map((row) => row[key]));
  return {
    taxableValue: of("taxableValue"),
    cgst: of("cgst"),
    sgst: of("sgst"),
    utgst: of("utgst"),
    igst: of("igst"),
  };
};

/** One row per HSN code and rate. */
function summaryOf(lines: readonly Line[]): PrintedDocument["invoice"]["taxSummary"] {
  const groups = new Map<string, Line[]>();
  for (const line of lines) {
    const key = `${line.hsnCode}:${line.rateBps}`;
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  return [...groups.values()].map((rows) => ({
    hsnCode: rows[0]?.hsnCode ?? null,
    uqc: "NOS",
    rateBps: rows[0]?.rateBps ?? 0,
    description: rows[0]?.description ?? "",
    quantity: rows.reduce((total, { quantity }) => total + quantity, 0),
    ...sum(rows),
  }));
}

export const aPayment = (fields: Partial<PrintedPayment> = {}): PrintedPayment => ({
  method: "UPI",
  status: "paid",
  reference: "pay_29QQoUBi66xm2f",
  creditUsed: ZERO_PAISE,
  pointsUsed: ZERO_PAISE,
  amountPaid: paise(94_500),
  balanceDue: ZERO_PAISE,
  upiLink: null,
  ...fields,
});

export interface DocumentFields {
  lines?: Line[];
  invoice?: Partial<PrintedDocument["invoice"]>;
  design?: Partial<TemplateDesign>;
  payment?: PrintedPayment | null;
  originalIssuedAt?: Date | null;
  watermark?: string | null;
}

/** A document whose summary, totals and words fit its lines. */
export function aPrintedDocument(fields: DocumentFields = {}): PrintedDocument {
  const lines = fields.lines ?? [aLine()];
  const sums = sum(lines);
  const taxTotal = addPaise(...HEADS.map((head) => sums[head]));
  const grandTotal = addPaise(sums.taxableValue, taxTotal);
  return {
    invoice: {
      invoiceNumber: "INV-2026-000042",
      type: "sale",
      documentTitle: "Tax Invoice",
      orderNumber: "ORD-2026-000311",
      originalInvoiceNumber: null,
      refundNumber: null,
      reason: null,
      issuedAt: new Date("2026-11-20T10:00:00Z"),
      placeOfSupply: { code: "29", name: "Karnataka" },
      supplyType: "intra_state",
      hasGstEffect: true,
      supplier: {
        name: "Vanya Ayurveda Private Limited",
        address: "14 Residency Road, Bengaluru 560025",
        gstin: "29AABCV4321K1Z7",
        stateCode: "29",
        upiVpa: "vanya@okbank",
        supportEmail: "care@vanya.example",
        supportPhone: "+918041234567",
      },
      buyer: { name: "Meera Nair", address: "22 Temple Street", gstin: null, isSez: false },
      billingAddress: anAddress(),
      shippingAddress: anAddress(),
      gstin: null,
      pricesIncludeTax: false,
      lines,
      taxSummary: summaryOf(lines),
      totals: { ...sums, taxTotal, roundOff: ZERO_PAISE, grandTotal },
      amountInWords: amountInWords(grandTotal),
      ...fields.invoice,
    },
    originalIssuedAt: fields.originalIssuedAt ?? null,
    template: aDesign(fields.design),
    payment: fields.payment === undefined ? aPayment({ amountPaid: grandTotal }) : fields.payment,
    watermark: fields.watermark ?? null,
  };
}
