import type mongoose from "mongoose";
import type { Violation } from "../invariants/invariants.js";
import { print } from "../support/print.js";
import { toId } from "./actors/visit.js";
import type { Recorder } from "./recorder.js";
import type { World } from "./world.js";

/** What is known about the entity of a violation: its documents, and what clients and faults did to it. */

/** The collections whose documents tell a story, with the fields by which they are found. */
const COLLECTIONS: Readonly<Record<string, readonly string[]>> = {
  carts: ["_id", "convertedOrderId"],
  checkoutSessions: ["_id", "cartId", "orderNumber"],
  orders: ["_id", "orderNumber", "checkoutSessionId"],
  orderItems: ["_id", "orderId"],
  orderStatusHistories: ["orderId"],
  shipments: ["_id", "orderId"],
  payments: ["_id", "orderId", "checkoutSessionId", "gatewayPaymentId", "gatewayOrderId"],
  refunds: ["_id", "orderId", "paymentId", "refundNumber", "gatewayRefundId"],
  returns: ["_id", "orderId", "returnNumber"],
  invoices: ["_id", "orderId", "invoiceNumber"],
  webhookEvents: ["eventId"],
};
const MOST_DOCUMENTS = 40;
const MOST_LINES = 120;
const MOST_CHARACTERS = 700;
const HEX = /^[0-9a-f]{24}$/;

type Document = mongoose.mongo.Document;

async function findDocuments(db: mongoose.mongo.Db, ids: readonly string[]): Promise<[string, Document][]> {
  const values = [...ids, ...ids.filter((id) => HEX.test(id)).map(toId)];
  const found = await Promise.all(
    Object.entries(COLLECTIONS).map(async ([name, fields]) => {
      const $or = fields.map((field) => ({ [field]: { $in: values } }));
      const documents = await db.collection(name).find({ $or }).limit(MOST_DOCUMENTS).toArray();
      return documents.map((document): [string, Document] => [name, document]);
    }),
  );
  return found.flat();
}

/** Ids of what the documents belong to, so that a payment's history includes its order's. */
const RELATED = [
  "_id",
  "orderId",
  "checkoutSessionId",
  "orderNumber",
  "gatewayPaymentId",
  "gatewayOrderId",
  "cartId",
];
const relatedIds = (documents: readonly [string, Document][]): string[] =>
  documents
    .filter(([name]) => name === "orders" || name === "payments" || name === "refunds" || name === "returns")
    .flatMap(([, document]) => RELATED.map((field) => document[field]))
    .filter((value) => value !== null && value !== undefined)
    .map(String);

const shorten = (text: string): string =>
  text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;

/** A variant is part of too many stories. */
const isTelling = (id: string): boolean => id.length > 0 && !id.startsWith("var-");

/** Prints documents, recorded lines and log lines about the violation. Call it after the recorder is closed. */
export async function printHistory(
  { db, instances }: Pick<World, "db" | "instances">,
  recorder: Recorder,
  { ids }: Violation,
): Promise<void> {
  const named = ids.filter(isTelling);
  if (named.length === 0) return;
  const first = await findDocuments(db, named);
  const all = [...new Set([...named, ...relatedIds(first)])];
  const documents = first.length === 0 ? [] : await findDocuments(db, all);
  print("\nIts documents:");
  for (const [name, document] of documents) print(`  ${name} ${shorten(JSON.stringify(document))}`);
  const lines = await recorder.linesAbout(all);
  print(`\nWhat was done (the last ${MOST_LINES} lines of ${lines.length}):`);
  for (const line of lines.slice(-MOST_LINES)) print(`  ${shorten(line)}`);
  for (const { name, output } of instances) {
    const logged = output.split("\n").filter((line) => all.some((id) => line.includes(id)));
    if (logged.length > 0) print(`\nThe log of instance ${name}:`);
    for (const line of logged.slice(-MOST_LINES)) print(`  ${shorten(line)}`);
  }
}
