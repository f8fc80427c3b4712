import { randomUUID } from "node:crypto";
import type { mongo } from "mongoose";
import type { Response } from "supertest";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { type Buyer, type CallOptions, done, type Shop, type Wanted } from "../checkout/shop-world.js";

/** What tests of invoices do on top of those of purchases. */

/** The seed has its own variants at 5 %, 18 % and 0 %. */
export const TWO_RATES: Wanted = {
  items: [
    [SEED.variants.ashwagandha, 2],
    [SEED.variants.serum, 1],
  ],
};

/** Issues every invoice that is due, as the outbox and the worker do within seconds. */
export async function issueInvoices(shop: Shop): Promise<void> {
  await shop.settle();
  await shop.runJob("invoice-issue");
}

export interface Invoiced {
  buyer: Buyer;
  order: Response["body"];
  invoiceNumber: string;
  /** As it is stored. */
  invoice: mongo.Document;
}

/** From an empty cart to an order with its invoice. */
export async function buyInvoiced(shop: Shop, wanted: Wanted = {}, buyer = shop.guest()): Promise<Invoiced> {
  const order = await buyer.buy(wanted);
  await issueInvoices(shop);
  const { invoiceNumber } = done(await buyer.get(`/api/orders/${order.orderNumber}/invoice`));
  return { buyer, order, invoiceNumber, invoice: await storedInvoice(shop, invoiceNumber) };
}

export async function storedInvoice({ db }: Shop, invoiceNumber: string): Promise<mongo.Document> {
  const invoice = await db.collection("invoices").findOne({ invoiceNumber });
  if (!invoice) throw new Error(`${invoiceNumber} is not stored`);
  return invoice;
}

type AdminRole = "admin" | "finance" | "support" | "viewer";

/** One request of an admin, by default with a new idempotency key where it posts. */
export function asAdmin(shop: Shop, role: AdminRole = "admin") {
  const as = { token: shop.sandbox.tokens[role] };
  const send = (method: "get" | "post" | "put", path: string, options: CallOptions = {}) =>
    shop.call(method, `/api/admin/invoices${path}`, { as, ...options });
  return {
    get: (path: string) => send("get", path),
    put: (path: string, body: object) => send("put", path, { body }),
    post: (path: string, body: object, key: string = randomUUID()) =>
      send("post", path, { body, headers: { "Idempotency-Key": key } }),
  };
}

/** The headers that identify a caller. */
export const headersOf = ({ as }: Buyer): Record<string, string> =>
  "token" in as ? { Authorization: `Bearer ${as.token}` } : { "X-Session-Id": as.sessionId };

/** An answer that is a file: its bytes are in `body`. */
export async function getFile(
  shop: Shop,
  url: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  const { pathname, search } = new URL(url, shop.url);
  return shop.http.get(`${pathname}${search}`).set(headers).buffer(true).parse(readBytes);
}

/** Keeps the bytes, whatever their type. */
export function readBytes(stream: Response, done: (error: Error | null, body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("end", () => done(null, Buffer.concat(chunks)));
}

/** The envelope of a refusal whose bytes `getFile` has read. */
export function refusalOf({ status, body }: Response): [number, string] {
  return [status, JSON.parse(Buffer.from(body).toString("utf8")).error.code];
}

export const auditsOf = ({ db }: Shop, action: string): Promise<mongo.Document[]> =>
  db.collection("auditLogs").find({ action }).sort({ _id: 1 }).toArray();
