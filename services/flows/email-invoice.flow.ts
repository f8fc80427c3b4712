import { Types, trusted } from "mongoose";
import {
  Invoice,
  InvoiceDelivery,
  type InvoiceDeliveryDoc,
  type InvoiceDoc,
  Order,
  type OrderDoc,
} from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { toErrorText } from "../../utils/errors.js";
import { isDuplicateKey, sha256Hex } from "../../utils/helpers.js";
import { toRupees } from "../../utils/money.js";
import { adminActor } from "../../utils/principal.js";
import { unwrap } from "../../utils/result.js";
import { getInvoice } from "../aggregates/invoice/invoice-reads.js";
import { sendNotification } from "../integrations/engagement-integration.service.js";
import { recordAudit } from "../platform/audit.service.js";
import { invoiceLink } from "../platform/links.service.js";
import { enqueueOutbox } from "../platform/outbox.service.js";
import { inTransaction } from "../platform/transaction.service.js";

export interface InvoiceEmail {
  invoiceNumber: string;
  /** Default: the order's e-mail address. */
  to?: string | undefined;
  /** The admin who asks for it. */
  by: string;
  /** A repeated request with the same key sends nothing new. */
  requestKey?: string | undefined;
}

/**
 * Logs an e-mail with the invoice as `queued`; the outbox sends it.
 * @returns the log's entry
 * @throws NotFoundError INVOICE_NOT_FOUND
 */
export async function queueInvoiceEmail(email: InvoiceEmail): Promise<InvoiceDeliveryDoc> {
  const invoice = await getInvoice(email.invoiceNumber);
  const to = email.to ?? (await addressOf(invoice));
  const _id = email.requestKey ? idOfRequest(email.requestKey) : new Types.ObjectId();
  await logAndEnqueue({ _id, to, requestedById: email.by }, invoice).catch((error: unknown) => {
    // An earlier try of the same request was stored, but its response was lost.
    if (!isDuplicateKey(error)) throw error;
  });
  return InvoiceDelivery.findById(_id).orFail().lean<InvoiceDeliveryDoc>();
}

/** The id of a repeated request's entry is that of the first one. */
const idOfRequest = (requestKey: string): Types.ObjectId =>
  new Types.ObjectId(sha256Hex(requestKey).slice(0, 24));

async function addressOf({ orderId }: InvoiceDoc): Promise<string> {
  const order = await Order.findById(orderId, { email: 1 }).orFail().lean<Pick<OrderDoc, "email">>();
  return order.email;
}

type NewDelivery = Pick<InvoiceDeliveryDoc, "_id" | "to"> & { requestedById: string };

const logAndEnqueue = (delivery: NewDelivery, invoice: InvoiceDoc): Promise<void> =>
  inTransaction(async (tx) => {
    const { invoiceNumber, orderId } = invoice;
    const deliveryId = delivery._id.toHexString();
    await InvoiceDelivery.create([{ ...delivery, invoiceId: invoice._id, invoiceNumber, orderId }], {
      session: tx,
    });
    await recordAudit(
      {
        actor: adminActor(delivery.requestedById),
        action: "invoice.email",
        resourceType: "invoice",
        resourceId: invoiceNumber,
        after: { deliveryId, to: delivery.to },
      },
      tx,
    );
    const dedupeKey = `invoice.email:${deliveryId}`;
    await enqueueOutbox([{ type: "invoice.email", dedupeKey, payload: { deliveryId } }], tx);
  });

/**
 * Sends a logged e-mail and records how it went. `failed` is the last try's outcome: the outbox repeats it, and the
 * receiver dedupes by the entry.
 */
export async function notifyInvoice(deliveryId: Types.ObjectId): Promise<void> {
  const delivery = await InvoiceDelivery.findById(deliveryId).lean<InvoiceDeliveryDoc>();
  if (!delivery || delivery.state === "sent") return;
  try {
    await send(delivery);
  } catch (error) {
    await InvoiceDelivery.updateOne(
      { _id: deliveryId, state: trusted({ $ne: "sent" }) },
      { $set: { state: "failed", error: toErrorText(error) } },
    );
    throw error;
  }
  await InvoiceDelivery.updateOne(
    { _id: deliveryId },
    { $set: { state: "sent", sentAt: now(), error: null } },
  );
}

/**
 * Template `invoice`: also `invoiceNumber`, `documentTitle`. The link opens the document alone, not the order, because
 * an admin may send it to any address. The receiver fetches the attachment from the link.
 */
async function send({ _id, invoiceId, to }: InvoiceDeliveryDoc): Promise<void> {
  const invoice = await Invoice.findById(invoiceId).orFail().lean<InvoiceDoc>();
  const { invoiceNumber, documentTitle, orderNumber, buyer, totals } = invoice;
  const link = invoiceLink(invoice, "mail");
  unwrap(
    await sendNotification({
      channels: ["email"],
      to: { email: to },
      template: "invoice",
      data: {
        ...{ invoiceNumber, documentTitle, orderNumber, customerName: buyer.name, link },
        amount: toRupees(totals.grandTotal),
      },
      attachments: [{ filename: `${invoiceNumber}.pdf`, contentType: "application/pdf", url: link }],
      dedupeKey: `invoice:${_id.toHexString()}`,
    }),
  );
}

/** How many entries of the log are listed. */
const LOG_LENGTH = 50;

/** Every e-mail with the invoice, newest first. */
export const listDeliveries = (invoiceId: Types.ObjectId): Promise<InvoiceDeliveryDoc[]> =>
  InvoiceDelivery.find({ invoiceId }).sort({ createdAt: -1 }).limit(LOG_LENGTH).lean<InvoiceDeliveryDoc[]>();
