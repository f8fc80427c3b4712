/** The statuses of lines, orders and sellers' parts, derived from the units of the lines. */
import {
  FULFILLMENT_STATUS,
  type FulfillmentStatus,
  LINE_FULFILLMENT_STATUS,
  type LineFulfillmentStatus,
  ORDER_STATUS,
  type OrderStatus,
} from "../../utils/constants.js";

/** Units of a line, each count a part of the one before it: ordered, in shipments, shipped, delivered or back. */
export interface LineUnits {
  readonly quantity: number;
  readonly quantityCancelled: number;
  readonly quantityAllocated: number;
  readonly quantityFulfilled: number;
  readonly quantityDelivered: number;
  readonly quantityReturned: number;
  readonly quantityReturnedToOrigin: number;
}

/** Units that are still wanted. */
const wantedUnits = ({ quantity, quantityCancelled }: LineUnits): number => quantity - quantityCancelled;

/** Units that can be shipped or cancelled: in no shipment, and not cancelled. */
export const openUnits = (line: LineUnits): number => wantedUnits(line) - line.quantityAllocated;

/** Units that were shipped and have neither arrived nor come back. */
export const unitsOnTheWay = (line: LineUnits): number =>
  line.quantityFulfilled - line.quantityDelivered - line.quantityReturnedToOrigin;

/** Nothing of these lines is left. */
export const isAllCancelled = (lines: readonly LineUnits[]): boolean =>
  lines.every((line) => wantedUnits(line) === 0);

/** Everything of the line that is still wanted came back. */
const isBack = (line: LineUnits): boolean =>
  line.quantityReturned + line.quantityReturnedToOrigin >= wantedUnits(line);

export function lineStatusOf(line: LineUnits): LineFulfillmentStatus {
  const wanted = wantedUnits(line);
  const { PENDING, PARTIALLY_FULFILLED, FULFILLED, RETURNED, CANCELLED } = LINE_FULFILLMENT_STATUS;
  if (wanted === 0) return CANCELLED;
  if (isBack(line)) return RETURNED;
  if (line.quantityFulfilled >= wanted) return FULFILLED;
  return line.quantityFulfilled > 0 ? PARTIALLY_FULFILLED : PENDING;
}

export function fulfillmentStatusOf(lines: readonly LineUnits[]): FulfillmentStatus {
  const { UNFULFILLED, PARTIALLY_FULFILLED, FULFILLED } = FULFILLMENT_STATUS;
  if (!lines.some(({ quantityFulfilled }) => quantityFulfilled > 0)) return UNFULFILLED;
  return isShipped(lines) ? FULFILLED : PARTIALLY_FULFILLED;
}

/** Everything that is still wanted was shipped. */
const isShipped = (lines: readonly LineUnits[]): boolean =>
  lines.every((line) => line.quantityFulfilled >= wantedUnits(line));

/**
 * The furthest status that the lines prove: `processing` once units are in a shipment, `shipped` when everything that is
 * still wanted was shipped, `delivered` when nothing of it is on the way, and `returned` when all of it came back,
 * undelivered or in returns. Null: the lines prove nothing.
 */
export function provenStatusOf(lines: readonly LineUnits[]): OrderStatus | null {
  const { PROCESSING, SHIPPED, DELIVERED, RETURNED } = ORDER_STATUS;
  const wanted = lines.filter((line) => wantedUnits(line) > 0);
  if (!wanted.some(({ quantityAllocated }) => quantityAllocated > 0)) return null;
  if (!isShipped(wanted)) return PROCESSING;
  if (wanted.some((line) => unitsOnTheWay(line) > 0)) return SHIPPED;
  return wanted.every(isBack) ? RETURNED : DELIVERED;
}

/** Nothing of the order ever arrived: all of it that was not cancelled was shipped, and came back. */
export const cameBackUndelivered = (lines: readonly LineUnits[]): boolean =>
  lines.every((line) => line.quantityReturnedToOrigin >= wantedUnits(line));

const { PENDING, CONFIRMED, PROCESSING, SHIPPED, DELIVERED, RETURNED } = ORDER_STATUS;
const WAYS: readonly (readonly OrderStatus[])[] = [
  [PENDING, CONFIRMED, PROCESSING, SHIPPED, DELIVERED],
  [PENDING, CONFIRMED, PROCESSING, SHIPPED, RETURNED],
  [DELIVERED, RETURNED],
];

/**
 * The moves that lead forward from one status to another, each of them in the state table.
 * @returns empty when `to` is not ahead of `from`
 */
export function movesTo(from: OrderStatus, to: OrderStatus): OrderStatus[] {
  const way = WAYS.find((statuses) => statuses.includes(from) && statuses.includes(to));
  return way ? way.slice(way.indexOf(from) + 1, way.indexOf(to) + 1) : [];
}
