import type { Response } from "express";
import type { AdminInput } from "../../middlewares/described-router.js";
import type { ReturnDoc } from "../../models/index.js";
import { toObjectId } from "../../utils/helpers.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import type { AdminPrincipal } from "../../utils/principal.js";
import { toListView } from "../../utils/views/list.view.js";
import * as returnsAdminService from "./returns.admin.service.js";
import type * as schemas from "./returns.admin.validation.js";
import { toAdminReturnView, toRefundedReturnView, toReturnFileView } from "./returns.admin.view.js";
import { analyseReturns } from "./returns.analytics.service.js";
import { toReturnAnalyticsView } from "./returns.analytics.view.js";
import { imageLink } from "./returns.service.js";

const toView = (found: ReturnDoc) => toAdminReturnView(found, imageLink);

export async function listReturns(
  { query }: AdminInput<typeof schemas.listReturnsSchema>,
  res: Response,
): Promise<void> {
  const { items, total } = await returnsAdminService.listReturns(query);
  sendResponse(res, HTTP_STATUS.OK, "Returns", toListView(items.map(toView), { ...query, total }));
}

export async function getAnalytics(
  { query }: AdminInput<typeof schemas.getAnalyticsSchema>,
  res: Response,
): Promise<void> {
  const analytics = await analyseReturns(query);
  sendResponse(res, HTTP_STATUS.OK, "The analysis of returns", toReturnAnalyticsView(analytics));
}

export async function getReturn(
  { params }: AdminInput<typeof schemas.getReturnSchema>,
  res: Response,
): Promise<void> {
  const file = await returnsAdminService.getReturnFile(toObjectId(params.returnId));
  sendResponse(res, HTTP_STATUS.OK, "The return", toReturnFileView(file, imageLink));
}

interface Decided {
  params: { returnId: string };
  principal: AdminPrincipal;
}

const decisionOf = ({ params, principal }: Decided): returnsAdminService.Decision => ({
  returnId: toObjectId(params.returnId),
  adminId: principal.adminId,
});

const sendReturn = (res: Response, message: string, found: ReturnDoc): void =>
  sendResponse(res, HTTP_STATUS.OK, message, toView(found));

export async function approveReturn(
  input: AdminInput<typeof schemas.approveReturnSchema>,
  res: Response,
): Promise<void> {
  const { notes = null } = input.body;
  const found = await returnsAdminService.approveReturn({ ...decisionOf(input), notes });
  sendReturn(res, "The return is approved", found);
}

export async function rejectReturn(
  input: AdminInput<typeof schemas.rejectReturnSchema>,
  res: Response,
): Promise<void> {
  const found = await returnsAdminService.rejectReturn(decisionOf(input), input.body.reason);
  sendReturn(res, "The return is rejected", found);
}

export async function schedulePickup(
  input: AdminInput<typeof schemas.schedulePickupSchema>,
  res: Response,
): Promise<void> {
  const found = await returnsAdminService.schedulePickup({ ...decisionOf(input), ...input.body });
  sendReturn(res, "The pickup is scheduled", found);
}

export async function receiveReturn(
  input: AdminInput<typeof schemas.receiveReturnSchema>,
  res: Response,
): Promise<void> {
  const found = await returnsAdminService.receiveReturn(decisionOf(input));
  sendReturn(res, "The parcel has arrived", found);
}

export async function inspectReturn(
  input: AdminInput<typeof schemas.inspectReturnSchema>,
  res: Response,
): Promise<void> {
  const found = await returnsAdminService.inspectReturn(decisionOf(input), input.body);
  sendReturn(res, "The inspection is recorded", found);
}

export async function refundReturn(
  input: AdminInput<typeof schemas.refundReturnSchema>,
  res: Response,
): Promise<void> {
  const file = await returnsAdminService.refundReturn(decisionOf(input), input.body);
  sendResponse(res, HTTP_STATUS.OK, "The return is completed", toRefundedReturnView(file, imageLink));
}

export async function addNote(
  { params, body, principal, requestKey }: AdminInput<typeof schemas.addNoteSchema>,
  res: Response,
): Promise<void> {
  const returnId = toObjectId(params.returnId);
  const found = await returnsAdminService.addNote({
    returnId,
    note: body.note,
    by: principal,
    requestKey: requestKey ?? null,
  });
  sendReturn(res, "The note is added", found);
}
