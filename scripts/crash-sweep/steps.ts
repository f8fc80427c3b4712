import { SEED } from "../sandbox/seed/index.js";
import { at, listAt, textAt } from "../support/json.js";
import { letCheckoutsExpire, letTimePass } from "../support/passing-time.js";
import { SAMPLE_ADDRESS, SAMPLE_CONTACT } from "../support/sample-customer.js";
import { deliverEvents } from "./recovery.js";
import type { Visit } from "./visit.js";

/** One call or event of a journey. Every step can be repeated, as a client without an answer does. */
export interface Step {
  name: string;
  run(visit: Visit): Promise<void>;
}

/** A whole purchase and what it must end with, wherever the service crashes. */
export interface Journey {
  name: string;
  description: string;
  steps: readonly Step[];
  /** The steps in which crashes are tried. The others are covered by another journey or call no service. */
  sweep: readonly Step[];
  orders: 0 | 1;
  /** Completed refunds. */
  refunds: number;
  /** Environment variables of the service. */
  env?: Readonly<Record<string, string>>;
}

export const step = (name: string, run: Step["run"]): Step => ({ name, run });

/** ₹899 each. Two of them earn a gift, so the cart also reserves a line that the customer did not add. */
const BOUGHT = { productId: SEED.products.serum, variantId: SEED.variants.serum, quantity: 2 };
const KAJAL = { productId: SEED.products.kajal, variantId: SEED.variants.kajal, quantity: 1 };
const COUPON = SEED.coupons.WELCOME10;
/** Takes 100 % off, so that nothing is due. */
const ALL_FREE = "ALLFREE";

const POINTS = 100;
const CREDIT_RUPEES = 150;

/** A new customer with points and store credit. */
export const signIn = step("sign-in", async (visit) => {
  const { auth, engagement } = visit.world.sandbox.control;
  const [template] = auth.users();
  if (!template) throw new Error("the sandbox has no users");
  const user = auth.addUser({ ...template, id: `user-${visit.id}` });
  engagement.setPoints(user.id, POINTS);
  engagement.setCredit(user.id, CREDIT_RUPEES);
  const { name, email, phone } = user;
  visit.shopper.token = await auth.mintToken({ sub: user.id, role: "customer", name, email, phone });
});

const post = (name: string, path: string, body?: object): Step =>
  step(name, async (visit) => void (await visit.call({ method: "POST", path, body })));

const put = (name: string, path: string, body: object): Step =>
  step(name, async (visit) => {
    await visit.call({ method: "PUT", path: `/api/checkout/${visit.checkoutId}/${path}`, body });
  });

export const add = post("add", "/api/cart/items", BOUGHT);
export const addMore = post("add-more", "/api/cart/items", KAJAL);
export const coupon = post("coupon", "/api/cart/coupons", { couponCode: COUPON });
export const start = step("start", async (visit) => {
  const data = await visit.call({ method: "POST", path: "/api/checkout/start", body: SAMPLE_CONTACT });
  visit.checkoutId = textAt(data, "id");
});
export const contact = put("contact", "contact", { ...SAMPLE_CONTACT, phone: "+919845099999" });
export const address = put("address", "shipping-address", SAMPLE_ADDRESS);
export const shipping = put("shipping", "shipping-method", {
  shippingMethodId: SEED.shippingMethods.standard,
});

const choose = (name: string, method: string): Step =>
  step(name, async (visit) => {
    const path = `/api/checkout/${visit.checkoutId}/payment-method`;
    const data = await visit.call({ method: "PUT", path, body: { method, termsAccepted: true } });
    visit.paymentId = textAt(data, "payment.id");
    if (method !== "cod") visit.gatewayOrderId = textAt(data, "gateway.orderId");
  });
export const chooseUpi = choose("choose-upi", "upi");
export const chooseAgain = choose("choose-again", "upi");
export const chooseCash = choose("choose-cash", "cod");

const pay = (name: string, outcome: "success" | "fail" | "late"): Step =>
  step(name, async (visit) => {
    const { razorpay } = visit.world.sandbox.control;
    visit.paid = razorpay.pay(visit.gatewayOrderId, { method: "upi", outcome });
  });
export const pays = pay("pays", "success");
export const paysAgain = pay("pays-again", "success");
export const failsToPay = pay("fails-to-pay", "fail");
/** Checkout.js reports a failure; the bank captures the payment later. */
export const seemsToFail = pay("seems-to-fail", "late");
export const isPaidLate = step("is-paid-late", async ({ paid, world }) => {
  if (paid) world.sandbox.control.razorpay.settleLate(paid.paymentId);
});
export const retries = step("retry", async (visit) => {
  const path = `/api/payments/${visit.paymentId}/retry`;
  // After a retry whose answer was lost, the payment is no longer failed.
  const data = await visit.call({ method: "POST", path, body: {}, refusedWith: ["PAYMENT_NOT_FAILED"] });
  if (data) visit.gatewayOrderId = textAt(data, "gateway.orderId");
});

const verifyWith = (name: string, refusedWith: readonly string[]): Step =>
  step(name, async (visit) => {
    const body = {
      razorpay_order_id: visit.gatewayOrderId,
      razorpay_payment_id: visit.paid?.paymentId,
      razorpay_signature: visit.paid?.signature,
    };
    await visit.call({ method: "POST", path: "/api/payments/verify", body, refusedWith });
  });
export const verify = verifyWith("verify", []);

const placeWith = (name: string, refusedWith: readonly string[]): Step =>
  step(name, async (visit) => {
    const body = { checkoutSessionId: visit.checkoutId, termsAccepted: true };
    await visit.call({ method: "POST", path: "/api/orders", body, refusedWith });
  });
export const place = placeWith("place", []);
export const placeRefused = placeWith("place", ["OUT_OF_STOCK"]);
export const placeCash = step("place-cash", async (visit) => {
  const body = { checkoutSessionId: visit.checkoutId, termsAccepted: true };
  await visit.call({ method: "POST", path: "/api/payments/cod", body });
});

export const webhooks = step("webhooks", deliverEvents);
export const laterWebhooks = step("later-webhooks", deliverEvents);
/** Delivers every outbox message, including those that are due later. */
export const deliver = (name: string): Step =>
  step(name, async (visit) => {
    await letTimePass(visit.world.db);
    await visit.job("outbox");
  });
export const outbox = deliver("outbox");
export const laterOutbox = deliver("later-outbox");

/** Issues the invoices of the orders that the outbox has announced. */
export const invoices = step("invoices", (visit) => visit.job("invoice-issue"));

/** The customer's reservation lapses and the item sells out. */
export const stockIsGone = step("stock-is-gone", async ({ world }) => {
  const { inventory } = world.sandbox.control;
  await inventory.lapse();
  await inventory.setStock(BOUGHT.variantId, 0);
});

export const everythingIsFree = step("everything-is-free", async ({ world }) => {
  world.sandbox.control.pricing.setCoupon({
    code: ALL_FREE,
    type: "percentage",
    value: 100,
    stackable: true,
  });
});
export const allFree = post("all-free", "/api/cart/coupons", { couponCode: ALL_FREE });
export const freeShipping = post("free-shipping", "/api/cart/coupons", {
  couponCode: SEED.coupons.FREESHIP,
});

const postToCheckout = (name: string, path: string, body: object): Step =>
  step(name, async (visit) => {
    await visit.call({ method: "POST", path: `/api/checkout/${visit.checkoutId}/${path}`, body });
  });
export const usePoints = postToCheckout("use-points", "loyalty", { points: POINTS });
export const useCredit = postToCheckout("use-credit", "store-credit", { amount: CREDIT_RUPEES });

export const expires = step("expires", ({ world }) => letCheckoutsExpire(world.db));
export const checkoutCleanup = step("checkout-cleanup", (visit) => visit.job("checkout-cleanup"));

/** Further cart steps. */
const HAIR_OIL = { productId: SEED.products.hairOil, variantId: SEED.variants.hairOil, quantity: 1 };

export const addKajal = post("add-kajal", "/api/cart/items", KAJAL);
export const addHairOil = post("add-hair-oil", "/api/cart/items", HAIR_OIL);

/** After signing in: the guest's cart is merged into the customer's own. */
export const merge = post("merge", "/api/cart/merge");

async function findId(visit: Visit, list: "cart" | "cart/saved-items", variantId: string) {
  const data = await visit.call({ method: "GET", path: `/api/${list}` });
  const item = listAt(data, "items").find((candidate) => at(candidate, "variantId") === variantId);
  return item === undefined ? null : textAt(item, "id");
}

/** A step on one line. Does nothing when an earlier attempt has already moved or removed the line. */
const withLine = (
  name: string,
  { list = "cart", variantId }: { list?: "cart" | "cart/saved-items"; variantId: string },
  act: (visit: Visit, id: string) => Promise<unknown>,
): Step =>
  step(name, async (visit) => {
    const id = await findId(visit, list, variantId);
    if (id !== null) await act(visit, id);
  });

export const changeQuantity = withLine("change-quantity", KAJAL, (visit, id) =>
  visit.call({ method: "PUT", path: `/api/cart/items/${id}`, body: { quantity: 3 } }),
);
export const saveForLater = withLine("save-for-later", HAIR_OIL, (visit, id) =>
  visit.call({ method: "POST", path: `/api/cart/items/${id}/save-later` }),
);
export const moveBack = withLine("move-back", { ...HAIR_OIL, list: "cart/saved-items" }, (visit, id) =>
  visit.call({ method: "POST", path: `/api/cart/saved-items/${id}/move-to-cart` }),
);
export const removeLine = withLine("remove", HAIR_OIL, (visit, id) =>
  visit.call({ method: "DELETE", path: `/api/cart/items/${id}` }),
);

/** What most journeys begin with: a customer with a coupon, up to the shipping method, and a payment by UPI. */
export const upToShipping = [signIn, add, coupon, start, contact, address, shipping];
export const paidByUpi = [chooseUpi, pays, verify, place, webhooks, outbox, invoices];
