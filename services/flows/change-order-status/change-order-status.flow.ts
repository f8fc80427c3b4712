import type { ClientSession, Types } from "mongoose";
import type { OrderDoc } from "../../../models/index.js";
import { ORDER_STATUS, type OrderStatus, PAYMENT_METHOD, PAYMENT_STATUS } from "../../../utils/constants.js";
import { InvalidStatusTransitionError, RuleError } from "../../../utils/errors.js";
import type { Actor } from "../../../utils/principal.js";
import type { PreparedParcels } from "../../aggregates/order/move-parcel.js";
import { moveWithSellers } from "../../aggregates/order/move-with-sellers.js";
import { getOrderLines, type OrderLines } from "../../aggregates/order/order-lines.js";
import { recordAudit } from "../../platform/audit.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { allowedMoves, assertAllowed } from "./allowed-moves.js";
import { endParcels, prepareMove, shipOpenUnits } from "./move-units.js";

export interface OrderStatusChange {
  orderId: Types.ObjectId;
  to: OrderStatus;
  note: string | null;
  by: Actor<"admin">;
}

const { CONFIRMED, SHIPPED, DELIVERED, RETURNED } = ORDER_STATUS;

/**
 * An administrator moves an order by its state table. `shipped` counts all open lines as fulfilled, in a parcel that the
 * shipping service knows nothing of; `delivered` and `returned` end the way of every parcel, with every effect that the
 * carrier's report has. One transaction.
 * @returns whether the order moved; false when it had that status already
 * @throws NotFoundError ORDER_NOT_FOUND; RuleError INVALID_STATUS_TRANSITION with from, to and allowed, PAYMENT_REQUIRED,
 *   ORDER_NOT_SHIPPABLE; ConflictError VERSION_CONFLICT
 */
export async function changeOrderStatus(change: OrderStatusChange): Promise<boolean> {
  const prepared = await prepareMove(change.orderId, change.to);
  return inTransaction(async (tx) => {
    const read = await getOrderLines(change.orderId, tx);
    const from = read.order.status;
    if (from === change.to) return false;
    assertAllowed(from, change.to);
    await move(read, change, { prepared, tx });
    await audit(change, from, tx);
    return true;
  });
}

interface Context {
  prepared: PreparedParcels;
  tx: ClientSession;
}

async function move(read: OrderLines, change: OrderStatusChange, { prepared, tx }: Context): Promise<void> {
  const { to, by } = change;
  const note = change.note ?? undefined;
  if (to === SHIPPED) return shipOpenUnits(read, { by, note }, tx);
  if (to === DELIVERED || to === RETURNED) {
    assertNothingDelivered(read, to);
    await endParcels(read, { to, by, note, prepared }, tx);
    return assertReached(read, to, tx);
  }
  if (to === CONFIRMED) assertConfirmable(read.order);
  await moveWithSellers(read, { to, by, note }, tx);
}

/** What was delivered comes back as a return of the customer. */
function assertNothingDelivered({ order, lines }: OrderLines, to: OrderStatus): void {
  if (to === RETURNED && lines.some(({ quantityDelivered }) => quantityDelivered > 0))
    throw new InvalidStatusTransitionError(order.status, to, [DELIVERED]);
}

/** Cash on delivery waits for an administrator, every other payment for its money. */
function assertConfirmable({ paymentMethod, paymentStatus }: OrderDoc): void {
  if (paymentMethod === PAYMENT_METHOD.COD || paymentStatus === PAYMENT_STATUS.PAID) return;
  throw new RuleError("PAYMENT_REQUIRED", "The order is confirmed once its payment is received");
}

/** Units that were shipped in no parcel cannot arrive. */
async function assertReached({ order }: OrderLines, to: OrderStatus, tx: ClientSession): Promise<void> {
  const { order: after } = await getOrderLines(order._id, tx);
  if (after.status !== to)
    throw new InvalidStatusTransitionError(order.status, to, allowedMoves(order.status));
}

async function audit(
  { orderId, to, note, by }: OrderStatusChange,
  from: OrderStatus,
  tx: ClientSession,
): Promise<void> {
  const about = { action: "order.status", resourceType: "order", resourceId: orderId.toHexString() };
  await recordAudit({ actor: by, ...about, before: { status: from }, after: { status: to, note } }, tx);
}
