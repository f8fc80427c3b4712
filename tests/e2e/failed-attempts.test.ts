import { useInstances } from "../support/instances.js";
import { profileOf } from "../support/profiler.js";
import {
  openCheckout,
  paidCheckout,
  payFor,
  place,
  Shopper,
  startCheckout,
  verify,
} from "../support/purchase.js";

/** Failures that look like guessing are counted across instances. */
const world = useInstances({ env: { RATE_LIMIT_PER_MINUTE: "300" } });

/** A window may end between two requests of a test: then the count begins anew. */
beforeEach(async () => {
  await world().db.collection("failedAttempts").deleteMany({});
});

type Try = (url: string) => Promise<{ status: number }>;

/** The statuses of so many tries, each on the other instance than the one before. */
async function tries(count: number, attempt: Try): Promise<number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < count; index += 1) statuses.push((await attempt(world().urlOf(index))).status);
  return statuses;
}

const times = (count: number, status: number) => Array.from({ length: count }, () => status);

const guest = async () => (await startCheckout(world().urlOf(0))).shopper;
const asCustomer = async (sub: string) =>
  new Shopper(world().urlOf(0), await world().sandbox.control.auth.mintToken({ sub, role: "customer" }));

const applyCoupon = (shopper: Shopper, couponCode: string, url?: string) =>
  shopper.send({ method: "POST", path: "/api/cart/coupons", body: { couponCode }, url });

const lookUp = (shopper: Shopper, orderNumber: string, url?: string) =>
  shopper.send({ method: "GET", path: `/api/orders/${orderNumber}`, url });

const webhook = async (url: string, signature: string, body = "{}") =>
  fetch(`${url}/api/webhooks/razorpay`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Razorpay-Signature": signature },
    body,
  });

describe("Guessing coupons", () => {
  test("When a guest tries coupon after coupon on two instances, then ten refusals are answered", async () => {
    const shopper = await guest();
    const statuses = await tries(14, (url) =>
      applyCoupon(shopper, `GUESS${Math.random()}`.slice(0, 12), url),
    );
    expect(statuses).toEqual([...times(10, 400), ...times(4, 429)]);
    // Neither instance lets the next guess through, even if it is right.
    const right = await tries(2, (url) => applyCoupon(shopper, "WELCOME10", url));
    expect(right).toEqual([429, 429]);
    // Another guest of the same address is not affected.
    expect((await applyCoupon(await guest(), "WELCOME10")).status).toBe(200);
  });
});

describe("Looking for orders and payments", () => {
  test("When a customer asks for what does not exist, then thirty times a minute, on all instances together", async () => {
    const shopper = await asCustomer("user-searching");
    const orders = await tries(20, (url) => lookUp(shopper, "ORD-2026-999999", url));
    expect(orders).toEqual(times(20, 404));
    const path = "/api/payments/0123456789abcdef01234567";
    const payments = await tries(14, (url) => shopper.send({ method: "GET", path, url }));
    expect(payments).toEqual([...times(10, 404), ...times(4, 429)]);
    const other = await asCustomer("user-elsewhere");
    expect((await lookUp(other, "ORD-2026-999999")).status).toBe(404);
  });

  test("When orders are looked for with a guessed link, then the address is limited to ten times as much", async () => {
    const anonymous: Try = (url) => fetch(`${url}/api/orders/ORD-2026-999999?token=4102444800.guessed`);
    expect(await tries(302, anonymous)).toEqual([...times(300, 404), ...times(2, 429)]);
  });
});

describe("Wrong signatures", () => {
  test("When a guest forges the callback, then ten times a minute; the right one follows in the next", async () => {
    const checkout = await openCheckout(world().urlOf(0));
    const paid = payFor(world().sandbox, checkout);
    const forged = { ...paid, signature: "0".repeat(64) };
    const statuses = await tries(12, (url) => verify(checkout, forged, url));
    expect(statuses).toEqual([...times(10, 400), 429, 429]);
  });

  test("When webhooks are forged, then 429 after ten; one with a right signature is always accepted", async () => {
    const forged = await tries(13, (url) => webhook(url, "0".repeat(64)));
    expect(forged).toEqual([...times(10, 401), ...times(3, 429)]);
    const { sandbox } = world();
    const checkout = await openCheckout(world().urlOf(0));
    payFor(sandbox, checkout);
    await sandbox.control.razorpay.flushWebhooks();
    expect(await world().db.collection("webhookEvents").countDocuments()).toBeGreaterThan(0);
  });
});

describe("A purchase without failures", () => {
  test("When everything succeeds, then no failure is counted and none is looked up", async () => {
    const work = async () => {
      const { sandbox, urls } = world();
      const checkout = await paidCheckout(urls[0] ?? "", sandbox, { coupon: "WELCOME10" });
      expect((await place(checkout)).status).toBeLessThan(300);
      const list = await checkout.shopper.send({ method: "GET", path: "/api/orders" });
      expect(list.status).toBe(200);
    };
    const ns = `${world().db.databaseName}.failedAttempts`;
    expect(await profileOf(world().db, work, { ns })).toEqual([]);
  });
});
