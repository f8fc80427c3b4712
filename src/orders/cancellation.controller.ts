import type { Response } from "express";
import type { AdminInput, Input } from "../../middlewares/described-router.js";
import type { OwnOrder } from "../../middlewares/order-ownership.middleware.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import * as cancellationService from "./cancellation.service.js";
import type * as schemas from "./cancellation.validation.js";
import { toAdminOrderView } from "./fulfilment.view.js";
import { toOrderView } from "./orders.view.js";

export async function cancelOrder(
  { body, order, principal, requestKey }: Input<typeof schemas.cancelOrderSchema, OwnOrder>,
  res: Response,
): Promise<void> {
  const { reason } = body;
  const cancelled = await cancellationService.cancelOwnOrder(order, {
    reason,
    principal,
    requestKey: requestKey ?? null,
  });
  sendResponse(res, HTTP_STATUS.OK, "The order is cancelled", toOrderView(cancelled));
}

export async function cancelByAdmin(
  { params, body, principal, requestKey }: AdminInput<typeof schemas.cancelByAdminSchema>,
  res: Response,
): Promise<void> {
  const wanted = { ...params, ...body, requestKey: requestKey ?? null };
  const order = await cancellationService.cancelByAdmin(wanted, principal);
  sendResponse(res, HTTP_STATUS.OK, "The order is cancelled, or units of it", toAdminOrderView(order));
}
