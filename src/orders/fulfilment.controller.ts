import type { Response } from "express";
import type { AdminInput } from "../../middlewares/described-router.js";
import { toObjectId } from "../../utils/helpers.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { toNamedUnits } from "../../utils/line-units.js";
import { actorOf } from "../../utils/principal.js";
import * as fulfilmentService from "./fulfilment.service.js";
import type * as schemas from "./fulfilment.validation.js";
import { toAdminOrderView, toShippedOrderView } from "./fulfilment.view.js";

export async function shipOrder(
  { params, body, principal, requestKey }: AdminInput<typeof schemas.shipOrderSchema>,
  res: Response,
): Promise<void> {
  const { order, shipment } = await fulfilmentService.shipOrder({
    orderId: toObjectId(params.orderId),
    items: body.items ? toNamedUnits(body.items) : null,
    methodId: body.methodId ?? null,
    by: actorOf(principal),
    requestKey: requestKey ?? null,
  });
  const view = toShippedOrderView(order, shipment);
  if (shipment.status === "creating")
    sendResponse(res, HTTP_STATUS.ACCEPTED, "The parcel is requested", view);
  else sendResponse(res, HTTP_STATUS.OK, "The parcel is on its way", view);
}

export async function changeStatus(
  { params, body, principal }: AdminInput<typeof schemas.changeStatusSchema>,
  res: Response,
): Promise<void> {
  const order = await fulfilmentService.changeStatus({
    orderId: toObjectId(params.orderId),
    ...{ to: body.status, note: body.note ?? null, by: actorOf(principal) },
  });
  sendResponse(res, HTTP_STATUS.OK, "The order", toAdminOrderView(order));
}

export async function changeSellerStatus(
  { params, body, principal }: AdminInput<typeof schemas.changeSellerStatusSchema>,
  res: Response,
): Promise<void> {
  const { status, note, ...described } = body;
  const order = await fulfilmentService.changeSellerStatus({
    ...{ orderId: toObjectId(params.orderId), sellerId: params.sellerId },
    ...{ to: status, note: note ?? null, ...described },
    ...{ by: actorOf(principal), byName: principal.name ?? null },
  });
  sendResponse(res, HTTP_STATUS.OK, "The order", toAdminOrderView(order));
}
