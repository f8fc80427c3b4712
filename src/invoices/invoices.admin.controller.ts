import type { Response } from "express";
import type { AdminInput } from "../../middlewares/described-router.js";
import { toObjectId } from "../../utils/helpers.js";
import { HTTP_STATUS, sendFile, sendResponse } from "../../utils/http.js";
import { toNamedUnits } from "../../utils/line-units.js";
import { toListView } from "../../utils/views/list.view.js";
import * as bulkDownloadService from "./bulk-download.service.js";
import * as invoicesAdminService from "./invoices.admin.service.js";
import type * as schemas from "./invoices.admin.validation.js";
import {
  toAdminInvoiceView,
  toBulkDownloadStartedView,
  toBulkDownloadView,
  toEmailView,
} from "./invoices.admin.view.js";

export async function listInvoices(
  { query }: AdminInput<typeof schemas.listInvoicesSchema>,
  res: Response,
): Promise<void> {
  const { items, total } = await invoicesAdminService.listInvoices(query);
  const list = toListView(items.map(toAdminInvoiceView), { ...query, total });
  sendResponse(res, HTTP_STATUS.OK, "Invoices", list);
}

export async function createInvoice(
  { body, principal }: AdminInput<typeof schemas.createInvoiceSchema>,
  res: Response,
): Promise<void> {
  const orderId = toObjectId(body.orderId);
  const { invoice, created } = await invoicesAdminService.issueSaleInvoice(orderId, principal.adminId);
  const status = created ? HTTP_STATUS.CREATED : HTTP_STATUS.OK;
  sendResponse(res, status, "The invoice is issued", toAdminInvoiceView(invoice));
}

export async function createCreditNote(
  { body, principal, requestKey }: AdminInput<typeof schemas.createCreditNoteSchema>,
  res: Response,
): Promise<void> {
  const { orderId, items = [], refundId, reason } = body;
  const { invoice, created } = await invoicesAdminService.issueCreditNote({
    orderId: toObjectId(orderId),
    refundId: refundId ? toObjectId(refundId) : null,
    items: toNamedUnits(items),
    reason,
    createdById: principal.adminId,
    ...(requestKey ? { requestKey } : {}),
  });
  const status = created ? HTTP_STATUS.CREATED : HTTP_STATUS.OK;
  sendResponse(res, status, "The credit note is issued", toAdminInvoiceView(invoice));
}

export async function emailInvoice(
  { params, body, principal, requestKey }: AdminInput<typeof schemas.emailInvoiceSchema>,
  res: Response,
): Promise<void> {
  const email = { ...params, to: body.to, by: principal.adminId, requestKey };
  const logged = await invoicesAdminService.emailInvoice(email);
  sendResponse(res, HTTP_STATUS.OK, "The invoice will be sent", toEmailView(logged));
}

export async function bulkDownload(
  { body, principal }: AdminInput<typeof schemas.bulkDownloadSchema>,
  res: Response,
): Promise<void> {
  const { orderIds, ...dates } = body;
  const archive = await bulkDownloadService.archive({
    ...dates,
    ...(orderIds ? { orderIds: orderIds.map(toObjectId) } : {}),
    by: principal.adminId,
  });
  if (archive.kind === "job") {
    const started = toBulkDownloadStartedView(archive);
    return sendResponse(res, HTTP_STATUS.ACCEPTED, "The archive is being made", started);
  }
  await sendFile(res, { name: "invoices.zip", contentType: "application/zip", body: archive.zip });
}

export async function getBulkDownload(
  { params }: AdminInput<typeof schemas.getBulkDownloadSchema>,
  res: Response,
): Promise<void> {
  const progress = await bulkDownloadService.getBulkDownload(toObjectId(params.jobId));
  sendResponse(res, HTTP_STATUS.OK, "The archive's progress", toBulkDownloadView(progress));
}
