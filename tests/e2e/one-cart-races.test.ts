import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Types } from "mongoose";
import { at, listAt } from "../../scripts/support/json.js";
import { holdWebhooks, useInstances } from "../support/instances.js";
import { orderOf } from "../support/money.js";
import {
  type Answer,
  chooseMethod,
  ITEMS,
  type OpenCheckout,
  openCheckout,
  payFor,
  place,
  Shopper,
  verify,
} from "../support/purchase.js";
import { crowdOf, jitter, roundsOf } from "../support/races.js";

/** One cart is written on both instances at the same moment. */
const world = useInstances();
const gateway = () => world().sandbox.control.razorpay;
const inventory = () => world().sandbox.control.inventory;
const soon = jitter(13, 60);

const urlOf = (index: number): string => world().urlOf(index);
const toText = ({ status, code }: Answer): string => `${status} ${code}`;

beforeAll(() => holdWebhooks(world()));

describe("many adds of one variant", () => {
  const ADDS = crowdOf(20, 50);
  /** Without a pause, the retries take the CPU from the instances. */
  const RETRY_MS = 50;
  const add = (shopper: Shopper, url: string, key: string) =>
    shopper.send({ method: "POST", path: "/api/cart/items", body: ITEMS.hairOil, url, key });

  const cartOf = async ({ guestId: sessionId }: Shopper) => {
    const cart = await world().db.collection("carts").findOne({ sessionId, status: "active" });
    // A cart of this size earns a gift as well, which does not count here.
    const own = { cartId: cart?._id, isFreeGift: false };
    const lines = await world().db.collection("cartItems").find(own).toArray();
    const reserved = await inventory().activeReservations(String(cart?._id));
    const held = reserved.filter(({ variantId }) => variantId === ITEMS.hairOil.variantId);
    return { lines: lines.map(({ quantity }) => quantity), held: held.map(({ quantity }) => quantity) };
  };

  /** One call creates the cart; the others are sent to both instances at once. */
  async function addOften(shopper: Shopper): Promise<Map<string, Answer>> {
    await shopper.do({ method: "POST", path: "/api/cart/items", body: ITEMS.hairOil });
    const keys = Array.from({ length: ADDS - 1 }, () => randomUUID());
    const answers = await Promise.all(keys.map((key, index) => add(shopper, urlOf(index), key)));
    return new Map(keys.map((key, index) => [key, answers[index] as Answer]));
  }

  test("When the limit is ten, then ten are in the cart and the other calls are refused with a reason", async () => {
    const shopper = new Shopper(urlOf(0));
    const answers = [...(await addOften(shopper)).values()].map(toText);
    const added = answers.filter((answer) => answer === "200 null").length;
    // A call that waits too long is asked to retry. No other answer is possible.
    const allowed = ["200 null", "400 CART_LIMIT", "409 REQUEST_IN_PROGRESS"];
    expect(answers.filter((answer) => !allowed.includes(answer))).toEqual([]);
    expect(added).toBe(9);
    await world().settle();
    expect(await cartOf(shopper)).toEqual({ lines: [10], held: [10] });
  });

  test("When the limit allows all of them, then each counts once, including the retried ones", async () => {
    const settings = world().db.collection<{ _id: string }>("settings");
    const setting = { _id: "cart", values: { maxPerVariant: 100 }, version: 1, updatedBy: "test" };
    await settings.insertOne(setting);
    // Running instances cache settings for seconds, so two new ones are started.
    const fresh = [await world().startAnother(), await world().startAnother()].map(({ url }) => url);
    const shopper = new Shopper(fresh[0] ?? "");
    await shopper.do({ method: "POST", path: "/api/cart/items", body: ITEMS.hairOil });
    const keys = Array.from({ length: ADDS - 1 }, () => randomUUID());
    const send = async (key: string, index: number): Promise<string> => {
      for (;;) {
        const answer = toText(await add(shopper, fresh[index % fresh.length] ?? "", key));
        if (answer !== "409 REQUEST_IN_PROGRESS" && answer !== "409 VERSION_CONFLICT") return answer;
        await sleep(RETRY_MS);
      }
    };
    expect(await Promise.all(keys.map(send))).toEqual(keys.map(() => "200 null"));
    await world().settle();
    expect(await cartOf(shopper)).toEqual({ lines: [ADDS], held: [ADDS] });
  });
});

describe("a cart that is edited in another tab while it is paid for", () => {
  const eventsOf = ({ gatewayOrderId }: OpenCheckout): string[] =>
    gateway()
      .events()
      .filter(({ body }) => body.includes(gatewayOrderId))
      .map(({ id }) => id);

  const linesOf = async ({ id }: OpenCheckout) => {
    const orderId = new Types.ObjectId(id);
    const lines = await world().db.collection("orderItems").find({ orderId }).toArray();
    return lines.map(({ variantId, quantity }) => ({ variantId, quantity }));
  };
  const bought = ({ variantId, quantity }: typeof ITEMS.hairOil | typeof ITEMS.ashwagandha) => ({
    variantId,
    quantity,
  });

  const refundsOf = (paymentId: string) =>
    gateway()
      .ledger()
      .refunds.filter((row) => row.paymentId === paymentId)
      .map(({ amount, status }) => ({ amount, status }));

  /** The payment won: the order is what was paid for, and the edit was refused or changed a new cart. */
  async function expectOldOrder(old: OpenCheckout, edited: Answer, paymentId: string): Promise<void> {
    expect(await orderOf(world(), old)).toMatchObject({ paidAmount: old.amount, grandTotal: old.amount });
    expect(await linesOf(old)).toEqual([bought(ITEMS.hairOil)]);
    expect(refundsOf(paymentId)).toEqual([]);
    const allowed = ["409 PLACEMENT_IN_PROGRESS", "409 REQUEST_IN_PROGRESS", "409 VERSION_CONFLICT"];
    if (edited.status !== 200) return expect(allowed).toContain(toText(edited));
    const cart = await old.shopper.do({ method: "GET", path: "/api/cart" });
    const left = listAt(cart, "items").map((item) => at(item, "variantId"));
    expect(left).toEqual([ITEMS.ashwagandha.variantId]);
  }

  /** The edit won: the payment is refunded, and the changed cart is bought at its own price. */
  async function expectNewOrder(old: OpenCheckout, edited: Answer, paymentId: string): Promise<void> {
    expect(toText(edited)).toBe("200 null");
    expect(refundsOf(paymentId)).toEqual([{ amount: old.amount, status: "processed" }]);
    const chosen = await chooseMethod(old);
    expect(chosen.gatewayOrderId).not.toBe(old.gatewayOrderId);
    expect(chosen.amount).toBeGreaterThan(old.amount);
    const paid = payFor(world().sandbox, chosen);
    expect(toText(await verify(chosen, paid))).toBe("200 null");
    expect(toText(await place(chosen))).toBe("201 null");
    expect(await orderOf(world(), chosen)).toMatchObject({ paidAmount: chosen.amount });
    expect(await linesOf(chosen)).toEqual([bought(ITEMS.hairOil), bought(ITEMS.ashwagandha)]);
    await gateway().release();
  }

  /** The reservations of a refused edit are checked 5 s later; this makes the check due now. */
  afterAll(async () => {
    const messages = world().db.collection("outboxMessages");
    await messages.updateMany(
      { type: "reservation.sync", state: "pending" },
      { $set: { dueAt: new Date(Date.now() - 1_000) } },
    );
    await world().settle();
  });

  test.each(roundsOf(1))(
    "When an edit races callback, webhooks and placing, then nothing is sold that was not paid for (round %i)",
    async (round) => {
      const old = await openCheckout(urlOf(round));
      const { paymentId, ...paid } = payFor(world().sandbox, old);
      const eventIds = eventsOf(old);
      const add = { method: "POST", path: "/api/cart/items", body: ITEMS.ashwagandha } as const;
      const [edited] = await Promise.all([
        soon(() => old.shopper.send({ ...add, url: urlOf(round + 1) })),
        soon(() => verify(old, { ...paid, paymentId }, urlOf(round))),
        soon(() => place(old, { url: urlOf(round) })),
        soon(() => gateway().release({ eventIds, parallel: true })),
      ]);
      await world().settle();
      const isOrdered = (await orderOf(world(), old)) !== null;
      await (isOrdered ? expectOldOrder : expectNewOrder)(old, edited, paymentId);
    },
  );
});
