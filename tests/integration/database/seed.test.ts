import mongoose, { type Model, trusted } from "mongoose";
import { connectDatabase, disconnectDatabase } from "../../../config/database.config.js";
import { Cart, CartItem, CheckoutSession, Invoice, Order, Payment } from "../../../models/index.js";
import { seedDatabase } from "../../../scripts/seed/index.js";
import { currentDatabaseUri } from "../../support/database.js";

/** `npm run seed`: what it writes past the models is what the models would have written. */

const ORDERS = 120;
const CARTS = 480;
const INVOICES = 60;

beforeAll(async () => {
  await seedDatabase(currentDatabaseUri(), { orders: ORDERS, carts: CARTS, invoices: INVOICES });
  await connectDatabase(currentDatabaseUri());
});
afterAll(async () => {
  await mongoose.connection.dropDatabase();
  await disconnectDatabase();
});

/** @throws ValidationError for the first that is not as its model wants it, Error for a field it does not know */
async function countValid<T>(model: Model<T>): Promise<number> {
  const rows = await model.collection.find().toArray();
  for (const row of rows) await new model(row).validate();
  return rows.length;
}

describe("A seeded database", () => {
  it.each([
    ["carts", () => countValid(Cart)],
    ["cart lines", () => countValid(CartItem)],
    ["checkouts", () => countValid(CheckoutSession)],
    ["orders", () => countValid(Order)],
    ["payments", () => countValid(Payment)],
    ["invoices", () => countValid(Invoice)],
  ])("When its %s are read, then the model finds nothing wrong with them", async (_what, count) => {
    expect(await count()).toBeGreaterThan(0);
  });

  it("When carts are seeded, then they cover every state and a year", async () => {
    const states = await Cart.aggregate([
      { $match: { convertedOrderId: null } },
      {
        $group: {
          _id: { status: "$status", isEmpty: { $eq: ["$itemCount", 0] } },
          first: { $min: "$createdAt" },
          last: { $max: "$createdAt" },
          count: { $sum: 1 },
        },
      },
      { $sort: { "_id.status": 1, "_id.isEmpty": 1 } },
    ]);
    expect(states.map(({ _id }) => _id)).toEqual([
      { status: "abandoned", isEmpty: false },
      { status: "abandoned", isEmpty: true },
      { status: "active", isEmpty: false },
      { status: "converted", isEmpty: true },
    ]);
    expect(states.reduce((sum, { count }) => sum + count, 0)).toBe(CARTS);
    const [abandoned] = states;
    expect(abandoned.last - abandoned.first).toBeGreaterThan(340 * 86_400_000);
    expect(await Cart.countDocuments({ status: "converted", convertedOrderId: trusted({ $ne: null }) })).toBe(
      ORDERS,
    );
    const left = await CheckoutSession.countDocuments({ status: "failed" });
    expect(left).toBeGreaterThan(CARTS / 3);
    expect(await CheckoutSession.countDocuments({ status: "completed" })).toBe(ORDERS);
  });
});
