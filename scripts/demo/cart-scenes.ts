import type { Sandbox } from "../sandbox/sandbox.js";
import { SEED } from "../sandbox/seed/index.js";
import { check, heading, narrate, outside, rupees } from "./print.js";
import {
  addToCart,
  cartTold,
  checkOut,
  choosePayment,
  gatewayOrderOf,
  payWithCredit,
  payWithPoints,
  placeOrder,
  verify,
} from "./purchase.js";
import type { Stage } from "./scenes.js";
import { chandigarh, guestAddress } from "./scenes.js";
import { at, listAt, numberAt, Storefront, textAt } from "./storefront.js";

/** One shopper's way from a guest's cart to an order that points, store credit and money paid together. */

const { products, variants, promotions, shippingMethods } = SEED;
const serum = { productId: products.serum, variantId: variants.serum, quantity: 1 };
const ashwagandha = { productId: products.ashwagandha, variantId: variants.ashwagandhaLarge, quantity: 1 };
const kajal = { productId: products.kajal, variantId: variants.kajal, quantity: 1 };
const hairOil = { productId: products.hairOil, variantId: variants.hairOil, quantity: 1 };

const giftsIn = (data: unknown): unknown[] => listAt(data, "cart.freeGifts");

const noticesIn = (data: unknown): string[] =>
  listAt(data, "cart.notices").map((notice) => textAt(notice, "code"));

/** How many units the inventory holds of the gift. */
async function giftsHeld(sandbox: Sandbox): Promise<number> {
  return (await sandbox.control.inventory.numbers(variants.giftLipBalm)).reserved;
}

/** A gift comes and goes with its rule; a line waits among the saved items and comes back. */
export async function guestCollects({ sandbox, serviceUrl }: Stage): Promise<Storefront> {
  heading("6 · A gift comes and goes with its rule; a line is saved for later, and comes back");
  const shop = new Storefront(serviceUrl);
  await addToCart(shop, serum);
  await addToCart(shop, ashwagandha);
  narrate(`From ${rupees(promotions.giftThreshold)} on there is a lip balm for free:`);
  const added = await addToCart(shop, kajal);
  const [gift] = giftsIn(added.data);
  check(noticesIn(added.data).includes("GIFT_ADDED"), "the third line brings the gift, with a notice");
  check((await giftsHeld(sandbox)) === 1, "the inventory holds the gift as well");
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
    tell: (data) => `${textAt(data, "savedItem.name")} waits; ${cartTold(data)}`,
  });
  check(
    giftsIn(saved.data).length === 0 && noticesIn(saved.data).includes("GIFT_REMOVED"),
    "without it the cart has not earned the gift, which goes, with a notice",
  );
  const back = await shop.call({
    method: "POST",
    path: `/api/cart/saved-items/${textAt(saved.data, "savedItem.id")}/move-to-cart`,
    tell: cartTold,
  });
  check(giftsIn(back.data).length === 1, "back in the cart, it brings the gift again");
  narrate("The ashwagandha shall wait for another day:");
  await shop.call({
    method: "POST",
    path: `/api/cart/items/${await itemOf(shop, variants.ashwagandhaLarge)}/save-later`,
    tell: (data) => `${textAt(data, "savedItem.name")} waits; ${cartTold(data)}`,
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

/** The guest signs in: his cart and his saved items join those of his account. */
export async function guestSignsIn({ sandbox, serviceUrl }: Stage, guest: Storefront): Promise<Storefront> {
  heading("7 · The guest signs in: two carts become one");
  const token = sandbox.tokens.dev;
  const phone = new Storefront(serviceUrl, token);
  narrate("On his phone Dev Singh had filled a cart of his own yesterday:");
  await addToCart(phone, { ...serum, quantity: 2 });
  await addToCart(phone, hairOil);
  narrate("Now he signs in on the laptop, where he was a guest until now:");
  const laptop = guest.signIn(token);
  const merge = () =>
    laptop.call({
      method: "POST",
      path: "/api/cart/merge",
      tell: (data) => `merged: ${at(data, "merged")}; ${cartTold(data)}`,
    });
  const merged = await merge();
  check(at(merged.data, "merged") === true, "what the guest had collected is in the customer's cart");
  const reduced = listAt(merged.data, "notices").find((notice) => at(notice, "code") === "QUANTITY_REDUCED");
  check(reduced !== undefined, `and nobody is refused a login over a limit: "${at(reduced, "message")}"`);
  const again = await merge();
  check(
    at(again.data, "merged") === false &&
      numberAt(again.data, "cart.totalQuantity") === numberAt(merged.data, "cart.totalQuantity"),
    "merging again changes nothing",
  );
  const saved = await laptop.call({
    method: "GET",
    path: "/api/cart/saved-items",
    tell: (data) => `${listAt(data, "items").length} saved item, now in the account`,
  });
  await laptop.call({
    method: "POST",
    path: `/api/cart/saved-items/${textAt(listAt(saved.data, "items")[0], "id")}/move-to-cart`,
    tell: cartTold,
  });
  return laptop;
}

const POINTS = 1_000;
const CREDIT = 500;

/** Points and credit pay first; the gateway is asked for the rest alone. */
export async function customerPaysWithCredit({ sandbox }: Stage, shop: Storefront): Promise<void> {
  heading("8 · Points and store credit pay first, UPI the rest");
  const { engagement, razorpay } = sandbox.control;
  const user = SEED.users.dev;
  const before = { points: engagement.points(user), credit: engagement.credit(user) };
  outside(
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
    `the gateway is asked for the total less ${rupees(paidOtherwise)}`,
  );
  const paid = razorpay.pay(gatewayOrderOf(chosen), { method: "upi", outcome: "success" });
  outside(`he confirms in the UPI app: ${paid.paymentId} ${paid.status}`);
  await verify(shop, paid);
  await placeOrder(shop, sessionId);
  check(
    engagement.points(user) === before.points - POINTS && engagement.credit(user) === before.credit - CREDIT,
    `taken once: ${engagement.points(user).toLocaleString("en-IN")} points and ${rupees(engagement.credit(user))} are left`,
  );
}

/** Nothing is due: the order is placed as paid, and no gateway hears of it. */
export async function creditPaysEverything({ sandbox, serviceUrl }: Stage): Promise<void> {
  heading("9 · Store credit pays everything: no gateway");
  const { engagement, razorpay } = sandbox.control;
  const user = SEED.users.chitra;
  const [credit, captures] = [engagement.credit(user), razorpay.ledger().captures.length];
  const shop = new Storefront(serviceUrl, sandbox.tokens.chitra);
  await addToCart(shop, kajal);
  const sessionId = await checkOut(shop, {
    address: { ...guestAddress, name: "Chitra Nair" },
    shippingMethodId: shippingMethods.standard,
  });
  await payWithCredit(shop, sessionId);
  const order = await placeOrder(shop, sessionId, { termsAccepted: true });
  const total = numberAt(order.data, "totals.grandTotal");
  check(
    at(order.data, "paymentStatus") === "paid" && engagement.credit(user) === credit - total,
    `paid with ${rupees(total)} of ${rupees(credit)} store credit`,
  );
  check(razorpay.ledger().captures.length === captures, "nothing was captured at the gateway for it");
}
