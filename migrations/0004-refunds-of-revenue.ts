import { dropIndexes, type IndexChoice, type Migration, type MigrationContext } from "./migration.js";

const ORDERS_BY_CREATION = { collection: "orders", name: "orders_by_creation" } satisfies IndexChoice;
const COUNTED_BEFORE = { createdAt: -1, status: 1, grandTotal: 1, cancelledAmount: 1 };
const TIMES = { confirmedAt: 1, shippedAt: 1, deliveredAt: 1 };
const FORMER = { ...COUNTED_BEFORE, refundedAmount: 1, ...TIMES };
const PRESENT = { ...COUNTED_BEFORE, paidAmount: 1, refundedAmount: 1, ...TIMES };

/** Without a complete run, every day is counted anew, by the job and until then by each reader. */
const countAnew = ({ db }: MigrationContext) =>
  db.collection<{ _id: string }>("tallyRuns").deleteOne({ _id: "orders" });

export const refundsOfRevenue: Migration = {
  name: "0004-refunds-of-revenue",
  description: "The figures of orders leave out what a transfer brought beyond the value and went back",
  async up(context) {
    await dropIndexes(context, [{ ...ORDERS_BY_CREATION, key: FORMER }]);
    await countAnew(context);
  },
  async down(context) {
    await dropIndexes(context, [{ ...ORDERS_BY_CREATION, key: PRESENT }]);
    await countAnew(context);
  },
};
