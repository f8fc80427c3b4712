import type { Response } from "express";
import type { Input } from "../../middlewares/described-router.js";
import { toObjectId } from "../../utils/helpers.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import * as paymentsService from "./payments.service.js";
import type * as schemas from "./payments.validation.js";
import { toCodOrderView, toPaymentChoiceView, toPaymentView } from "./payments.view.js";

export async function pay({ body, owner }: Input<typeof schemas.paySchema>, res: Response): Promise<void> {
  const chosen = await paymentsService.pay({
    owner,
    checkoutSessionId: toObjectId(body.checkoutSessionId),
    method: body.method,
    termsAccepted: body.termsAccepted ?? body.terms_accepted,
  });
  sendResponse(res, HTTP_STATUS.OK, "The payment is open", toPaymentChoiceView(chosen));
}

export async function verifyPayment(
  { body, owner }: Input<typeof schemas.verifyPaymentSchema>,
  res: Response,
): Promise<void> {
  const payment = await paymentsService.verifyPayment({ ...body }, owner);
  sendResponse(res, HTTP_STATUS.OK, "The payment is verified", toPaymentView(payment));
}

export async function payOnDelivery(
  { body, owner }: Input<typeof schemas.payOnDeliverySchema>,
  res: Response,
): Promise<void> {
  const placed = await paymentsService.payOnDelivery({
    owner,
    checkoutSessionId: toObjectId(body.checkoutSessionId),
    termsAccepted: body.termsAccepted ?? body.terms_accepted ?? false,
  });
  const status = placed.created ? HTTP_STATUS.CREATED : HTTP_STATUS.OK;
  sendResponse(res, status, "The order is placed; pay on delivery", toCodOrderView(placed));
}

export async function retryPayment(
  { params, body, owner }: Input<typeof schemas.retryPaymentSchema>,
  res: Response,
): Promise<void> {
  const chosen = await paymentsService.retryPayment(toObjectId(params.paymentId), owner, body.method);
  sendResponse(res, HTTP_STATUS.OK, "The payment is open again", toPaymentChoiceView(chosen));
}

export async function getPayment(
  { params, owner }: Input<typeof schemas.getPaymentSchema>,
  res: Response,
): Promise<void> {
  const payment = await paymentsService.getOwnPayment(toObjectId(params.paymentId), owner);
  sendResponse(res, HTTP_STATUS.OK, "Your payment", toPaymentView(payment));
}
