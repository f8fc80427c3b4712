import mongoose, { mongo } from "mongoose";
import { Counter } from "../../../models/index.js";
import { afterCommit, inTransaction } from "../../../services/platform/transaction.service.js";
import { OutcomeUnknownError } from "../../../utils/errors.js";
import { useTestDatabase } from "../../support/database.js";
import { clearFailPoint, setFailPoint, useFailPoints } from "../../support/fail-points.js";

useFailPoints();

interface Fault {
  times: number;
  failCommands: string[];
  errorCode?: number;
  errorLabels?: string[];
  closeConnection?: boolean;
  writeConcernError?: object;
}

const admin = () => mongoose.connection.getClient().db("admin").admin();
const fail = ({ times, ...data }: Fault) =>
  setFailPoint(admin(), { mode: { times }, data: { ...data, appName: mongoose.connection.name } });

const put = (_id: string, sequence: number) => (session: mongo.ClientSession) =>
  Counter.updateOne({ _id }, { $set: { sequence } }, { session, upsert: true });
const sequenceOf = async (_id: string) => (await Counter.findById(_id).lean())?.sequence ?? null;

describe("inTransaction", () => {
  useTestDatabase();
  beforeEach(async () => {
    await Counter.deleteMany({});
  });

  it("When it begins, then it reads one moment, and its commit waits for the journals of a majority", async () => {
    const begin = jest.spyOn(mongo.ClientSession.prototype, "startTransaction");
    await inTransaction(put("a", 1));
    expect(begin.mock.calls).toMatchObject([
      [{ readConcern: { level: "snapshot" }, writeConcern: { w: "majority", journal: true } }],
    ]);
  });

  it("When the work succeeds, then all of it is there and its result comes back", async () => {
    const result = await inTransaction(async (session) => {
      await put("a", 1)(session);
      await put("b", 2)(session);
      return "done";
    });
    expect([result, await sequenceOf("a"), await sequenceOf("b")]).toEqual(["done", 1, 2]);
  });

  it("When the work throws an error of ours, then nothing is there and it ran once", async () => {
    let runs = 0;
    const work = inTransaction(async (session) => {
      runs += 1;
      await put("a", 1)(session);
      throw new RangeError("no");
    });
    await expect(work).rejects.toThrow(RangeError);
    expect([runs, await sequenceOf("a")]).toEqual([1, null]);
  });

  it("When a write conflicts, then the whole work runs again", async () => {
    await fail({
      times: 2,
      failCommands: ["update"],
      errorCode: 112,
      errorLabels: ["TransientTransactionError"],
    });
    let runs = 0;
    await inTransaction(async (session) => {
      runs += 1;
      await put("a", runs)(session);
    });
    expect([runs, await sequenceOf("a")]).toEqual([3, 3]);
  });

  it("When many change the same document at once, then none is lost", async () => {
    await Counter.create({ _id: "hot", sequence: 0 });
    await Promise.all(
      Array.from({ length: 15 }, () =>
        inTransaction(async (session) => {
          const before = await Counter.findById("hot").session(session).lean();
          await put("hot", (before?.sequence ?? 0) + 1)(session);
        }),
      ),
    );
    expect(await sequenceOf("hot")).toBe(15);
  });

  it("When the connection is cut at the commit, then the commit is retried and the work is stored once", async () => {
    await fail({ times: 2, failCommands: ["commitTransaction"], closeConnection: true });
    let runs = 0;
    await inTransaction(async (session) => {
      runs += 1;
      await Counter.updateOne({ _id: "a" }, { $inc: { sequence: 1 } }, { session, upsert: true });
    });
    expect([runs, await sequenceOf("a")]).toEqual([1, 1]);
  });

  it("When the commit is never answered, then the outcome is unknown, long before the driver's two minutes", async () => {
    await fail({ times: 1_000, failCommands: ["commitTransaction"], closeConnection: true });
    const startedAt = performance.now();
    let left: mongo.ClientSession["id"];
    const work = inTransaction(async (session) => {
      left = session.id;
      await put("stuck", 1)(session);
    });
    await expect(work).rejects.toThrow(OutcomeUnknownError);
    expect(performance.now() - startedAt).toBeLessThan(30_000);
    // The server would keep its locks for another 15 s.
    await clearFailPoint();
    await admin().command({ killSessions: [left] });
  });

  it("When the commit ran into its time limit, then the outcome is unknown, though the write is there", async () => {
    const writeConcernError = {
      code: 50,
      errmsg: "operation exceeded time limit",
      codeName: "MaxTimeMSExpired",
    };
    await fail({ times: 1, failCommands: ["commitTransaction"], writeConcernError });
    await expect(inTransaction(put("a", 1))).rejects.toThrow(OutcomeUnknownError);
    // A local read: the majority may have it a moment later.
    expect(await Counter.findById("a").readConcern("local").lean()).toMatchObject({ sequence: 1 });
  });

  it("When a commit is refused for good, then the driver's own error comes out", async () => {
    await fail({ times: 1, failCommands: ["commitTransaction"], errorCode: 8_000 });
    await expect(inTransaction(put("a", 1))).rejects.toThrow(mongo.MongoServerError);
    expect(await sequenceOf("a")).toBeNull();
  });

  describe("afterCommit", () => {
    it("When an attempt was retried, then the callback runs once, after the commit", async () => {
      await fail({
        times: 1,
        failCommands: ["update"],
        errorCode: 112,
        errorLabels: ["TransientTransactionError"],
      });
      const seen: (number | null)[] = [];
      const callback = jest.fn();
      await inTransaction(async (session) => {
        afterCommit(session, callback);
        await put("a", 1)(session);
        seen.push(callback.mock.calls.length);
      });
      expect([seen, callback.mock.calls.length]).toEqual([[0], 1]);
    });

    it("When the transaction fails, then the callback never runs", async () => {
      const callback = jest.fn();
      const work = inTransaction(async (session) => {
        afterCommit(session, callback);
        throw new RangeError("no");
      });
      await expect(work).rejects.toThrow(RangeError);
      expect(callback).not.toHaveBeenCalled();
    });
  });
});
