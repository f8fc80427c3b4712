import { listAt, numberAt, textAt } from "../../support/json.js";
import { isDone, type Operation, runOne, think, toId, type Visit } from "./visit.js";

/** What customers do about their orders. */

const BANK_ACCOUNT = { accountHolder: "Meera Nair", accountNumber: "50100123456789", ifsc: "HDFC0000123" };

const withOrder =
  (act: (visit: Visit, orderNumber: string) => Promise<unknown>) =>
  async (visit: Visit): Promise<void> => {
    const { orders } = visit.customer;
    if (orders.length > 0) await act(visit, visit.random.pick(orders).number);
  };

const cancel = withOrder(async ({ sim, caller }, orderNumber) => {
  const body = { reason: "Ordered by mistake" };
  const path = `/api/orders/${orderNumber}/cancel`;
  if (!(await caller.do("cancel order", { method: "POST", path, body }))) return;
  sim.acknowledgements.add({
    what: `${orderNumber} is cancelled`,
    collection: "orders",
    filter: { orderNumber, "cancellations.0": { $exists: true } },
    ids: [orderNumber],
  });
});

const askForRefund = withOrder(async ({ sim, caller, customer }, orderNumber) => {
  const body = { orderNumber, reason: "damaged" };
  const refund = await caller.do("ask for refund", { method: "POST", path: "/api/refunds", body });
  if (!refund) return;
  const id = textAt(refund, "id");
  customer.refundIds.push(id);
  sim.acknowledgements.add({
    what: `a refund of ${orderNumber} is asked for`,
    collection: "refunds",
    filter: { _id: toId(id) },
    ids: [id, orderNumber],
  });
});

async function giveAccount({ caller, customer, random }: Visit): Promise<void> {
  if (customer.refundIds.length === 0) return;
  const path = `/api/refunds/${random.pick(customer.refundIds)}/bank-account`;
  await caller.do("give bank account", { method: "PUT", path, body: BANK_ACCOUNT });
}

/** Asks for one or all units of the lines that can be returned. */
const askForReturn = withOrder(async ({ sim, caller, random }, orderNumber) => {
  const path = `/api/returns/eligibility?orderNumber=${orderNumber}`;
  const eligibility = await caller.do("return eligibility", { method: "GET", path });
  if (!eligibility) return;
  const items = listAt(eligibility, "items").flatMap((line) => {
    const most = numberAt(line, "returnableQuantity");
    if (most < 1) return [];
    return [
      { orderItemId: textAt(line, "orderItemId"), quantity: random.between(1, most), reason: "damaged" },
    ];
  });
  if (items.length === 0) return;
  const body = { orderNumber, items, reason: "damaged" };
  const asked = await caller.do("ask for return", { method: "POST", path: "/api/returns", body });
  if (!asked) return;
  const id = textAt(asked, "id");
  sim.count("return");
  sim.acknowledgements.add({
    what: `a return of ${orderNumber} is asked for`,
    collection: "returns",
    filter: { _id: toId(id) },
    ids: [id, orderNumber],
  });
});

const PAGES = ["", "/tracking", "/timeline", "/confirmation", "/invoice"];
const lookAt = withOrder(async ({ caller, random }, orderNumber) => {
  await caller.call("look at order", {
    method: "GET",
    path: `/api/orders/${orderNumber}${random.pick(PAGES)}`,
  });
});

const downloadInvoice = withOrder(async ({ caller }, orderNumber) => {
  await caller.call("list invoices", { method: "GET", path: `/api/invoices/order/${orderNumber}` });
});

async function lookAround({ caller, random }: Visit): Promise<void> {
  const path = random.pick(["/api/orders", "/api/refunds", "/api/returns", "/api/returns/reasons"]);
  await caller.call("look around", { method: "GET", path });
}

const reorder = withOrder(async ({ caller, customer }, orderNumber) => {
  const path = `/api/orders/${orderNumber}/reorder`;
  await caller.call("reorder", { method: "POST", path });
  customer.cart = null;
});

const OPERATIONS: readonly Operation<Visit>[] = [
  { name: "cancel order", weight: 14, run: cancel },
  { name: "ask for refund", weight: 16, run: askForRefund },
  { name: "give bank account", weight: 6, run: giveAccount },
  { name: "ask for return", weight: 26, run: askForReturn },
  { name: "look at order", weight: 20, run: lookAt },
  { name: "invoices of an order", weight: 6, run: downloadInvoice },
  { name: "look around", weight: 7, run: lookAround },
  { name: "reorder", weight: 5, run: reorder },
];

export async function lookAfterOrders(visit: Visit): Promise<void> {
  const count = visit.random.between(1, 3);
  for (let done = 0; done < count; done += 1) {
    await runOne(OPERATIONS, visit);
    await think(visit);
  }
}

/** A guest signs in: cart, saved items and orders move to the new account. */
export async function signIn(visit: Visit): Promise<void> {
  const { sim, customer, caller } = visit;
  // A request without an answer is repeated as the guest that the customer was.
  const isWaiting = sim.open.some(({ who }) => who === customer.name);
  if (customer.userId || customer.isPaying || isWaiting) return;
  const userId = `user-sim-guest-${customer.number}`;
  const { shopper } = customer;
  shopper.token = await sim.population.signUp(userId);
  customer.userId = userId;
  sim.count("sign in");
  const reply = await caller.call("merge carts", { method: "POST", path: "/api/cart/merge" });
  shopper.guestId = null;
  if (isDone(reply)) return;
  // What has moved is not known: the customer starts anew.
  customer.cart = null;
  customer.orders = [];
  customer.refundIds = [];
}
