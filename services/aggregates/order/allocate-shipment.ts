import { type ClientSession, Types } from "mongoose";
import {
  type OrderDoc,
  type OrderItemDoc,
  Shipment,
  type ShipmentDoc,
  type ShipmentItem,
} from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { ORDER_STATUS, SHIPMENT_STATUS } from "../../../utils/constants.js";
import { RuleError } from "../../../utils/errors.js";
import { type Paise, ZERO_PAISE } from "../../../utils/money.js";
import { codPartOf, valueOfOpenUnits } from "../../calculations/cod-parts.js";
import { openUnits } from "../../calculations/fulfilment.js";
import { codInParcels, findOpenCod } from "./cod-money.js";
import { beyondOpenUnits, sumNamedUnits } from "./named-units.js";
import { changeLines, type OrderLines } from "./order-lines.js";

export interface ParcelWish {
  /** Null: all open units. A line that is named twice is summed. */
  items: readonly ShipmentItem[] | null;
  /** Only lines of this seller. */
  sellerId?: string;
  /** Null: the method that the customer chose. */
  methodId?: string | null;
  /** Shipped without the shipping service. */
  isManual?: boolean;
  trackingNumber?: string | null;
  estimatedDelivery?: Date | null;
  requestKey?: string | null;
}

export interface Allocation extends OrderLines {
  shipment: ShipmentDoc;
}

/**
 * In the caller's transaction: the units of a new parcel leave the open units of their lines, and the parcel is stored
 * with what it has to collect. From here on they can no longer be cancelled. The caller has to write the order
 * (`followLines`).
 * @throws RuleError ORDER_NOT_SHIPPABLE with `reason` (and `lines`), SHIPPING_METHOD_UNAVAILABLE; ValidationError for a
 *   line of another order
 */
export async function allocateShipment(
  { order, lines }: OrderLines,
  wish: ParcelWish,
  tx: ClientSession,
): Promise<Allocation> {
  assertShippable(order);
  const items = itemsOf(lines, wish);
  const allocated = await changeLines(
    lines,
    items.map(({ orderItemId, quantity }) => ({ lineId: orderItemId, add: { quantityAllocated: quantity } })),
    tx,
  );
  const codAmount = await codAmountOf(order, allocated, tx);
  const shipment = buildShipment({ order, lines }, { ...wish, items }, codAmount);
  await Shipment.insertMany([shipment], { session: tx, lean: true });
  return { order, lines: allocated, shipment };
}

function assertShippable({ status }: OrderDoc): void {
  if (status === ORDER_STATUS.CONFIRMED || status === ORDER_STATUS.PROCESSING) return;
  throw notShippable("order_status", `An order that is ${status} cannot be shipped`, { status });
}

export type NotShippable =
  | "order_status"
  | "no_open_units"
  | "too_many_units"
  | "parcel_requested"
  | "shared_parcel";

export const notShippable = (reason: NotShippable, message: string, details: object = {}) =>
  new RuleError("ORDER_NOT_SHIPPABLE", message, { reason, ...details });

/** @throws as `allocateShipment` */
function itemsOf(lines: readonly OrderItemDoc[], { items, sellerId }: ParcelWish): ShipmentItem[] {
  const own = sellerId === undefined ? lines : lines.filter((line) => line.sellerId === sellerId);
  const wanted = items ? sumNamedUnits(own, items) : own.map((line) => ({ line, quantity: openUnits(line) }));
  const taken = wanted.filter(({ quantity }) => quantity > 0);
  if (taken.length === 0) throw notShippable("no_open_units", "Nothing of this order is left to ship");
  const tooMany = beyondOpenUnits(taken);
  if (tooMany.length > 0)
    throw notShippable("too_many_units", "Fewer units are left to ship", { lines: tooMany });
  return taken.map(({ line, quantity }) => ({ orderItemId: line._id, quantity }));
}

const { REFUSED, RETURNED_TO_ORIGIN } = SHIPMENT_STATUS;

/** @param lines with the units of the new parcel allocated */
async function codAmountOf(
  order: OrderDoc,
  lines: readonly OrderItemDoc[],
  tx: ClientSession,
): Promise<Paise> {
  const payment = await findOpenCod(order._id, tx);
  if (!payment) return ZERO_PAISE;
  const inParcels = await codInParcels(order._id, { except: [REFUSED, RETURNED_TO_ORIGIN] }, tx);
  return codPartOf({ due: payment.amount, inParcels, open: valueOfOpenUnits(lines) });
}

/** @throws RuleError SHIPPING_METHOD_UNAVAILABLE for an order without a method */
function buildShipment(
  { order, lines }: OrderLines,
  wish: ParcelWish & { items: ShipmentItem[] },
  codAmount: Paise,
): ShipmentDoc {
  const { items, isManual = false, trackingNumber = null, estimatedDelivery = null } = wish;
  const { requestKey = null } = wish;
  const methodId = wish.methodId ?? order.shippingMethod?.id ?? null;
  if (!isManual && methodId === null)
    throw new RuleError("SHIPPING_METHOD_UNAVAILABLE", "The order has no shipping method; name one");
  const at = now();
  return {
    _id: new Types.ObjectId(),
    orderId: order._id,
    sellerId: sellerOf(items, lines),
    items,
    status: isManual ? SHIPMENT_STATUS.CREATED : SHIPMENT_STATUS.CREATING,
    address: order.shippingAddress,
    isManual,
    shipmentId: null,
    methodId: isManual ? null : methodId,
    carrier: null,
    trackingNumber,
    codAmount,
    events: [],
    estimatedDelivery,
    shippedAt: isManual ? at : null,
    deliveredAt: null,
    recalledAt: null,
    refusalCode: null,
    requestKey,
    syncedAt: null,
    createdAt: at,
    updatedAt: at,
  };
}

/** Null for a parcel with lines of several sellers, or of the shop. */
function sellerOf(items: readonly ShipmentItem[], lines: readonly OrderItemDoc[]): string | null {
  const own = lines.filter(({ _id }) => items.some(({ orderItemId }) => orderItemId.equals(_id)));
  const [first, ...others] = new Set(own.map(({ sellerId }) => sellerId));
  return others.length === 0 ? (first ?? null) : null;
}
