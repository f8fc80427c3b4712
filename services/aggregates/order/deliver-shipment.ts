import type { ClientSession } from "mongoose";
import { logger } from "../../../config/logger.config.js";
import type { OrderItemDoc, ShipmentDoc } from "../../../models/index.js";
import { DAY_MS } from "../../../utils/clock.js";
import { ORDER_STATUS } from "../../../utils/constants.js";
import { enqueueOutbox } from "../../platform/outbox.service.js";
import type { SettingsOf } from "../../platform/settings.service.js";
import { collectCod } from "./cod-money.js";
import { followLines } from "./follow-lines.js";
import { changeLines, changesOf, type OrderLines, readOrderLines } from "./order-lines.js";
import { type MovedBy, parcelMessage } from "./shipment-moves.js";

export type ReturnWindows = Pick<SettingsOf<"returns">, "returnWindowDays" | "returnWindowDaysByCategory">;

export interface Delivery extends MovedBy {
  at: Date;
  windows: ReturnWindows;
}

/**
 * Everything that the delivery of a parcel causes, in the transaction that has moved it to `delivered`, and so once: its
 * units can be returned from now on, its cash is collected, and the statuses follow. Mail and loyalty points are messages.
 */
export async function deliverShipment(
  shipment: ShipmentDoc,
  { at, windows, by, note }: Delivery,
  tx: ClientSession,
): Promise<void> {
  const read = await readOrderLines(shipment.orderId, tx);
  if (isCancelled(read, shipment)) return;
  const { order, lines } = read;
  const changes = changesOf(shipment.items, (n) => ({ quantityDelivered: n })).map((change) => {
    const line = lines.find(({ _id }) => _id.equals(change.lineId));
    return line ? { ...change, set: { returnableUntil: windowOf(line, at, windows) } } : change;
  });
  const delivered = await changeLines(lines, changes, tx);
  await collectCod({ order, shipment, by, at }, tx);
  await followLines({ order, lines: delivered }, { by, note }, tx);
  await enqueueOutbox([parcelMessage("shipment.delivered", shipment)], tx);
}

/** The window of a line that comes in several parcels ends with the last one's. */
function windowOf(line: OrderItemDoc, at: Date, windows: ReturnWindows): Date | null {
  if (!line.isReturnable) return null;
  const ofCategory =
    line.categoryId === null ? undefined : windows.returnWindowDaysByCategory[line.categoryId];
  const end = new Date(at.getTime() + (ofCategory ?? windows.returnWindowDays) * DAY_MS);
  return line.returnableUntil && line.returnableUntil > end ? line.returnableUntil : end;
}

/** An admin cancelled the order after it was shipped: only the parcel's own status changes. */
export function isCancelled({ order }: OrderLines, { _id, status }: ShipmentDoc): boolean {
  if (order.status !== ORDER_STATUS.CANCELLED) return false;
  const about = { orderNumber: order.orderNumber, shipment: _id.toHexString(), status };
  logger.warn(about, "> A parcel of a cancelled order has moved");
  return true;
}
