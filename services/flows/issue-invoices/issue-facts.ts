import { type ClientSession, trusted } from "mongoose";
import {
  type InvoiceDoc,
  type InvoiceRequestDoc,
  InvoiceTemplate,
  type InvoiceTemplateDoc,
  Order,
  type OrderDoc,
  OrderItem,
  type OrderItemDoc,
  Refund,
  type RefundDoc,
} from "../../../models/index.js";
import { groupBy } from "../../../utils/helpers.js";
import { readSupplier } from "../../aggregates/invoice/document-parts.js";
import { findInvoicesOfOrders } from "../../aggregates/invoice/invoice-reads.js";
import type { IssueContext } from "../../aggregates/invoice/sale-document.js";
import { getSettings } from "../../platform/settings.service.js";

/** Everything that the documents of a batch are decided from, as one snapshot. */
export interface IssueFacts {
  orderOf(request: InvoiceRequestDoc): OrderDoc | null;
  itemsOf(order: OrderDoc): OrderItemDoc[];
  /** Issued documents of the request's order. */
  documentsOf(request: InvoiceRequestDoc): InvoiceDoc[];
  /** Refunds of the order, oldest first. */
  refundsOf(request: InvoiceRequestDoc): RefundDoc[];
}

export async function readFacts(
  requests: readonly InvoiceRequestDoc[],
  tx: ClientSession,
): Promise<IssueFacts> {
  const ids = requests.map(({ orderId }) => orderId);
  const ofOrders = () => ({ orderId: trusted({ $in: ids }) });
  // One after another: a transaction runs one operation at a time.
  const orders = await Order.find({ _id: trusted({ $in: ids }) })
    .session(tx)
    .lean<OrderDoc[]>();
  const items = await OrderItem.find(ofOrders()).session(tx).lean<OrderItemDoc[]>();
  const refunds = await Refund.find(ofOrders()).session(tx).lean<RefundDoc[]>();
  const documents = await findInvoicesOfOrders(ids, tx);
  const orderById = new Map(orders.map((order) => [order._id.toHexString(), order]));
  const itemsByOrder = groupBy(items, ({ orderId }) => orderId.toHexString());
  const refundsByOrder = groupBy(refunds, ({ orderId }) => String(orderId));
  return {
    orderOf: ({ orderId }) => orderById.get(orderId.toHexString()) ?? null,
    itemsOf: ({ _id }) => byId(itemsByOrder.get(_id.toHexString()) ?? []),
    documentsOf: ({ orderId }) => documents.get(orderId.toHexString()) ?? [],
    refundsOf: ({ orderId }) => byId(refundsByOrder.get(orderId.toHexString()) ?? []),
  };
}

const byId = <T extends OrderItemDoc | RefundDoc>(rows: T[]): T[] =>
  rows.sort((a, b) => a._id.toHexString().localeCompare(b._id.toHexString()));

/** Until the first template is stored, documents are rendered with version 1. */
const FIRST_TEMPLATE = 1;

/** What is the same for all documents, whatever their date. */
export async function readContext(): Promise<Omit<IssueContext, "issuedAt">> {
  const [supplier, { hsnDigits }, template] = await Promise.all([
    readSupplier(),
    getSettings("tax"),
    InvoiceTemplate.findOne({}, { _id: 1 }).sort({ _id: -1 }).lean<Pick<InvoiceTemplateDoc, "_id">>(),
  ]);
  return { supplier, hsnDigits, templateVersion: template?._id ?? FIRST_TEMPLATE };
}
