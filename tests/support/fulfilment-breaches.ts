import { randomUUID } from "node:crypto";
import { listAt, textAt } from "../../scripts/support/json.js";
import { ITEMS, openCheckout, place, Shopper } from "./purchase.js";
import type { Breach } from "./refund-breaches.js";
import type { World } from "./world.js";

/** A parcel, and how each rule about parcels is broken. */

/** An order to be paid on delivery: a unit of it is cancelled after it was invoiced, the other is on its way. */
export async function shipCashOrder({ url, sandbox, settle, runJob }: World): Promise<void> {
  const { bharat, admin } = sandbox.tokens;
  const items = [{ ...ITEMS.ashwagandha, quantity: 2 }];
  const checkout = await openCheckout(url, { token: bharat, items, method: "cod" });
  const { data } = await place(checkout);
  await settle();
  await runJob("invoice-issue");
  const path = `/api/admin/orders/${textAt(data, "id")}`;
  const one = { orderItemId: textAt(listAt(data, "items")[0], "id"), quantity: 1 };
  const steps: [string, object][] = [
    ["cancel", { reason: "out of season", items: [one] }],
    ["fulfillments", {}],
  ];
  for (const [step, body] of steps)
    await new Shopper(url, admin).do({ method: "POST", path: `${path}/${step}`, body, key: randomUUID() });
  await settle();
  await runJob("invoice-issue");
}

const anything = {};

const CANCELLED_PART = {
  ...{ sellerId: "s", status: "cancelled", notes: [], trackingNumber: null, estimatedDelivery: null },
  itemIds: [],
};

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
  [
    "derivedStatuses",
    "a seller's part is cancelled although its lines are not",
    "orders",
    { fulfillmentStatus: "fulfilled" },
    { $set: { sellerOrders: [CANCELLED_PART] } },
  ],
  [
    "parcelUnits",
    "a parcel was recalled, and its units are not cancelled",
    "shipments",
    anything,
    { $set: { recalledAt: new Date(0) } },
  ],
  [
    "creditedRefunds",
    "what will not be paid has another amount than its note",
    "orders",
    { "cancellations.0": { $exists: true } },
    { $inc: { "cancellations.0.unpaid.amount": 1 } },
  ],
];
