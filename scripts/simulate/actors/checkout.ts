import { SEED } from "../../sandbox/seed/index.js";
import { at, textAt } from "../../support/json.js";
import { SAMPLE_ADDRESS, SAMPLE_CONTACT } from "../../support/sample-customer.js";
import type { Random } from "../random.js";
import { noteOrder, PAYMENT_MOODS, place } from "./payment.js";
import { think, type Visit } from "./visit.js";

/** From a full cart to an open payment, or an order. */

/** Own state, another state, a union territory. */
const PLACES = [
  { city: "Bengaluru", state: "Karnataka", pincode: SEED.pincodes.bengaluru },
  { city: "Mumbai", state: "Maharashtra", pincode: SEED.pincodes.mumbai },
  { city: "Chandigarh", state: "Chandigarh", pincode: SEED.pincodes.chandigarh },
] as const;

export const contactOf = (number: number) => ({
  ...SAMPLE_CONTACT,
  email: `customer${number}@example.in`,
  phone: `+9198${String(10_000_000 + number)}`,
});

export const addressFrom = (random: Random) => ({ ...SAMPLE_ADDRESS, ...random.pick(PLACES) });

const step = ({ caller }: Visit, id: string, name: string, body: object): Promise<unknown> =>
  caller.do(name, { method: "PUT", path: `/api/checkout/${id}/${name}`, body });

/** @returns the checkout's id; null when a step was refused */
async function reachPayment(visit: Visit): Promise<string | null> {
  const { caller, customer, random } = visit;
  const body = contactOf(customer.number);
  const started = await caller.do("start checkout", { method: "POST", path: "/api/checkout/start", body });
  if (!started) return null;
  const id = textAt(started, "id");
  if (!(await step(visit, id, "shipping-address", addressFrom(random)))) return null;
  const methods = [SEED.shippingMethods.standard, SEED.shippingMethods.express];
  const shippingMethodId = random.pick(methods);
  if (!(await step(visit, id, "shipping-method", { shippingMethodId }))) return null;
  if (random.chance(0.1)) await step(visit, id, "gift-message", { giftMessage: "With love" });
  if (customer.userId && random.chance(0.25)) await payInPart(visit, id, "loyalty", { points: 50 });
  if (customer.userId && random.chance(0.25)) await payInPart(visit, id, "store-credit", { amount: 40 });
  return id;
}

const payInPart = ({ caller }: Visit, id: string, what: string, body: object): Promise<unknown> =>
  caller.do(`use ${what}`, { method: "POST", path: `/api/checkout/${id}/${what}`, body });

const CASH_SHARE = 0.25;
const ABANDON_SHARE = 0.12;

/** Leads the cart to an order, or leaves it in any state on the way. */
export async function checkOut(visit: Visit): Promise<void> {
  const { random, caller, sim } = visit;
  const checkoutId = await reachPayment(visit);
  await think(visit);
  if (!checkoutId || random.chance(ABANDON_SHARE)) return;
  visit.customer.isPaying = true;
  visit.customer.cart = null;
  if (random.chance(CASH_SHARE)) return payOnDelivery(visit, checkoutId);
  const path = `/api/checkout/${checkoutId}/payment-method`;
  const body = { method: random.pick(["upi", "card"]), termsAccepted: true };
  const chosen = await caller.do("choose payment", { method: "PUT", path, body });
  if (!chosen) return;
  const gatewayOrderId = at(chosen, "gateway.orderId");
  // Nothing is due: points, credit and coupons pay for everything.
  if (typeof gatewayOrderId !== "string") return place(visit, checkoutId);
  const mood = random.weighted(PAYMENT_MOODS);
  sim.count(mood.name);
  await mood.run(visit, { checkoutId, gatewayOrderId, paymentId: textAt(chosen, "payment.id") });
}

/** In one call, or in two. */
async function payOnDelivery(visit: Visit, checkoutSessionId: string): Promise<void> {
  const { caller, random } = visit;
  const body = { checkoutSessionId, termsAccepted: true };
  if (random.chance(0.5)) {
    const order = await caller.do("order on delivery", { method: "POST", path: "/api/payments/cod", body });
    if (order) noteOrder(visit, at(order, "order"));
    return;
  }
  const path = `/api/checkout/${checkoutSessionId}/payment-method`;
  const method = { method: "cod", termsAccepted: true };
  if (await caller.do("choose payment", { method: "PUT", path, body: method }))
    await place(visit, checkoutSessionId);
}
