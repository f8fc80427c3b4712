import { createHash, timingSafeEqual } from "node:crypto";
import type { ErrorRequestHandler, Request, RequestHandler, Response, Router } from "express";
import express from "express";
import { acceptDispute, contestDispute } from "./disputes.js";
import {
  authenticationFailed,
  GatewayError,
  malformedBody,
  serverError,
  unknownId,
  unknownUrl,
} from "./errors.js";
import type { Faults } from "./faults.js";
import type { Gateway } from "./gateway.js";
import { collection, readExpand, readPage, selectPage } from "./lists.js";
import { createOrder, editOrder, listOrderPayments, listOrders } from "./orders.js";
import { captureByMerchant } from "./payments.js";
import { refundByMerchant } from "./refund-requests.js";
import { reconReport } from "./settlements.js";
import type { Table } from "./store.js";
import { type Fields, readFields, readNotes } from "./validation.js";
import { paymentView } from "./webhook-body.js";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

export function authentication(gateway: Gateway): RequestHandler {
  const { keyId, keySecret } = gateway.options;
  const expected = digest(`Basic ${Buffer.from(`${keyId}:${keySecret}`).toString("base64")}`);
  return (request, _response, next) => {
    if (!timingSafeEqual(digest(request.headers.authorization ?? ""), expected)) throw authenticationFailed();
    next();
  };
}

/** Malformed JSON is the caller's mistake; whatever else is unexpected looks like the gateway's trouble. */
function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (error instanceof SyntaxError) return malformedBody();
  return serverError();
}

export const answerError: ErrorRequestHandler = (error: unknown, _request, response: Response, next) => {
  if (response.headersSent) return next(error);
  const refusal = toGatewayError(error);
  response.status(refusal.status).json(refusal.toEnvelope());
};

/** The SDK turns `expand[]` into something that the gateway ignores. */
export const warnOfExpand =
  (gateway: Gateway): RequestHandler =>
  (request, _response, next) => {
    if ("expand[expand]" in request.query || "expand[expand[]]" in request.query) {
      gateway.store.warnings.push(`${request.method} ${request.originalUrl}: only expand[]= is recognised`);
    }
    next();
  };

type Handler = (request: Request) => unknown;

/** Success is 200, creates too. */
const route =
  (handler: Handler): RequestHandler =>
  async (request, response) => {
    response.json(await handler(request));
  };

/** One value of a path parameter (Express types allow several for wildcards). */
const parameter = (request: Request, name: string): string => String(request.params[name]);
const idOf = (request: Request): string => parameter(request, "id");

interface Listable {
  createdMs: number;
  entity: { id: string; created_at: number };
}

/** A list of entities of one kind, lagging behind as configured. */
const lister =
  <R extends Listable, V>(gateway: Gateway, rows: () => readonly R[], toView: (row: R, query: Fields) => V) =>
  (request: Request) => {
    const { clock, settings } = gateway;
    const chosen = selectPage(rows(), {
      page: readPage(request.query),
      visibleUntilMs: clock.now() - settings.listLagSeconds * 1000,
    });
    return collection(chosen.map((row) => toView(row, request.query)));
  };

const toEntity = <E>({ entity }: { entity: E }): E => entity;

function editNotes<R extends { createdMs: number; entity: { id: string; notes: unknown } }>(
  table: Table<R>,
  request: Request,
): R["entity"] {
  const { entity } = table.get(idOf(request));
  entity.notes = readNotes(readFields(request.body, ["notes"]));
  return entity;
}

function orderRoutes(router: Router, gateway: Gateway): void {
  router.post(
    "/orders",
    route((request) => createOrder(gateway, request.body)),
  );
  router.get(
    "/orders",
    route((request) => listOrders(gateway, request.query)),
  );
  router.get(
    "/orders/:id",
    route((request) => gateway.store.orders.get(idOf(request)).entity),
  );
  router.patch(
    "/orders/:id",
    route((request) => editOrder(gateway, idOf(request), request.body)),
  );
  router.get(
    "/orders/:id/payments",
    route((request) => listOrderPayments(gateway, idOf(request), request.query)),
  );
}

function paymentRoutes(router: Router, gateway: Gateway): void {
  const payment = (request: Request) => gateway.store.payments.get(idOf(request));
  const hasCard = (query: Fields) => readExpand(query).has("card");
  router.get(
    "/payments/downtimes",
    route(() => collection(gateway.store.downtimes.rows.map(toEntity).reverse())),
  );
  router.get(
    "/payments/downtimes/:id",
    route((request) => gateway.store.downtimes.get(idOf(request)).entity),
  );
  router.get(
    "/payments",
    route(
      lister(
        gateway,
        () => gateway.store.payments.rows,
        (row, query) => paymentView(row, hasCard(query)),
      ),
    ),
  );
  router.get(
    "/payments/:id",
    route((request) => paymentView(payment(request), hasCard(request.query))),
  );
  router.patch(
    "/payments/:id",
    route((request) => editNotes(gateway.store.payments, request)),
  );
  router.post(
    "/payments/:id/capture",
    route((request) => captureByMerchant(gateway, idOf(request), request.body)),
  );
  router.get(
    "/payments/:id/card",
    route((request) => {
      const { card } = payment(request);
      if (!card) throw unknownId();
      return card;
    }),
  );
}

function refundRoutes(router: Router, gateway: Gateway): void {
  const ofPayment = (request: Request) => gateway.store.payments.get(idOf(request)).refunds;
  router.post(
    "/payments/:id/refund",
    route((request) =>
      refundByMerchant(gateway, idOf(request), request.body, request.get("X-Refund-Idempotency")),
    ),
  );
  router.get(
    "/payments/:id/refunds",
    route((request) => {
      const chosen = selectPage(ofPayment(request), { page: readPage(request.query) });
      return collection(chosen.map(toEntity));
    }),
  );
  router.get(
    "/payments/:id/refunds/:refundId",
    route((request) => {
      const refund = gateway.store.refunds.get(parameter(request, "refundId"));
      if (refund.entity.payment_id !== idOf(request)) throw unknownId();
      return refund.entity;
    }),
  );
  router.get("/refunds", route(lister(gateway, () => gateway.store.refunds.rows, toEntity)));
  router.get(
    "/refunds/:id",
    route((request) => gateway.store.refunds.get(idOf(request)).entity),
  );
  router.patch(
    "/refunds/:id",
    route((request) => editNotes(gateway.store.refunds, request)),
  );
}

function settlementRoutes(router: Router, gateway: Gateway): void {
  router.get(
    "/settlements/recon/combined",
    route((request) => reconReport(gateway, request.query)),
  );
  router.get("/settlements", route(lister(gateway, () => gateway.store.settlements.rows, toEntity)));
  router.get(
    "/settlements/:id",
    route((request) => gateway.store.settlements.get(idOf(request)).entity),
  );
  router.get("/disputes", route(lister(gateway, () => gateway.store.disputes.rows, toEntity)));
  router.get(
    "/disputes/:id",
    route((request) => gateway.store.disputes.get(idOf(request)).entity),
  );
  router.post(
    "/disputes/:id/accept",
    route((request) => acceptDispute(gateway, idOf(request))),
  );
  router.patch(
    "/disputes/:id/contest",
    route((request) => contestDispute(gateway, idOf(request), request.body)),
  );
}

/** Everything below `/v1` that needs the key (spec §1.4). */
export function createApiRouter(gateway: Gateway, faults: Faults): Router {
  const router = express.Router();
  router.use(authentication(gateway));
  router.use(faults.middleware);
  router.use(express.json({ limit: "1mb" }));
  router.use(warnOfExpand(gateway));
  orderRoutes(router, gateway);
  paymentRoutes(router, gateway);
  refundRoutes(router, gateway);
  settlementRoutes(router, gateway);
  router.use(() => {
    throw unknownUrl();
  });
  router.use(answerError);
  return router;
}
