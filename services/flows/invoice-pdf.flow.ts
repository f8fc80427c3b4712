import {
  type FileDoc,
  Invoice,
  type InvoiceDoc,
  Order,
  type OrderDoc,
  Payment,
  type PaymentDoc,
  type TemplateDesign,
} from "../../models/index.js";
import { AppError } from "../../utils/errors.js";
import { readSupplier } from "../aggregates/invoice/document-parts.js";
import { toPrintedDocument, toPrintedPayment } from "../aggregates/invoice/printed-document.js";
import { findFile, saveFile } from "../platform/files.service.js";
import { assertReadable, invalidLogo } from "../platform/pdf/logo.js";
import { renderPdf } from "../platform/pdf/pdf.service.js";
import type { PrintedPayment } from "../platform/pdf/pdf.types.js";
import { getTemplate } from "../platform/pdf/pdf-template.service.js";
import { sampleDocument } from "../platform/pdf/sample-document.js";

/** Documents that are being rendered in this process, by the key of their file. */
const rendering = new Map<string, Promise<FileDoc>>();

/**
 * The document's PDF: rendered and stored when it is first needed. The key has the balance, because the QR code
 * disappears once the order is paid.
 * @throws OverloadedError when too many documents wait for rendering
 */
export async function getInvoicePdf(invoice: InvoiceDoc): Promise<FileDoc> {
  const payment = await findPrintedPayment(invoice);
  const dedupeKey = `invoice:${invoice._id}:t${invoice.templateVersion}:${payment?.balanceDue ?? 0}`;
  const stored = await findFile(dedupeKey);
  if (stored) return stored;
  const running = rendering.get(dedupeKey);
  if (running) return running;
  const started = renderAndStore(invoice, payment, dedupeKey).finally(() => rendering.delete(dedupeKey));
  rendering.set(dedupeKey, started);
  return started;
}

/** Null for a credit note: how money was returned is in the refund's own messages. */
async function findPrintedPayment(invoice: InvoiceDoc): Promise<PrintedPayment | null> {
  if (invoice.type === "credit_note") return null;
  const [order, payment] = await Promise.all([
    Order.findById(invoice.orderId).lean<OrderDoc>(),
    Payment.findOne({ orderId: invoice.orderId, accepted: true }).lean<PaymentDoc>(),
  ]);
  return order && toPrintedPayment(invoice, order, payment);
}

async function renderAndStore(
  invoice: InvoiceDoc,
  payment: PrintedPayment | null,
  dedupeKey: string,
): Promise<FileDoc> {
  const template = await getTemplate(invoice.templateVersion);
  const originalIssuedAt = await findOriginalDate(invoice);
  const body = await renderPdf(toPrintedDocument({ invoice, template, payment, originalIssuedAt }));
  return saveFile({
    purpose: "invoice",
    resourceId: invoice._id,
    name: `${invoice.invoiceNumber}.pdf`,
    contentType: "application/pdf",
    body,
    dedupeKey,
    expiresAt: null,
  });
}

async function findOriginalDate({ originalInvoiceId }: InvoiceDoc): Promise<Date | null> {
  if (!originalInvoiceId) return null;
  const original = await Invoice.findById(originalInvoiceId, { issuedAt: 1 }).lean<
    Pick<InvoiceDoc, "issuedAt">
  >();
  return original?.issuedAt ?? null;
}

/**
 * A sample invoice in a design, marked as a preview. It is neither numbered nor stored.
 * @throws ValidationError for a logo that cannot be drawn
 */
export async function renderPreview(design: TemplateDesign): Promise<Buffer> {
  if (design.logo) assertReadable(design.logo);
  const supplier = await readSupplier();
  try {
    return await renderPdf(sampleDocument(design, supplier));
  } catch (error) {
    // The sample itself can always be drawn.
    if (error instanceof AppError || !design.logo) throw error;
    throw invalidLogo("cannot be read");
  }
}
