import { Invoice, type InvoiceDoc, Order, type OrderDoc } from "../models/index.js";
import { invoiceSubject, isLinkTokenValid } from "../services/platform/links.service.js";
import { NotFoundError, UnauthenticatedError } from "../utils/errors.js";
import { isOwnedBy, type Owner } from "../utils/principal.js";
import type { Ownership } from "./route.types.js";

/** An invoice or credit note that the caller may see. */
export interface OwnInvoice {
  invoice: InvoiceDoc;
}

/**
 * For routes with `:invoiceNumber`. Its order belongs to the caller, or the caller has a signed link to this invoice.
 * Invoice numbers are consecutive, so anyone can guess one: an unknown number and another caller's get the same 404.
 */
export const invoiceOwnership: Ownership<OwnInvoice> = {
  param: "invoiceNumber",
  refuses: ["INVOICE_NOT_FOUND"],
  async find(invoiceNumber, { owner, query }) {
    const { token } = query;
    if (!owner && !token) throw new UnauthenticatedError("Sign in, or use the link from the mail");
    const invoice = await Invoice.findOne({ invoiceNumber }).lean<InvoiceDoc>();
    const hasLink = typeof token === "string" && isLinkTokenValid(invoiceSubject(invoiceNumber), token);
    if (invoice && (hasLink || (owner && (await isOfOwnOrder(invoice, owner))))) return { invoice };
    throw new NotFoundError("INVOICE_NOT_FOUND", "There is no such invoice");
  },
};

/** An order can get a new owner after its invoice is issued: only the order knows whose it is. */
async function isOfOwnOrder({ orderId }: InvoiceDoc, owner: Owner): Promise<boolean> {
  const order = await Order.findById(orderId, { userId: 1, sessionId: 1 }).lean<
    Pick<OrderDoc, "userId" | "sessionId">
  >();
  return order !== null && isOwnedBy(order, owner);
}
