import { Types } from "mongoose";
import { Invoice, type InvoiceDoc } from "../../../models/index.js";
import {
  type balanceDueOf,
  toPrintedDocument,
  toPrintedPayment,
} from "../../../services/aggregates/invoice/printed-document.js";
import { DEFAULT_DESIGN } from "../../../services/platform/pdf/pdf-template.service.js";
import { type Paise, paise, ZERO_PAISE } from "../../../utils/money.js";
import { anInvoice } from "../models/documents.js";

const invoice = (grandTotal: number, upiVpa: string | null = "vastra@okbank"): InvoiceDoc => {
  const stored = new Invoice(anInvoice()).toObject<InvoiceDoc>();
  const totals = { ...stored.totals, grandTotal: paise(grandTotal) };
  return { ...stored, totals, supplier: { ...stored.supplier, upiVpa } };
};

type Money = Parameters<typeof balanceDueOf>[0];
const order = (fields: Partial<Record<keyof Money, unknown>> = {}): Money =>
  Object.assign<Money, typeof fields>(
    {
      grandTotal: paise(58_800),
      cancelledAmount: ZERO_PAISE,
      paidAmount: ZERO_PAISE,
      storeCreditAmount: ZERO_PAISE,
      loyaltyDiscount: ZERO_PAISE,
      paymentStatus: "pending",
      paymentMethod: "cod",
    },
    fields,
  );
const amount = (rupees: number): Paise => paise(rupees * 100);

describe("how an invoice is paid", () => {
  it("When cash on delivery is not collected, then it is due, with a link to pay it", () => {
    const printed = toPrintedPayment(invoice(58_800), order(), null);
    expect(printed).toMatchObject({
      ...{ method: "Cash on delivery", status: "unpaid", reference: null },
      ...{ amountPaid: 0, balanceDue: 58_800 },
    });
    expect(printed.upiLink).toContain("am=588.00");
    expect(toPrintedPayment(invoice(58_800, null), order(), null).upiLink).toBeNull();
  });

  it("When credit and points pay a part, then only the rest is due", () => {
    const used = { storeCreditAmount: amount(100), loyaltyDiscount: amount(50), paidAmount: amount(150) };
    expect(toPrintedPayment(invoice(58_800), order(used), null)).toMatchObject({
      ...{ creditUsed: 10_000, pointsUsed: 5_000, amountPaid: 0, balanceDue: 43_800, status: "unpaid" },
    });
  });

  it("When it was paid online, then the gateway's payment is named and nothing is due", () => {
    const paid = order({ paidAmount: amount(588), paymentStatus: "paid", paymentMethod: "upi" });
    const payment = { method: "card", gatewayPaymentId: "pay_1" } as const;
    expect(toPrintedPayment(invoice(58_800), paid, payment)).toMatchObject({
      ...{ method: "Card", status: "paid", reference: "pay_1" },
      ...{ amountPaid: 58_800, balanceDue: 0, upiLink: null },
    });
  });

  it("When credit paid everything, then the method says so", () => {
    const paid = order({
      ...{
        paidAmount: amount(588),
        storeCreditAmount: amount(588),
        paymentStatus: "paid",
        paymentMethod: null,
      },
    });
    expect(toPrintedPayment(invoice(58_800), paid, null)).toMatchObject({
      ...{ method: "Store credit and loyalty points", status: "paid", creditUsed: 58_800, amountPaid: 0 },
    });
  });

  it("When lines were cancelled before they were paid, then less is due; with all of them, nothing", () => {
    const part = order({ cancelledAmount: amount(300) });
    expect(toPrintedPayment(invoice(58_800), part, null)).toMatchObject({
      balanceDue: 28_800,
      status: "unpaid",
    });
    const all = order({ cancelledAmount: amount(588) });
    expect(toPrintedPayment(invoice(58_800), all, null)).toMatchObject({
      ...{ balanceDue: 0, amountPaid: 0, status: "settled", upiLink: null },
    });
  });

  it("When it was refunded, then it still says that it was paid: the refund is another document", () => {
    const refunded = order({ paidAmount: amount(588), paymentStatus: "refunded", paymentMethod: "upi" });
    expect(toPrintedPayment(invoice(58_800), refunded, null)).toMatchObject({
      ...{ status: "paid", amountPaid: 58_800, balanceDue: 0 },
    });
  });

  it("When lines were cancelled before the invoice, then it shows no more than its own total", () => {
    const paid = order({ paidAmount: amount(588), storeCreditAmount: amount(500), paymentStatus: "paid" });
    const printed = toPrintedPayment(invoice(28_800), paid, null);
    expect(printed.creditUsed + printed.pointsUsed + printed.amountPaid + printed.balanceDue).toBe(28_800);
  });
});

describe("what is printed", () => {
  it("When a document goes to the worker thread, then it is plain data without ids of the database", () => {
    const stored = {
      ...invoice(58_800),
      originalInvoiceId: new Types.ObjectId(),
      refundId: new Types.ObjectId(),
    };
    const template = {
      ...structuredClone(DEFAULT_DESIGN),
      _id: 1,
      createdById: null,
      createdAt: new Date(0),
    };
    const printed = toPrintedDocument({ invoice: stored, template, payment: null, originalIssuedAt: null });
    expect(structuredClone(printed)).toEqual(printed);
    expect(JSON.stringify(printed)).not.toMatch(/"[0-9a-f]{24}"/);
  });
});
