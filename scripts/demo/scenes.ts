import type { Sandbox } from "../sandbox/sandbox.js";
import { SEED } from "../sandbox/seed/index.js";
import { check, heading, narrate, narrateOutside, rupees } from "../support/print.js";
import { SAMPLE_ADDRESS, SAMPLE_CONTACT } from "../support/sample-customer.js";
import { waitUntil } from "../support/wait-until.js";
import {
  addToCart,
  applyCoupon,
  checkOut,
  choosePayment,
  describeOrder,
  gatewayOrderOf,
  placeOrder,
  verify,
} from "./purchase.js";
import { Storefront } from "./storefront.js";

export interface Stage {
  sandbox: Sandbox;
  serviceUrl: string;
}

const { products, variants, coupons, pincodes, shippingMethods } = SEED;

const mumbai = {
  ...SAMPLE_ADDRESS,
  name: "Bharat Shah",
  line1: "5 Marine Lines",
  city: "Mumbai",
  state: "Maharashtra",
  pincode: pincodes.mumbai,
};
export const chandigarh = {
  ...SAMPLE_ADDRESS,
  name: "Dev Singh",
  line1: "SCO 12, Sector 17",
  city: "Chandigarh",
  state: "Chandigarh",
  pincode: pincodes.chandigarh,
};

const ashwagandha = { productId: products.ashwagandha, variantId: variants.ashwagandha, quantity: 2 };
const hairOil = { productId: products.hairOil, variantId: variants.hairOil, quantity: 1 };

/** A guest in the supplier's own state pays by UPI. */
export async function guestPaysByUpi({ sandbox, serviceUrl }: Stage): Promise<void> {
  heading("1 · A guest pays by UPI");
  const shop = new Storefront(serviceUrl);
  await addToCart(shop, ashwagandha);
  await addToCart(shop, hairOil);
  const sessionId = await checkOut(shop, {
    contact: SAMPLE_CONTACT,
    address: SAMPLE_ADDRESS,
    shippingMethodId: shippingMethods.standard,
  });
  const orderId = gatewayOrderOf(await choosePayment(shop, sessionId, "upi"));
  const paid = sandbox.control.razorpay.pay(orderId, { method: "upi", outcome: "success" });
  narrateOutside(`the guest confirms in the UPI app: ${paid.paymentId} ${paid.status}`);
  await verify(shop, paid);
  const order = await placeOrder(shop, sessionId);
  check(
    order.items.every(({ taxes }) => taxes.cgst === taxes.sgst),
    "CGST and SGST are equal halves on every line",
  );
  const again = await placeOrder(shop, sessionId);
  check(again.orderNumber === order.orderNumber, "placing again returns the same order");
}

/** A customer uses a coupon. The first card payment fails, the second one pays the same gateway order. */
export async function customerPaysByCard({ sandbox, serviceUrl }: Stage): Promise<void> {
  heading("2 · A customer uses a coupon and pays by card at the second attempt");
  const shop = new Storefront(serviceUrl, sandbox.tokens.bharat);
  await addToCart(shop, { ...ashwagandha, quantity: 4 });
  await addToCart(shop, { productId: products.serum, variantId: variants.serum, quantity: 1 });
  await applyCoupon(shop, coupons.WELCOME10);
  const sessionId = await checkOut(shop, { address: mumbai, shippingMethodId: shippingMethods.standard });
  const chosen = await choosePayment(shop, sessionId, "card");
  const orderId = gatewayOrderOf(chosen);
  const declined = sandbox.control.razorpay.pay(orderId, { method: "card", outcome: "fail" });
  narrateOutside(`the bank declines ${declined.paymentId}; the gateway reports it by webhook`);
  const params = { path: { paymentId: chosen.payment?.id ?? "" } };
  await waitFor("the payment has failed", async () => {
    const { data } = await shop.api.get("/api/payments/{paymentId}", { params });
    return data.status === "failed";
  });
  const retried = await shop.show(
    (api) => api.post("/api/payments/{paymentId}/retry", { params, body: {} }),
    (choice) => `new attempt on gateway order ${gatewayOrderOf(choice)}`,
  );
  check(
    gatewayOrderOf(retried) === orderId,
    "the retry uses the same gateway order, so the customer cannot pay twice",
  );
  const paid = sandbox.control.razorpay.pay(orderId, { method: "card", outcome: "success" });
  narrateOutside(`the second card works: ${paid.paymentId} ${paid.status}`);
  await verify(shop, paid);
  const order = await placeOrder(shop, sessionId);
  check(
    order.items.every(({ taxes }) => taxes.cgst === 0),
    "for Maharashtra the only tax is IGST",
  );
}

/** Cash on delivery to a union territory. The supplier is in Karnataka, so the tax is IGST, not UTGST. */
export async function customerPaysOnDelivery({ sandbox, serviceUrl }: Stage): Promise<void> {
  heading("3 · Cash on delivery to a union territory");
  const shop = new Storefront(serviceUrl, sandbox.tokens.dev);
  await addToCart(shop, { productId: products.kajal, variantId: variants.kajal, quantity: 2 });
  await addToCart(shop, hairOil);
  const sessionId = await checkOut(shop, { address: chandigarh, shippingMethodId: shippingMethods.standard });
  const body = { checkoutSessionId: sessionId, termsAccepted: true } as const;
  const { order } = await shop.show(
    (api) => api.post("/api/payments/cod", { body }),
    (placed) => describeOrder(placed.order),
  );
  check(order.paymentStatus === "pending", "the order is unpaid until delivery");
  narrate(`The courier will collect ${rupees(order.totals.amountDue)}, including the COD fee.`);
}

/** The customer pays and closes the browser: the webhook alone places the order. */
export async function clientVanishes({ sandbox, serviceUrl }: Stage): Promise<void> {
  heading("4 · The client disappears after paying; the webhook places the order");
  const shop = new Storefront(serviceUrl, sandbox.tokens.chitra);
  await addToCart(shop, hairOil);
  const sessionId = await checkOut(shop, {
    address: {
      ...SAMPLE_ADDRESS,
      name: "Chitra Rao",
      city: "New Delhi",
      state: "Delhi",
      pincode: pincodes.delhi,
    },
    shippingMethodId: shippingMethods.standard,
  });
  const orderId = gatewayOrderOf(await choosePayment(shop, sessionId, "netbanking"));
  const paid = sandbox.control.razorpay.pay(orderId, { method: "netbanking", outcome: "success" });
  narrateOutside(`paid (${paid.paymentId}), then the phone's battery dies: no callback, no POST /api/orders`);
  let orderNumber = "";
  await waitFor("an order appears", async () => {
    const { data } = await shop.api.get("/api/orders");
    orderNumber = data.items[0]?.orderNumber ?? "";
    return orderNumber !== "";
  });
  const order = await shop.show(
    (api) => api.get("/api/orders/{orderNumber}", { params: { path: { orderNumber } } }),
    describeOrder,
  );
  check(order.paymentStatus === "paid", "the order exists and is paid, without a call by the client");
}

/** Two carts, one unit: the customer who pays second is refunded. */
export async function lastUnitIsGone({ sandbox, serviceUrl }: Stage): Promise<void> {
  heading("5 · Paying for the last unit after it was sold");
  const faceCream = { productId: "prod-saffron-face-cream", variantId: variants.lastUnit, quantity: 1 };
  const slow = new Storefront(serviceUrl, sandbox.tokens.asha);
  await addToCart(slow, faceCream);
  const slowSession = await checkOut(slow, {
    address: SAMPLE_ADDRESS,
    shippingMethodId: shippingMethods.standard,
  });
  const chosen = await choosePayment(slow, slowSession, "wallet");
  await sandbox.control.inventory.lapse();
  narrateOutside(
    "the wallet's page stays open until the reservation lapses; another customer buys the unit:",
  );
  const fast = new Storefront(serviceUrl);
  await addToCart(fast, faceCream);
  const fastSession = await checkOut(fast, {
    contact: { email: "ravi@example.com", phone: "+919876500001" },
    address: { ...SAMPLE_ADDRESS, name: "Ravi Kumar" },
    shippingMethodId: shippingMethods.standard,
  });
  await choosePayment(fast, fastSession, "cod");
  await placeOrder(fast, fastSession);
  const paid = sandbox.control.razorpay.pay(gatewayOrderOf(chosen), { method: "wallet", outcome: "success" });
  narrateOutside(`now the first customer's wallet pays: ${paid.paymentId} ${paid.status}`);
  await verify(slow, paid);
  await slow.showRefusal(409, (api) => api.post("/api/orders", { body: { checkoutSessionId: slowSession } }));
  const refundOf = () =>
    sandbox.control.razorpay.ledger().refunds.find((row) => row.paymentId === paid.paymentId);
  await waitFor("the refund is processed", async () => refundOf()?.status === "processed");
  const refund = refundOf();
  check(
    refund !== undefined,
    `the gateway refunded ${rupees((refund?.amount ?? 0) / 100)} (${refund?.receipt ?? ""})`,
  );
}

const WAIT_TIMEOUT_MS = 20_000;

export async function waitFor(condition: string, holds: () => Promise<boolean>): Promise<void> {
  await waitUntil(condition, holds, WAIT_TIMEOUT_MS);
  narrateOutside(`… ${condition}`);
}
