import type { OrderItemDoc, ShipmentDoc } from "../../models/index.js";
import {
  fulfillmentStatusOf,
  isAllCancelled,
  lineStatusOf,
  movesTo,
  provenStatusOf,
} from "../../services/calculations/fulfilment.js";
import type { Facts } from "./facts.js";
import { type Check, type Finding, finding, groupBy, sumOf } from "./invariants.js";

/** Parcels: their units, their cash, and the statuses that follow. */

const lineUnits: Check = ({ orderItems }) =>
  orderItems
    .filter((line) => !isPossible(line))
    .map((line) => finding(unitsOf(line), line._id, line.orderId));

function isPossible(line: OrderItemDoc): boolean {
  const { quantity, quantityCancelled, quantityAllocated, quantityFulfilled, quantityDelivered } = line;
  return (
    quantityCancelled >= 0 &&
    quantityAllocated + quantityCancelled <= quantity &&
    quantityFulfilled <= quantityAllocated &&
    quantityDelivered + line.quantityReturnedToOrigin <= quantityFulfilled &&
    line.quantityReturned + line.quantityReturnPromised <= quantityDelivered
  );
}

const unitsOf = (line: OrderItemDoc): string =>
  `of ${line.quantity}: cancelled ${line.quantityCancelled}, allocated ${line.quantityAllocated}, shipped ${line.quantityFulfilled}, delivered ${line.quantityDelivered}, back ${line.quantityReturnedToOrigin}`;

type Counted = "quantityAllocated" | "quantityFulfilled" | "quantityDelivered" | "quantityReturnedToOrigin";

/** What each count of a line must be: the units in parcels of these statuses. */
const COUNTS: Readonly<Record<Counted, (shipment: ShipmentDoc) => boolean>> = {
  quantityAllocated: ({ status }) => status !== "refused",
  quantityFulfilled: ({ status }) => status !== "refused" && status !== "creating",
  quantityDelivered: ({ status }) => status === "delivered",
  quantityReturnedToOrigin: ({ status }) => status === "returned_to_origin",
};

/** The units of a parcel that was recalled are cancelled, wherever it is. */
const isCounted = ({ recalledAt }: ShipmentDoc): boolean => !recalledAt;

const parcelUnits: Check = (facts) => {
  const shipmentsOf = groupBy(facts.shipments.filter(isCounted), ({ orderId }) => orderId);
  return facts.orderItems.flatMap((line) => {
    const shipments = shipmentsOf.get(line.orderId.toHexString()) ?? [];
    return (Object.keys(COUNTS) as Counted[]).flatMap((count): Finding[] => {
      const inParcels = sumOf(
        shipments.filter(COUNTS[count]).flatMap(({ items }) => items),
        ({ orderItemId, quantity }) => (orderItemId.equals(line._id) ? quantity : 0),
      );
      if (line[count] === inParcels) return [];
      return [finding(`${count} is ${line[count]}, the parcels have ${inParcels}`, line._id, line.orderId)];
    });
  });
};

/** What the parcels of a COD payment carry is never more than it asks for, and all of it once nothing is open. */
const parcelCash: Check = ({ payments, shipments, orderItems }: Facts) => {
  const linesOf = groupBy(orderItems, ({ orderId }) => orderId);
  return payments
    .filter(({ gateway, orderId, status }) => gateway === "cod" && orderId && status !== "failed")
    .flatMap((payment): Finding[] => {
      const own = shipments
        .filter(isCounted)
        .filter(
          ({ orderId, status }) =>
            payment.orderId?.equals(orderId) && status !== "refused" && status !== "returned_to_origin",
        );
      // Settled by hand before anything was shipped.
      if (own.length === 0 || payment.receipt) return [];
      const carried = sumOf(own, ({ codAmount }) => codAmount);
      const lines = linesOf.get(String(payment.orderId)) ?? [];
      const isShipped = lines.every(
        (line) => line.quantityAllocated + line.quantityCancelled === line.quantity,
      );
      const collected = sumOf(
        own.filter(({ status }) => status === "delivered"),
        ({ codAmount }) => codAmount,
      );
      const problems: string[] = [];
      if (carried > payment.amount || (isShipped && carried !== payment.amount))
        problems.push(`the parcels carry ${carried} of ${payment.amount}`);
      if (payment.capturedAmount !== collected)
        problems.push(`${payment.capturedAmount} is captured, delivered parcels carried ${collected}`);
      return problems.map((problem) => finding(problem, payment._id, payment.orderId));
    });
};

const derivedStatuses: Check = ({ orders, orderItems }) => {
  const linesOf = groupBy(orderItems, ({ orderId }) => orderId);
  const ofLines = orderItems
    .filter((line) => line.fulfillmentStatus !== lineStatusOf(line))
    .map((line) =>
      finding(`the line is ${line.fulfillmentStatus}, its units prove ${lineStatusOf(line)}`, line._id),
    );
  const ofOrders = orders.flatMap((order) => {
    const lines = linesOf.get(order._id.toHexString()) ?? [];
    const problems: string[] = [];
    if (order.status === "cancelled") return [];
    const fulfilment = fulfillmentStatusOf(lines);
    if (order.fulfillmentStatus !== fulfilment)
      problems.push(`fulfilment is ${order.fulfillmentStatus}, the lines prove ${fulfilment}`);
    const proven = provenStatusOf(lines);
    if (proven && movesTo(order.status, proven).length > 0)
      problems.push(`the order is ${order.status}, its lines prove ${proven}`);
    return problems.map((problem) => finding(problem, order._id, order.orderNumber));
  });
  return [...ofLines, ...ofOrders, ...ofSellers({ orders, orderItems })];
};

/** A part of an order is cancelled when its last line is, and never behind what its lines prove. */
const ofSellers = ({ orders, orderItems }: Pick<Facts, "orders" | "orderItems">): Finding[] => {
  const linesOf = groupBy(orderItems, ({ orderId }) => orderId);
  return orders.flatMap((order) =>
    order.sellerOrders.flatMap(({ sellerId, status, itemIds }): Finding[] => {
      const lines = (linesOf.get(order._id.toHexString()) ?? []).filter(({ _id }) =>
        itemIds.some((itemId) => itemId.equals(_id)),
      );
      const proven = lines.length > 0 && isAllCancelled(lines) ? "cancelled" : provenStatusOf(lines);
      const isBehind = proven !== null && proven !== status && movesTo(status, proven).length > 0;
      if (!isBehind && (status === "cancelled") === (proven === "cancelled")) return [];
      const problem = `the part of seller ${sellerId} is ${status}, its lines prove ${proven ?? "nothing"}`;
      return [finding(problem, order._id, order.orderNumber)];
    }),
  );
};

export const fulfilmentChecks = { lineUnits, parcelUnits, parcelCash, derivedStatuses };
