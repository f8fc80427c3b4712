import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { type Buyer, done, PLACES, refused, useShop } from "./shop-world.js";

const { coupons, users } = SEED;
const shop = useShop();
const pricing = () => shop().sandbox.control.pricing;
const calls = () => shop().sandbox.control.calls;

const PERSON = { email: "Kavya.Nair@example.com", phone: "+919845099999" };
/** As the pricing service gets it: it compares without the case; the customer sees the address as typed. */
const SENT = { email: "kavya.nair@example.com", phone: "+919845099999" };
const OTHER = { email: "dinesh@example.com", phone: "+919845088888" };

const asked = (route: string) => calls().list({ route }).at(-1)?.body;
const apply = (buyer: Buyer, couponCode: string) => buyer.post("/api/cart/coupons", { couponCode });

/** An earlier order of this person, placed as a guest, that used the coupon. */
async function usedBy(person: object): Promise<void> {
  const { urls, env } = shop().sandbox;
  const answer = await fetch(`${urls.pricing}/api/coupons/usage`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${env.SERVICE_TOKEN ?? ""}` },
    body: JSON.stringify({ code: coupons.ONCE20, orderId: "earlier-order", discountAmount: 50, ...person }),
  });
  if (!answer.ok) throw new Error(`not recorded: ${answer.status}`);
}

const dropped = expect.objectContaining({
  code: "COUPON_DROPPED",
  details: expect.objectContaining({ code: coupons.ONCE20 }),
});

describe("what is sent to the pricing service", () => {
  test("When a guest's contact is not known, then none is sent; afterwards, validation and use include it", async () => {
    const buyer = shop().guest();
    done(await buyer.add(SEED.variants.hairOil));
    done(await apply(buyer, coupons.ONCE20));
    const before = asked("POST /api/coupons/validate");
    expect(before).not.toHaveProperty("email");
    expect(before).not.toHaveProperty("phone");
    done(await buyer.start({}));
    done(await buyer.put("contact", PERSON));
    expect(asked("POST /api/coupons/validate")).toMatchObject(SENT);
    done(await buyer.put("shipping-address", PLACES.bengaluru));
    done(await buyer.put("shipping-method", { shippingMethodId: "standard" }));
    done(await buyer.choose("cod"));
    expect(asked("POST /api/coupons/usage")).toMatchObject(SENT);
    done(await buyer.add(SEED.variants.kajal));
    expect(asked("POST /api/coupons/validate")).toMatchObject(SENT);
    calls().reset();
    done(await buyer.choose("cod"));
    done(await buyer.order());
    const claims = calls().list({ route: "POST /api/coupons/usage" });
    // By the choice and by the order, and once more where the use was settled meanwhile.
    expect(claims.length).toBeGreaterThanOrEqual(2);
    for (const { body } of claims) expect(body).toMatchObject(SENT);
  });

  test("When a coupon is applied after the contact, then its validation includes the contact", async () => {
    const buyer = shop().guest();
    done(await buyer.add(SEED.variants.hairOil));
    done(await buyer.start(PERSON));
    done(await apply(buyer, coupons.ONCE20));
    expect(asked("POST /api/coupons/validate")).toMatchObject(SENT);
  });

  test("When a customer applies a coupon, then its validation includes the token's e-mail and phone", async () => {
    const buyer = shop().customer("asha");
    done(await buyer.add(SEED.variants.hairOil));
    done(await apply(buyer, coupons.ONCE20));
    expect(asked("POST /api/coupons/validate")).toMatchObject({
      userId: users.asha,
      email: expect.stringMatching(/@/),
      phone: expect.stringMatching(/^\+91/),
    });
  });

  test("When there is no coupon, then the contact call does not call the pricing service", async () => {
    const buyer = await shop().guest().begin();
    calls().reset();
    done(await buyer.put("contact", PERSON));
    expect(calls().count({ service: "pricing" })).toBe(0);
  });
});

describe("a coupon that this person has used up", () => {
  test.each([
    ["e-mail", { email: SENT.email }],
    ["phone", { phone: SENT.phone }],
  ])("When the contact call shows the person by %s, then it is dropped with a notice", async (_by, known) => {
    await usedBy(known);
    const buyer = shop().guest();
    done(await buyer.add(SEED.variants.hairOil));
    done(await apply(buyer, coupons.ONCE20));
    expect(done(await buyer.start({})).totals.discountTotal).toBeGreaterThan(0);
    const view = done(await buyer.put("contact", PERSON));
    expect(view).toMatchObject({ ...PERSON, totals: { discountTotal: 0 }, cart: { appliedCoupons: [] } });
    expect(view.cart.notices).toContainEqual(dropped);
  });

  test("When the contact comes with the start of a new checkout, then CART_CHANGED says so first", async () => {
    await usedBy(SENT);
    const buyer = shop().guest();
    done(await buyer.add(SEED.variants.hairOil));
    done(await apply(buyer, coupons.ONCE20));
    expect(refused(await buyer.start(PERSON), 400, "CART_CHANGED")).toEqual({ notices: [dropped] });
    expect(done(await buyer.start(PERSON)).totals.discountTotal).toBe(0);
  });

  test("When the contact comes with the start of a checkout that is live, then it is dropped with a notice", async () => {
    await usedBy(SENT);
    const buyer = await shop().guest().begin({ coupon: coupons.ONCE20 });
    const view = done(await buyer.start(PERSON));
    expect(view.cart.notices).toContainEqual(dropped);
  });

  test("When it is applied after the contact, then COUPON_INVALID", async () => {
    await usedBy(SENT);
    const buyer = shop().guest();
    done(await buyer.add(SEED.variants.hairOil));
    done(await buyer.start(PERSON));
    refused(await apply(buyer, coupons.ONCE20), 400, "COUPON_INVALID");
  });

  test("When two checkouts of one person choose at the same time, then one gets the coupon, the other COUPON_INVALID", async () => {
    const buyers = [shop().guest(), shop().guest()];
    for (const buyer of buyers) {
      await buyer.prepare({ coupon: coupons.ONCE20 });
      done(await buyer.put("contact", PERSON));
    }
    const answers = await Promise.all(buyers.map((buyer) => buyer.choose("cod")));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  test("When pricing is down, then the contact is saved, and choosing a payment method detects it", async () => {
    await usedBy(SENT);
    const buyer = await shop().guest().prepare({ coupon: coupons.ONCE20 });
    shop().sandbox.control.faults.add({ service: "pricing", action: "status", status: 503 });
    expect(done(await buyer.put("contact", PERSON))).toMatchObject(PERSON);
    await shop().recover();
    refused(await buyer.choose(), 400, "COUPON_INVALID");
    expect(done(await buyer.checkout()).totals.discountTotal).toBe(0);
  });
});

describe("a contact that changes while a use is claimed", () => {
  test("When the new person may use it, then the payment stays open and the use is theirs", async () => {
    const buyer = shop().guest();
    const { payment } = await buyer.open({ coupon: coupons.ONCE20 });
    const view = done(await buyer.put("contact", PERSON));
    expect(view).toMatchObject({ status: "payment_pending", payment: { id: payment.id, status: "pending" } });
    expect(pricing().usages(coupons.ONCE20)).toEqual([buyer.id]);
    expect(asked("POST /api/coupons/usage")).toMatchObject(SENT);
  });

  test("When the new person has used it up, then it is dropped, and the payment is superseded", async () => {
    await usedBy(OTHER);
    const buyer = shop().guest();
    await buyer.open({ coupon: coupons.ONCE20 });
    const view = done(await buyer.put("contact", OTHER));
    expect(view).toMatchObject({ status: "address_entered", payment: null, totals: { discountTotal: 0 } });
    await shop().settle();
    expect(pricing().usages(coupons.ONCE20)).toEqual(["earlier-order"]);
  });
});
