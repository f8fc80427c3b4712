import type { Request, RequestHandler, Router } from "express";
import express from "express";
import Joi from "joi";
import { attemptPayment } from "./attempts.js";
import { paymentForm, resultPage } from "./checkout-page.js";
import { CHECKOUT_SCRIPT } from "./checkout-script.js";
import { type Attempt, type AttemptResult, OUTCOMES } from "./control-types.js";
import { answerError, GatewayError, orderAmountMismatch, unknownId } from "./errors.js";
import type { Gateway } from "./gateway.js";
import { PAYMENT_METHODS } from "./types.js";

const method = Joi.valid(...PAYMENT_METHODS).required();
const outcome = Joi.valid(...OUTCOMES).required();

const CheckoutBody = Joi.object<Attempt & { key?: string; amount?: number }>({
  method,
  outcome,
  /** What the script passes on from the shop's options. */
  details: Joi.object({
    email: Joi.string().allow(""),
    contact: Joi.string().allow(""),
    description: Joi.string().max(255, "utf8").allow(""),
    notes: Joi.object(),
  }),
  key: Joi.string(),
  amount: Joi.number().integer(),
});

const CheckoutForm = Joi.object<Omit<Attempt, "details"> & { callback_url?: string }>({
  method,
  outcome,
  callback_url: Joi.string().uri({ scheme: ["http", "https"] }),
});

function read<T>(schema: Joi.ObjectSchema<T>, value: unknown): T {
  const result = schema.validate(value ?? {});
  if (result.error) throw new GatewayError(400, "BAD_REQUEST_ERROR", result.error.message);
  return result.value;
}

/** What Checkout passes to the page's handler or to `payment.failed`. */
function toCheckoutAnswer(result: AttemptResult): object {
  if (result.error) {
    const metadata = { payment_id: result.paymentId, order_id: result.orderId };
    return { error: { ...result.error, metadata } };
  }
  return toHandlerFields(result);
}

const toHandlerFields = (result: AttemptResult): Record<string, string> => ({
  razorpay_payment_id: result.paymentId,
  razorpay_order_id: result.orderId,
  ...(result.signature === undefined ? {} : { razorpay_signature: result.signature }),
});

/** The same as form fields: `error[code]`, … */
function toFormFields(result: AttemptResult): Record<string, string> {
  if (!result.error) return toHandlerFields(result);
  const metadata = JSON.stringify({ payment_id: result.paymentId, order_id: result.orderId });
  const fields = Object.entries(result.error).map(([name, value]) => [`error[${name}]`, value]);
  return { ...Object.fromEntries(fields), "error[metadata]": metadata };
}

/** Unlike the REST API, Checkout is called from the shop's page, on another origin. */
const allowOrigins: RequestHandler = (request, response, next) => {
  response.set({ "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "Content-Type" });
  if (request.method === "OPTIONS") response.status(204).end();
  else next();
};

const orderIdOf = (request: Request): string => String(request.params.orderId);

/** `POST /checkout/:orderId/pay`, called by the script: JSON in, JSON out. */
const payByScript =
  (gateway: Gateway): RequestHandler =>
  (request, response) => {
    const { key, amount, ...attempt } = read(CheckoutBody, request.body);
    const orderId = orderIdOf(request);
    if (key !== undefined && key !== gateway.options.keyId) throw unknownId();
    const order = gateway.store.orders.get(orderId).entity;
    if (amount !== undefined && amount !== order.amount) throw orderAmountMismatch();
    response.json(toCheckoutAnswer(attemptPayment(gateway, orderId, attempt)));
  };

/** `POST /checkout/:orderId`, the form of the page; answers JSON to clients that accept it. */
const payByForm =
  (gateway: Gateway): RequestHandler =>
  (request, response) => {
    const { callback_url: callbackUrl = null, ...attempt } = read(CheckoutForm, request.body);
    const result = attemptPayment(gateway, orderIdOf(request), attempt);
    if (request.accepts(["html", "json"]) === "json") response.json(toCheckoutAnswer(result));
    else {
      const order = gateway.store.orders.get(orderIdOf(request)).entity;
      const fields = toFormFields(result);
      response.type("html").send(resultPage({ order, attempt: result, fields, callbackUrl }));
    }
  };

/** The buyer's side: the script, its endpoint, and a page for paying by hand. */
export function createCheckoutRouter(gateway: Gateway): Router {
  const router = express.Router();
  router.get("/v1/checkout.js", (_request, response) => {
    response.type("js").send(CHECKOUT_SCRIPT);
  });
  const checkout = express.Router();
  checkout.use(allowOrigins, express.json(), express.urlencoded({ extended: false }));
  checkout.get("/:orderId", (request, response) => {
    const order = gateway.store.orders.get(orderIdOf(request)).entity;
    const { callback_url: callbackUrl } = request.query;
    response.type("html").send(paymentForm(order, typeof callbackUrl === "string" ? callbackUrl : null));
  });
  checkout.post("/:orderId", payByForm(gateway));
  checkout.post("/:orderId/pay", payByScript(gateway));
  checkout.use(answerError);
  router.use("/checkout", checkout);
  return router;
}
