import type { Response } from "express";
import type { CustomerInput, Input } from "../../middlewares/described-router.js";
import { toObjectId } from "../../utils/helpers.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { rupeesToPaise } from "../../utils/money.js";
import { type Owner, profileOf } from "../../utils/principal.js";
import * as checkoutService from "./checkout.service.js";
import * as steps from "./checkout.steps.service.js";
import type * as schemas from "./checkout.validation.js";
import { toCheckoutView, toPaymentChoiceView, toShippingMethodsView } from "./checkout.view.js";

const requestOf = <O extends Owner>({ params, owner }: { params: { sessionId: string }; owner: O }) => ({
  checkoutSessionId: toObjectId(params.sessionId),
  owner,
});

export async function start(input: Input<typeof schemas.startSchema>, res: Response): Promise<void> {
  const { owner, source, body, principal } = input;
  const started = await checkoutService.start({
    owner,
    source,
    contact: body,
    profile: profileOf(principal),
  });
  const status = started.created ? HTTP_STATUS.CREATED : HTTP_STATUS.OK;
  sendResponse(res, status, "The checkout has started", toCheckoutView(started));
}

export async function getCheckout(
  input: Input<typeof schemas.getCheckoutSchema>,
  res: Response,
): Promise<void> {
  const checkout = await checkoutService.getCheckout(requestOf(input));
  sendResponse(res, HTTP_STATUS.OK, "Your checkout", toCheckoutView(checkout));
}

export async function getSummary(
  input: Input<typeof schemas.getSummarySchema>,
  res: Response,
): Promise<void> {
  const checkout = await checkoutService.getCheckout(requestOf(input));
  sendResponse(res, HTTP_STATUS.OK, "Your checkout in full", toCheckoutView(checkout));
}

export async function resume(input: Input<typeof schemas.resumeSchema>, res: Response): Promise<void> {
  const { renewed, ...checkout } = await checkoutService.resume({
    ...requestOf(input),
    source: input.source,
  });
  sendResponse(res, HTTP_STATUS.OK, "Your checkout continues", toCheckoutView(checkout), null, { renewed });
}

export async function setContact(
  input: Input<typeof schemas.setContactSchema>,
  res: Response,
): Promise<void> {
  const checkout = await steps.setContact(requestOf(input), input.body);
  sendResponse(res, HTTP_STATUS.OK, "The contact is saved", toCheckoutView(checkout));
}

export async function setShippingAddress(
  input: Input<typeof schemas.setShippingAddressSchema>,
  res: Response,
): Promise<void> {
  const checkout = await steps.setShippingAddress(requestOf(input), input.body);
  sendResponse(res, HTTP_STATUS.OK, "The shipping address is saved", toCheckoutView(checkout));
}

export async function setBillingAddress(
  input: Input<typeof schemas.setBillingAddressSchema>,
  res: Response,
): Promise<void> {
  const { body } = input;
  const sameAsShipping = body.sameAsShipping === true;
  const { gstin, isSez = false, deliveredToOwnPremises = false } = body;
  const address = body.sameAsShipping ? null : body;
  const buyer = { gstin, isSezBuyer: isSez, deliveredToOwnPremises };
  const checkout = await steps.setBillingAddress(requestOf(input), { sameAsShipping, address, ...buyer });
  sendResponse(res, HTTP_STATUS.OK, "The billing address is saved", toCheckoutView(checkout));
}

export async function listShippingMethods(
  input: Input<typeof schemas.listShippingMethodsSchema>,
  res: Response,
): Promise<void> {
  const methods = await steps.listShippingMethods(requestOf(input));
  sendResponse(res, HTTP_STATUS.OK, "The shipping methods", toShippingMethodsView(methods));
}

export async function setShippingMethod(
  input: Input<typeof schemas.setShippingMethodSchema>,
  res: Response,
): Promise<void> {
  const checkout = await steps.setShippingMethod(requestOf(input), input.body.shippingMethodId);
  sendResponse(res, HTTP_STATUS.OK, "The shipping method is chosen", toCheckoutView(checkout));
}

export async function setPaymentMethod(
  input: Input<typeof schemas.setPaymentMethodSchema>,
  res: Response,
): Promise<void> {
  const { method, termsAccepted, terms_accepted } = input.body;
  const choice = { ...requestOf(input), method, termsAccepted: termsAccepted ?? terms_accepted };
  const chosen = await steps.setPaymentMethod(choice);
  sendResponse(res, HTTP_STATUS.OK, "The payment method is chosen", toPaymentChoiceView(chosen));
}

export async function setGiftMessage(
  input: Input<typeof schemas.setGiftMessageSchema>,
  res: Response,
): Promise<void> {
  const checkout = await steps.setGiftMessage(requestOf(input), input.body.giftMessage);
  sendResponse(res, HTTP_STATUS.OK, "The gift message is saved", toCheckoutView(checkout));
}

export async function setNotes(input: Input<typeof schemas.setNotesSchema>, res: Response): Promise<void> {
  const checkout = await steps.setNotes(requestOf(input), input.body.customerNotes);
  sendResponse(res, HTTP_STATUS.OK, "The notes are saved", toCheckoutView(checkout));
}

export async function payWithPoints(
  input: CustomerInput<typeof schemas.payWithPointsSchema>,
  res: Response,
): Promise<void> {
  const checkout = await steps.payWithPoints(requestOf(input), input.body.points);
  sendResponse(res, HTTP_STATUS.OK, "The points are used", toCheckoutView(checkout));
}

export async function dropPoints(
  input: CustomerInput<typeof schemas.dropPointsSchema>,
  res: Response,
): Promise<void> {
  const checkout = await steps.dropPoints(requestOf(input));
  sendResponse(res, HTTP_STATUS.OK, "The points are kept", toCheckoutView(checkout));
}

export async function payWithCredit(
  input: CustomerInput<typeof schemas.payWithCreditSchema>,
  res: Response,
): Promise<void> {
  const { amount } = input.body;
  const wanted = amount === undefined ? null : rupeesToPaise(amount);
  const checkout = await steps.payWithCredit(requestOf(input), wanted);
  sendResponse(res, HTTP_STATUS.OK, "The store credit is used", toCheckoutView(checkout));
}

export async function dropCredit(
  input: CustomerInput<typeof schemas.dropCreditSchema>,
  res: Response,
): Promise<void> {
  const checkout = await steps.dropCredit(requestOf(input));
  sendResponse(res, HTTP_STATUS.OK, "The store credit is kept", toCheckoutView(checkout));
}
