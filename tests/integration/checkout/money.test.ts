import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { paise } from "../../../utils/money.js";
import { aCart, aCartItem } from "../../support/documents.js";
import { type Buyer, done, GSTINS, useShop, type Wanted } from "./shop-world.js";
import { expectSameInAnswers, readOrder, type StoredOrder } from "./stored-money.js";

/** Prices exclude the tax; the company is in Karnataka. Expected figures are calculated by hand, in paise. */
const { variants, coupons } = SEED;
const shop = useShop();

async function buy(wanted: Wanted = {}, method = "cod", buyer: Buyer = shop().guest()): Promise<StoredOrder> {
  await buyer.buy(wanted, method);
  const stored = await readOrder(buyer);
  await expectSameInAnswers(buyer, stored);
  return stored;
}

test("When the parcel stays within the state, then CGST and SGST, each rounded separately", async () => {
  const { order, lines, charges, heads } = await buy({ items: [[variants.giloy, 1]] }, "upi");
  // 175.50 at 5 %: 2 × 4.39 (4.3875); 49.00 at 5 %: 2 × 1.23 (1.225).
  expect(lines).toMatchObject([
    { taxableValue: 17_550, taxes: { cgst: 439, sgst: 439, utgst: 0, igst: 0 }, lineTax: 878 },
  ]);
  expect(charges).toMatchObject([{ kind: "shipping", amount: 4_900, gstRateBps: 500, taxableValue: 4_900 }]);
  expect(heads).toEqual({ cgst: 562, sgst: 562, utgst: 0, igst: 0 });
  expect(order).toMatchObject({
    subtotal: 17_550,
    shippingTotal: 4_900,
    taxTotal: 1_124,
    grandTotal: 23_574,
  });
  expect(order).toMatchObject({ paidAmount: 23_574, paymentStatus: "paid", pricesIncludeTax: false });
});

test("When it leaves the state, then only IGST", async () => {
  const { order, lines, heads } = await buy({ items: [[variants.giloy, 1]], place: "mumbai" }, "upi");
  expect(lines).toMatchObject([{ taxes: { cgst: 0, sgst: 0, utgst: 0, igst: 878 } }]);
  expect(heads).toEqual({ cgst: 0, sgst: 0, utgst: 0, igst: 878 + 245 });
  expect(order.grandTotal).toBe(23_573);
});

test.each(["chandigarh", "delhi"] as const)(
  "When it goes to the territory of %s, then IGST",
  async (where) => {
    const { heads } = await buy({ place: where });
    expect([heads.igst > 0, heads.cgst, heads.utgst]).toEqual([true, 0, 0]);
  },
);

test("When a business of the state has it delivered elsewhere, then CGST and SGST, and the order has the GSTIN", async () => {
  const buyer = shop().guest();
  await buyer.prepare({ place: "mumbai" });
  done(
    await buyer.put("billing-address", {
      name: "Kaveri Traders",
      phone: "+919845012345",
      line1: "1 Residency Road",
      city: "Bengaluru",
      state: "Karnataka",
      pincode: "560001",
      gstin: GSTINS.karnataka,
    }),
  );
  done(await buyer.choose("cod"));
  done(await buyer.order());
  const { order, heads } = await readOrder(buyer);
  expect(order).toMatchObject({
    gstin: GSTINS.karnataka,
    billingAddress: { name: "Kaveri Traders", state: "Karnataka" },
    shippingAddress: { state: "Maharashtra" },
  });
  expect([heads.igst, heads.cgst > 0]).toEqual([0, true]);
});

test("When goods of several rates are bought, then shipping is taxed at each rate in proportion", async () => {
  const items = [
    [variants.ashwagandha, 1],
    [variants.conditioner, 1],
    [variants.kajal, 1],
  ] as const;
  const { lines, charges } = await buy({ items }, "upi");
  expect(lines.map((line) => [line.gstRateBps, line.lineTax])).toEqual([
    [500, 996],
    [1_800, 5_850],
    [0, 0],
  ]);
  // 49.00 over 199 : 325 : 180.
  expect(charges.map(({ gstRateBps, amount }) => [gstRateBps, amount])).toEqual([
    [500, 1_385],
    [1_800, 2_262],
    [0, 1_253],
  ]);
});

test("When a coupon reduces the price, then its shares add up to it, and the tax is on the rest", async () => {
  const items = [
    [variants.giloy, 1],
    [variants.conditioner, 1],
    [variants.kajal, 1],
  ] as const;
  const { order, lines } = await buy({ items, coupon: coupons.FLAT100 }, "upi");
  // 100.00 over 175.50 : 325 : 180 of 680.50 = 25.789…, 47.759…, 26.451….
  expect(lines.map((line) => line.orderDiscountShare)).toEqual([2_579, 4_776, 2_645]);
  expect(lines.map((line) => line.taxableValue)).toEqual([14_971, 27_724, 15_355]);
  expect(order).toMatchObject({ subtotal: 68_050, discountTotal: 10_000 });
  expect(order.appliedCoupons).toMatchObject([{ code: coupons.FLAT100, discountAmount: 10_000 }]);
});

test("When automatic and tier discounts come on top of a coupon, then all of them add up", async () => {
  const items = [
    [variants.ashwagandhaLarge, 5],
    [variants.serum, 2],
  ] as const;
  const { order } = await buy({ items, coupon: coupons.WELCOME10 }, "upi");
  expect(order.subtotal).toBe(404_300);
  expect(order.appliedCoupons).toMatchObject([{ discountAmount: 30_000 }]);
  expect(order.appliedDiscounts).toMatchObject([
    { type: "automatic", discountAmount: 10_000 },
    { type: "tier", discountAmount: 12_129 },
  ]);
  expect(order.discountTotal).toBe(52_129);
});

test("When shipping is free by coupon, then the rate is 0 but not the COD fee, and there is no discount", async () => {
  const { order, charges } = await buy({ coupon: coupons.FREESHIP }, "cod");
  expect(order).toMatchObject({ discountTotal: 0, shippingTotal: 4_000 });
  expect(charges).toMatchObject([{ kind: "cod", amount: 4_000 }]);
});

test("When the pricing service names an amount for free shipping, then the goods keep their price", async () => {
  const coupon = { code: coupons.FREESHIP, type: "free_shipping", value: 0, stackable: true } as const;
  const cart = aCart({ appliedCoupons: [{ ...coupon, discountAmount: paise(4_900) }] });
  // Not before the shop has started: the service reads the addresses of its neighbours once.
  const { calculateCartTotals } = await import("../../../services/aggregates/cart/cart-totals.js");
  const totals = await calculateCartTotals(cart, [aCartItem()]);
  expect(totals).toMatchObject({ discountTotal: 0, discounts: { coupons: [{ amount: 0 }] } });
});

test.each([
  ["cod", 8_900, ["shipping", "cod"]],
  ["card", 4_900, ["shipping"]],
])("When it is paid by %s, then shipping is %i paise", async (method, shippingTotal, kinds) => {
  const { order, charges } = await buy({}, method);
  expect([order.shippingTotal, charges.map(({ kind }) => kind)]).toEqual([shippingTotal, kinds]);
});

test("When the cart has a gift, then its line is all zeros, also in the coupon shares and the tax", async () => {
  const { order, lines } = await buy(
    { items: [[variants.ashwagandhaLarge, 4]], coupon: coupons.WELCOME10 },
    "upi",
  );
  const gift = lines.find((line) => line.isFreeGift);
  expect(gift).toMatchObject({
    variantId: variants.giftLipBalm,
    quantity: 1,
    unitPrice: 0,
    lineTotal: 0,
    orderDiscountShare: 0,
    taxableValue: 0,
    lineTax: 0,
  });
  expect(order).toMatchObject({ subtotal: 179_600, shippingTotal: 0 });
});

test("When the catalog changes after the method was chosen, then the order is what was frozen", async () => {
  const buyer = shop().guest();
  const { gateway } = await buyer.open({ items: [[variants.ashwagandha, 2]] });
  const { catalog, shipping, pricing } = shop().sandbox.control;
  catalog.setPrice(variants.ashwagandha, 999, 1_299);
  catalog.changeVariant(variants.ashwagandha, { gstRate: 18 });
  shipping.changeMethod("standard", { baseRate: 500 });
  pricing.setPromotions({ automaticDiscounts: [] });
  done(await buyer.verify(buyer.pay(gateway.orderId)));
  done(await buyer.order());
  const { order } = await readOrder(buyer);
  expect(order).toMatchObject({ subtotal: 39_800, shippingTotal: 4_900, grandTotal: gateway.amount });
});

test("When charges are taxed at a fixed rate and totals rounded to the rupee, then the order shows it", async () => {
  await shop().set("tax", { chargeRatePolicy: { fixedBps: 1_800 }, roundToRupee: true });
  const { order, charges } = await buy({ items: [[variants.giloy, 1]], place: "mumbai" }, "upi");
  expect(charges).toMatchObject([{ gstRateBps: 1_800, taxes: { igst: 882 } }]);
  // 175.50 + 8.78 + 49.00 + 8.82 = 242.10
  expect(order).toMatchObject({ roundOff: -10, grandTotal: 24_200, amountDue: 24_200 });
});
