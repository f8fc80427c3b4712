import { randomUUID } from "node:crypto";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { type Buyer, done, PLACES, refused, useShop } from "./shop-world.js";

/**
 * What people type or paste into a form: many spellings, one stored value. The tables go through HTTP, so
 * they hold for the schema, the service and the document together.
 */
const shop = useShop();
const begin = (): Promise<Buyer> => shop().guest().begin();
let shared: Promise<Buyer> | undefined;
/** One checkout for the cases of a table: each sets its own value. */
const sharedBuyer = (): Promise<Buyer> => {
  shared ??= begin();
  return shared;
};

const NBSP = "\u00a0";
const ZWSP = "\u200b";
const ZWNJ = "\u200c";
const ZWJ = "\u200d";
const RLO = "\u202e";

describe("A phone", () => {
  const setPhone = (buyer: Buyer, phone: string) => buyer.put("contact", { email: "asha@example.in", phone });

  test.each([
    "9845012345",
    "098450 12345",
    "98450-12345",
    "98450.12345",
    "984 501 2345",
    "+91-98450-12345",
    "+91 98450 12345",
    "(+91) 98450 12345",
    "+91 (0) 98450 12345",
    "+91 098450 12345",
    "91 9845012345",
    "919845012345",
    "0091 98450 12345",
    "00919845012345",
    "091-98450-12345",
    "(098450) 12345",
    `+91${NBSP}98450${NBSP}12345`,
    "98450\u201112345",
    "98450\u201312345",
    " 9845012345\t\n",
    "\u202a+91 98450 12345\u202c",
    `98450${ZWSP}12345`,
  ])("When it is typed as %j, then +919845012345 is stored", async (typed) => {
    const buyer = await sharedBuyer();
    expect(done(await setPhone(buyer, typed)).phone).toBe("+919845012345");
    expect(await buyer.stored.session()).toMatchObject({ phone: "+919845012345" });
  });

  test("When it is part of an address, then it is stored as E.164, too", async () => {
    const buyer = await begin();
    const address = { ...PLACES.bengaluru, phone: "098450-12345" };
    expect(done(await buyer.put("shipping-address", address)).shippingAddress.phone).toBe("+919845012345");
  });

  test.each([
    "",
    "   ",
    "984501234",
    "98450123456",
    "+9198450123456",
    "1234567890",
    "5845012345",
    "020 2558 1234",
    "+14155552671",
    "+44 7911 123456",
    "+91+919845012345",
    "9845012345 ext 5",
    "9845012345;ext=1",
    "98450 12345 / 98450 54321",
    "98450 12345, 98450 54321",
    "call 9845012345",
    "tel:9845012345",
    "98450 O2345",
    "٩٨٤٥٠١٢٣٤٥",
  ])("When it is %j, then VALIDATION_ERROR at phone", async (typed) => {
    const buyer = await sharedBuyer();
    const details = refused(await setPhone(buyer, typed), 400, "VALIDATION_ERROR");
    expect(details).toMatchObject([{ in: "body", path: "phone" }]);
  });
});

describe("A pincode", () => {
  test.each(["560001", "560 001", " 560001 ", `560${NBSP}001`, "560-001", `56${ZWSP}0001`, "5 6 0 0 0 1"])(
    "When it is typed as %j, then 560001 is stored",
    async (pincode) => {
      const buyer = await sharedBuyer();
      done(await buyer.put("shipping-address", { ...PLACES.bengaluru, pincode }));
      expect(await buyer.stored.session()).toMatchObject({ shippingAddress: { pincode: "560001" } });
    },
  );

  test.each(["56000", "5600011", "060001", "560OO1", "560001, 560002", "५६०००१", "", 560001])(
    "When it is %j, then VALIDATION_ERROR at pincode",
    async (pincode) => {
      const buyer = await sharedBuyer();
      const answer = await buyer.put("shipping-address", { ...PLACES.bengaluru, pincode });
      expect(refused(answer, 400, "VALIDATION_ERROR")).toMatchObject([{ in: "body", path: "pincode" }]);
    },
  );
});

describe("A state", () => {
  // The sandbox delivers to every pincode but a few, so each state is tried with a pincode of its own.
  test.each([
    ["Orissa", "751001", "Odisha"],
    ["Pondicherry", "605001", "Puducherry"],
    ["Tamilnadu", "600001", "Tamil Nadu"],
    ["TN", "600001", "Tamil Nadu"],
    ["Telengana", "500001", "Telangana"],
    ["Uttrakhand", "248001", "Uttarakhand"],
    ["Uttaranchal", "248001", "Uttarakhand"],
    ["Chhatisgarh", "492001", "Chhattisgarh"],
    ["Chattisgarh", "492001", "Chhattisgarh"],
    ["J&K", "190001", "Jammu and Kashmir"],
    ["Jammu & Kashmir", "190001", "Jammu and Kashmir"],
    ["Delhi (NCT)", "110001", "Delhi"],
    ["NCT of Delhi", "110001", "Delhi"],
    ["New Delhi", "110001", "Delhi"],
    ["A & N Islands", "744101", "Andaman and Nicobar Islands"],
    ["Daman & Diu", "396210", "Dadra and Nagar Haveli and Daman and Diu"],
    ["ka", "560001", "Karnataka"],
    ["29", "560001", "Karnataka"],
    ["IN-KA", "560001", "Karnataka"],
    [`${ZWSP}Karnataka${NBSP}`, "560001", "Karnataka"],
    ["West  Bengal", "700001", "West Bengal"],
    ["WestBengal", "700001", "West Bengal"],
    ["U.P.", "226001", "Uttar Pradesh"],
  ])("When it is typed as %j, then %s belongs to %s", async (state, pincode, official) => {
    const buyer = await sharedBuyer();
    done(await buyer.put("shipping-address", { ...PLACES.bengaluru, state, pincode }));
    const address = { state: official, pincode };
    expect(await buyer.stored.session()).toMatchObject({ shippingAddress: address, billingAddress: address });
  });

  test.each(["Atlantis", "Karnatka Pradesh", "99", "", ZWSP, "K\u202eA"])(
    "When it is %j, then VALIDATION_ERROR at state",
    async (state) => {
      const buyer = await sharedBuyer();
      const answer = await buyer.put("shipping-address", { ...PLACES.bengaluru, state });
      expect(refused(answer, 400, "VALIDATION_ERROR")).toMatchObject([{ in: "body", path: "state" }]);
    },
  );

  test.each(["shipping-address", "billing-address"])(
    "When state and pincode of a %s disagree, then the error names the state of the pincode",
    async (step) => {
      const buyer = await sharedBuyer();
      const answer = await buyer.put(step, { ...PLACES.mumbai, state: "Orissa" });
      expect(refused(answer, 400, "VALIDATION_ERROR")).toEqual([
        { in: "body", path: "state", message: "Pincode 400001 is in Maharashtra, not in Odisha" },
      ]);
    },
  );
});

describe("A name", () => {
  const setName = (buyer: Buyer, name: string) =>
    buyer.put("shipping-address", { ...PLACES.bengaluru, name });

  test.each([
    ["  Asha Rao ", "Asha Rao"],
    [`Asha${ZWSP} Rao\ufeff`, "Asha Rao"],
    ["Asha\u00ad Rao", "Asha Rao"],
    ["Asha\u0007 Rao", "Asha Rao"],
    [`Asha${NBSP}Rao`, "Asha Rao"],
    ["Asha\tRao\r\n", "Asha Rao"],
    ["Jose\u0301", "José"],
    ["\u3164Asha", "Asha"],
    [`${ZWJ}Asha${ZWNJ}`, "Asha"],
    // Joiners shape these letters: without them the letters change.
    [`शर${"\u094d"}${ZWJ}मा`, `शर${"\u094d"}${ZWJ}मा`],
    [`ಶ್ರೀ${ZWNJ}ಮತಿ`, `ಶ್ರೀ${ZWNJ}ಮತಿ`],
    [`അവന${"\u0d4d"}${ZWJ} കുമാര${"\u0d4d"}${ZWJ}`, `അവന${"\u0d4d"}${ZWJ} കുമാര${"\u0d4d"}${ZWJ}`],
    // Limits count what is left after cleaning.
    [`${"x".repeat(100)}${ZWSP.repeat(50)}`, "x".repeat(100)],
  ])("When it is typed as %j, then %j is stored", async (typed, stored) => {
    const buyer = await begin();
    done(await setName(buyer, typed));
    expect((await buyer.stored.session())?.shippingAddress.name).toBe(stored);
  });

  test.each([
    "",
    "   ",
    ZWSP,
    "\u3164",
    "\u00ad",
    "\u2800",
    `${ZWJ}${ZWNJ}`,
    "\ufeff \u00a0",
    `Asha ${RLO}oaR`,
  ])("When it is %j, then VALIDATION_ERROR at name", async (typed) => {
    const buyer = await begin();
    const details = refused(await setName(buyer, typed), 400, "VALIDATION_ERROR");
    expect(details).toMatchObject([{ in: "body", path: "name" }]);
  });

  test.each(["line1", "line2", "landmark", "city"])(
    "When %s holds invisible characters, then they are not stored, and an override is refused",
    async (field) => {
      const buyer = await begin();
      done(await buyer.put("shipping-address", { ...PLACES.bengaluru, [field]: `\u0007Near${ZWSP} gate ` }));
      expect((await buyer.stored.session())?.shippingAddress[field]).toBe("Near gate");
      const answer = await buyer.put("shipping-address", { ...PLACES.bengaluru, [field]: `Near ${RLO}etag` });
      expect(refused(answer, 400, "VALIDATION_ERROR")).toMatchObject([{ in: "body", path: field }]);
    },
  );

  test.each(["", "  ", ZWSP, null])("When the optional lines are %j, then none is stored", async (typed) => {
    const buyer = await begin();
    const address = { ...PLACES.bengaluru, line2: typed, landmark: typed };
    const { shippingAddress } = done(await buyer.put("shipping-address", address));
    expect([shippingAddress.line2, shippingAddress.landmark]).toEqual([undefined, undefined]);
  });
});

describe("A text of several lines", () => {
  test.each([
    ["gift-message", "giftMessage"],
    ["notes", "customerNotes"],
  ])("When the %s is typed, then it is cleaned and keeps its lines and emoji", async (step, field) => {
    const buyer = await begin();
    const typed = ` Dear Asha,\r\n\tfrom us ❤\ufe0f 👩${ZWJ}👧\u001b[31m${ZWSP} `;
    const view = done(await buyer.put(step, { [field]: typed }));
    expect(view[field]).toBe(`Dear Asha,\n\tfrom us ❤\ufe0f 👩${ZWJ}👧[31m`);
    for (const bad of [ZWSP, " \n ", `from ${RLO}su`]) {
      const details = refused(await buyer.put(step, { [field]: bad }), 400, "VALIDATION_ERROR");
      expect(details).toMatchObject([{ in: "body", path: field }]);
    }
  });

  test("When a card number is split by invisible characters or odd blanks, then it is masked all the same", async () => {
    const buyer = await begin();
    const typed = `4111${ZWSP}1111${NBSP}1111 1111`;
    expect(done(await buyer.put("notes", { customerNotes: typed })).customerNotes).toBe("****1111");
  });
});

describe("An e-mail address", () => {
  const setEmail = (buyer: Buyer, email: string) => buyer.put("contact", { email, phone: "9845012345" });
  const BOTH = ["Asha@Bücher.example", "asha@xn--bcher-kva.example"];

  test.each([
    ["Asha.Rao@Example.IN", "Asha.Rao@Example.IN"],
    [` asha@example.in${ZWSP}`, "asha@example.in"],
    [`asha@exam${"\u00ad"}ple.in\n`, "asha@example.in"],
    ["asha@Bücher.example", "asha@Bücher.example"],
    ["asha@bu\u0308cher.example", "asha@bücher.example"],
  ])("When it is typed as %j, then %j is stored", async (typed, stored) => {
    const buyer = await begin();
    expect(done(await setEmail(buyer, typed)).email).toBe(stored);
    expect(await buyer.stored.session()).toMatchObject({ email: stored });
  });

  test.each(["asha", "asha@localhost", "asha@example.in, b@example.in", `asha@${RLO}example.in`, ZWSP])(
    "When it is %j, then VALIDATION_ERROR at email",
    async (typed) => {
      const buyer = await begin();
      const details = refused(await setEmail(buyer, typed), 400, "VALIDATION_ERROR");
      expect(details).toMatchObject([{ in: "body", path: "email" }]);
    },
  );

  test("When an order has either spelling of a domain, then the same search key finds it", async () => {
    const keys: unknown[] = [];
    for (const email of BOTH) {
      const buyer = await shop().guest().prepare();
      done(await setEmail(buyer, email));
      done(await buyer.choose("cod"));
      expect(done(await buyer.order()).email).toBe(email);
      keys.push((await buyer.stored.order())?.searchKeys[0]);
    }
    expect(keys).toEqual(["email:asha@bücher.example", "email:asha@bücher.example"]);
  });
});

describe("A customer's token", () => {
  const token = (claims: object) =>
    shop().sandbox.control.auth.mintToken({ sub: `user-${randomUUID()}`, role: "customer", ...claims });

  async function startWith(claims: object): Promise<Buyer> {
    const buyer = shop().guest();
    Object.assign(buyer, { as: { token: await token(claims) } });
    done(await buyer.add(SEED.variants.hairOil));
    done(await buyer.start({}));
    return buyer;
  }

  test("When its claims are spelled as people type them, then they are stored in one spelling", async () => {
    const buyer = await startWith({
      name: ` Asha${ZWSP} Rao `,
      email: `Asha@Example.in${ZWSP}`,
      phone: "098450 12345",
    });
    expect(await buyer.stored.session()).toMatchObject({
      customerName: "Asha Rao",
      email: "Asha@Example.in",
      phone: "+919845012345",
    });
  });

  test.each([
    { name: "\u3164", email: "nonsense", phone: "020 2558 1234" },
    { name: `Asha ${RLO}`, email: `a${RLO}@example.in`, phone: "1" },
    { name: "\ud800", email: 5, phone: null },
  ])("When its claims are unusable (%j), then they count as absent", async (claims) => {
    const buyer = await startWith(claims);
    expect(await buyer.stored.session()).toMatchObject({ customerName: null, email: null, phone: null });
  });
});

describe("An address of the auth service", () => {
  test("When it is spelled as people type, then its id can be used", async () => {
    const { auth } = shop().sandbox.control;
    const saved = { name: "Asha", phone: "098450 12345", line1: "1 MG Road", city: "Chennai", country: "IN" };
    auth.addAddress(SEED.users.asha, {
      ...saved,
      country: "IN",
      id: "addr-typed",
      state: "Tamilnadu",
      pincode: "600 001",
    });
    const buyer = await shop().customer("asha").begin();
    const address = { ...PLACES.bengaluru, addressId: "addr-typed" };
    done(await buyer.put("shipping-address", address));
    expect(await buyer.stored.session()).toMatchObject({ shippingAddressId: "addr-typed" });
  });
});

describe("A coupon code", () => {
  const CODES = ["A/B#1", "50%OFF", "A\\B?X=1", "DIWALI 25", "ÉTÉ+10", "दिवाली"];
  const remove = (buyer: Buyer, typed: string) =>
    shop().call("delete", `/api/cart/coupons/${encodeURIComponent(typed)}`, { as: buyer.as });
  const codesOf = (cart: { appliedCoupons: { code: string }[] }) =>
    cart.appliedCoupons.map(({ code }) => code);

  beforeEach(() => {
    for (const code of CODES) {
      const coupon = { code, type: "fixed", value: 10, stackable: true } as const;
      shop().sandbox.control.pricing.setCoupon(coupon);
    }
  });

  test.each(CODES)(
    "When %s is applied, used and removed, then it is the same code each time",
    async (code) => {
      const buyer = await shop().guest().begin();
      const typed = ` ${code.toLowerCase()}${ZWSP}`;
      const { cart, discount } = done(await buyer.post("/api/cart/coupons", { couponCode: typed }));
      expect([discount.code, codesOf(cart)]).toEqual([code, [code]]);
      expect(codesOf(done(await remove(buyer, typed)).cart)).toEqual([]);
      done(await buyer.post("/api/cart/coupons", { couponCode: code }));
      done(await buyer.put("shipping-address", PLACES.bengaluru));
      done(await buyer.put("shipping-method", { shippingMethodId: "standard" }));
      done(await buyer.choose("cod"));
      const order = done(await buyer.order());
      expect(order.appliedCoupons).toMatchObject([{ code }]);
      expect(shop().sandbox.control.pricing.usages(code)).toEqual([order.id]);
    },
  );

  test.each(["\twelcome10\n", `WEL${ZWSP}COME10`, "Welcome10\u00a0", `wel${ZWJ}come10`])(
    "When it is typed as %j, then POST applies it and DELETE removes it",
    async (typed) => {
      const buyer = await begin();
      expect(codesOf(done(await buyer.post("/api/cart/coupons", { couponCode: typed })).cart)).toEqual([
        "WELCOME10",
      ]);
      expect(codesOf(done(await remove(buyer, typed)).cart)).toEqual([]);
    },
  );

  // A single dot is a path segment with a meaning of its own, so no URL can name such a code.
  test.each(["..", "%", ZWSP, "x".repeat(65), `WEL${RLO}COME10`])(
    "When it is %j, then POST and DELETE refuse it alike",
    async (typed) => {
      const buyer = await begin();
      const posted = await buyer.post("/api/cart/coupons", { couponCode: typed });
      expect(refused(posted, 400, "VALIDATION_ERROR")).toMatchObject([{ in: "body", path: "couponCode" }]);
      if (typed === "..") return;
      expect(refused(await remove(buyer, typed), 400, "VALIDATION_ERROR")).toMatchObject([
        { in: "params", path: "code" },
      ]);
    },
  );
});

describe("A corrected name", () => {
  const named = (name: string) => ({ ...PLACES.bengaluru, name });

  test("When a guest corrects it, then the payment window, the order and the mail show the correction", async () => {
    const buyer = await shop().guest().prepare();
    const first = done(await buyer.choose("upi"));
    expect(first.gateway.prefill.name).toBe("Meera Nair");
    done(await buyer.put("shipping-address", named("Meera Nayar")));
    done(await buyer.put("shipping-method", { shippingMethodId: "standard" }));
    const second = done(await buyer.choose("upi"));
    expect(second.gateway.prefill.name).toBe("Meera Nayar");
    await buyer.verify(buyer.pay(second.gateway.orderId));
    done(await buyer.order());
    expect(await buyer.stored.order()).toMatchObject({ customerName: "Meera Nayar" });
    await shop().settle();
    const [mail] = shop()
      .sandbox.control.engagement.notifications({ template: "order_confirmed" })
      .filter(({ dedupeKey }) => dedupeKey === `order_confirmed:${buyer.id}`);
    expect(mail?.data.customerName).toBe("Meera Nayar");
  });

  test("When a guest corrects e-mail and phone, then the payment window shows the correction", async () => {
    const buyer = await shop().guest().prepare();
    done(await buyer.put("contact", { email: "meera.new@example.com", phone: "98450 54321" }));
    const { prefill } = done(await buyer.choose("upi")).gateway;
    expect(prefill).toMatchObject({ email: "meera.new@example.com", contact: "+919845054321" });
  });

  test("When a customer sends a parcel to another person, then the account's name stays", async () => {
    const buyer = await shop().customer("asha").begin();
    done(await buyer.put("shipping-address", named("Ravi Rao")));
    done(await buyer.put("shipping-method", { shippingMethodId: "standard" }));
    expect(done(await buyer.choose("upi")).gateway.prefill.name).toBe(
      shop()
        .sandbox.control.auth.users()
        .find(({ id }) => id === SEED.users.asha)?.name,
    );
  });
});

describe("A query", () => {
  const admin = () => ({ token: shop().sandbox.tokens.admin });
  const list = (query: string) => shop().call("get", `/api/admin/carts/abandoned?${query}`, { as: admin() });

  test.each([
    "1e1",
    "%201",
    "1%20",
    "%2B5",
    "0x10",
    "10.0",
    "1_0",
    "",
    "1,0",
    "%D9%A5",
    "1%C2%A0",
    "-0",
    "1.",
  ])("When page, limit or a recommendation's limit is %j, then VALIDATION_ERROR", async (typed) => {
    for (const name of ["page", "limit"]) {
      const details = refused(await list(`${name}=${typed}`), 400, "VALIDATION_ERROR");
      expect(details).toMatchObject([{ in: "query", path: name }]);
    }
    const answer = await shop().call("get", `/api/cart/recommendations?limit=${typed}`);
    expect(refused(answer, 400, "VALIDATION_ERROR")).toMatchObject([{ in: "query", path: "limit" }]);
  });

  test.each(["1e3", "%2B5", "0x10", " 5", "5.001", ".5", "5.", "-1"])(
    "When an amount is %j, then VALIDATION_ERROR",
    async (typed) => {
      const details = refused(await list(`minValue=${typed}`), 400, "VALIDATION_ERROR");
      expect(details).toMatchObject([{ in: "query", path: "minValue" }]);
    },
  );

  test.each([
    "2026-13-45",
    "2026-02-30",
    "2026-2-3",
    "2026-W01",
    "2026-200",
    "2026",
    "2026-01",
    "20260101",
    "%2B002026-01-01",
    "2026-01-01T25:00:00Z",
    "2026-01-01T24:00",
    "2026-01-01%2010:00",
    "%202026-01-01",
    "1767225600000",
    "",
  ])("When a date is %j, then VALIDATION_ERROR", async (typed) => {
    const details = refused(await list(`dateFrom=${typed}`), 400, "VALIDATION_ERROR");
    expect(details).toMatchObject([{ in: "query", path: "dateFrom" }]);
  });

  test.each([
    "page=2&limit=100",
    "page=007",
    "minValue=499.5&maxValue=1000",
    "dateFrom=2026-01-01&dateTo=2026-12-31",
    "dateFrom=2024-02-29",
    "dateFrom=2026-01-01T00:00:00Z&dateTo=2026-01-01T10:00:00.123%2B05:30",
  ])("When it is ?%s, then it is taken", async (query) => {
    done(await list(query));
  });
});
