import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { parse as parseQuery } from "node:querystring";
import type { NextFunction, Request, Response } from "express";

/**
 * The part of HTTP that a stand-in needs. The neighbours do without Express: the sandbox answers twenty calls
 * per purchase on the CPU cores of the service under measurement, and Express would cost more than their work.
 */

/** Keeps the parsed body, for the call log. */
export type Incoming = IncomingMessage & { body?: unknown };

export type Query = Record<string, unknown>;

/** The successful result of a call. */
export interface Answer {
  status?: number;
  message?: string;
  data: unknown;
}

/** A definite refusal: nothing was done. Becomes the envelope with `success: false`. */
export class Refusal extends Error {
  constructor(
    readonly statusCode: number,
    readonly code: string,
    message: string,
    /** Details such as `available`, sent as `data`. */
    readonly data: unknown = null,
  ) {
    super(message);
    this.name = "Refusal";
  }
}

export function pathOf({ url = "/" }: IncomingMessage): string {
  const end = url.indexOf("?");
  return end < 0 ? url : url.slice(0, end);
}

export function queryOf({ url = "/" }: IncomingMessage): Query {
  const start = url.indexOf("?");
  return start < 0 ? {} : parseQuery(url.slice(start + 1));
}

/** A header that occurs once; `name` in lower case. */
export function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}

/** Status and headers stay changeable until the body is sent, for faults that spoil an answer. */
export function sendJson(res: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  res.statusCode = status;
  res.setHeader("Content-Type", "application/json; charset=utf-8");
  res.setHeader("Content-Length", Buffer.byteLength(text));
  res.end(text);
}

/** The envelope of all neighbours: `{ success, message, data, error }`. */
export function sendAnswer(res: ServerResponse, { status = 200, message = "OK", data }: Answer): void {
  sendJson(res, status, { success: true, message, data, error: null });
}

/** Sends a thrown error in the envelope: a refusal as it is, anything else as a fault of the stand-in. */
export function sendError(res: ServerResponse, error: unknown): void {
  const { statusCode, message, data, code } = toRefusal(error);
  sendJson(res, statusCode, { success: false, message, data, error: { code, message } });
}

function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  if (status === 400 || status === 413) return unreadable(status);
  const reason = error instanceof Error ? error.message : String(error);
  return new Refusal(500, "INTERNAL_ERROR", `The stand-in failed: ${reason}`);
}

/** The last handler of an Express app that speaks the envelope. */
export function errorHandler(error: unknown, _req: Request, res: Response, next: NextFunction): void {
  // If a fault has already answered, Express only closes the socket.
  if (res.headersSent) next(error);
  else sendError(res, error);
}

const MAX_BODY_BYTES = 1024 * 1024;

/**
 * The object or list in a body; undefined if there is no JSON body.
 * @throws Refusal 400, or 413 above 1 MB
 */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  const { headers } = req;
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  if (!hasBody || !headers["content-type"]?.includes("json")) return undefined;
  const value = parseJson(await readBody(req));
  if (typeof value !== "object" || value === null) throw unreadable(400);
  return value;
}

const unreadable = (status: number): Refusal => new Refusal(status, "MALFORMED_REQUEST", "Unreadable body");

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable(400);
  }
}

function readBody(req: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) reject(unreadable(413));
      else chunks.push(chunk);
    });
    req.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    req.on("error", reject);
  });
}

export interface Listening {
  url: string;
  close(): Promise<void>;
}

/** Longer than any pause in a test, so that no kept-alive connection closes during a request. */
const KEEP_ALIVE_MS = 65_000;

/** Serves the app on 127.0.0.1; port 0 picks a free one. Closing also cuts open connections. */
export async function listen(app: RequestListener, port = 0): Promise<Listening> {
  const server = createServer(app);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
