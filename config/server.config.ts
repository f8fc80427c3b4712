import { createServer, IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Express } from "express";
import type { Envelope } from "../utils/http.js";

/** Slow senders are cut off (S45); a load balancer waits 30 s for an answer. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the load balancer keeps idle connections (usually 60 s), so that it is never the one surprised. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const MAX_HEADER_BYTES = 16_384;
/** How often the two time-outs are looked at. */
const CHECK_INTERVAL_MS = 2_000;
/** While draining: connections that became idle are closed this often. */
const IDLE_SWEEP_MS = 100;

const REFUSAL: Envelope = {
  success: false,
  statusCode: 400,
  message: "This is not a request that we understand",
  data: null,
  error: { code: "VALIDATION_ERROR" },
};

/** What never became a request: broken HTTP, headers too large or too slow. */
function refuse(socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(REFUSAL);
  const headers = [
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(["HTTP/1.1 400 Bad Request", ...headers, "Connection: close", "", body].join("\r\n"));
}

/**
 * Requests and answers that are born with Express's prototypes. It gives every one of them its prototype when it
 * comes, and V8 forgets with that how to reach their fields quickly: two thirds of what a small answer costs.
 */
function messagesOf(app: Express) {
  class AppRequest extends IncomingMessage {}
  class AppResponse extends ServerResponse {}
  Object.setPrototypeOf(AppRequest.prototype, app.request);
  Object.setPrototypeOf(AppResponse.prototype, app.response);
  // What Express sets is then what is there already, and nothing happens.
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
  server.on("clientError", (_error, socket) => refuse(socket as Socket));
  return server;
}

/** @throws Error when the port is taken or may not be used */
export function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/**
 * Takes no new connections and waits for the requests under way.
 * @param limitMs after this long the rest is cut off
 * @returns whether every request came to its end
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
