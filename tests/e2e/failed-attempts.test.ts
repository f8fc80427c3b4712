import { Types } from "mongoose";
import { eventually, useInstances } from "../support/instances.js";
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

/** Failures that look like guessing are counted across all instances. */
const world = useInstances({ env: { RATE_LIMIT_PER_MINUTE: "300" } });

/** Starts each test with new counters, so that no window ends within a test. */
beforeEach(async () => {
  await world().db.collection("failedAttempts").deleteMany({});
});

type Attempt = (url: string) => Promise<{ status: number }>;

/** The statuses of repeated attempts, alternating between the instances. */
async function attempts(count: number, attempt: Attempt): Promise<number[]> {
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
  test("When a guest guesses coupons on two instances, then the limit applies after ten refusals", async () => {
    const shopper = await guest();
    const statuses = await attempts(14, (url) =>
      applyCoupon(shopper, `GUESS${Math.random()}`.slice(0, 12), url),
    );
    expect(statuses).toEqual([...times(10, 400), ...times(4, 429)]);
    // Neither instance accepts the next guess, even a valid coupon.
    const right = await attempts(2, (url) => applyCoupon(shopper, "WELCOME10", url));
    expect(right).toEqual([429, 429]);
    // Another guest at the same address is not affected.
    expect((await applyCoupon(await guest(), "WELCOME10")).status).toBe(200);
  });
});

describe("Looking for orders, invoices and payments", () => {
  test("When a customer looks up what does not exist, then the limit is thirty a minute across all instances", async () => {
    const shopper = await asCustomer("user-searching");
    const orders = await attempts(10, (url) => lookUp(shopper, "ORD-2026-999999", url));
    const invoice = "/api/invoices/INV-2026-999999/download";
    const invoices = await attempts(10, (url) => shopper.send({ method: "GET", path: invoice, url }));
    expect([...orders, ...invoices]).toEqual(times(20, 404));
    const path = "/api/payments/0123456789abcdef01234567";
    const payments = await attempts(14, (url) => shopper.send({ method: "GET", path, url }));
    expect(payments).toEqual([...times(10, 404), ...times(4, 429)]);
    const other = await asCustomer("user-elsewhere");
    expect((await lookUp(other, "ORD-2026-999999")).status).toBe(404);
  });

  test("When orders are looked up with guessed links, then the address may fail ten times as often", async () => {
    const anonymous: Attempt = (url) => fetch(`${url}/api/orders/ORD-2026-999999?token=4102444800.guessed`);
    expect(await attempts(302, anonymous)).toEqual([...times(300, 404), ...times(2, 429)]);
  });
});

describe("Wrong signatures", () => {
  test("When a guest forges the callback, then the limit is ten a minute", async () => {
    const checkout = await openCheckout(world().urlOf(0));
    const paid = payFor(world().sandbox, checkout);
    const forged = { ...paid, signature: "0".repeat(64) };
    const statuses = await attempts(12, (url) => verify(checkout, forged, url));
    expect(statuses).toEqual([...times(10, 400), 429, 429]);
  });

  test("When webhooks are forged, then 429 follows after ten, and a valid signature is still accepted", async () => {
    const forged = await attempts(13, (url) => webhook(url, "0".repeat(64)));
    expect(forged).toEqual([...times(10, 401), ...times(3, 429)]);
    const { sandbox } = world();
    const checkout = await openCheckout(world().urlOf(0));
    payFor(sandbox, checkout);
    await sandbox.control.razorpay.flushWebhooks();
    // Nobody else asks for it: only the event can have placed it.
    const _id = new Types.ObjectId(checkout.id);
    await eventually("the event places the order", () => world().db.collection("orders").findOne({ _id }));
  });
});

describe("A purchase without failures", () => {
  test("When everything succeeds, then the counters are neither read nor written", async () => {
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
