import type { Attempt, AttemptResult, Outcome } from "../../sandbox/razorpay/control-types.js";
import { at, textAt } from "../../support/json.js";
import type { Reply } from "../caller.js";
import { add, readAndBelieve } from "./cart.js";
import { isDone, think, toId, type Visit } from "./visit.js";

/** How customers pay, and what goes wrong at the gateway. */

/** A checkout with a payment window. */
export interface OpenPayment {
  checkoutId: string;
  paymentId: string;
  gatewayOrderId: string;
}

/** Outcomes after which the bank may authorise the payment. */
const MAY_FOLLOW: readonly Outcome[] = ["pending", "late", "authorize_only"];

/** An attempt at the gateway; null when the gateway refuses it, for example because another one has paid. */
function attempt(
  { sim, customer, random }: Visit,
  gatewayOrderId: string,
  given: Partial<Attempt>,
): AttemptResult | null {
  const method = random.pick(["upi", "card", "netbanking", "wallet"] as const);
  const wanted: Attempt = { method, outcome: "success", ...given };
  try {
    const paid = sim.world.sandbox.control.razorpay.pay(gatewayOrderId, wanted);
    if (MAY_FOLLOW.includes(wanted.outcome)) sim.undecided.add(paid.paymentId);
    sim.recorder.record({
      who: customer.name,
      what: "pays at the gateway",
      ...paid,
      outcome: wanted.outcome,
    });
    return paid;
  } catch {
    return null;
  }
}

async function verify({ sim, caller }: Visit, { gatewayOrderId }: OpenPayment, paid: AttemptResult | null) {
  if (!paid?.signature) return;
  const body = {
    razorpay_order_id: gatewayOrderId,
    razorpay_payment_id: paid.paymentId,
    razorpay_signature: paid.signature,
  };
  const reply = await caller.call("verify", { method: "POST", path: "/api/payments/verify", body });
  if (!isDone(reply)) return;
  sim.acknowledgements.add({
    what: `payment ${paid.paymentId} is verified`,
    collection: "payments",
    filter: { gatewayPaymentId: paid.paymentId },
    ids: [paid.paymentId, gatewayOrderId],
  });
}

const sendPlace = ({ caller }: Visit, checkoutSessionId: string, key?: string): Promise<Reply | null> =>
  caller.call("place order", {
    ...{ method: "POST", path: "/api/orders", body: { checkoutSessionId, termsAccepted: true } },
    ...(key ? { key } : {}),
  });

/** Now and then by a double click. */
export async function place(visit: Visit, checkoutId: string): Promise<void> {
  const { random } = visit;
  const clicks = random.chance(0.15) ? 2 : 1;
  const replies = await Promise.all(Array.from({ length: clicks }, () => sendPlace(visit, checkoutId)));
  const placed = replies.filter(isDone).map(({ data }) => noteOrder(visit, data));
  if (new Set(placed).size > 1)
    visit.sim.alarm(`two orders of one checkout: ${placed.join(", ")}`, [checkoutId]);
}

/** @returns the order's number */
export function noteOrder({ sim, customer }: Visit, order: unknown): string {
  const id = textAt(order, "id");
  const number = textAt(order, "orderNumber");
  if (!customer.orders.some((known) => known.id === id)) customer.orders.push({ id, number });
  customer.cart = null;
  customer.isPaying = false;
  sim.count("order");
  sim.acknowledgements.add({
    what: `order ${number} is placed`,
    collection: "orders",
    filter: { _id: toId(id), orderNumber: number },
    ids: [id, number],
  });
  return number;
}

export interface PaymentMood {
  name: string;
  weight: number;
  run(visit: Visit, open: OpenPayment): Promise<unknown>;
}

async function payAndPlace(visit: Visit, open: OpenPayment, given: Partial<Attempt> = {}): Promise<void> {
  const paid = attempt(visit, open.gatewayOrderId, given);
  await think(visit);
  await verify(visit, open, paid);
  await place(visit, open.checkoutId);
}

async function failAndRetry(visit: Visit, open: OpenPayment): Promise<void> {
  attempt(visit, open.gatewayOrderId, { outcome: "fail" });
  await think(visit);
  const path = `/api/payments/${open.paymentId}/retry`;
  const data = await visit.caller.do("retry payment", { method: "POST", path, body: {} });
  const gatewayOrderId = data ? at(data, "gateway.orderId") : null;
  const paymentId = data ? at(data, "payment.id") : null;
  const isNew = typeof gatewayOrderId === "string" && typeof paymentId === "string";
  await payAndPlace(visit, isNew ? { ...open, gatewayOrderId, paymentId } : open);
}

/** The bank answers later; the customer may have left by then. */
function leaveToBank(outcome: "pending" | "late" | "authorize_only") {
  return async (visit: Visit, open: OpenPayment): Promise<void> => {
    const paid = attempt(visit, open.gatewayOrderId, { outcome });
    await think(visit);
    if (outcome === "authorize_only") await verify(visit, open, paid);
    if (visit.random.chance(0.5)) await place(visit, open.checkoutId);
  };
}

/** In two windows: the gateway accepts both, or returns the second one itself. */
async function payTwice(visit: Visit, open: OpenPayment): Promise<void> {
  const ifPaid = visit.random.pick(["accept", "gateway_refund"] as const);
  const first = attempt(visit, open.gatewayOrderId, {});
  const second = attempt(visit, open.gatewayOrderId, { details: { ifPaid } });
  await Promise.all([verify(visit, open, first), verify(visit, open, second)]);
  await place(visit, open.checkoutId);
}

/** In another tab, before or after the money moves. */
async function editWhilePaying(visit: Visit, open: OpenPayment): Promise<void> {
  const [paid] = await Promise.all([
    think(visit).then(() => attempt(visit, open.gatewayOrderId, {})),
    add(visit),
  ]);
  await verify(visit, open, paid);
  await place(visit, open.checkoutId);
  await readAndBelieve(visit);
}

async function changeToCash(visit: Visit, { checkoutId }: OpenPayment): Promise<void> {
  const body = { method: "cod", termsAccepted: true };
  const path = `/api/checkout/${checkoutId}/payment-method`;
  if (await visit.caller.do("choose payment", { method: "PUT", path, body })) await place(visit, checkoutId);
}

export const PAYMENT_MOODS: readonly PaymentMood[] = [
  { name: "pay", weight: 45, run: (visit, open) => payAndPlace(visit, open) },
  { name: "fail, then pay", weight: 9, run: failAndRetry },
  { name: "UPI pending", weight: 7, run: leaveToBank("pending") },
  { name: "authorised late", weight: 6, run: leaveToBank("late") },
  { name: "authorised only", weight: 5, run: leaveToBank("authorize_only") },
  { name: "pay twice", weight: 6, run: payTwice },
  { name: "edit while paying", weight: 6, run: editWhilePaying },
  {
    name: "pay and leave",
    weight: 9,
    run: async (visit, open) => attempt(visit, open.gatewayOrderId, {}),
  },
  {
    name: "cancel payment",
    weight: 3,
    run: async (visit, open) => attempt(visit, open.gatewayOrderId, { outcome: "cancel" }),
  },
  { name: "change to cash", weight: 4, run: changeToCash },
];
