import { type mongo, Types, trusted } from "mongoose";
import type { CartDoc } from "../../../models/index.js";
import { dayNumberOf, spanOfDays } from "../../../utils/periods.js";
import { type AdminWorld, startAdminWorld } from "./admin-world.js";
import { below } from "./naive-analytics.js";

/** Tallies under changes: an answer is always that of one moment, whoever counts or writes meanwhile. */

const FIRST_DAY = dayNumberOf(new Date("2026-03-02T12:00:00Z"));
const DAYS = 20;
const VALUE = 1_000_000;
const query = {
  dateFrom: spanOfDays(FIRST_DAY).from,
  dateTo: spanOfDays(FIRST_DAY + DAYS - 1).to,
  groupBy: "day",
} as const;

let world: AdminWorld;
let models: typeof import("../../../models/index.js");
let platform: typeof import("../../../services/platform/day-tally.service.js");
let inTransaction: typeof import("../../../services/platform/transaction.service.js").inTransaction;
let cartTally: typeof import("../../../src/cart/cart.tally.service.js").cartTally;
let analyseCarts: typeof import("../../../src/cart/cart.analytics.service.js").analyseCarts;

beforeAll(async () => {
  world = await startAdminWorld();
  models = await import("../../../models/index.js");
  platform = await import("../../../services/platform/day-tally.service.js");
  ({ inTransaction } = await import("../../../services/platform/transaction.service.js"));
  ({ cartTally } = await import("../../../src/cart/cart.tally.service.js"));
  ({ analyseCarts } = await import("../../../src/cart/cart.analytics.service.js"));
});
beforeEach(async () => {
  for (const name of ["carts", "cartItems", "cartDays"]) await world.db.collection(name).deleteMany({});
});
afterAll(() => world.stop());

interface Changes {
  day?: number;
  status?: string;
}

/** A cart of `VALUE`, with one line. */
async function addCart({ day = FIRST_DAY, status = "active" }: Changes = {}): Promise<Types.ObjectId> {
  const [id] = await addCarts(1, { day, status });
  if (!id) throw new Error("no cart was added");
  return id;
}

async function addCarts(amount: number, { day = FIRST_DAY, status = "active" }: Changes) {
  const ids = Array.from({ length: amount }, () => new Types.ObjectId());
  const { from } = spanOfDays(day);
  await world.db.collection("carts").insertMany(
    ids.map((_id) => ({
      ...{
        _id,
        status,
        userId: `user-${_id.toHexString()}`,
        createdAt: new Date(from.getTime() + below(86_400_000)),
      },
      ...{ grandTotal: VALUE, itemCount: 1, mergedIntoCartId: null },
    })),
  );
  const line = { productId: "prod-1", variantId: "var-1", name: "One", quantity: 2, lineTotal: VALUE };
  await world.db
    .collection("cartItems")
    .insertMany(ids.map((cartId) => ({ ...line, cartId, isFreeGift: false })));
  return ids;
}

const isMarked = async (_id: Types.ObjectId): Promise<boolean> =>
  Boolean((await world.db.collection("carts").findOne({ _id }))?.talliedAt);
const tallyOf = (day = FIRST_DAY) => models.CartDay.findById(day).lean();
async function tallyWhole(): Promise<void> {
  if (!(await platform.tallyDay(cartTally, FIRST_DAY))) await tallyWhole();
}
const setValue = (_id: Types.ObjectId, grandTotal: number) =>
  models.Cart.updateOne({ _id }, { $set: { grandTotal } });

describe("A tally", () => {
  it("When a day is tallied, then it holds what is counted, and marks what it holds", async () => {
    const id = await addCart({ status: "abandoned" });
    expect(await platform.tallyDay(cartTally, FIRST_DAY)).toBe(true);
    expect(await isMarked(id)).toBe(true);
    expect(await tallyOf()).toEqual({
      ...{ _id: FIRST_DAY, isComplete: true, revision: 1 },
      ...{ carts: 1, abandoned: 1, converted: 0, value: VALUE, abandonedValue: VALUE },
      abandonedProducts: [{ productId: "prod-1", name: "One", quantity: 2, value: VALUE }],
    });
    expect(await platform.findDaysToTally(cartTally, 10)).toEqual([]);
  });

  it("When it is the day of today, then it is left to be counted by whoever asks", async () => {
    const today = dayNumberOf(new Date());
    await addCart({ day: today });
    await addCart({ day: today - 1 });
    await addCart({ day: today - 3 });
    expect(await platform.findDaysToTally(cartTally, 10)).toEqual([today - 1, today - 3]);
    expect(await platform.findDaysToTally(cartTally, 1)).toEqual([today - 1]);
  });

  it("When a day has more carts than one transaction marks, then it is counted right all the way", async () => {
    await addCarts(1_000, {});
    expect(await platform.tallyDay(cartTally, FIRST_DAY)).toBe(false);
    expect((await analyseCarts(query)).total.carts).toBe(1_000);
    expect(await platform.tallyDay(cartTally, FIRST_DAY)).toBe(true);
    expect((await analyseCarts(query)).total.carts).toBe(1_000);
    expect(await tallyOf()).toMatchObject({ isComplete: true, carts: 1_000 });
  });

  it("When a tally was complete and a part of a large day has changed, then it does not count until it is again", async () => {
    const ids = await addCarts(1_000, {});
    await tallyWhole();
    await models.Cart.updateMany({ _id: trusted({ $in: ids }) }, { $set: { grandTotal: 1 } });
    expect(await platform.tallyDay(cartTally, FIRST_DAY)).toBe(false);
    expect(await tallyOf()).toMatchObject({ isComplete: false });
    expect((await analyseCarts(query)).total.value).toBe(1_000);
  });

  it("When its document is lost, then its day is counted by whoever asks", async () => {
    await addCart();
    await platform.tallyDay(cartTally, FIRST_DAY);
    await world.db.collection("cartDays").deleteMany({});
    expect((await analyseCarts(query)).total).toMatchObject({ carts: 1, value: VALUE });
  });
});

describe("A mark", () => {
  const other = new Types.ObjectId();
  type Write = (_id: Types.ObjectId) => Promise<unknown>;
  const counted: [string, Write][] = [
    ["updateOne of the status", (_id) => models.Cart.updateOne({ _id }, { $set: { status: "abandoned" } })],
    ["a bare field", (_id) => models.Cart.updateOne({ _id }, { grandTotal: 5 })],
    ["updateMany", (_id) => models.Cart.updateMany({ _id }, { $inc: { grandTotal: 1 } })],
    ["findOneAndUpdate", (_id) => models.Cart.findOneAndUpdate({ _id }, { $set: { itemCount: 0 } })],
    ["findByIdAndUpdate", (_id) => models.Cart.findByIdAndUpdate(_id, { $set: { mergedIntoCartId: other } })],
    [
      "a pipeline",
      (_id) => models.Cart.updateOne({ _id }, [{ $set: { grandTotal: 7 } }], { updatePipeline: true }),
    ],
  ];

  it.each(counted)("When a counted field is changed by %s, then it is gone", async (_how, write) => {
    const id = await addCart();
    await platform.tallyDay(cartTally, FIRST_DAY);
    await write(id);
    expect(await isMarked(id)).toBe(false);
    expect(await platform.findDaysToTally(cartTally, 10)).toEqual([FIRST_DAY]);
  });

  it("When anything else is changed, then it stays", async () => {
    const id = await addCart();
    await platform.tallyDay(cartTally, FIRST_DAY);
    await models.Cart.updateOne({ _id: id }, { $set: { lease: null, version: 7 }, $unset: { notices: 1 } });
    await models.Cart.findOneAndUpdate({ _id: id }, [{ $set: { placing: null } }], { updatePipeline: true });
    expect(await isMarked(id)).toBe(true);
  });

  it("When a step of a checkout is reached, then its mark is gone, and stays for anything else", async () => {
    const { CheckoutSession } = models;
    const { insertedId: _id } = await world.db
      .collection("checkoutSessions")
      .insertOne({ talliedAt: new Date(), createdAt: new Date(), steps: {}, status: "failed" });
    const marked = async () => (await CheckoutSession.findById(_id).lean())?.talliedAt;
    await CheckoutSession.updateOne({ _id }, { $set: { couponClaims: ["A"], status: "initiated" } });
    expect(await marked()).toBeInstanceOf(Date);
    await CheckoutSession.updateOne({ _id }, { $set: { "steps.addressEnteredAt": new Date() } });
    expect(await marked()).toBeNull();
  });
});

describe("A change while its day is counted", () => {
  /** Tallies the day; `meanwhile` happens once, after counting and before the tally is written. */
  function tallyWith(meanwhile: () => Promise<unknown>): Promise<boolean> {
    let isFirst = true;
    return platform.tallyDay(
      {
        ...cartTally,
        async countDay(day, session) {
          const counts = await cartTally.countDay(day, session);
          if (isFirst) {
            isFirst = false;
            await meanwhile();
          }
          return counts;
        },
      },
      FIRST_DAY,
    );
  }

  it("When a cart changes that was marked before, then it is counted afresh", async () => {
    const id = await addCart();
    await platform.tallyDay(cartTally, FIRST_DAY);
    await addCart();
    expect(await tallyWith(() => setValue(id, 5))).toBe(true);
    expect((await analyseCarts(query)).total).toMatchObject({ carts: 2, value: VALUE + 5 });
  });

  it("When a cart is begun, then it is counted too", async () => {
    await addCart();
    expect(await tallyWith(() => addCart())).toBe(true);
    expect((await analyseCarts(query)).total).toMatchObject({ carts: 2, value: 2 * VALUE });
  });

  it("When the day is tallied by another, then the slower one counts again", async () => {
    const id = await addCart();
    const faster = async () => {
      await setValue(id, 5);
      await platform.tallyDay(cartTally, FIRST_DAY);
    };
    await platform.tallyDay(cartTally, FIRST_DAY);
    expect(await tallyWith(faster)).toBe(true);
    expect((await analyseCarts(query)).total).toMatchObject({ carts: 1, value: 5 });
    expect(await tallyOf()).toMatchObject({ value: 5 });
  });

  it("When a cart changes that is about to be marked, then it waits, and is counted as it is then", async () => {
    const id = await addCart();
    let change: Promise<unknown> = Promise.resolve();
    await tallyWith(async () => {
      // Ends only after the tally: the database makes it wait.
      change = setValue(id, 5).exec();
    });
    await change;
    expect((await analyseCarts(query)).total).toMatchObject({ carts: 1, value: 5 });
    expect(await isMarked(id)).toBe(false);
  });
});

describe("Many at once", () => {
  /** Value moves from cart to cart, and one cart is abandoned as another comes back: no sum ever changes. */
  async function moveValue(ids: Types.ObjectId[]): Promise<void> {
    const from = ids[below(ids.length)];
    const to = ids[below(ids.length)];
    if (!from || !to || from === to) return;
    const amount = 1 + below(1_000);
    await inTransaction(async (session) => {
      const carts = await models.Cart.find({ _id: trusted({ $in: [from, to] }) })
        .session(session)
        .lean<CartDoc[]>();
      const [one, other] = carts;
      if (!one || !other) throw new Error("the carts are gone");
      const { Cart } = models;
      const update = (cart: CartDoc, status: string, by: number) =>
        Cart.updateOne({ _id: cart._id }, { $inc: { grandTotal: by }, $set: { status } }, { session });
      await update(one, other.status, -amount);
      await update(other, one.status, amount);
    });
  }

  it("When carts change, days are tallied and readers ask, then every answer is that of one moment", async () => {
    const ids: Types.ObjectId[] = [];
    for (let number = 0; number < 2 * DAYS; number += 1) {
      const status = number % 2 === 0 ? "abandoned" : "active";
      ids.push(await addCart({ day: FIRST_DAY + (number % DAYS), status }));
    }
    let isOver = false;
    let tallied = 0;
    const answers: { carts: number; value: number; abandoned: number; series: number }[] = [];
    const repeat = async (work: () => Promise<unknown>) => {
      while (!isOver) await work();
    };
    const everything = [
      repeat(() => moveValue(ids)),
      repeat(() => moveValue(ids)),
      ...[0, 1].map(() =>
        repeat(async () => {
          for (const day of await platform.findDaysToTally(cartTally, DAYS)) {
            await platform.tallyDay(cartTally, day);
            tallied += 1;
          }
        }),
      ),
      repeat(async () => {
        const { total, series } = await analyseCarts(query);
        const sum = series.reduce((value, period) => value + period.value, 0);
        answers.push({ carts: total.carts, value: total.value, abandoned: total.abandoned, series: sum });
        isOver = answers.length >= 60 && tallied >= 60;
      }),
    ];
    await Promise.all(everything);
    const moment = {
      carts: ids.length,
      value: ids.length * VALUE,
      abandoned: DAYS,
      series: ids.length * VALUE,
    };
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify(moment)]),
    );
    const stored = await world.db.collection("carts").find().toArray();
    expect((await analyseCarts(query)).series.map(({ value }) => value)).toEqual(
      Array.from({ length: DAYS }, (_, index) => valueOfDay(stored, FIRST_DAY + index)),
    );
  });

  const valueOfDay = (carts: mongo.Document[], day: number): number =>
    carts
      .filter(({ createdAt }) => dayNumberOf(createdAt) === day)
      .reduce((sum, { grandTotal }) => sum + grandTotal, 0);
});
