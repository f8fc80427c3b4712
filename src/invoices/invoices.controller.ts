import type { Response } from "express";
import type { VisitorInput } from "../../middlewares/described-router.js";
import type { OwnInvoice } from "../../middlewares/invoice-ownership.middleware.js";
import type { OwnOrder } from "../../middlewares/order-ownership.middleware.js";
import { HTTP_STATUS, sendFile, sendResponse } from "../../utils/http.js";
import * as invoicesService from "./invoices.service.js";
import type * as schemas from "./invoices.validation.js";
import { toInvoiceView } from "./invoices.view.js";

export async function listOrderInvoices(
  { order }: VisitorInput<typeof schemas.listOrderInvoicesSchema, OwnOrder>,
  res: Response,
): Promise<void> {
  const invoices = await invoicesService.listInvoicesOfOrder(order._id);
  sendResponse(res, HTTP_STATUS.OK, "The invoices of your order", invoices.map(toInvoiceView));
}

export async function downloadInvoice(
  { invoice }: VisitorInput<typeof schemas.downloadInvoiceSchema, OwnInvoice>,
  res: Response,
): Promise<void> {
  await sendFile(res, await invoicesService.openInvoicePdf(invoice));
}
