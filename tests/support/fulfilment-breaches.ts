import { randomUUID } from "node:crypto";
import { textAt } from "../../scripts/support/json.js";
import { ITEMS, openCheckout, place, Shopper } from "./purchase.js";
import type { Breach } from "./refund-breaches.js";
import type { World } from "./world.js";

/** A parcel, and how each rule about parcels is broken. */

/** An order to be paid on delivery, on its way. */
export async function shipCashOrder({ url, sandbox, settle }: World): Promise<void> {
  const { bharat, admin } = sandbox.tokens;
  const checkout = await openCheckout(url, { token: bharat, items: [ITEMS.ashwagandha], method: "cod" });
  const id = textAt((await place(checkout)).data, "id");
  const path = `/api/admin/orders/${id}/fulfillments`;
  await new Shopper(url, admin).do({ method: "POST", path, body: {}, key: randomUUID() });
  await settle();
}

const anything = {};

export const fulfilmentBreaches: readonly Breach[] = [
  [
    "lineUnits",
    "more is cancelled than was ordered",
    "orderItems",
    anything,
    { $inc: { quantityCancelled: 99 } },
  ],
  ["parcelUnits", "a unit is in no parcel", "orderItems", anything, { $inc: { quantityAllocated: 1 } }],
  ["parcelCash", "a parcel collects more than is due", "shipments", anything, { $inc: { codAmount: 100 } }],
  [
    "derivedStatuses",
    "an order that is not shipped says it is",
    "orders",
    { fulfillmentStatus: "unfulfilled" },
    { $set: { fulfillmentStatus: "fulfilled" } },
  ],
];
