import type { ClientSession } from "mongoose";
import { logger } from "../../../config/logger.config.js";
import type { OrderItemDoc, ShipmentDoc } from "../../../models/index.js";
import { DAY_MS } from "../../../utils/clock.js";
import { enqueueOutbox } from "../../platform/outbox.service.js";
import type { SettingsOf } from "../../platform/settings.service.js";
import { collectCod } from "./cod-money.js";
import { followLines } from "./follow-lines.js";
import { changeLines, changesOf, getOrderLines } from "./order-lines.js";
import { type MovedBy, parcelMessage } from "./shipment-moves.js";

export type ReturnWindows = Pick<SettingsOf<"returns">, "returnWindowDays" | "returnWindowDaysByCategory">;

export interface Delivery extends MovedBy {
  at: Date;
  windows: ReturnWindows;
}

/**
 * Everything that the delivery of a parcel causes, in the transaction that has moved it to `delivered`, and so once: its
 * units can be returned from now on, its cash is collected, and the statuses follow. Mail and loyalty points are messages.
 * A recalled parcel causes nothing: its units are no longer the customer's, so a person has to look.
 */
export async function deliverShipment(
  shipment: ShipmentDoc,
  { at, windows, by, note }: Delivery,
  tx: ClientSession,
): Promise<void> {
  if (shipment.recalledAt) {
    logger.error(
      { shipment: shipment._id.toHexString() },
      "> A parcel was delivered whose units were cancelled",
    );
    return;
  }
  const { order, lines } = await getOrderLines(shipment.orderId, tx);
  const changes = changesOf(shipment.items, (n) => ({ quantityDelivered: n })).map((change) => {
    const line = lines.find(({ _id }) => _id.equals(change.lineId));
    return line ? { ...change, set: { returnableUntil: windowOf(line, at, windows) } } : change;
  });
  const delivered = await changeLines(lines, changes, tx);
  await collectCod({ order, shipment, by, at }, tx);
  await followLines({ order, lines: delivered }, { by, note, at }, tx);
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
