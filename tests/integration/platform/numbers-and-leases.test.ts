import { setTimeout as sleep } from "node:timers/promises";
import { Cart, Counter, Lease } from "../../../models/index.js";
import { withDocumentLease } from "../../../services/platform/document-lease.service.js";
import { acquireLease, releaseLease, renewLease } from "../../../services/platform/lease.service.js";
import {
  formatNumber,
  generateUniqueOrderNumber,
  generateUniqueRefundNumber,
  generateUniqueReturnNumber,
} from "../../../services/platform/order-number.service.js";
import { inTransaction } from "../../../services/platform/transaction.service.js";
import { setClock } from "../../../utils/clock.js";
import { businessYear } from "../../../utils/periods.js";
import { useTestDatabase } from "../../support/database.js";
import { aCart } from "../../unit/models/documents.js";

const moveClockTo = (iso: string) => setClock(new Date(iso).getTime() - Date.now());
const sequences = (series: string, numbers: string[]) =>
  numbers
    .filter((number) => number.startsWith(series))
    .map((number) => Number(number.slice(-6)))
    .sort((a, b) => a - b);
const oneTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

describe("Numbers and leases", () => {
  useTestDatabase();
  beforeEach(() => Promise.all([Counter.deleteMany({}), Lease.deleteMany({})]));
  afterEach(() => setClock(0));

  describe("Numbers", () => {
    it("When 50 orders are numbered at once, then the numbers are 1 to 50", async () => {
      moveClockTo("2026-06-01T00:00:00Z");
      const numbers = await Promise.all(oneTo(50).map(generateUniqueOrderNumber));
      expect(sequences("ORD-2026-", numbers)).toEqual(oneTo(50));
    });

    it("When the year ends in India while orders come in, then both series begin at 1 without a gap", async () => {
      // The year is asked for when the call is made: half of these before midnight in Kolkata, half after.
      const numbers = await Promise.all(
        oneTo(50).map((index) => {
          moveClockTo(index <= 25 ? "2026-12-31T18:29:59Z" : "2026-12-31T18:30:00Z");
          return generateUniqueOrderNumber();
        }),
      );
      expect(sequences("ORD-2026-", numbers)).toEqual(oneTo(25));
      expect(sequences("ORD-2027-", numbers)).toEqual(oneTo(25));
    });

    it("When orders, refunds and returns are numbered, then each has its own series", async () => {
      moveClockTo("2026-06-01T00:00:00Z");
      await generateUniqueOrderNumber();
      expect(await generateUniqueRefundNumber()).toBe("REF-2026-000001");
      expect(await generateUniqueReturnNumber()).toBe("RET-2026-000001");
      expect(await generateUniqueOrderNumber()).toBe("ORD-2026-000002");
    });

    it("When a number is drawn inside a transaction that fails, then it is lost and never drawn again", async () => {
      let drawn = "";
      const work = inTransaction(async () => {
        drawn = await generateUniqueOrderNumber();
        throw new RangeError("no");
      });
      await expect(work).rejects.toThrow(RangeError);
      expect(await generateUniqueOrderNumber()).not.toBe(drawn);
      expect(await Counter.countDocuments({})).toBe(1);
    });

    it.each([
      ["2026-12-31T18:29:59.999Z", 2026],
      ["2026-12-31T18:30:00.000Z", 2027],
      ["2027-06-01T00:00:00.000Z", 2027],
    ])("When it is %s, then the business year is %d", (iso, year) => {
      expect(businessYear(new Date(iso))).toBe(year);
    });

    it("When a series outgrows six digits, then numbers stay whole", () => {
      expect(formatNumber("ORD-2026", 1_234_567)).toBe("ORD-2026-1234567");
    });
  });

  describe("Leases", () => {
    const MINUTE = 60_000;

    it("When 20 ask at once for a lease that never was, then one gets it", async () => {
      const grants = await Promise.all(oneTo(20).map(() => acquireLease("job:x", MINUTE)));
      expect(grants.filter(Boolean)).toHaveLength(1);
      expect(await Lease.countDocuments({})).toBe(1);
    });

    it("When it is released, then the next holder has a higher fencing number", async () => {
      const first = await acquireLease("job:x", MINUTE);
      expect(await acquireLease("job:x", MINUTE)).toBeNull();
      expect(first && (await releaseLease(first))).toBe(true);
      const second = await acquireLease("job:x", MINUTE);
      expect([first?.fencing, second?.fencing]).toEqual([1, 2]);
    });

    it("When a holder froze past its time, then another takes over and the first can neither renew nor release", async () => {
      const frozen = await acquireLease("job:x", 20);
      await sleep(40);
      const successor = await acquireLease("job:x", MINUTE);
      if (!frozen || !successor) throw new Error("both should have had it");
      expect(successor.fencing).toBe(frozen.fencing + 1);
      expect(await renewLease(frozen, MINUTE)).toBeNull();
      expect(await releaseLease(frozen)).toBe(false);
      expect(await Lease.findById("job:x").lean()).toMatchObject({ holder: successor.holder });
    });

    it("When it is renewed in time, then it lasts from then on", async () => {
      const grant = await acquireLease("job:x", 50);
      const renewed = grant && (await renewLease(grant, MINUTE));
      await sleep(70);
      expect(renewed?.fencing).toBe(grant?.fencing);
      expect(await acquireLease("job:x", MINUTE)).toBeNull();
    });

    it("When the clocks of the instances disagree by 10 minutes, then the database's decides", async () => {
      await acquireLease("job:x", MINUTE);
      setClock(10 * MINUTE);
      expect(await acquireLease("job:x", MINUTE)).toBeNull();
    });

    it("When it was taken over, then what is written beside its release in a transaction is not there", async () => {
      const frozen = await acquireLease("job:x", 1);
      await sleep(10);
      await acquireLease("job:x", MINUTE);
      if (!frozen) throw new Error("it was free");
      const written = await inTransaction(async (session) => {
        if (!(await releaseLease(frozen, session))) return false;
        await Counter.create([{ _id: "late", sequence: 1 }], { session });
        return true;
      });
      expect([written, await Counter.countDocuments({ _id: "late" })]).toEqual([false, 0]);
    });

    it("When another process holds the lease of a document, then nobody else works on it until it ends", async () => {
      const lease = { token: "another", until: new Date(Date.now() + 600_000) };
      const { _id } = await Cart.create({ ...aCart(), lease });
      const options = { model: Cart, id: _id, ttlMs: MINUTE, waitMs: 50 };
      const work = () => withDocumentLease(options, async () => "done");
      await expect(work()).rejects.toMatchObject({ code: "REQUEST_IN_PROGRESS" });
      expect((await Cart.findById(_id).lean())?.lease).toEqual(lease);
      await Cart.updateOne({ _id }, { $set: { "lease.until": new Date(0) } });
      expect(await work()).toBe("done");
    });
  });
});
