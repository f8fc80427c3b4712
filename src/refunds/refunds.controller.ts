import type { Response } from "express";
import type { Input } from "../../middlewares/described-router.js";
import { toObjectId } from "../../utils/helpers.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { actorOf } from "../../utils/principal.js";
import { toListView } from "../../utils/views/list.view.js";
import * as refundsService from "./refunds.service.js";
import type * as schemas from "./refunds.validation.js";
import { toReasonsView, toRefundView } from "./refunds.view.js";

export function listReasons(_input: unknown, res: Response): void {
  sendResponse(res, HTTP_STATUS.OK, "Reasons for a refund", toReasonsView());
}

export async function createRefund(
  { body, owner, principal, requestKey }: Input<typeof schemas.createRefundSchema>,
  res: Response,
): Promise<void> {
  const refund = await refundsService.requestRefund({
    ...{ ...body, owner, by: actorOf(principal) },
    requestKey: requestKey ?? null,
  });
  sendResponse(res, HTTP_STATUS.CREATED, "Your refund is requested", toRefundView(refund));
}

export async function listRefunds(
  { query, owner }: Input<typeof schemas.listRefundsSchema>,
  res: Response,
): Promise<void> {
  const { items, total } = await refundsService.listRefunds(owner, query);
  sendResponse(res, HTTP_STATUS.OK, "Your refunds", toListView(items.map(toRefundView), { ...query, total }));
}

export async function getRefund(
  { params, owner }: Input<typeof schemas.getRefundSchema>,
  res: Response,
): Promise<void> {
  const refund = await refundsService.getOwnRefund(toObjectId(params.refundId), owner);
  sendResponse(res, HTTP_STATUS.OK, "Your refund", toRefundView(refund));
}

export async function setBankAccount(
  { params, body, owner, principal }: Input<typeof schemas.setBankAccountSchema>,
  res: Response,
): Promise<void> {
  const refundId = toObjectId(params.refundId);
  const change = { refundId, owner, by: actorOf(principal), details: body };
  const refund = await refundsService.setBankAccount(change);
  sendResponse(res, HTTP_STATUS.OK, "The bank account is stored", toRefundView(refund));
}
