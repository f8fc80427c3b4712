import { join } from "node:path";
import { Types } from "mongoose";
import { textAt } from "../../scripts/support/json.js";
import { type ServiceProcess, startService } from "../../scripts/support/service-process.js";
import { useInstances } from "../support/instances.js";
import { ITEMS, type OpenCheckout, openCheckout, payFor, place, verify } from "../support/purchase.js";

/** Instances whose clocks are an hour wrong work beside one whose clock is right, and nobody notices. */
const world = useInstances({ count: 1 });

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SHIFTED_CLOCK = join(__dirname, "../../scripts/simulate/shifted-clock.mjs");
const wrong: Record<string, ServiceProcess> = {};

async function startWrong(shiftMs: number): Promise<ServiceProcess> {
  const service = await startService({
    env: { ...world().env, CLOCK_SHIFT_MS: String(shiftMs) },
    command: [process.execPath, "--import", SHIFTED_CLOCK, "dist/index.js"],
  });
  world().services.push(service);
  return service;
}

beforeAll(async () => {
  wrong.fast = await startWrong(HOUR_MS);
  wrong.slow = await startWrong(-HOUR_MS);
}, 300_000);

const urlOf = (name: string): string => wrong[name]?.url ?? "";

/** So many minutes from now, give or take what a slow machine needs. */
const expectIn = (minutes: number, time: unknown) => {
  expect(time).toBeInstanceOf(Date);
  const errorMs = Number(time) - Date.now() - minutes * MINUTE_MS;
  expect(Math.abs(errorMs)).toBeLessThan(30_000);
};

async function storedOf({ id }: OpenCheckout) {
  const { db } = world();
  const _id = new Types.ObjectId(id);
  const [session, payment] = await Promise.all([
    db.collection("checkoutSessions").findOne({ _id }),
    db.collection("payments").findOne({ checkoutSessionId: _id }),
  ]);
  const [cart, line] = await Promise.all([
    db.collection("carts").findOne({ _id: session?.cartId }),
    db.collection("cartItems").findOne({ cartId: session?.cartId }),
  ]);
  return { session, payment, cart, line };
}

describe.each(["fast", "slow"])("an instance whose clock is an hour %s", (name) => {
  test("When a payment method is chosen there, then every time is right", async () => {
    const { session, payment, cart, line } = await storedOf(await openCheckout(urlOf(name)));
    expectIn(30, session?.expiresAt);
    expectIn(0, session?.frozen.at);
    expectIn(0, payment?.createdAt);
    expectIn(0, payment?.updatedAt);
    expectIn(1, payment?.sweep.nextAt);
    expectIn(0, cart?.createdAt);
    // Reserved with the checkout, for longer than it lasts.
    const { activeReservations } = world().sandbox.control.inventory;
    const [reservation] = await activeReservations(String(cart?._id));
    expect(Number(line?.reservationExpiresAt)).toBeGreaterThan(Number(session?.expiresAt));
    const differenceMs = Number(line?.reservationExpiresAt) - Number(new Date(reservation?.expiresAt ?? 0));
    expect(Math.abs(differenceMs)).toBeLessThan(30_000);
  });

  test.each([
    ["there", "here"],
    ["here", "there"],
  ])("When a checkout is begun %s, then it goes on %s", async (begun) => {
    const [first, second] =
      begun === "there" ? [urlOf(name), world().urlOf(0)] : [world().urlOf(0), urlOf(name)];
    const checkout = await openCheckout(first);
    const { shopper, id } = checkout;
    const body = { customerNotes: "Ring twice" };
    const noted = await shopper.send({ method: "PUT", path: `/api/checkout/${id}/notes`, body, url: second });
    expect(noted).toMatchObject({ status: 200 });
    const items = { method: "POST", path: "/api/cart/items", body: ITEMS.ashwagandha } as const;
    expect((await shopper.send({ ...items, url: second })).status).toBeLessThan(300);
    const path = `/api/checkout/${id}/payment-method`;
    const choice = { method: "upi", termsAccepted: true };
    const chosen = await shopper.do({ method: "PUT", path, body: choice, url: second });
    const again = { ...checkout, gatewayOrderId: textAt(chosen, "gateway.orderId") };
    expect(await verify(again, payFor(world().sandbox, again), first)).toMatchObject({ status: 200 });
    expect((await place(again, { url: second })).status).toBeLessThan(300);
    const order = await world()
      .db.collection("orders")
      .findOne({ _id: new Types.ObjectId(id) });
    expectIn(0, order?.createdAt);
  });
});
