import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { done, useShop } from "./shop-world.js";
import { expectSameInAnswers, readOrder } from "./stored-money.js";

/** Prices are MRPs and contain their tax; the company is in Chandigarh, a territory without legislature. */
const { variants, coupons } = SEED;
const shop = useShop({
  PRICES_INCLUDE_TAX: "true",
  COMPANY_STATE: "Chandigarh",
  COMPANY_GSTIN: "04AABCV4321K1ZJ",
});

test("When the parcel stays within the territory, then the price contains CGST and UTGST", async () => {
  const buyer = shop().guest();
  await buyer.buy({ items: [[variants.giloy, 2]], place: "chandigarh" }, "upi");
  const stored = await readOrder(buyer);
  await expectSameInAnswers(buyer, stored);
  const { order, lines, charges, heads } = stored;
  // 351.00 at 5 %: 2 × 8.36 (35100 × 500 / 21000 = 835.71); 49.00: 2 × 1.17 (116.67).
  expect(lines).toMatchObject([
    { taxableValue: 33_428, taxes: { cgst: 836, sgst: 0, utgst: 836, igst: 0 }, lineTotal: 35_100 },
  ]);
  expect(charges).toMatchObject([{ amount: 4_900, taxableValue: 4_666, taxes: { cgst: 117, utgst: 117 } }]);
  expect(heads).toEqual({ cgst: 953, sgst: 0, utgst: 953, igst: 0 });
  expect(order).toMatchObject({
    pricesIncludeTax: true,
    subtotal: 35_100,
    shippingTotal: 4_900,
    taxTotal: 1_906,
    grandTotal: 40_000,
  });
});

test.each(["bengaluru", "delhi"] as const)(
  "When it goes to %s, then the price contains IGST",
  async (place) => {
    const buyer = shop().guest();
    await buyer.buy({ items: [[variants.giloy, 2]], place }, "upi");
    const { order, heads } = await readOrder(buyer);
    // 351.00: 16.71 (1671.43); 49.00: 2.33.
    expect(heads).toEqual({ cgst: 0, sgst: 0, utgst: 0, igst: 1_671 + 233 });
    expect(order.grandTotal).toBe(40_000);
  },
);

test("When a coupon reduces the price, then the rest contains the tax, and everything adds up", async () => {
  const buyer = shop().guest();
  const items = [
    [variants.giloy, 1],
    [variants.conditioner, 1],
    [variants.kajal, 1],
  ] as const;
  await buyer.buy({ items, coupon: coupons.FLAT100, place: "chandigarh" }, "cod");
  const { order, lines } = await readOrder(buyer);
  expect(lines.map((line) => line.orderDiscountShare)).toEqual([2_579, 4_776, 2_645]);
  expect(order.grandTotal).toBe(68_050 - 10_000 + 8_900);
});

test("When the admin changes the mode, then an existing cart keeps its mode", async () => {
  const buyer = shop().guest();
  done(await buyer.add(variants.giloy, 2));
  await shop().set("tax", { pricesIncludeTax: false });
  await buyer.buy({ items: [[variants.giloy, 1]], place: "chandigarh" }, "cod");
  expect((await readOrder(buyer)).order.pricesIncludeTax).toBe(true);
});

test("When no address is known, then the tax is an estimate within the own state, and contained", async () => {
  const buyer = await shop()
    .guest()
    .begin({ items: [[variants.giloy, 2]] });
  expect(done(await buyer.checkout()).totals).toMatchObject({
    taxEstimated: true,
    pricesIncludeTax: true,
    taxTotal: 16.72,
    grandTotal: 351,
  });
});
