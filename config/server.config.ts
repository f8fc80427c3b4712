import { randomUUID } from "node:crypto";
import { createServer, IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Express } from "express";
import type { Envelope } from "../utils/http.js";
import { logger } from "./logger.config.js";

/** Slow senders are disconnected; a load balancer waits 30 s for a response. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than a load balancer keeps idle connections (usually 60 s), so that it never sends on a closed one. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const MAX_HEADER_BYTES = 16_384;
/** Idle ones included. More are closed at once: each takes memory, and a flood must not take all of it. */
const MAX_CONNECTIONS = 10_000;
/**
 * Connections that wait to be accepted. Beyond the default of 511 a burst that meets a busy loop is dropped by the kernel, and
 * clients try again after 1, 3 and 7 seconds. The kernel's own limit (`net.core.somaxconn`) is 4,096 on most machines.
 */
const BACKLOG = 4_096;
/** How often the two time-outs are checked. */
const CHECK_INTERVAL_MS = 2_000;
/** While draining, idle connections are closed this often. */
const IDLE_SWEEP_MS = 100;

const message = "The request is not valid HTTP";
const REFUSAL: Envelope = {
  success: false,
  statusCode: 400,
  message,
  data: null,
  error: { code: "VALIDATION_ERROR", details: [{ in: "headers", path: "", message }] },
};

/** For connections that never became a request: broken HTTP, headers too large or too slow. Their bytes are not logged. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const requestId = randomUUID();
  logger.warn({ requestId, code: error.code }, "> Broken HTTP was refused");
  const body = JSON.stringify(REFUSAL);
  const headers = [
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
  ];
  socket.end(["HTTP/1.1 400 Bad Request", ...headers, "Connection: close", "", body].join("\r\n"));
}

/**
 * Creates requests and responses with Express's prototypes. Express otherwise replaces the prototype of each one, which
 * makes V8 drop its optimised field access: two thirds of the cost of a small response.
 */
function messagesOf(app: Express) {
  class AppRequest extends IncomingMessage {}
  class AppResponse extends ServerResponse {}
  Object.setPrototypeOf(AppRequest.prototype, app.request);
  Object.setPrototypeOf(AppResponse.prototype, app.response);
  // Express then sets the prototype that is already there, which costs nothing.
  Object.assign(app, { request: AppRequest.prototype, response: AppResponse.prototype });
  return { IncomingMessage: AppRequest, ServerResponse: AppResponse };
}

export function createHttpServer(app: Express): Server {
  const server = createServer(
    {
      ...messagesOf(app),
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
    },
    app,
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.on("clientError", (error, socket) => refuse(error, socket as Socket));
  return server;
}

/** @throws Error when the port is in use or not permitted */
export function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, backlog: BACKLOG }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/**
 * Accepts no new connections and waits for the requests in flight.
 * @param limitMs after this time the remaining connections are closed
 * @returns whether every request was completed
 */
export function drain(server: Server, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
    let complete = true;
    const limit = setTimeout(() => {
      complete = false;
      server.closeAllConnections();
    }, limitMs);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(limit);
      resolve(complete);
    });
    server.closeIdleConnections();
  });
}
