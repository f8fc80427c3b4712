import type { IncomingMessage, ServerResponse } from "node:http";
import { parse as parseQuery } from "node:querystring";
import { Refusal } from "./refusal.js";

/**
 * The little of HTTP that a neighbour needs. The sandbox answers twenty calls a purchase on the cores of the
 * service that is being measured, and Express costs more than what most of them do.
 */

/** With the body that was read, for the call log. */
export type Incoming = IncomingMessage & { body?: unknown };

export type Query = Record<string, unknown>;

const MOST_BYTES = 1024 * 1024;

export function pathOf({ url = "/" }: IncomingMessage): string {
  const end = url.indexOf("?");
  return end < 0 ? url : url.slice(0, end);
}

export function queryOf({ url = "/" }: IncomingMessage): Query {
  const start = url.indexOf("?");
  return start < 0 ? {} : parseQuery(url.slice(start + 1));
}

/** A header that is sent once; `name` in small letters. */
export function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}

/** Status and headers stay changeable until the body goes, for the faults that spoil an answer. */
export function sendJson(res: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  res.statusCode = status;
  res.setHeader("Content-Type", "application/json; charset=utf-8");
  res.setHeader("Content-Length", Buffer.byteLength(text));
  res.end(text);
}

/**
 * The object or list in a body; undefined where there is none, or no JSON.
 * @throws Refusal 400, or 413 for more than 1 MB
 */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  const { headers } = req;
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  if (!hasBody || !headers["content-type"]?.includes("json")) return undefined;
  const value = parseJson(await readText(req));
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

function readText(req: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MOST_BYTES) reject(unreadable(413));
      else chunks.push(chunk);
    });
    req.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    req.on("error", reject);
  });
}
