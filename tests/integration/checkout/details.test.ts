import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { type Buyer, CONTACT, done, GSTINS, PLACES, refused, unknownId, useShop } from "./shop-world.js";

const shop = useShop();
const begin = () => shop().guest().begin();
const addressId = `addr-${SEED.users.asha}-home`;

/** The step is refused and the session is as before. */
async function expectUnchanged(buyer: Buyer, step: () => Promise<unknown>): Promise<void> {
  const facts = async () => {
    const stored: Record<string, unknown> = (await buyer.stored.session()) ?? {};
    const { lease: _lease, updatedAt: _updatedAt, ...session } = stored;
    return session;
  };
  const before = await facts();
  await step();
  expect(await facts()).toEqual(before);
}

describe("contact", () => {
  test("When it is set, then the e-mail is stored as typed and the phone as E.164", async () => {
    const buyer = await begin();
    const view = done(await buyer.put("contact", { email: "Meera.N@Example.COM", phone: "9845012399" }));
    expect(view).toMatchObject({ email: "Meera.N@Example.COM", phone: "+919845012399" });
    expect(await buyer.stored.session()).toMatchObject({
      email: "Meera.N@Example.COM",
      phone: "+919845012399",
      status: "initiated",
      version: 1,
      lease: null,
    });
  });

  test.each([
    [{ email: "nonsense", phone: "9845012345" }, "email"],
    [{ email: "a@example.com", phone: "12345" }, "phone"],
    [{ email: "a@example.com" }, "phone"],
  ])("When it is %j, then VALIDATION_ERROR at %s", async (body, path) => {
    const buyer = await begin();
    await expectUnchanged(buyer, async () => {
      const details = refused(await buyer.put("contact", body), 400, "VALIDATION_ERROR");
      expect(details).toMatchObject([{ in: "body", path }]);
    });
  });
});

describe("shipping address", () => {
  test("When it is set, then the state has its official name, billing follows, and the tax is no estimate", async () => {
    const buyer = await begin();
    const view = done(
      await buyer.put("shipping-address", { ...PLACES.mumbai, state: "mh", landmark: "Gate 4" }),
    );
    const address = { state: "Maharashtra", pincode: "400001", country: "IN", landmark: "Gate 4" };
    expect(view).toMatchObject({
      status: "address_entered",
      shippingAddress: address,
      billingAddress: address,
      billingSameAsShipping: true,
      totals: { taxEstimated: false },
    });
    expect((await buyer.stored.session())?.steps.addressEnteredAt).toBeInstanceOf(Date);
  });

  test.each([
    ["no state of India", { state: "Atlantis" }],
    ["another state than the pincode's", { state: "Kerala" }],
  ])("When the state is %s, then VALIDATION_ERROR at state", async (_what, wrong) => {
    const buyer = await begin();
    await expectUnchanged(buyer, async () => {
      const answer = await buyer.put("shipping-address", { ...PLACES.mumbai, ...wrong });
      expect(refused(answer, 400, "VALIDATION_ERROR")).toMatchObject([{ in: "body", path: "state" }]);
    });
  });

  test.each([
    ["five digits", { pincode: "56000" }, "pincode"],
    ["a leading zero", { pincode: "060001" }, "pincode"],
    ["another country", { country: "US" }, "country"],
    ["an unknown field", { isDefault: true }, "isDefault"],
    ["a blank name", { name: "   " }, "name"],
  ])("When it has %s, then VALIDATION_ERROR", async (_what, wrong, path) => {
    const buyer = await begin();
    const answer = await buyer.put("shipping-address", { ...PLACES.bengaluru, ...wrong });
    expect(refused(answer, 400, "VALIDATION_ERROR")).toMatchObject([{ in: "body", path }]);
  });

  test.each([
    [
      "there is no delivery",
      { city: "Kavaratti", state: "Lakshadweep", pincode: SEED.pincodes.unserviceable },
    ],
    ["an army post office is", { city: "APO", state: "Delhi", pincode: "900056" }],
  ])("When it is where %s, then PINCODE_NOT_SERVICEABLE", async (_what, where) => {
    const buyer = await begin();
    await expectUnchanged(buyer, async () => {
      const answer = await buyer.put("shipping-address", { ...PLACES.bengaluru, ...where });
      const { pincode } = refused(answer, 400, "PINCODE_NOT_SERVICEABLE");
      expect(pincode).toBe(where.pincode);
    });
  });

  test("When a customer gives the id of a saved address, then it is stored", async () => {
    const buyer = await shop().customer("asha").begin();
    done(await buyer.put("shipping-address", { ...PLACES.bengaluru, addressId }));
    expect(await buyer.stored.session()).toMatchObject({ shippingAddressId: addressId });
  });

  test.each(["another customer", "a guest", "nobody"])(
    "When the address id is of %s, then 404",
    async (who) => {
      const buyer = await (who === "a guest" ? shop().guest() : shop().customer("bharat")).begin();
      const id = who === "nobody" ? "addr-unknown" : addressId;
      await expectUnchanged(buyer, async () => {
        refused(
          await buyer.put("shipping-address", { ...PLACES.bengaluru, addressId: id }),
          404,
          "NOT_FOUND",
        );
      });
    },
  );
});

describe("billing address", () => {
  test("When there is no shipping address yet, then sameAsShipping is CHECKOUT_INCOMPLETE", async () => {
    const buyer = await begin();
    const { missing } = refused(
      await buyer.put("billing-address", { sameAsShipping: true }),
      400,
      "CHECKOUT_INCOMPLETE",
    );
    expect(missing).toEqual(["shippingAddress"]);
  });

  test("When it is another one, then it stays when the shipping address changes; back to the same, it follows", async () => {
    const buyer = await begin();
    done(await buyer.put("shipping-address", PLACES.bengaluru));
    const own = done(await buyer.put("billing-address", PLACES.delhi));
    expect(own).toMatchObject({ billingSameAsShipping: false, billingAddress: { state: "Delhi" } });
    const moved = done(await buyer.put("shipping-address", PLACES.mumbai));
    expect(moved).toMatchObject({
      billingAddress: { state: "Delhi" },
      shippingAddress: { state: "Maharashtra" },
    });
    const same = done(await buyer.put("billing-address", { sameAsShipping: true }));
    expect(same).toMatchObject({ billingSameAsShipping: true, billingAddress: { state: "Maharashtra" } });
  });

  test("When both an address and sameAsShipping come, then VALIDATION_ERROR", async () => {
    const buyer = await begin();
    refused(
      await buyer.put("billing-address", { sameAsShipping: true, ...PLACES.delhi }),
      400,
      "VALIDATION_ERROR",
    );
  });

  test.each([
    ["29AABCV4321K1Z", "length"],
    ["29AABCV4321K1X7", "format"],
    ["40AABCV4321K1Z7", "state"],
    ["29AABCV4321K1Z8", "check_character"],
    [GSTINS.maharashtra, "state"],
  ])("When the GSTIN is %s, then INVALID_GSTIN for its %s", async (gstin, reason) => {
    const buyer = await begin();
    done(await buyer.put("shipping-address", PLACES.bengaluru));
    await expectUnchanged(buyer, async () => {
      const answer = await buyer.put("billing-address", { sameAsShipping: true, gstin });
      expect(refused(answer, 400, "INVALID_GSTIN")).toMatchObject({ reason });
    });
  });

  test("When a GSTIN is valid, then it is stored in upper case, stays when left out, and is removed by null", async () => {
    const buyer = await begin();
    done(await buyer.put("shipping-address", PLACES.bengaluru));
    const set = done(
      await buyer.put("billing-address", {
        sameAsShipping: true,
        gstin: ` ${GSTINS.karnataka.toLowerCase()} `,
      }),
    );
    expect(set.gstin).toBe(GSTINS.karnataka);
    expect(done(await buyer.put("billing-address", { sameAsShipping: true })).gstin).toBe(GSTINS.karnataka);
    const gone = done(await buyer.put("billing-address", { sameAsShipping: true, gstin: null }));
    expect(gone.gstin).toBeNull();
  });

  test("When the buyer is registered in another state than the parcel goes to, then the tax is that of the buyer's state", async () => {
    const buyer = await begin();
    done(await buyer.put("shipping-address", PLACES.bengaluru));
    done(await buyer.put("shipping-method", { shippingMethodId: "standard" }));
    done(await buyer.put("billing-address", { ...PLACES.mumbai, gstin: GSTINS.maharashtra }));
    done(await buyer.choose());
    const session = await buyer.stored.session();
    expect(session?.frozen.lines).toMatchObject([{ taxes: { cgst: 0, sgst: 0, igst: 1_495 } }]);
  });

  test("When the billing address moves out of the GSTIN's state, then the GSTIN does not stay with it", async () => {
    const buyer = await begin();
    done(await buyer.put("shipping-address", PLACES.bengaluru));
    done(await buyer.put("billing-address", { sameAsShipping: true, gstin: GSTINS.karnataka }));
    const nearby = done(
      await buyer.put("shipping-address", { ...PLACES.bengaluru, line1: "23 Temple Street" }),
    );
    expect(nearby.gstin).toBe(GSTINS.karnataka);
    const moved = done(await buyer.put("shipping-address", PLACES.mumbai));
    expect(moved).toMatchObject({ billingAddress: { state: "Maharashtra" }, gstin: null });
  });

  test("When another billing address comes without a GSTIN, then it must match the stored one", async () => {
    const buyer = await begin();
    done(await buyer.put("shipping-address", PLACES.bengaluru));
    done(await buyer.put("billing-address", { sameAsShipping: true, gstin: GSTINS.karnataka }));
    const answer = await buyer.put("billing-address", PLACES.mumbai);
    expect(refused(answer, 400, "INVALID_GSTIN")).toMatchObject({ reason: "state" });
  });
});

describe("messages", () => {
  test("When gift message and notes are set, then they are in the summary and in the order", async () => {
    const buyer = await shop().guest().prepare();
    const gift = done(await buyer.put("gift-message", { giftMessage: "Happy Diwali! 🪔" }));
    expect(gift).toMatchObject({ isGiftOrder: true, giftMessage: "Happy Diwali! 🪔" });
    done(await buyer.put("notes", { customerNotes: "Leave it with the guard" }));
    const summary = done(await buyer.checkout("/summary"));
    const words = {
      isGiftOrder: true,
      giftMessage: "Happy Diwali! 🪔",
      customerNotes: "Leave it with the guard",
    };
    expect(summary).toMatchObject({
      ...words,
      ...CONTACT,
      shippingMethod: { id: "standard" },
      cart: { items: [{ variantId: SEED.variants.hairOil }] },
    });
    expect(summary).toEqual(done(await buyer.checkout()));
    done(await buyer.choose("cod"));
    expect(done(await buyer.order())).toMatchObject(words);
  });

  test.each([
    ["gift-message", "giftMessage", 500],
    ["notes", "customerNotes", 1_000],
  ])("When the text of %s is too long or empty, then VALIDATION_ERROR at %s", async (step, field, most) => {
    const buyer = await begin();
    done(await buyer.put(step, { [field]: "x".repeat(most) }));
    for (const text of ["x".repeat(most + 1), "", "a\u0000b"]) {
      const details = refused(await buyer.put(step, { [field]: text }), 400, "VALIDATION_ERROR");
      expect(details).toMatchObject([{ path: field }]);
    }
  });

  test("When notes or gift message contain a card number, then it is stored nowhere", async () => {
    const buyer = await begin();
    const view = done(await buyer.put("notes", { customerNotes: "Card 4111 1111 1111 1111, ring twice" }));
    expect(view).toMatchObject({ customerNotes: "Card ****1111, ring twice" });
    done(await buyer.put("gift-message", { giftMessage: "from 5555555555554444" }));
    expect(await buyer.stored.session()).toMatchObject({
      customerNotes: "Card ****1111, ring twice",
      giftMessage: "from ****4444",
    });
  });

  test("When notes change while a payment is open, then that payment stays open", async () => {
    const buyer = shop().guest();
    const { payment } = await buyer.open();
    const view = done(await buyer.put("notes", { customerNotes: "Ring twice" }));
    expect(view).toMatchObject({ status: "payment_pending", payment: { id: payment.id, status: "pending" } });
    expect(await buyer.stored.payments()).toMatchObject([{ status: "pending", supersededAt: null }]);
  });

  test("When the id is malformed, then VALIDATION_ERROR in params; an unknown one is 404", async () => {
    const buyer = await begin();
    buyer.id = "nonsense";
    expect(refused(await buyer.checkout(), 400, "VALIDATION_ERROR")).toMatchObject([{ in: "params" }]);
    buyer.id = unknownId();
    refused(await buyer.put("notes", { customerNotes: "x" }), 404, "CHECKOUT_NOT_FOUND");
  });
});
