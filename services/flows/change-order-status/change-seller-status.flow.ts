import type { ClientSession } from "mongoose";
import type { SellerOrder } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { ORDER_STATUS, type OrderStatus } from "../../../utils/constants.js";
import { InvalidStatusTransitionError, NotFoundError } from "../../../utils/errors.js";
import { followLines, moveOrder } from "../../aggregates/order/follow-lines.js";
import type { PreparedParcels } from "../../aggregates/order/move-parcel.js";
import { getOrderLines, type OrderLines } from "../../aggregates/order/order-lines.js";
import { recordAudit } from "../../platform/audit.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { allowedMoves, assertAllowed } from "./allowed-moves.js";
import type { OrderStatusChange } from "./change-order-status.flow.js";
import { endParcels, prepareMove, shipOpenUnits } from "./move-units.js";

export interface SellerStatusChange extends OrderStatusChange {
  sellerId: string;
  /** For the seller's note. */
  byName: string | null;
  trackingNumber?: string;
  estimatedDelivery?: Date;
}

const { CONFIRMED, PROCESSING, SHIPPED, DELIVERED, RETURNED } = ORDER_STATUS;

/**
 * An administrator moves the part of an order that one seller ships, by the order's state table. The order's own status
 * follows from its lines. With the current status, only tracking number, estimated delivery and note are stored.
 * @returns whether the part moved
 * @throws NotFoundError ORDER_NOT_FOUND, SELLER_ORDER_NOT_FOUND; RuleError INVALID_STATUS_TRANSITION,
 *   ORDER_NOT_SHIPPABLE; ConflictError VERSION_CONFLICT
 */
export async function changeSellerStatus(change: SellerStatusChange): Promise<boolean> {
  const prepared = await prepareMove(change.orderId, change.to);
  return inTransaction(async (tx) => {
    const read = await getOrderLines(change.orderId, tx);
    const part = read.order.sellerOrders.find(({ sellerId }) => sellerId === change.sellerId);
    if (!part) throw new NotFoundError("SELLER_ORDER_NOT_FOUND", "The order has no lines of this seller");
    const isMove = part.status !== change.to;
    if (isMove) assertSellerMove(part.status, change.to);
    const described = await describe(read, change, tx);
    if (isMove) await move(described, change, { prepared, tx });
    await audit(change, part, tx);
    return isMove;
  });
}

/** An order is confirmed as a whole. */
function assertSellerMove(from: OrderStatus, to: OrderStatus): void {
  if (to === CONFIRMED) {
    const allowed = allowedMoves(from).filter((status) => status !== CONFIRMED);
    throw new InvalidStatusTransitionError(from, to, allowed);
  }
  assertAllowed(from, to);
}

/** Stores what is said about the part beside its status. */
async function describe(
  { order, lines }: OrderLines,
  change: SellerStatusChange,
  tx: ClientSession,
): Promise<OrderLines> {
  const sellerOrders = order.sellerOrders.map((part) =>
    part.sellerId === change.sellerId ? described(part, change) : part,
  );
  await followLines({ order, lines }, { by: change.by, set: { sellerOrders } }, tx);
  return getOrderLines(order._id, tx);
}

function described(part: SellerOrder, change: SellerStatusChange): SellerOrder {
  const { to, note, by, byName, trackingNumber, estimatedDelivery } = change;
  const noted = note ? [{ note, by: by.id ?? "", byName, at: now(), requestKey: null }] : [];
  return {
    ...part,
    // The other statuses follow from the lines.
    status: to === PROCESSING ? PROCESSING : part.status,
    notes: [...part.notes, ...noted],
    trackingNumber: trackingNumber ?? part.trackingNumber,
    estimatedDelivery: estimatedDelivery ?? part.estimatedDelivery,
  };
}

interface Context {
  prepared: PreparedParcels;
  tx: ClientSession;
}

async function move(read: OrderLines, change: SellerStatusChange, { prepared, tx }: Context): Promise<void> {
  const { to, by, sellerId } = change;
  const note = change.note ?? undefined;
  if (to === PROCESSING) {
    if (read.order.status === CONFIRMED) await moveOrder(read.order, { to, by, note }, tx);
    return;
  }
  if (to === SHIPPED) {
    const { trackingNumber, estimatedDelivery } = partOf(read, sellerId);
    return shipOpenUnits(read, { by, note, sellerId, trackingNumber, estimatedDelivery }, tx);
  }
  if (to === DELIVERED || to === RETURNED) await endParcels(read, { to, by, note, sellerId, prepared }, tx);
  const after = partOf(await getOrderLines(read.order._id, tx), sellerId).status;
  if (after !== to) throw new InvalidStatusTransitionError(partOf(read, sellerId).status, to, []);
}

function partOf({ order }: OrderLines, sellerId: string): SellerOrder {
  const part = order.sellerOrders.find((candidate) => candidate.sellerId === sellerId);
  if (!part) throw new Error(`the order has no part of seller ${sellerId}`);
  return part;
}

async function audit(change: SellerStatusChange, before: SellerOrder, tx: ClientSession): Promise<void> {
  const { orderId, sellerId, to, note, trackingNumber, estimatedDelivery, by } = change;
  const about = { action: "order.seller-status", resourceType: "order", resourceId: orderId.toHexString() };
  const after = { sellerId, status: to, note, trackingNumber, estimatedDelivery };
  const shown = {
    ...{ sellerId, status: before.status },
    ...{ trackingNumber: before.trackingNumber, estimatedDelivery: before.estimatedDelivery },
  };
  await recordAudit({ actor: by, ...about, before: shown, after }, tx);
}
