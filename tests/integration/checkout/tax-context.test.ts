import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { calculateGstinCheckCharacter } from "../../../utils/gst/gstin.js";
import { type Buyer, done, GSTINS, PLACES, refused, useShop } from "../checkout/shop-world.js";

/** From the checkout over HTTP to the heads of the stored invoice. The company is in Karnataka unless a test moves it. */
const shop = useShop();

const gstinOf = (state: string): string => {
  const body = `${state}AABCV4321K1Z`;
  return body + calculateGstinCheckCharacter(body);
};
const EMBASSY = `2917USA00123UN${calculateGstinCheckCharacter("2917USA00123UN")}`;

const HEADS = ["cgst", "sgst", "utgst", "igst"] as const;

/** The cart shows the tax that its checkout computes. */
async function expectCartAgrees(buyer: Buyer): Promise<void> {
  const session = await buyer.stored.session();
  expect(await buyer.stored.cart()).toMatchObject({
    taxTotal: session?.totals.taxTotal,
    taxEstimated: false,
  });
}

async function invoiceOf(buyer: Buyer) {
  await expectCartAgrees(buyer);
  done(await buyer.choose("cod"));
  done(await buyer.order());
  await shop().settle();
  await shop().runJob("invoice-issue");
  const [order, lines] = [await buyer.stored.order(), await buyer.stored.lines()];
  const invoices = await shop().db.collection("invoices").find({ orderId: order?._id }).toArray();
  expect(invoices).toHaveLength(1);
  const [invoice] = invoices;
  // The order's own amounts, whatever decided them.
  expect(invoice?.totals.grandTotal).toBe(order?.grandTotal);
  for (const head of HEADS) {
    const ofRows = [...lines, ...(order?.charges ?? [])].reduce((sum, row) => sum + row.taxes[head], 0);
    expect(invoice?.totals[head]).toBe(ofRows);
  }
  expect(order?.invoiceNumber).toBe(invoice?.invoiceNumber);
  expect(await buyer.stored.cart()).toMatchObject({ placeOfSupply: order?.placeOfSupply });
  return {
    invoice,
    place: invoice?.placeOfSupply.code,
    heads: HEADS.filter((head) => invoice?.totals[head] > 0),
  };
}

const prepare = (place: keyof typeof PLACES) =>
  shop()
    .guest()
    .prepare({
      place,
      items: [
        [SEED.variants.serum, 1],
        [SEED.variants.giloy, 1],
      ],
    });

describe("A consumer", () => {
  test("When billed in Mumbai and delivered within the supplier's state, then CGST and SGST", async () => {
    const buyer = await prepare("bengaluru");
    done(await buyer.put("billing-address", PLACES.mumbai));
    const { heads, place, invoice } = await invoiceOf(buyer);
    expect([place, heads]).toEqual(["29", ["cgst", "sgst"]]);
    expect(invoice).toMatchObject({
      supplyType: "intra_state",
      returnTable: "b2cs",
      documentTitle: "Tax Invoice",
    });
    // Shipping at each rate reports under the goods of that rate.
    expect(
      invoice?.lines.map((line: { hsnCode: string; rateBps: number }) => [line.hsnCode, line.rateBps]),
    ).toEqual([
      ["330499", 1_800],
      ["300490", 500],
      ["330499", 1_800],
      ["300490", 500],
    ]);
  });

  test.each([
    ["Chandigarh", "04", "chandigarh", "04", ["cgst", "utgst"]],
    ["Chandigarh", "04", "delhi", "07", ["igst"]],
    ["Delhi", "07", "delhi", "07", ["cgst", "sgst"]],
    ["Puducherry", "34", "bengaluru", "29", ["igst"]],
  ] as const)(
    "When %s (%s) delivers to %s, then the place is %s and the heads fit",
    async (from, ownCode, to, code, expected) => {
      await shop().set("company", { state: from, gstin: gstinOf(ownCode) });
      const { heads, place } = await invoiceOf(await prepare(to));
      expect([place, heads]).toEqual([code, expected]);
    },
  );

  test("When charges have a fixed rate, then they are a service with its own code", async () => {
    await shop().set("tax", { chargeRatePolicy: { fixedBps: 1_800 } });
    const { invoice } = await invoiceOf(await prepare("bengaluru"));
    expect(invoice?.lines.at(-1)).toMatchObject({ hsnCode: "9968", uqc: "OTH", rateBps: 1_800 });
    expect(invoice?.taxSummary.at(-1)).toMatchObject({ hsnCode: "9968", uqc: "OTH", quantity: 0 });
  });
});

describe("A registered buyer", () => {
  const bill = (buyer: Buyer, body: object) => buyer.put("billing-address", body);

  test("When registered in another state than the delivery's, then the tax is that of the GSTIN's state", async () => {
    const buyer = await prepare("bengaluru");
    done(await bill(buyer, { ...PLACES.mumbai, gstin: GSTINS.maharashtra }));
    const { heads, place, invoice } = await invoiceOf(buyer);
    expect([place, heads]).toEqual(["27", ["igst"]]);
    expect(invoice).toMatchObject({
      ...{ gstin: GSTINS.maharashtra, returnTable: "b2b", supplyType: "inter_state" },
      buyer: { gstin: GSTINS.maharashtra, isSez: false },
    });
  });

  test("When the delivery goes to the buyer's own premises there, then the tax is that of the delivery state", async () => {
    const buyer = await prepare("bengaluru");
    done(await bill(buyer, { ...PLACES.mumbai, gstin: GSTINS.maharashtra, deliveredToOwnPremises: true }));
    const { heads, place, invoice } = await invoiceOf(buyer);
    expect([place, heads, invoice?.returnTable]).toEqual(["29", ["cgst", "sgst"], "b2b"]);
  });

  test("When in a special economic zone of the supplier's own state, then IGST", async () => {
    const buyer = await prepare("bengaluru");
    done(await bill(buyer, { sameAsShipping: true, gstin: GSTINS.karnataka, isSez: true }));
    const { heads, place, invoice } = await invoiceOf(buyer);
    expect([place, heads]).toEqual(["29", ["igst"]]);
    expect(invoice).toMatchObject({ supplyType: "inter_state", buyer: { isSez: true } });
    expect(await buyer.stored.order()).toMatchObject({ placeOfSupply: "29", isSezBuyer: true });
  });

  test("When it is an embassy with a UIN, then the delivery state decides", async () => {
    const buyer = await prepare("mumbai");
    done(await bill(buyer, { ...PLACES.bengaluru, gstin: EMBASSY }));
    const { heads, place } = await invoiceOf(buyer);
    expect([place, heads]).toEqual(["27", ["igst"]]);
  });

  test("When exempt and taxed goods are bought, then one document covers both", async () => {
    const titleOf = async (body: object) => {
      const buyer = await shop()
        .guest()
        .prepare({
          items: [
            [SEED.variants.kajal, 1],
            [SEED.variants.giloy, 1],
          ],
        });
      done(await bill(buyer, { sameAsShipping: true, ...body }));
      return (await invoiceOf(buyer)).invoice?.documentTitle;
    };
    expect(await titleOf({})).toBe("Invoice-cum-Bill of Supply");
    expect(await titleOf({ gstin: GSTINS.karnataka })).toBe("Tax Invoice");
  });

  test.each(["isSez", "deliveredToOwnPremises"])(
    "When %s comes without a GSTIN, then VALIDATION_ERROR",
    async (field) => {
      const buyer = await prepare("bengaluru");
      for (const body of [{}, { gstin: null }]) {
        const answer = await bill(buyer, { sameAsShipping: true, ...body, [field]: true });
        expect(refused(answer, 400, "VALIDATION_ERROR")).toMatchObject([{ in: "body", path: field }]);
      }
    },
  );

  test("When the GSTIN is set again or removed, then what was declared with it is reset; left out, it stays", async () => {
    const buyer = await prepare("bengaluru");
    const declared = async () => {
      const session = await buyer.stored.session();
      return [session?.isSezBuyer, session?.deliveredToOwnPremises];
    };
    const both = { isSez: true, deliveredToOwnPremises: true };
    done(await bill(buyer, { sameAsShipping: true, gstin: GSTINS.karnataka, ...both }));
    expect(await declared()).toEqual([true, true]);
    done(await bill(buyer, { sameAsShipping: true }));
    expect(await declared()).toEqual([true, true]);
    done(await bill(buyer, { sameAsShipping: true, gstin: GSTINS.karnataka, isSez: true }));
    expect(await declared()).toEqual([true, false]);
    done(await bill(buyer, { sameAsShipping: true, gstin: null }));
    expect(await declared()).toEqual([false, false]);
    done(await bill(buyer, { sameAsShipping: true, gstin: GSTINS.karnataka, ...both }));
    // Another state has another GSTIN.
    done(await buyer.put("shipping-address", PLACES.mumbai));
    expect(await declared()).toEqual([false, false]);
  });

  test("When the checkout has expired and is resumed, then the declarations stay with the GSTIN", async () => {
    const buyer = await prepare("bengaluru");
    done(await bill(buyer, { sameAsShipping: true, gstin: GSTINS.karnataka, isSez: true }));
    await buyer.letExpire();
    buyer.id = done(await buyer.get(`/api/checkout/resume/${buyer.id}`)).id;
    expect(await buyer.stored.session()).toMatchObject({ gstin: GSTINS.karnataka, isSezBuyer: true });
    done(await buyer.put("shipping-method", { shippingMethodId: "standard" }));
    expect((await invoiceOf(buyer)).heads).toEqual(["igst"]);
  });

  test("When the declaration changes the tax while a payment is open, then the payment is superseded", async () => {
    const buyer = await prepare("bengaluru");
    done(await bill(buyer, { sameAsShipping: true, gstin: GSTINS.karnataka }));
    done(await buyer.choose());
    const view = done(await bill(buyer, { sameAsShipping: true, gstin: GSTINS.karnataka, isSez: true }));
    expect(view.status).toBe("address_entered");
  });
});

test("When the stored address names no state, then the checkout asks for it again and taxes nothing", async () => {
  const buyer = await prepare("bengaluru");
  const session = await buyer.stored.session();
  await shop()
    .db.collection("checkoutSessions")
    .updateOne({ _id: session?._id }, { $set: { "shippingAddress.state": "Atlantis" } });
  expect(refused(await buyer.choose("cod"), 400, "CHECKOUT_INCOMPLETE")).toEqual({
    missing: ["shippingAddress"],
  });
  expect(done(await buyer.checkout()).totals.taxEstimated).toBe(true);
  done(await buyer.put("shipping-address", PLACES.bengaluru));
  done(await buyer.put("shipping-method", { shippingMethodId: "standard" }));
  done(await buyer.choose("cod"));
});

test("When the supplier is a state of its own GSTIN, then it is printed with both", async () => {
  await shop().set("company", { state: "Gujarat", gstin: gstinOf("24") });
  const { invoice, heads } = await invoiceOf(await prepare("bengaluru"));
  expect(invoice).toMatchObject({ supplier: { stateCode: "24", gstin: gstinOf("24") } });
  expect(heads).toEqual(["igst"]);
});
