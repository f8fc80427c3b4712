import { randomUUID } from "node:crypto";
import { listAt, textAt } from "../../scripts/support/json.js";
import { ITEMS, openCheckout, payFor, place, Shopper, verify } from "./purchase.js";
import type { Breach } from "./refund-breaches.js";
import type { World } from "./world.js";

/** Returns of one order, and how each rule about them is broken. */

const post = (path: string, body: object) => ({ method: "POST" as const, path, body, key: randomUUID() });
const LINE_UNITS = 4;

/** One that was refunded and restocked, one whose goods did not pass, and one that waits. */
export async function makeReturns(world: World): Promise<void> {
  const { url, sandbox } = world;
  const items = [{ ...ITEMS.ashwagandha, quantity: LINE_UNITS }];
  const checkout = await openCheckout(url, { token: sandbox.tokens.bharat, items });
  await verify(checkout, payFor(sandbox, checkout));
  const placed = await place(checkout);
  await world.settle();
  await world.runJob("invoice-issue");
  const staff = new Shopper(url, sandbox.tokens.admin);
  for (const status of ["processing", "shipped", "delivered"]) {
    const path = `/api/admin/orders/${textAt(placed.data, "id")}/status`;
    await staff.do({ method: "PUT", path, body: { status }, key: randomUUID() });
  }
  const line = listAt(placed.data, "items").find(
    (item) => textAt(item, "variantId") === ITEMS.ashwagandha.variantId,
  );
  const orderItemId = textAt(line, "id");
  const ask = async (quantity: number) => {
    const wish = { orderNumber: textAt(placed.data, "orderNumber"), reason: "not_satisfied" };
    const body = { ...wish, items: [{ orderItemId, quantity, reason: "not_satisfied" }] };
    return textAt(await checkout.shopper.do(post("/api/returns", body)), "id");
  };
  const receive = async (id: string, quantityPassed: number) => {
    const path = `/api/admin/returns/${id}`;
    await staff.do(post(`${path}/approve`, {}));
    await staff.do({ method: "PUT", path: `${path}/received`, key: randomUUID() });
    const found = { orderItemId, quantityReceived: 1, quantityPassed, quantityRestockable: quantityPassed };
    await staff.do(post(`${path}/inspect`, { items: [found] }));
  };
  const accepted = await ask(1);
  await receive(accepted, 1);
  await staff.do(post(`/api/admin/returns/${accepted}/refund`, {}));
  await receive(await ask(1), 0);
  await ask(2);
  await world.settle();
  await world.runJob("invoice-issue");
}

const completed = { status: "completed" };
const rejected = { status: "rejected" };
const waiting = { status: "requested" };
const returned = { quantityReturned: { $gt: 0 } };
const ofReturn = { returnId: { $ne: null } };

export const returnBreaches: readonly Breach[] = [
  [
    "returnUnits",
    "units are promised to no return",
    "orderItems",
    returned,
    { $inc: { quantityReturnPromised: -1 } },
  ],
  [
    "returnUnits",
    "units in returns exceed the delivered ones",
    "orderItems",
    returned,
    { $set: { quantityDelivered: 2 } },
  ],
  [
    ...(["returnUnits", "units that passed are still promised"] as const),
    ...(["orderItems", returned, { $inc: { quantityReturned: -1, quantityReturnPromised: 1 } }] as const),
  ],
  ["returnUnits", "a rejected return still waits", "returns", rejected, { $set: { status: "requested" } }],
  [
    "returnInspections",
    "an approved return has no number",
    "returns",
    completed,
    { $set: { returnNumber: null } },
  ],
  [
    "returnInspections",
    "its number is no RMA number",
    "returns",
    completed,
    { $set: { returnNumber: "RET-1" } },
  ],
  [
    "returnInspections",
    "it has a number too early",
    "returns",
    waiting,
    { $set: { returnNumber: "RET-2026-000009" } },
  ],
  ["returnInspections", "it was never inspected", "returns", completed, { $set: { inspection: null } }],
  [
    ...(["returnInspections", "it was rejected although a unit has passed"] as const),
    ...(["returns", rejected, { $set: { "inspection.items.0.quantityPassed": 1 } }] as const),
  ],
  [
    ...(["returnInspections", "it was completed although nothing has passed"] as const),
    ...(["returns", completed, { $set: { "inspection.items.0.quantityPassed": 0 } }] as const),
  ],
  [
    ...(["returnInspections", "more has passed than was sent"] as const),
    ...(["returns", completed, { $inc: { "inspection.items.0.quantityPassed": 1 } }] as const),
  ],
  ["returnRefunds", "its refund names no return", "refunds", ofReturn, { $set: { returnId: null } }],
  ["returnRefunds", "its refund has another amount", "refunds", ofReturn, { $inc: { amount: -1 } }],
  ["returnRefunds", "it was not completed", "returns", completed, { $set: { status: "received" } }],
  [
    "returnRefunds",
    "it names another refund",
    "returns",
    completed,
    { $set: { refundNumber: "REF-2026-999999" } },
  ],
  [
    "returnRefunds",
    "its sum is wrong",
    "returns",
    completed,
    { $inc: { "refundBreakdown.returnShipping": 1 } },
  ],
  [
    ...(["returnRefunds", "its goods are worth less"] as const),
    ...([
      "returns",
      completed,
      { $inc: { "refundBreakdown.items": 9, "refundBreakdown.returnShipping": 9 } },
    ] as const),
  ],
  [
    ...(["restocks", "more went back to stock than can be sold again"] as const),
    ...(["returns", completed, { $set: { "inspection.items.0.quantityRestockable": 0 } }] as const),
  ],
  [
    "numbers",
    "the counter is below a return's number",
    "counters",
    { _id: /^RET-/ },
    { $set: { sequence: 0 } },
  ],
  ["histories", "a return's history has a gap", "returns", completed, { $pop: { history: -1 } }],
];
