import type { Schemas } from "../../clients/typescript/index.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { SEED } from "../sandbox/seed/index.js";
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

const hasNotice = ({ notices }: Schemas["CartView"], code: string): boolean =>
  notices.some((notice) => notice.code === code);

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
  const [gift] = added.cart.freeGifts;
  check(
    gift !== undefined && hasNotice(added.cart, "GIFT_ADDED"),
    "the third line earns the gift, with a notice",
  );
  check((await giftsHeld(sandbox)) === 1, "the inventory has reserved the gift as well");
  await shop.showRefusal(400, (api) =>
    api.put("/api/cart/items/{itemId}", {
      params: { path: { itemId: gift?.id ?? "" } },
      body: { quantity: 2 },
    }),
  );
  const saved = await saveForLater(shop, added.cartItem.id);
  check(
    saved.cart.freeGifts.length === 0 && hasNotice(saved.cart, "GIFT_REMOVED"),
    "without that line the gift is removed, with a notice",
  );
  const back = await moveToCart(shop, saved.savedItem.id);
  check(back.cart.freeGifts.length === 1, "moved back, it earns the gift again");
  narrate("Now the ashwagandha is saved for later:");
  await saveForLater(shop, await itemOf(shop, variants.ashwagandhaLarge));
  return shop;
}

const saveForLater = (shop: Storefront, itemId: string) =>
  shop.show(
    (api) => api.post("/api/cart/items/{itemId}/save-later", { params: { path: { itemId } } }),
    ({ savedItem, cart }) => `${savedItem.name} is saved for later; ${describeCart({ cart })}`,
  );

const moveToCart = (shop: Storefront, savedItemId: string) =>
  shop.show(
    (api) =>
      api.post("/api/cart/saved-items/{savedItemId}/move-to-cart", { params: { path: { savedItemId } } }),
    describeCart,
  );

async function itemOf(shop: Storefront, variantId: string): Promise<string> {
  const { data } = await shop.api.get("/api/cart");
  const item = data.items.find((candidate) => candidate.variantId === variantId);
  if (!item) throw new Error(`the cart has no ${variantId}`);
  return item.id;
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
    laptop.show(
      (api) => api.post("/api/cart/merge"),
      ({ merged, cart }) => `merged: ${merged}; ${describeCart({ cart })}`,
    );
  const merged = await merge();
  check(merged.merged, "the guest's lines are in the customer's cart");
  const reduced = merged.notices.find(({ code }) => code === "QUANTITY_REDUCED");
  check(
    reduced !== undefined,
    `a quantity above the limit is reduced instead of refused: "${reduced?.message}"`,
  );
  const again = await merge();
  check(
    !again.merged && again.cart.totalQuantity === merged.cart.totalQuantity,
    "merging again changes nothing",
  );
  const { items } = await laptop.show(
    (api) => api.get("/api/cart/saved-items"),
    (saved) => `${saved.items.length} saved item in the account`,
  );
  await moveToCart(laptop, items[0]?.id ?? "");
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
  const { totals } = await payWithCredit(shop, sessionId, CREDIT);
  const paidOtherwise = totals.loyaltyDiscount + totals.storeCredit;
  const chosen = await choosePayment(shop, sessionId, "upi");
  check(
    chosen.gateway?.amount === Math.round((totals.grandTotal - paidOtherwise) * 100),
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
  const total = order.totals.grandTotal;
  check(
    order.paymentStatus === "paid" && engagement.credit(user) === credit - total,
    `paid with ${rupees(total)} of ${rupees(credit)} store credit`,
  );
  check(razorpay.ledger().captures.length === captures, "the gateway captured nothing");
}
