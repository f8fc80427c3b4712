import type { ErrorRequestHandler, RequestHandler, Router } from "express";
import express from "express";
import type Joi from "joi";
import { schemas } from "./control-schemas.js";
import type { RazorpayControl } from "./control-types.js";
import { GatewayError } from "./errors.js";

/**
 * The control calls over HTTP: `POST /__control/<call>` with the call's arguments as one JSON object
 * answers `{ "result": … }`. Only for a sandbox on the loopback interface: there is no authentication.
 */

function call<B>(schema: Joi.ObjectSchema<B>, run: (body: B) => unknown): RequestHandler {
  return async (request, response) => {
    const { value, error } = schema.validate(request.body ?? {}, { convert: false });
    if (error) throw new GatewayError(400, "BAD_CONTROL_CALL", error.message);
    response.json({ result: (await run(value)) ?? null });
  };
}

type Calls = Record<keyof RazorpayControl, RequestHandler>;

function calls(control: RazorpayControl): Calls {
  const { nothing } = schemas;
  return {
    pay: call(schemas.pay, ({ orderId, ...attempt }) => control.pay(orderId, attempt)),
    settleLate: call(schemas.settleLate, ({ paymentId, ...how }) => control.settleLate(paymentId, how)),
    autoCapture: call(schemas.payment, ({ paymentId }) => control.autoCapture(paymentId)),
    signCheckout: call(schemas.signCheckout, (body) => control.signCheckout(body.orderId, body.paymentId)),
    settleRefund: call(schemas.settleRefund, (body) => control.settleRefund(body.refundId, body.status)),
    refundInDashboard: call(schemas.refundInDashboard, (body) =>
      control.refundInDashboard(body.paymentId, body.amount),
    ),
    settle: call(nothing, () => control.settle()),
    openDispute: call(schemas.openDispute, ({ paymentId, ...request }) =>
      control.openDispute(paymentId, request),
    ),
    moveDispute: call(schemas.moveDispute, (body) => control.moveDispute(body.disputeId, body.move)),
    startDowntime: call(schemas.startDowntime, (body) => control.startDowntime(body)),
    updateDowntime: call(schemas.updateDowntime, (body) =>
      control.updateDowntime(body.downtimeId, body.severity),
    ),
    resolveDowntime: call(schemas.resolveDowntime, (body) => control.resolveDowntime(body.downtimeId)),
    tamper: call(schemas.tamper, (body) => control.tamper(body.entityId, body.patch)),
    settings: call(nothing, () => control.settings()),
    configure: call(schemas.configure, (body) => control.configure(body)),
    setFault: call(schemas.setFault, (body) => control.setFault(body)),
    faults: call(nothing, () => control.faults()),
    clearFaults: call(nothing, () => control.clearFaults()),
    advance: call(schemas.advance, (body) => control.advance(body.seconds)),
    now: call(nothing, () => control.now()),
    setWebhookUrls: call(schemas.setWebhookUrls, (body) => control.setWebhookUrls(body.urls)),
    endpoints: call(nothing, () => control.endpoints()),
    enableEndpoint: call(schemas.enableEndpoint, (body) => control.enableEndpoint(body.url)),
    rotateWebhookSecret: call(schemas.rotateWebhookSecret, (body) =>
      control.rotateWebhookSecret(body.secret),
    ),
    events: call(nothing, () => control.events()),
    deliveries: call(nothing, () => control.deliveries()),
    sendEvent: call(schemas.sendEvent, (body) => control.sendEvent(body.event, body.payload, body.options)),
    sendSample: call(schemas.sendSample, (body) => control.sendSample(body.name, body.options)),
    release: call(schemas.release, (body) => control.release(body)),
    redeliver: call(schemas.event, (body) => control.redeliver(body.eventId)),
    replay: call(schemas.event, (body) => control.replay(body.eventId)),
    flushWebhooks: call(schemas.flushWebhooks, (body) => control.flushWebhooks(body)),
    ledger: call(nothing, () => control.ledger()),
    entity: call(schemas.entity, (body) => control.entity(body.id)),
    paymentsOf: call(schemas.order, (body) => control.paymentsOf(body.orderId)),
    refundsOf: call(schemas.payment, (body) => control.refundsOf(body.paymentId)),
    warnings: call(nothing, () => control.warnings()),
    reset: call(nothing, () => control.reset()),
  };
}

/** Calls without arguments that change nothing, for a look with the browser. */
const READABLE = [
  "settings",
  "faults",
  "now",
  "endpoints",
  "events",
  "deliveries",
  "ledger",
  "warnings",
] as const satisfies readonly (keyof RazorpayControl)[];

const answerError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error);
  if (error instanceof GatewayError) response.status(error.status).json(error.toEnvelope());
  else {
    const description = error instanceof Error ? error.message : String(error);
    response.status(400).json({ error: { code: "BAD_CONTROL_CALL", description } });
  }
};

export function createControlRouter(control: RazorpayControl): Router {
  const router = express.Router();
  const handlers = calls(control);
  router.use(express.json({ limit: "5mb" }));
  for (const [name, handler] of Object.entries(handlers)) router.post(`/${name}`, handler);
  for (const name of READABLE) router.get(`/${name}`, handlers[name]);
  router.use(() => {
    throw new GatewayError(404, "BAD_CONTROL_CALL", "no such control call");
  });
  router.use(answerError);
  return router;
}
