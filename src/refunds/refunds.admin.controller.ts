import type { Response } from "express";
import type { AdminInput } from "../../middlewares/described-router.js";
import type { RefundDoc } from "../../models/index.js";
import { toObjectId } from "../../utils/helpers.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import type { AdminPrincipal } from "../../utils/principal.js";
import { toListView } from "../../utils/views/list.view.js";
import * as refundsAdminService from "./refunds.admin.service.js";
import type * as schemas from "./refunds.admin.validation.js";
import { toAdminRefundView, toHistoryView, toRefundFileView } from "./refunds.admin.view.js";
import { analyseRefunds } from "./refunds.analytics.service.js";
import { toRefundAnalyticsView } from "./refunds.analytics.view.js";
import * as decisionsService from "./refunds.decisions.service.js";

export async function listRefunds(
  { query }: AdminInput<typeof schemas.listRefundsSchema>,
  res: Response,
): Promise<void> {
  const { items, total } = await refundsAdminService.listRefunds(query);
  sendResponse(res, HTTP_STATUS.OK, "Refunds", toListView(items.map(toAdminRefundView), { ...query, total }));
}

export async function getAnalytics(
  { query }: AdminInput<typeof schemas.getAnalyticsSchema>,
  res: Response,
): Promise<void> {
  const analytics = await analyseRefunds(query);
  sendResponse(res, HTTP_STATUS.OK, "The analysis of refunds", toRefundAnalyticsView(analytics));
}

export async function createRefund(
  { body, principal, requestKey }: AdminInput<typeof schemas.createRefundSchema>,
  res: Response,
): Promise<void> {
  const refund = await decisionsService.createRefund(body, { by: principal, requestKey: requestKey ?? null });
  sendResponse(res, HTTP_STATUS.CREATED, "The refund waits for approval", toAdminRefundView(refund));
}

export async function getRefund(
  { params }: AdminInput<typeof schemas.getRefundSchema>,
  res: Response,
): Promise<void> {
  const file = await refundsAdminService.getRefundFile(toObjectId(params.refundId));
  sendResponse(res, HTTP_STATUS.OK, "The refund", toRefundFileView(file));
}

export async function getHistory(
  { params }: AdminInput<typeof schemas.getHistorySchema>,
  res: Response,
): Promise<void> {
  const refund = await refundsAdminService.getRefund(toObjectId(params.refundId));
  sendResponse(res, HTTP_STATUS.OK, "The history of the refund", toHistoryView(refund));
}

interface Decided {
  params: { refundId: string };
  principal: AdminPrincipal;
}

const decisionOf = ({ params, principal }: Decided): decisionsService.Decision => ({
  refundId: toObjectId(params.refundId),
  adminId: principal.adminId,
});

const sendRefund = (res: Response, message: string, refund: RefundDoc): void =>
  sendResponse(res, HTTP_STATUS.OK, message, toAdminRefundView(refund));

export async function approveRefund(
  input: AdminInput<typeof schemas.approveRefundSchema>,
  res: Response,
): Promise<void> {
  const notes = input.body.notes ?? null;
  const refund = await decisionsService.approveRefund({ ...decisionOf(input), notes });
  sendRefund(res, "The refund is approved", refund);
}

export async function rejectRefund(
  input: AdminInput<typeof schemas.rejectRefundSchema>,
  res: Response,
): Promise<void> {
  const refund = await decisionsService.rejectRefund({ ...decisionOf(input), ...input.body });
  sendRefund(res, "The refund is rejected", refund);
}

export async function processRefund(
  input: AdminInput<typeof schemas.processRefundSchema>,
  res: Response,
): Promise<void> {
  sendRefund(res, "The refund is processed", await decisionsService.processRefund(decisionOf(input)));
}

export async function processPartialRefund(
  input: AdminInput<typeof schemas.processPartialRefundSchema>,
  res: Response,
): Promise<void> {
  const refund = await decisionsService.processPartialRefund(decisionOf(input), input.body.items);
  sendRefund(res, "A part of the refund is processed", refund);
}

export async function refundToStoreCredit(
  input: AdminInput<typeof schemas.refundToStoreCreditSchema>,
  res: Response,
): Promise<void> {
  const refund = await decisionsService.refundToStoreCredit(decisionOf(input));
  sendRefund(res, "The refund goes to store credit", refund);
}

export async function refundByBankTransfer(
  input: AdminInput<typeof schemas.refundByBankTransferSchema>,
  res: Response,
): Promise<void> {
  const refund = await decisionsService.refundByBankTransfer(decisionOf(input), input.body);
  sendRefund(res, "The refund awaits a bank transfer", refund);
}

export async function confirmBankTransfer(
  input: AdminInput<typeof schemas.confirmBankTransferSchema>,
  res: Response,
): Promise<void> {
  const refund = await decisionsService.confirmBankTransfer({ ...decisionOf(input), ...input.body });
  sendRefund(res, "The bank transfer is confirmed", refund);
}

export async function retryRefund(
  input: AdminInput<typeof schemas.retryRefundSchema>,
  res: Response,
): Promise<void> {
  sendRefund(res, "The refund is tried again", await decisionsService.retryRefund(decisionOf(input)));
}

export async function addNote(
  { params, body, principal, requestKey }: AdminInput<typeof schemas.addNoteSchema>,
  res: Response,
): Promise<void> {
  const refundId = toObjectId(params.refundId);
  const refund = await refundsAdminService.addNote({
    refundId,
    note: body.note,
    by: principal,
    requestKey: requestKey ?? null,
  });
  sendRefund(res, "The note is added", refund);
}
