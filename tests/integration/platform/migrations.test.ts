import type { mongo, Types } from "mongoose";
import { currentDatabase, prepareIndexes } from "../../../config/database.config.js";
import { type Migration, type MigrationContext, migrations } from "../../../migrations/index.js";
import { Lease, MigrationRecord, Order, orderSearchKeys, Payment } from "../../../models/index.js";
import { acquireLease, releaseLease } from "../../../services/platform/lease.service.js";
import {
  applyMigrations,
  listMigrations,
  prepareMigratedDatabase,
  revertMigrations,
} from "../../../services/platform/migrations.service.js";
import { useTestDatabase } from "../../support/database.js";
import { setFailPoint, useFailPoints } from "../../support/fail-points.js";
import { anOrder, aPayment } from "../../unit/models/documents.js";

const NAMES = migrations.map(({ name }) => name);
const appliedNames = async () => (await MigrationRecord.find().sort({ _id: 1 }).lean()).map(({ _id }) => _id);

/** Only counts how often it ran. */
function counting(name: string, during: () => Promise<void> = async () => undefined) {
  const runs = { up: 0, down: 0 };
  const migration: Migration = {
    name,
    description: "Counts",
    async up() {
      runs.up += 1;
      await during();
    },
    async down() {
      runs.down += 1;
    },
  };
  return { runs, migration };
}

describe("Migrations", () => {
  useTestDatabase();
  useFailPoints();
  beforeEach(() => Promise.all([MigrationRecord.deleteMany({}), Lease.deleteMany({})]));

  describe("running", () => {
    it("When they are applied twice, then the second time nothing happens", async () => {
      expect(await applyMigrations()).toEqual(NAMES);
      expect(await applyMigrations()).toEqual([]);
      expect(await appliedNames()).toEqual(NAMES);
    });

    it("When they are reverted, then the newest is first, and all back to a name", async () => {
      await applyMigrations();
      expect(await revertMigrations()).toEqual(NAMES.slice(-1));
      expect(await appliedNames()).toEqual(NAMES.slice(0, -1));
      expect(await revertMigrations(NAMES[0])).toEqual(NAMES.slice(0, -1).reverse());
      expect(await appliedNames()).toEqual([]);
      expect(await revertMigrations()).toEqual([]);
      expect(await applyMigrations()).toEqual(NAMES);
    });

    it("When two processes apply them at once, then each runs once, and both find it done", async () => {
      const one = counting("0001-one");
      const two = counting("0002-two");
      const all = [one.migration, two.migration];
      const applied = await Promise.all([applyMigrations(all), applyMigrations(all), applyMigrations(all)]);
      expect(applied.flat().sort()).toEqual(["0001-one", "0002-two"]);
      expect([one.runs.up, two.runs.up]).toEqual([1, 1]);
    });

    it("When one fails in the middle, then those before it are done, and the next run repeats it", async () => {
      const first = counting("0001-first");
      let broken = true;
      const second = counting("0002-second", async () => {
        await currentDatabase()
          .collection("settings")
          .updateOne({ key: "x" }, { $inc: { tries: 1 } });
        if (broken) throw new Error("the connection broke");
      });
      const all = [first.migration, second.migration];
      await expect(applyMigrations(all)).rejects.toThrow("the connection broke");
      expect(await appliedNames()).toEqual(["0001-first"]);
      broken = false;
      expect(await applyMigrations(all)).toEqual(["0002-second"]);
      expect([first.runs.up, second.runs.up]).toEqual([1, 2]);
    });

    it("When a process died with the lease, then the next waits until it has ended", async () => {
      const { runs, migration } = counting("0001-waiting");
      const dead = await acquireLease("migrations", 700);
      expect(dead).not.toBeNull();
      expect(await applyMigrations([migration])).toEqual(["0001-waiting"]);
      expect(runs.up).toBe(1);
      if (dead) expect(await releaseLease(dead)).toBe(false);
    });

    it("When another process takes over meanwhile, then the slow one records nothing", async () => {
      const slow: Migration = {
        ...counting("0001-slow").migration,
        async up({ signal }: MigrationContext) {
          await Lease.updateOne({ _id: "migrations" }, { $set: { holder: "another process" } });
          await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        },
      };
      await expect(applyMigrations([slow])).rejects.toThrow(/abort/i);
      expect(await appliedNames()).toEqual([]);
    });

    it("When a later version has applied others, then it starts, but does not revert beneath them", async () => {
      await applyMigrations();
      await MigrationRecord.create({ _id: "9000-later", appliedAt: new Date(), serviceVersion: "9.0.0" });
      await prepareMigratedDatabase();
      await expect(revertMigrations()).rejects.toThrow(/9000-later .*later version/);
      expect((await listMigrations()).at(-1)).toMatchObject({ name: "9000-later", description: null });
    });

    it("When a name is not applied, then nothing is reverted", async () => {
      await applyMigrations();
      await expect(revertMigrations("0009-never")).rejects.toThrow("0009-never is not applied");
      expect(await appliedNames()).toEqual(NAMES);
    });
  });

  describe("of this service", () => {
    const collection = (name: string) => currentDatabase().collection(name);
    const without = (document: object, ...fields: string[]) =>
      Object.fromEntries(Object.entries(document).filter(([name]) => !fields.includes(name)));

    /** As an earlier version has stored it. */
    async function insertFormer(
      name: string,
      document: object,
      ...fields: string[]
    ): Promise<Types.ObjectId> {
      const former = without(document, ...fields);
      await collection(name).insertOne(former);
      return former._id;
    }
    const find = (name: string, _id: Types.ObjectId): Promise<mongo.Document | null> =>
      collection(name).findOne({ _id });

    const order = (changes: object) => new Order({ ...anOrder(), ...changes }).toObject();
    const payment = (changes: object = {}) => new Payment({ ...aPayment(), ...changes }).toObject();

    it("When an order lacks its sellers and tags, then it is found by them, and its other keys stay", async () => {
      const current = order({
        tags: ["vip"],
        sellerOrders: [{ sellerId: "seller-1", status: "pending", itemIds: [] }],
      });
      const sellerIds = ["seller-1"];
      const { email, phone, tags } = current;
      const searchKeys = orderSearchKeys({ email, phone, sellerIds: [], tags: [] });
      const _id = await insertFormer("orders", { ...current, searchKeys });
      await applyMigrations();
      const keys = (await find("orders", _id))?.searchKeys;
      expect([...keys].sort()).toEqual([...orderSearchKeys({ email, phone, sellerIds, tags })].sort());
      await revertMigrations("0002-order-search-keys");
      expect((await find("orders", _id))?.searchKeys).toEqual(searchKeys);
    });

    it("When documents lack the fields that came later, then they read like new ones", async () => {
      const fields = ["refundRequested", "cancellations", "uncollectedParcels", "disputes"];
      const current = order({});
      const _id = await insertFormer("orders", current, ...fields);
      await applyMigrations();
      expect(await find("orders", _id)).toEqual(current);
    });

    it("When a payment has one dispute, then it and its order have a list of it, and back again", async () => {
      const dispute = {
        id: "disp_1",
        status: "lost",
        phase: "chargeback",
        reason: "fraud",
        amount: 50_000,
        openedAt: new Date("2026-03-01"),
        closedAt: new Date("2026-03-09"),
      };
      const orderId = await insertFormer("orders", order({}), "disputes");
      const _id = await insertFormer("payments", { ...payment({ orderId }), dispute }, "disputes");
      const quiet = await insertFormer("payments", { ...payment(), dispute: null }, "disputes");
      const disputes = [
        { ...dispute, amountDeducted: 50_000, respondBy: null, reportedAt: dispute.closedAt },
      ];

      await applyMigrations();
      expect(await find("payments", _id)).toMatchObject({ disputes });
      expect(await find("payments", _id)).not.toHaveProperty("dispute");
      expect(await find("payments", quiet)).toMatchObject({ disputes: [] });
      expect(await find("orders", orderId)).toMatchObject({ disputes });

      await revertMigrations("0003-disputes-and-empty-fields");
      expect(await find("payments", _id)).toMatchObject({ dispute });
      await applyMigrations();
      expect((await find("payments", _id))?.disputes).toEqual(disputes);
      expect((await find("orders", orderId))?.disputes).toEqual(disputes);
    });

    it("When the figures of orders were counted by an earlier rule, then they are counted anew, and those of others stay", async () => {
      const runs = currentDatabase().collection<{ _id: string; until: Date }>("tallyRuns");
      const both = ["carts", "orders"].map((_id) => ({ _id, until: new Date() }));
      await runs.deleteMany({});
      await runs.insertMany(both);
      await applyMigrations();
      expect(await runs.find().toArray()).toEqual([both[0]]);
    });

    /** Of the first version, and those that kept their name when their key changed. */
    const LIVE = { $in: ["initiated", "address_entered", "payment_pending"] };
    const FILTERED = { status: 1, paymentStatus: 1, fulfillmentStatus: 1, source: 1 };
    const AMOUNTS = { grandTotal: 1, cancelledAmount: 1, refundedAmount: 1 };
    const TIMES = { confirmedAt: 1, shippedAt: 1, deliveredAt: 1 };
    const FORMER: Readonly<Record<string, mongo.IndexDescription[]>> = {
      carts: [
        {
          ...{ key: { userId: 1 }, name: "one_active_cart_a_user", unique: true },
          partialFilterExpression: { status: "active", userId: { $gt: "" } },
        },
        { key: { status: 1, updatedAt: 1 } },
      ],
      checkoutSessions: [
        {
          ...{ key: { cartId: 1 }, name: "one_live_session_a_cart", unique: true },
          partialFilterExpression: { status: LIVE },
        },
      ],
      invoices: [
        {
          ...{ key: { orderId: 1 }, name: "one_sale_invoice_an_order", unique: true },
          partialFilterExpression: { type: "sale" },
        },
      ],
      orders: [
        { key: { userId: 1, createdAt: -1 } },
        { key: { searchKeys: 1, createdAt: -1, ...FILTERED }, name: "orders_by_key" },
        { key: { createdAt: -1, status: 1, ...AMOUNTS, ...TIMES }, name: "orders_by_creation" },
      ],
      payments: [
        { key: { createdAt: -1 }, name: "payments_by_creation" },
        {
          ...{ key: { gatewayPaymentId: 1, gateway: 1 }, name: "one_record_a_gateway_payment", unique: true },
          partialFilterExpression: { gatewayPaymentId: { $gt: "" } },
        },
      ],
      refunds: [
        {
          ...{ key: { dueAt: 1 }, name: "refunds_under_way" },
          partialFilterExpression: { status: "processing" },
        },
      ],
      webhookEvents: [{ key: { source: 1, eventId: 1 }, unique: true }],
    };
    const makeFormer = async () => {
      for (const [name, indexes] of Object.entries(FORMER)) await collection(name).createIndexes(indexes);
    };
    const indexesThere = async () =>
      Promise.all(
        Object.keys(FORMER).map(async (name) =>
          (await collection(name).indexes())
            .map((index) => `${index.name} ${JSON.stringify(index.key)}`)
            .sort(),
        ),
      );

    it("When the primary changes meanwhile, then the indexes are made at the next one", async () => {
      const database = currentDatabase();
      const NOT_WRITABLE_PRIMARY = 10107;
      const namespace = `${database.databaseName}.orders`;
      const { count: before } = await setFailPoint(database.admin(), {
        mode: { times: 1 },
        data: { failCommands: ["createIndexes"], namespace, errorCode: NOT_WRITABLE_PRIMARY },
      });
      await prepareIndexes();
      const off = { configureFailPoint: "failCommand", mode: "off" };
      const { count } = await database.admin().command(off);
      expect(count).toBe(before + 1);
    });

    it("When connections break while the database is prepared, then it is prepared all the same", async () => {
      const database = currentDatabase();
      const namespace = `${database.databaseName}.${MigrationRecord.collection.collectionName}`;
      // The driver repeats a read once by itself.
      const data = { failCommands: ["find", "aggregate"], namespace, closeConnection: true };
      const { count: before } = await setFailPoint(database.admin(), { mode: { times: 2 }, data });
      await prepareMigratedDatabase();
      const off = { configureFailPoint: "failCommand", mode: "off" };
      expect((await database.admin().command(off)).count).toBe(before + 2);
    });

    it("When indexes of earlier versions exist, then the present ones take their place, and back again", async () => {
      await prepareIndexes();
      const present = await indexesThere();
      for (const name of Object.keys(FORMER)) await collection(name).dropIndexes();
      await makeFormer();
      // Without the migration, this version cannot make its indexes.
      await expect(prepareIndexes()).rejects.toThrow();
      await prepareMigratedDatabase();
      expect(await indexesThere()).toEqual(present);

      await revertMigrations(NAMES[0]);
      await makeFormer();
      await prepareMigratedDatabase();
      expect(await indexesThere()).toEqual(present);
    });
  });
});
