import {
  designOf,
  type InvoiceDoc,
  type InvoiceTemplateDoc,
  type OrderDoc,
  type PaymentDoc,
} from "../../../models/index.js";
import { PAYMENT_STATUS, type PaymentMethod } from "../../../utils/constants.js";
import { maxPaise, minPaise, type Paise, subtractPaise, ZERO_PAISE } from "../../../utils/money.js";
import { upiLink } from "../../calculations/upi-link.js";
import type { PrintedDocument, PrintedPayment } from "../../platform/pdf/pdf.types.js";

type OrderMoney = Pick<
  OrderDoc,
  | "grandTotal"
  | "cancelledAmount"
  | "paidAmount"
  | "storeCreditAmount"
  | "loyaltyDiscount"
  | "paymentStatus"
  | "paymentMethod"
>;

const METHODS: Record<PaymentMethod, string> = {
  upi: "UPI",
  card: "Card",
  netbanking: "Net banking",
  wallet: "Wallet",
  cod: "Cash on delivery",
  bank_transfer: "Bank transfer",
  manual: "Recorded by the seller",
};
const CREDIT_AND_POINTS = "Store credit and loyalty points";

/** What the customer still has to pay for the order, in paise. Refunds do not count: they are other documents. */
export const balanceDueOf = (order: OrderMoney): Paise =>
  maxPaise(ZERO_PAISE, subtractPaise(order.grandTotal, order.cancelledAmount, order.paidAmount));

/** How a sale invoice was or will be paid, as far as its own total. */
export function toPrintedPayment(
  invoice: InvoiceDoc,
  order: OrderMoney,
  payment: Pick<PaymentDoc, "method" | "gatewayPaymentId"> | null,
): PrintedPayment {
  const { grandTotal } = invoice.totals;
  const creditUsed = minPaise(order.storeCreditAmount, grandTotal);
  const pointsUsed = minPaise(order.loyaltyDiscount, subtractPaise(grandTotal, creditUsed));
  const rest = subtractPaise(grandTotal, creditUsed, pointsUsed);
  const balanceDue = minPaise(balanceDueOf(order), rest);
  const isPaid = isSettled(order.paymentStatus) && balanceDue === 0;
  const collected = subtractPaise(order.paidAmount, order.storeCreditAmount, order.loyaltyDiscount);
  const method = payment?.method ?? order.paymentMethod;
  return {
    method: method ? METHODS[method] : CREDIT_AND_POINTS,
    status: balanceDue > 0 ? "unpaid" : isPaid ? "paid" : "settled",
    reference: payment?.gatewayPaymentId ?? null,
    creditUsed,
    pointsUsed,
    amountPaid: isPaid ? rest : maxPaise(ZERO_PAISE, minPaise(collected, rest)),
    balanceDue,
    upiLink: linkFor(invoice, balanceDue),
  };
}

const isSettled = (status: OrderDoc["paymentStatus"]): boolean =>
  status === PAYMENT_STATUS.PAID || status === PAYMENT_STATUS.REFUNDED;

function linkFor({ supplier, invoiceNumber }: InvoiceDoc, amount: Paise): string | null {
  if (!supplier.upiVpa) return null;
  const note = `Invoice ${invoiceNumber}`;
  return upiLink({ vpa: supplier.upiVpa, payeeName: supplier.name, reference: invoiceNumber, note, amount });
}

export interface DocumentParts {
  invoice: InvoiceDoc;
  template: InvoiceTemplateDoc;
  /** Null for credit notes. */
  payment: PrintedPayment | null;
  /** Credit notes: when the original invoice was issued. */
  originalIssuedAt: Date | null;
}

/** Everything that is printed, without the ids of the database, which a worker thread could not receive. */
export function toPrintedDocument({
  invoice,
  template,
  payment,
  originalIssuedAt,
}: DocumentParts): PrintedDocument {
  const { _id, orderId, originalInvoiceId, refundId, lines, ...printed } = invoice;
  return {
    invoice: { ...printed, lines: lines.map(({ orderItemId, ...line }) => line) },
    originalIssuedAt,
    template: designOf(template),
    payment,
    watermark: null,
  };
}
