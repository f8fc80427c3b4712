import type { Response } from "express";
import type { AdminInput } from "../../middlewares/described-router.js";
import { toObjectId } from "../../utils/helpers.js";
import { HTTP_STATUS, sendFile, sendResponse } from "../../utils/http.js";
import { rupeesToPaise } from "../../utils/money.js";
import { indianDayOf } from "../../utils/periods.js";
import { toListView } from "../../utils/views/list.view.js";
import * as paymentsAdminService from "./payments.admin.service.js";
import type * as schemas from "./payments.admin.validation.js";
import { toAdminPaymentView, toGatewayRecordView, toListedPaymentView } from "./payments.admin.view.js";
import { analysePayments } from "./payments.analytics.service.js";
import { toPaymentAnalyticsView } from "./payments.analytics.view.js";
import * as captureService from "./payments.capture.service.js";
import * as exportService from "./payments.export.service.js";

export async function listPayments(
  { query }: AdminInput<typeof schemas.listPaymentsSchema>,
  res: Response,
): Promise<void> {
  const { items, total } = await paymentsAdminService.listPayments(query);
  const list = toListView(items.map(toListedPaymentView), { ...query, total });
  sendResponse(res, HTTP_STATUS.OK, "Payments", list);
}

export async function getAnalytics(
  { query }: AdminInput<typeof schemas.getAnalyticsSchema>,
  res: Response,
): Promise<void> {
  const analytics = await analysePayments(query);
  sendResponse(res, HTTP_STATUS.OK, "The analysis of payments", toPaymentAnalyticsView(analytics));
}

export async function exportPayments(
  { query, principal }: AdminInput<typeof schemas.exportPaymentsSchema>,
  res: Response,
): Promise<void> {
  await sendFile(res, {
    name: `payments_${indianDayOf(query.dateFrom)}_${indianDayOf(query.dateTo)}.csv`,
    contentType: "text/csv; charset=utf-8",
    body: () => exportService.exportPayments(query, principal),
  });
}

export async function getPayment(
  { params }: AdminInput<typeof schemas.getPaymentSchema>,
  res: Response,
): Promise<void> {
  const file = await paymentsAdminService.getPaymentFile(toObjectId(params.paymentId));
  sendResponse(res, HTTP_STATUS.OK, "The payment", toAdminPaymentView(file));
}

export async function getGatewayResponse(
  { params }: AdminInput<typeof schemas.getGatewayResponseSchema>,
  res: Response,
): Promise<void> {
  const record = await paymentsAdminService.getGatewayRecord(toObjectId(params.paymentId));
  sendResponse(res, HTTP_STATUS.OK, "What the gateway reported", toGatewayRecordView(record));
}

export async function recordReceipt(
  { params, body, principal }: AdminInput<typeof schemas.recordReceiptSchema>,
  res: Response,
): Promise<void> {
  const paymentId = toObjectId(params.paymentId);
  const amount = rupeesToPaise(body.amount);
  await paymentsAdminService.recordReceipt({ ...body, amount, paymentId, adminId: principal.adminId });
  const file = await paymentsAdminService.getPaymentFile(paymentId);
  sendResponse(res, HTTP_STATUS.OK, "The receipt is recorded", toAdminPaymentView(file));
}

export async function capturePayment(
  { params, principal }: AdminInput<typeof schemas.capturePaymentSchema>,
  res: Response,
): Promise<void> {
  const paymentId = toObjectId(params.paymentId);
  await captureService.capturePayment(paymentId, principal);
  const file = await paymentsAdminService.getPaymentFile(paymentId);
  sendResponse(res, HTTP_STATUS.OK, "The payment is captured", toAdminPaymentView(file));
}
