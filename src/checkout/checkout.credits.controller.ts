import type { Response } from "express";
import type { CustomerInput } from "../../middlewares/described-router.js";
import { toObjectId } from "../../utils/helpers.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { rupeesToPaise } from "../../utils/money.js";
import * as creditsService from "./checkout.credits.service.js";
import type * as schemas from "./checkout.credits.validation.js";
import { toCheckoutView } from "./checkout.view.js";

type Session = { params: { sessionId: string }; owner: { userId: string } };

const requestOf = ({ params, owner }: Session): creditsService.CustomerRequest => ({
  checkoutSessionId: toObjectId(params.sessionId),
  owner,
});

export async function payWithPoints(
  input: CustomerInput<typeof schemas.payWithPointsSchema>,
  res: Response,
): Promise<void> {
  const checkout = await creditsService.payWithPoints(requestOf(input), input.body.points);
  sendResponse(res, HTTP_STATUS.OK, "The points are used", toCheckoutView(checkout));
}

export async function dropPoints(
  input: CustomerInput<typeof schemas.dropPointsSchema>,
  res: Response,
): Promise<void> {
  const checkout = await creditsService.dropPoints(requestOf(input));
  sendResponse(res, HTTP_STATUS.OK, "The points are kept", toCheckoutView(checkout));
}

export async function payWithCredit(
  input: CustomerInput<typeof schemas.payWithCreditSchema>,
  res: Response,
): Promise<void> {
  const { amount } = input.body;
  const wanted = amount === undefined ? null : rupeesToPaise(amount);
  const checkout = await creditsService.payWithCredit(requestOf(input), wanted);
  sendResponse(res, HTTP_STATUS.OK, "The store credit is used", toCheckoutView(checkout));
}

export async function dropCredit(
  input: CustomerInput<typeof schemas.dropCreditSchema>,
  res: Response,
): Promise<void> {
  const checkout = await creditsService.dropCredit(requestOf(input));
  sendResponse(res, HTTP_STATUS.OK, "The store credit is kept", toCheckoutView(checkout));
}
