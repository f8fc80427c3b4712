import type { ClientSession } from "mongoose";
import { Order, type OrderDoc, OrderItem, type OrderItemDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { ConflictError } from "../../../utils/errors.js";
import { toRupees } from "../../../utils/money.js";
import { type AdminPrincipal, actorOf } from "../../../utils/principal.js";
import { getOrder } from "../../aggregates/order/load-admin-order.js";
import { recordAudit } from "../../platform/audit.service.js";
import type { Retaxed } from "./retax-after-move.js";

/** Fields of the order that an edit sets; without those that stay as they are. */
export type Edited = Partial<
  Pick<OrderDoc, "shippingAddress" | "customerNotes" | "placeOfSupply" | "charges" | "taxTotal" | "roundOff">
>;

export interface Edit {
  order: OrderDoc;
  items: OrderItemDoc[];
  set: Edited;
  retaxed: Retaxed | null;
  by: AdminPrincipal;
}

export const versionConflict = (current: number) =>
  new ConflictError("VERSION_CONFLICT", "The order changed in the meantime; read it and edit it again", {
    current,
  });

/** What people compare: without the charges, whose tax is in `taxTotal`, and amounts in rupees. */
function toRecord({ shippingAddress, customerNotes, placeOfSupply, taxTotal, roundOff }: Edited): object {
  return {
    ...(shippingAddress === undefined ? {} : { shippingAddress }),
    ...(customerNotes === undefined ? {} : { customerNotes }),
    ...(placeOfSupply === undefined ? {} : { placeOfSupply }),
    ...(taxTotal === undefined ? {} : { taxTotal: toRupees(taxTotal) }),
    ...(roundOff === undefined ? {} : { roundOff: toRupees(roundOff) }),
  };
}

const beforeOf = (order: OrderDoc, set: Edited): Edited =>
  Object.fromEntries(Object.entries(order).filter(([field]) => field in set));

/** The audit log has all of them. */
const EDITS_KEPT = 50;

/**
 * Order, lines and audit row, in the caller's transaction.
 * @throws ConflictError VERSION_CONFLICT with the `current` version
 */
export async function writeEdit(edit: Edit, tx: ClientSession): Promise<void> {
  const { order, set, by } = edit;
  const { _id, version, status, fulfillmentStatus, paymentStatus, invoiceNumber } = order;
  const [before, after] = [toRecord(beforeOf(order, set)), toRecord(set)];
  const entry = { at: now(), by: by.adminId, before, after };
  const { modifiedCount } = await Order.updateOne(
    { _id, version, status, fulfillmentStatus, paymentStatus, invoiceNumber },
    {
      $set: set,
      $push: { editHistory: { $each: [entry], $slice: -EDITS_KEPT } },
      $inc: { version: 1 },
    },
  ).session(tx);
  if (modifiedCount !== 1) throw versionConflict((await getOrder(_id)).version);
  if (set.shippingAddress) await writeLines(edit, tx);
  await recordAudit(
    {
      ...{ actor: actorOf(by), action: "order.edit", resourceType: "order", resourceId: _id.toHexString() },
      ...{ before, after },
    },
    tx,
  );
}

/**
 * Every line is written with a new address, also where its tax stays: so a parcel that is allocated at the same time
 * conflicts with it, and goes to the address that is stored when it is ordered.
 */
async function writeLines({ order, items, retaxed }: Edit, tx: ClientSession): Promise<void> {
  const writes = items.map(({ _id }, index) => {
    const taxed = retaxed?.amounts?.lines[index];
    const tax = taxed && { taxableValue: taxed.taxableValue, taxes: taxed.taxes, lineTax: taxed.tax };
    return {
      updateOne: {
        filter: { _id, orderId: order._id, quantityAllocated: 0 },
        update: { $set: { ...tax, updatedAt: now() } },
      },
    };
  });
  const { matchedCount } = await OrderItem.bulkWrite(writes, { session: tx });
  if (matchedCount !== items.length) throw versionConflict((await getOrder(order._id)).version);
}
