import { createHash, timingSafeEqual } from "node:crypto";
import express, { type Request, type RequestHandler, type Router } from "express";
import { acceptDispute, contestDispute } from "./disputes.js";
import { answerError, authenticationFailed, unknownId, unknownUrl } from "./errors.js";
import type { GatewayFaults } from "./faults.js";
import type { Gateway } from "./gateway.js";
import { collection, readExpand, readPage, selectPage } from "./lists.js";
import { createOrder, listOrderPayments, listOrders } from "./orders.js";
import { captureByMerchant } from "./payments.js";
import { refundByMerchant } from "./refund-requests.js";
import { reconReport } from "./settlements.js";
import type { Stored, Table } from "./store.js";
import type { CardEntity, RefundEntity } from "./types.js";
import { type Fields, readFields, readNotes } from "./validation.js";
import { paymentView } from "./webhook-body.js";

type ApiRoute = readonly [
  method: "get" | "post" | "patch",
  path: string,
  handler: (request: Request) => unknown,
];

/** Express types allow several values for wildcards. */
const idOf = (request: Request, name = "id"): string => String(request.params[name]);
const entityOf = <E>({ entity }: { entity: E }): E => entity;

/** The REST API below `/v1`. Every success has status 200, creates too. */
function apiRoutes(gateway: Gateway): ApiRoute[] {
  // A reset replaces the store, so each call reads it anew.
  const store = () => gateway.store;
  return [
    ["post", "/orders", ({ body }) => createOrder(gateway, body)],
    ["get", "/orders", ({ query }) => listOrders(gateway, query)],
    ["get", "/orders/:id", (request) => store().orders.get(idOf(request)).entity],
    ["patch", "/orders/:id", (request) => editNotes(store().orders, request)],
    ["get", "/orders/:id/payments", (request) => listOrderPayments(gateway, idOf(request), request.query)],

    ["get", "/payments/downtimes", () => collection(store().downtimes.rows.map(entityOf).reverse())],
    ["get", "/payments/downtimes/:id", (request) => store().downtimes.get(idOf(request)).entity],
    ["get", "/payments", ({ query }) => listPayments(gateway, query)],
    ["get", "/payments/:id", (request) => fetchPayment(gateway, request)],
    ["patch", "/payments/:id", (request) => editNotes(store().payments, request)],
    ["post", "/payments/:id/capture", (request) => captureByMerchant(gateway, idOf(request), request.body)],
    ["get", "/payments/:id/card", (request) => fetchCard(gateway, request)],

    ["post", "/payments/:id/refund", (request) => requestRefund(gateway, request)],
    ["get", "/payments/:id/refunds", (request) => listRefundsOfPayment(gateway, request)],
    ["get", "/payments/:id/refunds/:refundId", (request) => fetchRefundOfPayment(gateway, request)],
    ["get", "/refunds", ({ query }) => list(gateway, store().refunds, query)],
    ["get", "/refunds/:id", (request) => store().refunds.get(idOf(request)).entity],
    ["patch", "/refunds/:id", (request) => editNotes(store().refunds, request)],

    ["get", "/settlements/recon/combined", ({ query }) => reconReport(gateway, query)],
    ["get", "/settlements", ({ query }) => list(gateway, store().settlements, query)],
    ["get", "/settlements/:id", (request) => store().settlements.get(idOf(request)).entity],

    ["get", "/disputes", ({ query }) => list(gateway, store().disputes, query)],
    ["get", "/disputes/:id", (request) => store().disputes.get(idOf(request)).entity],
    ["post", "/disputes/:id/accept", (request) => acceptDispute(gateway, idOf(request))],
    ["patch", "/disputes/:id/contest", (request) => contestDispute(gateway, idOf(request), request.body)],
  ];
}

/** A page of one table; lists lag behind by `listLagSeconds`. */
function selectRows<R extends Stored<{ id: string; created_at: number }>>(
  { clock, settings }: Gateway,
  table: Table<R>,
  query: Fields,
): R[] {
  const visibleUntilMs = clock.now() - settings.listLagSeconds * 1000;
  return selectPage(table.rows, { page: readPage(query), visibleUntilMs });
}

const list = <R extends Stored<{ id: string; created_at: number }>>(
  gateway: Gateway,
  table: Table<R>,
  query: Fields,
) => collection(selectRows(gateway, table, query).map(entityOf));

const hasCard = (query: Fields): boolean => readExpand(query).has("card");

const listPayments = (gateway: Gateway, query: Fields) =>
  collection(
    selectRows(gateway, gateway.store.payments, query).map((row) => paymentView(row, hasCard(query))),
  );

const fetchPayment = ({ store }: Gateway, request: Request) =>
  paymentView(store.payments.get(idOf(request)), hasCard(request.query));

function fetchCard({ store }: Gateway, request: Request): CardEntity {
  const { card } = store.payments.get(idOf(request));
  if (!card) throw unknownId();
  return card;
}

function requestRefund(gateway: Gateway, request: Request): Promise<RefundEntity> {
  const key = request.get("X-Refund-Idempotency");
  return refundByMerchant(gateway, { paymentId: idOf(request), body: request.body, key });
}

function listRefundsOfPayment({ store }: Gateway, request: Request) {
  const { refunds } = store.payments.get(idOf(request));
  return collection(selectPage(refunds, { page: readPage(request.query) }).map(entityOf));
}

function fetchRefundOfPayment({ store }: Gateway, request: Request): RefundEntity {
  const { entity } = store.refunds.get(idOf(request, "refundId"));
  if (entity.payment_id !== idOf(request)) throw unknownId();
  return entity;
}

function editNotes<E extends { id: string; notes: unknown }>(table: Table<Stored<E>>, request: Request): E {
  const { entity } = table.get(idOf(request));
  entity.notes = readNotes(readFields(request.body, ["notes"]));
  return entity;
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

function authentication({ options: { keyId, keySecret } }: Gateway): RequestHandler {
  const expected = digest(`Basic ${Buffer.from(`${keyId}:${keySecret}`).toString("base64")}`);
  return (request, _response, next) => {
    if (!timingSafeEqual(digest(request.headers.authorization ?? ""), expected)) throw authenticationFailed();
    next();
  };
}

/** The SDK turns `expand[]` into parameters that the gateway ignores. */
const warnOfExpand =
  (gateway: Gateway): RequestHandler =>
  (request, _response, next) => {
    if ("expand[expand]" in request.query || "expand[expand[]]" in request.query) {
      gateway.store.warnings.push(`${request.method} ${request.originalUrl}: only expand[]= is recognised`);
    }
    next();
  };

export function createApiRouter(gateway: Gateway, faults: GatewayFaults): Router {
  const router = express.Router();
  router.use(
    authentication(gateway),
    // Before a fault that delays: a gateway has read the whole request, even when its sender dies meanwhile.
    express.json({ limit: "1mb" }),
    faults.middleware,
    warnOfExpand(gateway),
  );
  for (const [method, path, handler] of apiRoutes(gateway)) {
    router[method](path, async (request, response) => void response.json(await handler(request)));
  }
  router.use(() => {
    throw unknownUrl();
  });
  router.use(answerError);
  return router;
}
