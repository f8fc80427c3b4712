import { type mongo, Types, trusted } from "mongoose";
import type { CartDoc } from "../../../models/index.js";
import { dayNumberOf, spanOfDays } from "../../../utils/periods.js";
import { type AdminWorld, startAdminWorld } from "./admin-world.js";
import { below } from "./naive-analytics.js";

/** Tallies while documents change: every answer is that of one moment, whatever is written or counted meanwhile. */

const FIRST_DAY = dayNumberOf(new Date("2026-03-02T12:00:00Z"));
const DAYS = 20;
const VALUE = 1_000_000;
const LONG_AGO = new Date("2026-03-30T12:00:00Z");
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
  for (const name of ["carts", "cartItems", "cartDays", "tallyRuns", "prunedCarts"])
    await world.db.collection(name).deleteMany({});
});
afterAll(() => world.stop());

interface Changes {
  day?: number;
  status?: string;
  updatedAt?: Date;
}

/** A cart of `VALUE`, with one line. */
async function addCart(changes: Changes = {}): Promise<Types.ObjectId> {
  const [id] = await addCarts(1, changes);
  if (!id) throw new Error("no cart was added");
  return id;
}

async function addCarts(
  amount: number,
  { day = FIRST_DAY, status = "active", updatedAt = LONG_AGO }: Changes,
) {
  const ids = Array.from({ length: amount }, () => new Types.ObjectId());
  const { from } = spanOfDays(day);
  await world.db.collection("carts").insertMany(
    ids.map((_id) => ({
      ...{ _id, status, userId: `user-${_id.toHexString()}` },
      ...{ createdAt: new Date(from.getTime() + below(86_400_000)), updatedAt },
      ...{ grandTotal: VALUE, itemCount: 1, mergedIntoCartId: null },
    })),
  );
  const line = { productId: "prod-1", variantId: "var-1", name: "One", quantity: 2, lineTotal: VALUE };
  await world.db
    .collection("cartItems")
    .insertMany(ids.map((cartId) => ({ ...line, cartId, isFreeGift: false })));
  return ids;
}

const tallyOf = (day = FIRST_DAY) => models.CartDay.findById(day).lean();
const setValue = (_id: Types.ObjectId, grandTotal: number) =>
  models.Cart.updateOne({ _id }, { $set: { grandTotal } });

/** As the job does it. */
async function tallyAll(): Promise<number> {
  const startedAt = new Date();
  const days = await platform.findDaysToTally(cartTally);
  for (const day of days) await platform.tallyDay(cartTally, day);
  await platform.markTallied(cartTally, startedAt);
  return days.length;
}

describe("A tally", () => {
  it("When a day is tallied, then it holds what is counted, and is not counted again", async () => {
    await addCart({ status: "abandoned" });
    await tallyAll();
    expect(await tallyOf()).toEqual({
      ...{ _id: FIRST_DAY, countedAt: expect.any(Date) },
      ...{ carts: 1, abandoned: 1, converted: 0, value: VALUE, abandonedValue: VALUE },
      abandonedProducts: [{ productId: "prod-1", name: "One", quantity: 2, value: VALUE }],
    });
    expect(await platform.findDaysToTally(cartTally)).toEqual([]);
  });

  it("When nothing was tallied yet, then every day with carts is to be counted, newest first", async () => {
    for (const day of [FIRST_DAY, FIRST_DAY + 3, FIRST_DAY + 1]) await addCart({ day });
    expect(await platform.findDaysToTally(cartTally)).toEqual([FIRST_DAY + 3, FIRST_DAY + 1, FIRST_DAY]);
  });

  it("When its day was not touched since, then a reader uses it", async () => {
    const id = await addCart();
    await tallyAll();
    await world.db.collection("carts").updateOne({ _id: id }, { $set: { grandTotal: 1 } });
    expect((await analyseCarts(query)).total).toMatchObject({ carts: 1, value: VALUE });
  });

  it("When its document is lost, or no run was complete, then the reader counts its day", async () => {
    const id = await addCart();
    await tallyAll();
    await world.db.collection("cartDays").deleteMany({});
    expect((await analyseCarts(query)).total).toMatchObject({ carts: 1, value: VALUE });
    await platform.tallyDay(cartTally, FIRST_DAY);
    await world.db.collection("tallyRuns").deleteMany({});
    await world.db.collection("carts").updateOne({ _id: id }, { $set: { grandTotal: 1 } });
    expect((await analyseCarts(query)).total).toMatchObject({ carts: 1, value: 1 });
  });

  it("When a slow run ends after a faster one, then the later moment stays", async () => {
    await platform.markTallied(cartTally, new Date(2_000));
    await platform.markTallied(cartTally, new Date(1_000));
    expect(await models.TallyRun.findById("carts").lean()).toEqual({ _id: "carts", until: new Date(2_000) });
  });
});

describe("A touched day", () => {
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

  it.each(counted)(
    "When a counted field is changed by %s, then its day is counted again",
    async (_how, write) => {
      const id = await addCart();
      await addCart({ day: FIRST_DAY + 1 });
      await tallyAll();
      await write(id);
      expect(await platform.findDaysToTally(cartTally)).toEqual([FIRST_DAY]);
      const before = await analyseCarts(query);
      await tallyAll();
      await world.db.collection("carts").updateMany({}, { $set: { updatedAt: LONG_AGO } });
      expect(await analyseCarts(query)).toEqual(before);
    },
  );

  it("When a cart is deleted by retention, then its day is counted again", async () => {
    await tallyAll();
    const pruned = { carts: 1, value: VALUE, abandonedProducts: [], prunedAt: new Date() };
    await world.db.collection<{ _id: Date }>("prunedCarts").insertOne({ _id: query.dateFrom, ...pruned });
    expect(await platform.findDaysToTally(cartTally)).toEqual([FIRST_DAY]);
    expect((await analyseCarts(query)).total).toMatchObject({ carts: 1, abandonedValue: VALUE });
  });

  it("When the writer's clock is ten minutes slow, then the change still counts", async () => {
    const id = await addCart();
    await tallyAll();
    const updatedAt = new Date(Date.now() - 600_000);
    await world.db.collection("carts").updateOne({ _id: id }, { $set: { grandTotal: 5, updatedAt } });
    expect((await analyseCarts(query)).total.value).toBe(5);
    expect(await platform.findDaysToTally(cartTally)).toEqual([FIRST_DAY]);
  });

  it("When a step of a checkout is reached, then its day is counted again", async () => {
    const { CheckoutSession } = models;
    const { checkoutTally } = await import("../../../src/checkout/checkout.funnel.service.js");
    const dates = { createdAt: query.dateFrom, updatedAt: LONG_AGO };
    const { insertedId: _id } = await world.db
      .collection("checkoutSessions")
      .insertOne({ ...dates, steps: {}, status: "failed" });
    await platform.markTallied(checkoutTally, new Date());
    expect(await platform.findDaysToTally(checkoutTally)).toEqual([]);
    await CheckoutSession.updateOne({ _id }, { $set: { "steps.addressEnteredAt": new Date() } });
    expect(await platform.findDaysToTally(checkoutTally)).toEqual([FIRST_DAY]);
  });
});

describe("A change while its day is counted", () => {
  /** Tallies the day; `meanwhile` happens once, after counting and before the tally is written. */
  async function tallyWith(meanwhile: () => Promise<unknown>): Promise<void> {
    let isFirst = true;
    const startedAt = new Date();
    const countDay: typeof cartTally.countDay = async (day, session) => {
      const counts = await cartTally.countDay(day, session);
      if (isFirst) {
        isFirst = false;
        await meanwhile();
      }
      return counts;
    };
    await platform.tallyDay({ ...cartTally, countDay }, FIRST_DAY);
    await platform.markTallied(cartTally, startedAt);
  }

  it("When a cart changes that was counted before, then it is counted afresh", async () => {
    const id = await addCart();
    await platform.tallyDay(cartTally, FIRST_DAY);
    await addCart();
    await tallyWith(() => setValue(id, 5));
    expect((await analyseCarts(query)).total).toMatchObject({ carts: 2, value: VALUE + 5 });
  });

  it("When a cart is begun, then it is counted too", async () => {
    await addCart();
    await tallyWith(() => addCart({ updatedAt: new Date() }));
    expect((await analyseCarts(query)).total).toMatchObject({ carts: 2, value: 2 * VALUE });
  });

  it("When another run tallies the day, then the slower one counts again", async () => {
    const id = await addCart();
    const faster = async () => {
      await setValue(id, 5);
      await platform.tallyDay(cartTally, FIRST_DAY);
    };
    await platform.tallyDay(cartTally, FIRST_DAY);
    await tallyWith(faster);
    expect((await analyseCarts(query)).total).toMatchObject({ carts: 1, value: 5 });
    expect(await tallyOf()).toMatchObject({ value: 5 });
  });

  it("When two runs tally a day that has none, then both end, and it is right", async () => {
    const id = await addCart();
    await tallyWith(async () => {
      await setValue(id, 5);
      await platform.tallyDay(cartTally, FIRST_DAY);
    });
    expect(await tallyOf()).toMatchObject({ value: 5 });
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
          tallied += await tallyAll();
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
