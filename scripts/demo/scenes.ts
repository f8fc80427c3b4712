import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Sandbox } from "../sandbox/sandbox.js";
import { SEED } from "../sandbox/seed/index.js";
import { check, heading, narrate, outside, rupees } from "./print.js";
import {
  addToCart,
  applyCoupon,
  checkOut,
  choosePayment,
  gatewayOrderOf,
  orderTold,
  placeOrder,
  verify,
} from "./purchase.js";
import { at, listAt, numberAt, Storefront, textAt } from "./storefront.js";

export interface Stage {
  sandbox: Sandbox;
  serviceUrl: string;
}

const { products, variants, coupons, pincodes, shippingMethods } = SEED;

export const guestAddress = {
  name: "Meera Nair",
  phone: "+919845012345",
  line1: "22 Temple Street, Malleswaram",
  city: "Bengaluru",
  state: "Karnataka",
  pincode: pincodes.bengaluru,
};
const mumbai = {
  ...guestAddress,
  name: "Bharat Shah",
  line1: "5 Marine Lines",
  city: "Mumbai",
  state: "Maharashtra",
  pincode: pincodes.mumbai,
};
export const chandigarh = {
  ...guestAddress,
  name: "Dev Singh",
  line1: "SCO 12, Sector 17",
  city: "Chandigarh",
  state: "Chandigarh",
  pincode: pincodes.chandigarh,
};

const ashwagandha = { productId: products.ashwagandha, variantId: variants.ashwagandha, quantity: 2 };
const hairOil = { productId: products.hairOil, variantId: variants.hairOil, quantity: 1 };

/** A guest pays by UPI, inside the supplier's state. */
export async function guestPaysByUpi({ sandbox, serviceUrl }: Stage): Promise<void> {
  heading("1 · A guest pays by UPI");
  const shop = new Storefront(serviceUrl);
  await addToCart(shop, ashwagandha);
  await addToCart(shop, hairOil);
  const sessionId = await checkOut(shop, {
    contact: { email: "meera@example.com", phone: "+919845012345" },
    address: guestAddress,
    shippingMethodId: shippingMethods.standard,
  });
  const orderId = gatewayOrderOf(await choosePayment(shop, sessionId, "upi"));
  const paid = sandbox.control.razorpay.pay(orderId, { method: "upi", outcome: "success" });
  outside(`the guest confirms in the UPI app: ${paid.paymentId} ${paid.status}`);
  await verify(shop, paid);
  const order = await placeOrder(shop, sessionId);
  const tax = listAt(order.data, "items").map((item) => at(item, "taxes"));
  check(
    tax.every((heads) => numberAt(heads, "cgst") === numberAt(heads, "sgst")),
    "CGST and SGST are equal halves on every line",
  );
  const again = await placeOrder(shop, sessionId);
  check(
    textAt(again.data, "orderNumber") === textAt(order.data, "orderNumber"),
    "placing again answers the same order",
  );
}

/** A customer uses a coupon; the first card attempt fails, the second pays on the same gateway order. */
export async function customerPaysByCard({ sandbox, serviceUrl }: Stage): Promise<void> {
  heading("2 · A customer uses a coupon and pays by card, at the second attempt");
  const shop = new Storefront(serviceUrl, sandbox.tokens.bharat);
  await addToCart(shop, { ...ashwagandha, quantity: 4 });
  await addToCart(shop, { productId: products.serum, variantId: variants.serum, quantity: 1 });
  await applyCoupon(shop, coupons.WELCOME10);
  const sessionId = await checkOut(shop, { address: mumbai, shippingMethodId: shippingMethods.standard });
  const chosen = await choosePayment(shop, sessionId, "card");
  const orderId = gatewayOrderOf(chosen);
  const declined = sandbox.control.razorpay.pay(orderId, { method: "card", outcome: "fail" });
  outside(`the bank declines ${declined.paymentId}; the gateway tells by webhook`);
  const paymentId = textAt(chosen.data, "payment.id");
  await waitFor("the payment is failed", async () => {
    const payment = await shop.call({ method: "GET", path: `/api/payments/${paymentId}`, silent: true });
    return at(payment.data, "status") === "failed";
  });
  const retried = await shop.call({
    method: "POST",
    path: `/api/payments/${paymentId}/retry`,
    body: {},
    idempotencyKey: randomUUID(),
    tell: (data) => `a new attempt on gateway order ${textAt(data, "gateway.orderId")}`,
  });
  check(
    gatewayOrderOf(retried) === orderId,
    "the retry stays on the same gateway order, so nobody can pay two",
  );
  const paid = sandbox.control.razorpay.pay(orderId, { method: "card", outcome: "success" });
  outside(`the second card works: ${paid.paymentId} ${paid.status}`);
  await verify(shop, paid);
  const order = await placeOrder(shop, sessionId);
  check(
    listAt(order.data, "items").every((item) => numberAt(item, "taxes.cgst") === 0),
    "to Maharashtra the tax is IGST alone",
  );
}

/** Cash on delivery to a union territory: UTGST if the supplier were there; from Karnataka it is IGST. */
export async function customerPaysOnDelivery({ sandbox, serviceUrl }: Stage): Promise<void> {
  heading("3 · Cash on delivery to a union territory");
  const shop = new Storefront(serviceUrl, sandbox.tokens.dev);
  await addToCart(shop, { productId: products.kajal, variantId: variants.kajal, quantity: 2 });
  await addToCart(shop, hairOil);
  const sessionId = await checkOut(shop, { address: chandigarh, shippingMethodId: shippingMethods.standard });
  const placed = await shop.call({
    method: "POST",
    path: "/api/payments/cod",
    body: { checkoutSessionId: sessionId, termsAccepted: true },
    idempotencyKey: randomUUID(),
    tell: (data) => orderTold(at(data, "order")),
  });
  check(
    at(placed.data, "order.paymentStatus") === "pending",
    "nothing is paid before the parcel is delivered",
  );
  const due = numberAt(placed.data, "order.totals.amountDue");
  narrate(`The courier will collect ${rupees(due)}, the COD fee included.`);
}

/** The customer pays and closes the browser: the webhook alone places the order (D9). */
export async function clientVanishes({ sandbox, serviceUrl }: Stage): Promise<void> {
  heading("4 · The client vanishes after paying; the webhook alone places the order");
  const shop = new Storefront(serviceUrl, sandbox.tokens.chitra);
  await addToCart(shop, hairOil);
  const sessionId = await checkOut(shop, {
    address: {
      ...guestAddress,
      name: "Chitra Rao",
      city: "New Delhi",
      state: "Delhi",
      pincode: pincodes.delhi,
    },
    shippingMethodId: shippingMethods.standard,
  });
  const orderId = gatewayOrderOf(await choosePayment(shop, sessionId, "netbanking"));
  const paid = sandbox.control.razorpay.pay(orderId, { method: "netbanking", outcome: "success" });
  outside(`paid (${paid.paymentId}), and the phone's battery is empty: no callback, no POST /api/orders`);
  let order: unknown = null;
  await waitFor("an order appears", async () => {
    const orders = await shop.call({ method: "GET", path: "/api/orders", silent: true });
    order = listAt(orders.data, "items")[0];
    return order !== undefined;
  });
  await shop.call({ method: "GET", path: `/api/orders/${textAt(order, "orderNumber")}`, tell: orderTold });
  check(at(order, "paymentStatus") === "paid", "the order is there, paid, without any call of the client");
}

/** Two carts, one unit: the one who pays second gets the money back. */
export async function lastUnitIsGone({ sandbox, serviceUrl }: Stage): Promise<void> {
  heading("5 · Paying for the last unit that somebody else just got");
  const faceCream = { productId: "prod-saffron-face-cream", variantId: variants.lastUnit, quantity: 1 };
  const slow = new Storefront(serviceUrl, sandbox.tokens.asha);
  await addToCart(slow, faceCream);
  const slowSession = await checkOut(slow, {
    address: guestAddress,
    shippingMethodId: shippingMethods.standard,
  });
  const chosen = await choosePayment(slow, slowSession, "wallet");
  await sandbox.control.inventory.lapse();
  outside("the wallet's page stays open so long that the reservation lapses, and somebody else is faster:");
  const fast = new Storefront(serviceUrl);
  await addToCart(fast, faceCream);
  const fastSession = await checkOut(fast, {
    contact: { email: "ravi@example.com", phone: "+919876500001" },
    address: { ...guestAddress, name: "Ravi Kumar" },
    shippingMethodId: shippingMethods.standard,
  });
  await choosePayment(fast, fastSession, "cod");
  await placeOrder(fast, fastSession);
  const paid = sandbox.control.razorpay.pay(gatewayOrderOf(chosen), { method: "wallet", outcome: "success" });
  outside(`now the first one's wallet pays all the same: ${paid.paymentId} ${paid.status}`);
  await verify(slow, paid);
  await placeOrder(slow, slowSession, { expect: 409 });
  const refundOf = () =>
    sandbox.control.razorpay.ledger().refunds.find((row) => row.paymentId === paid.paymentId);
  await waitFor("the money is back", async () => refundOf()?.status === "processed");
  const refund = refundOf();
  check(
    refund !== undefined,
    `the gateway has returned ${rupees((refund?.amount ?? 0) / 100)} (${refund?.receipt ?? ""})`,
  );
}

const PATIENCE_MS = 20_000;

async function waitFor(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}`);
    await sleep(100);
  }
  outside(`… ${what}`);
}
