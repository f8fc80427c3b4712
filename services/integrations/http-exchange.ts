import http from "node:http";
import https from "node:https";
import { afterUnread } from "../../utils/event-loop.js";

/**
 * One HTTP exchange with a neighbour: keep-alive sockets, one deadline for everything, and a limit on the size of
 * the answer. Plain Node instead of an HTTP library: no redirects, proxies, cookies or unpacking are wanted between
 * services, and a library's share was a tenth of a core at full load.
 */

export interface HttpRequest {
  method: string;
  /** Path with query. */
  path: string;
  headers?: Record<string, string>;
  body?: string | undefined;
  /** From the start until the last byte, in ms. */
  deadlineMs: number;
  /** Opens a socket for this request alone. */
  ownSocket?: boolean;
}

export interface HttpResponse {
  status: number;
  retryAfter: string | undefined;
  text: string;
}

/** @throws Error with a `code`: `DEADLINE`, `TOO_LARGE`, or one of Node's (`ECONNREFUSED`, …) */
export type SendRequest = (request: HttpRequest) => Promise<HttpResponse>;

/** Codes of this file, next to Node's. */
export const DEADLINE = "ERR_DEADLINE";
export const TOO_LARGE = "ERR_BODY_TOO_LARGE";

/** Answers of the contract are a few kB; more is an error, and must not fill the memory. */
const MAX_BODY_BYTES = 1_000_000;

const failWith = (code: string): Error => Object.assign(new Error(code), { code });

/** Reads a bounded body. Calls `done` once, whatever happens. */
function readBody(message: http.IncomingMessage, done: (error: Error | null, text: string) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  message.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) message.destroy(failWith(TOO_LARGE));
    else chunks.push(chunk);
  });
  message.on("end", () => done(null, Buffer.concat(chunks).toString("utf8")));
  // Also a body that ends before its announced length.
  message.on("error", (error) => done(error, ""));
}

/**
 * The exchanges with one neighbour.
 * @param baseUrl with a path, if the neighbour lives below one
 */
export function createSender(baseUrl: string, maxSockets: number): SendRequest {
  const base = new URL(baseUrl);
  const prefix = base.pathname.replace(/\/+$/, "");
  const protocol = base.protocol === "https:" ? https : http;
  const agent = new protocol.Agent({ keepAlive: true, maxSockets });
  // The URL class keeps the brackets of an IPv6 address, which a socket does not accept.
  const hostname = base.hostname.replace(/^\[|\]$/g, "");
  const address = { hostname, ...(base.port !== "" && { port: base.port }) };

  return ({ method, path, headers, body, deadlineMs, ownSocket = false }) =>
    new Promise((resolve, reject) => {
      const options = { ...address, method, path: `${prefix}${path}`, agent: ownSocket ? false : agent };
      const request = protocol.request({ ...options, ...(headers && { headers }) }, (message) => {
        readBody(message, (error, text) => {
          forgetDeadline();
          if (error) reject(error);
          else resolve({ status: message.statusCode ?? 0, retryAfter: message.headers["retry-after"], text });
        });
      });
      // Counted from the start, not from the last byte, so that a body that drips ends, too.
      const forgetDeadline = afterUnread(deadlineMs, () => {
        reject(failWith(DEADLINE));
        request.destroy();
      });
      request.on("error", (error) => {
        forgetDeadline();
        reject(error);
      });
      request.end(body);
    });
}
