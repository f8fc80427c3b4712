import type { Sandbox } from "../sandbox/sandbox.js";
import { SEED } from "../sandbox/seed/index.js";
import { at, listAt, numberAt, textAt } from "../support/json.js";
import { check, heading, narrate, narrateOutside, rupees } from "../support/print.js";
import { SAMPLE_ADDRESS } from "../support/sample-customer.js";
import {
  addToCart,
  checkOut,
  choosePayment,
  describeCart,
  gatewayOrderOf,
  payWithCredit,
  payWithPoints,
  placeOrder,
  verify,
} from "./purchase.js";
import { chandigarh, type Stage } from "./scenes.js";
import { Storefront } from "./storefront.js";

/** From a guest's cart to an order that is paid with points, store credit and money. */

const { products, variants, promotions, shippingMethods } = SEED;
const serum = { productId: products.serum, variantId: variants.serum, quantity: 1 };
const ashwagandha = { productId: products.ashwagandha, variantId: variants.ashwagandhaLarge, quantity: 1 };
const kajal = { productId: products.kajal, variantId: variants.kajal, quantity: 1 };
const hairOil = { productId: products.hairOil, variantId: variants.hairOil, quantity: 1 };

const giftsIn = (data: unknown): unknown[] => listAt(data, "cart.freeGifts");

const noticesIn = (data: unknown): string[] =>
  listAt(data, "cart.notices").map((notice) => textAt(notice, "code"));

/** The units of the gift that the inventory has reserved. */
async function giftsHeld(sandbox: Sandbox): Promise<number> {
  return (await sandbox.control.inventory.numbers(variants.giftLipBalm)).reserved;
}

/** A gift is added and removed with its rule; a line is saved for later and moved back. */
export async function guestCollects({ sandbox, serviceUrl }: Stage): Promise<Storefront> {
  heading("6 · A gift is added and removed with its rule; a line is saved for later and moved back");
  const shop = new Storefront(serviceUrl);
  await addToCart(shop, serum);
  await addToCart(shop, ashwagandha);
  narrate(`From ${rupees(promotions.giftThreshold)} the cart earns a free lip balm:`);
  const added = await addToCart(shop, kajal);
  const [gift] = giftsIn(added.data);
  check(noticesIn(added.data).includes("GIFT_ADDED"), "the third line earns the gift, with a notice");
  check((await giftsHeld(sandbox)) === 1, "the inventory has reserved the gift as well");
  await shop.call({
    method: "PUT",
    path: `/api/cart/items/${textAt(gift, "id")}`,
    body: { quantity: 2 },
    expect: 400,
  });
  const itemId = textAt(added.data, "cartItem.id");
  const saved = await shop.call({
    method: "POST",
    path: `/api/cart/items/${itemId}/save-later`,
    summarize: (data) => `${textAt(data, "savedItem.name")} is saved for later; ${describeCart(data)}`,
  });
  check(
    giftsIn(saved.data).length === 0 && noticesIn(saved.data).includes("GIFT_REMOVED"),
    "without that line the gift is removed, with a notice",
  );
  const back = await shop.call({
    method: "POST",
    path: `/api/cart/saved-items/${textAt(saved.data, "savedItem.id")}/move-to-cart`,
    summarize: describeCart,
  });
  check(giftsIn(back.data).length === 1, "moved back, it earns the gift again");
  narrate("Now the ashwagandha is saved for later:");
  await shop.call({
    method: "POST",
    path: `/api/cart/items/${await itemOf(shop, variants.ashwagandhaLarge)}/save-later`,
    summarize: (data) => `${textAt(data, "savedItem.name")} is saved for later; ${describeCart(data)}`,
  });
  return shop;
}

async function itemOf(shop: Storefront, variantId: string): Promise<string> {
  const { data } = await shop.call({ method: "GET", path: "/api/cart", silent: true });
  return textAt(
    listAt(data, "items").find((item) => at(item, "variantId") === variantId),
    "id",
  );
}

/** The guest signs in: the guest's cart and saved items are merged into those of the account. */
export async function guestSignsIn({ sandbox, serviceUrl }: Stage, guest: Storefront): Promise<Storefront> {
  heading("7 · The guest signs in: two carts are merged into one");
  const token = sandbox.tokens.dev;
  const phone = new Storefront(serviceUrl, token);
  narrate("Yesterday Dev Singh filled a cart in the app on a phone:");
  await addToCart(phone, { ...serum, quantity: 2 });
  await addToCart(phone, hairOil);
  narrate("Today Dev signs in on the laptop, after browsing as a guest:");
  const laptop = guest.signIn(token);
  const merge = () =>
    laptop.call({
      method: "POST",
      path: "/api/cart/merge",
      summarize: (data) => `merged: ${at(data, "merged")}; ${describeCart(data)}`,
    });
  const merged = await merge();
  check(at(merged.data, "merged") === true, "the guest's lines are in the customer's cart");
  const reduced = listAt(merged.data, "notices").find((notice) => at(notice, "code") === "QUANTITY_REDUCED");
  check(
    reduced !== undefined,
    `a quantity above the limit is reduced instead of refused: "${at(reduced, "message")}"`,
  );
  const again = await merge();
  check(
    at(again.data, "merged") === false &&
      numberAt(again.data, "cart.totalQuantity") === numberAt(merged.data, "cart.totalQuantity"),
    "merging again changes nothing",
  );
  const saved = await laptop.call({
    method: "GET",
    path: "/api/cart/saved-items",
    summarize: (data) => `${listAt(data, "items").length} saved item in the account`,
  });
  await laptop.call({
    method: "POST",
    path: `/api/cart/saved-items/${textAt(listAt(saved.data, "items")[0], "id")}/move-to-cart`,
    summarize: describeCart,
  });
  return laptop;
}

const POINTS = 1_000;
const CREDIT = 500;

/** Points and credit pay first; the gateway is asked only for the rest. */
export async function customerPaysWithCredit({ sandbox }: Stage, shop: Storefront): Promise<void> {
  heading("8 · Points and store credit pay first, UPI pays the rest");
  const { engagement, razorpay } = sandbox.control;
  const user = SEED.users.dev;
  const before = { points: engagement.points(user), credit: engagement.credit(user) };
  narrateOutside(
    `Dev has ${before.points.toLocaleString("en-IN")} points and ${rupees(before.credit)} of store credit`,
  );
  const sessionId = await checkOut(shop, { address: chandigarh, shippingMethodId: shippingMethods.standard });
  await payWithPoints(shop, sessionId, POINTS);
  const { data } = await payWithCredit(shop, sessionId, CREDIT);
  const paidOtherwise = numberAt(data, "totals.loyaltyDiscount") + numberAt(data, "totals.storeCredit");
  const chosen = await choosePayment(shop, sessionId, "upi");
  check(
    numberAt(chosen.data, "gateway.amount") ===
      Math.round((numberAt(data, "totals.grandTotal") - paidOtherwise) * 100),
    `the gateway is asked for the total minus ${rupees(paidOtherwise)}`,
  );
  const paid = razorpay.pay(gatewayOrderOf(chosen), { method: "upi", outcome: "success" });
  narrateOutside(`Dev confirms in the UPI app: ${paid.paymentId} ${paid.status}`);
  await verify(shop, paid);
  await placeOrder(shop, sessionId);
  check(
    engagement.points(user) === before.points - POINTS && engagement.credit(user) === before.credit - CREDIT,
    `taken exactly once: ${engagement.points(user).toLocaleString("en-IN")} points and ${rupees(engagement.credit(user))} are left`,
  );
}

/** Nothing is due: the order is placed as paid, without the gateway. */
export async function creditPaysEverything({ sandbox, serviceUrl }: Stage): Promise<void> {
  heading("9 · Store credit pays everything, without the gateway");
  const { engagement, razorpay } = sandbox.control;
  const user = SEED.users.chitra;
  const [credit, captures] = [engagement.credit(user), razorpay.ledger().captures.length];
  const shop = new Storefront(serviceUrl, sandbox.tokens.chitra);
  await addToCart(shop, kajal);
  const sessionId = await checkOut(shop, {
    address: { ...SAMPLE_ADDRESS, name: "Chitra Nair" },
    shippingMethodId: shippingMethods.standard,
  });
  await payWithCredit(shop, sessionId);
  const order = await placeOrder(shop, sessionId, { termsAccepted: true });
  const total = numberAt(order.data, "totals.grandTotal");
  check(
    at(order.data, "paymentStatus") === "paid" && engagement.credit(user) === credit - total,
    `paid with ${rupees(total)} of ${rupees(credit)} store credit`,
  );
  check(razorpay.ledger().captures.length === captures, "the gateway captured nothing");
}
