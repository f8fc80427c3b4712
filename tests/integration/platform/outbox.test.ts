import mongoose, { mongo, Types } from "mongoose";
import { OutboxMessage } from "../../../models/index.js";
import {
  enqueueOutbox,
  listOutbox,
  onOutboxNudge,
  readOutboxBacklog,
  replayOutboxMessage,
} from "../../../services/platform/outbox.service.js";
import {
  backoffMs,
  deliverDue,
  drainOutbox,
  MAX_ATTEMPTS,
  type OutboxHandlers,
  startOutboxWorker,
} from "../../../services/platform/outbox-worker.service.js";
import { inTransaction } from "../../../services/platform/transaction.service.js";
import { setClock } from "../../../utils/clock.js";
import { currentRequestId, runWithContext } from "../../../utils/request-context.js";
import { useTestDatabase } from "../../support/database.js";
import { clearFailPoint, setFailPoint, useFailPoints } from "../../support/fail-points.js";

useFailPoints();

const HOUR = 3_600_000;
const draft = (dedupeKey: string) => ({ type: "order.placed", dedupeKey, payload: { orderId: dedupeKey } });
const drafts = (count: number) => Array.from({ length: count }, (_, index) => draft(`order-${index}`));
const find = (dedupeKey: string) => OutboxMessage.findOne({ dedupeKey }).lean();

/** A receiver that remembers what reached it, and that can be made to refuse. */
function aReceiver(name: string) {
  const received: string[] = [];
  let refusing = false;
  return {
    received,
    refuse: (refuses: boolean) => {
      refusing = refuses;
    },
    effect: {
      name,
      deliver: async ({ orderId }: Record<string, unknown>) => {
        if (refusing) throw new Error(`${name} is down`);
        received.push(`${orderId}:${name}`);
      },
    },
  };
}

describe("The outbox", () => {
  useTestDatabase();
  beforeEach(() => OutboxMessage.deleteMany({}));
  afterEach(() => setClock(0));

  describe("When messages are written down", () => {
    it("in a transaction that fails, then none is stored and the worker is not nudged", async () => {
      const nudged = jest.fn();
      const stop = onOutboxNudge(nudged);
      const work = inTransaction(async (session) => {
        await enqueueOutbox([draft("a")], session);
        throw new RangeError("no");
      });
      await expect(work).rejects.toThrow(RangeError);
      stop();
      expect([await OutboxMessage.countDocuments({}), nudged.mock.calls.length]).toEqual([0, 0]);
    });

    it("in a transaction, then the worker is nudged once they can be seen", async () => {
      const counted: Promise<number>[] = [];
      const stop = onOutboxNudge(() => counted.push(OutboxMessage.countDocuments({}).exec()));
      await inTransaction((session) => enqueueOutbox(drafts(2), session));
      stop();
      expect(await Promise.all(counted)).toEqual([2]);
    });

    it("twice on their own, then they are owed once", async () => {
      await enqueueOutbox([draft("a"), draft("b")]);
      await enqueueOutbox([draft("b"), draft("c")]);
      expect(await OutboxMessage.distinct("dedupeKey")).toEqual(["a", "b", "c"]);
    });

    it("on their own and the statement fails as a whole, then that is an error, and they are stored by the next try", async () => {
      const { name } = mongoose.connection;
      const admin = mongoose.connection.getClient().db("admin").admin();
      for (const failure of [{ errorCode: 112 }, { closeConnection: true }]) {
        await OutboxMessage.deleteMany({});
        // The driver tries a cut connection twice.
        const data = { failCommands: ["update"], appName: name, ...failure };
        await setFailPoint(admin, { mode: { times: "closeConnection" in failure ? 2 : 1 }, data });
        await expect(enqueueOutbox([draft("a")])).rejects.toThrow(mongo.MongoBulkWriteError);
        await clearFailPoint();
        expect(await find("a")).toBeNull();
        await enqueueOutbox([draft("a")]);
        expect(await find("a")).not.toBeNull();
      }
    });

    it("in a request, then they carry its id on to the delivery", async () => {
      await runWithContext({ requestId: "request-1" }, () => enqueueOutbox([draft("a")]));
      const seen: (string | undefined)[] = [];
      const effect = { name: "see", deliver: async () => void seen.push(currentRequestId()) };
      await drainOutbox({ "order.placed": [effect] });
      expect(seen).toEqual(["request-1"]);
    });
  });

  it("When a message is due, then every effect gets it once and it is delivered", async () => {
    const [mail, loyalty] = [aReceiver("mail"), aReceiver("loyalty")];
    await enqueueOutbox([draft("a")]);
    expect(await drainOutbox({ "order.placed": [mail.effect, loyalty.effect] })).toBe(1);
    expect(await drainOutbox({ "order.placed": [mail.effect, loyalty.effect] })).toBe(0);
    expect([mail.received, loyalty.received]).toEqual([["a:mail"], ["a:loyalty"]]);
    expect(await find("a")).toMatchObject({ state: "delivered", attempts: 1, lease: null });
  });

  it("When a message is not due yet, then it waits", async () => {
    const mail = aReceiver("mail");
    await enqueueOutbox([{ ...draft("a"), delayMs: HOUR }]);
    expect(await deliverDue({ "order.placed": [mail.effect] })).toBe(0);
    setClock(HOUR + 1_000);
    expect(await deliverDue({ "order.placed": [mail.effect] })).toBe(1);
    expect(mail.received).toEqual(["a:mail"]);
  });

  it("When one effect fails, then the others are done and only it is tried again, later", async () => {
    const [mail, loyalty] = [aReceiver("mail"), aReceiver("loyalty")];
    const effects = { "order.placed": [mail.effect, loyalty.effect] };
    mail.refuse(true);
    await enqueueOutbox([draft("a")]);
    await drainOutbox(effects);
    expect(await find("a")).toMatchObject({
      state: "pending",
      done: ["loyalty"],
      lastError: "Error: mail is down",
    });

    mail.refuse(false);
    expect(await drainOutbox(effects)).toBe(0);
    setClock(HOUR);
    expect(await drainOutbox(effects)).toBe(1);
    expect([mail.received, loyalty.received]).toEqual([["a:mail"], ["a:loyalty"]]);
  });

  it("When the receiver stays down, then the message is given up after 12 tries and can be replayed", async () => {
    const mail = aReceiver("mail");
    const effects = { "order.placed": [mail.effect] };
    mail.refuse(true);
    await enqueueOutbox([draft("a")]);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS + 1; attempt += 1) {
      setClock(attempt * HOUR);
      await drainOutbox(effects);
    }
    const dead = await find("a");
    expect(dead).toMatchObject({ state: "dead", attempts: MAX_ATTEMPTS });

    mail.refuse(false);
    expect(dead && (await replayOutboxMessage(dead._id))).toMatchObject({
      before: { state: "dead" },
      after: { state: "pending", attempts: 0 },
    });
    await drainOutbox(effects);
    expect([await find("a"), mail.received]).toMatchObject([{ state: "delivered" }, ["a:mail"]]);
  });

  it("When this instance has no handler for the type, then the message waits for an instance that does", async () => {
    await enqueueOutbox([draft("a")]);
    await drainOutbox({});
    expect(await find("a")).toMatchObject({ state: "pending", attempts: 1 });
  });

  it("When a worker dies between sending and writing that down, then it is sent again with the same key", async () => {
    const mail = aReceiver("mail");
    const effects = { "order.placed": [mail.effect] };
    await enqueueOutbox([draft("a")]);
    const claim = OutboxMessage.updateMany.bind(OutboxMessage);
    const dying = jest.spyOn(OutboxMessage, "updateMany");
    dying.mockImplementationOnce(claim).mockImplementationOnce(() => {
      throw new Error("killed");
    });
    await expect(deliverDue(effects)).rejects.toThrow("killed");
    dying.mockRestore();
    expect(await drainOutbox(effects)).toBe(0);
    setClock(61_000);
    expect(await drainOutbox(effects)).toBe(1);
    expect(mail.received).toEqual(["a:mail", "a:mail"]);
  });

  it.each([
    ["has delivered", false],
    ["has failed to deliver", true],
  ])(
    "When it %s a message that another worker has taken over meanwhile, then that claim stays",
    async (_what, fails) => {
      await enqueueOutbox([draft("a")]);
      const deliver = async () => {
        await OutboxMessage.updateOne({ dedupeKey: "a" }, { $set: { "lease.token": "another" } });
        if (fails) throw new Error("the receiver is down");
      };
      await deliverDue({ "order.placed": [{ name: "mail", deliver }] });
      expect(await find("a")).toMatchObject({ state: "pending", lease: { token: "another" } });
    },
  );

  it("When several workers share the messages, then each message goes to one of them", async () => {
    const mail = aReceiver("mail");
    const effects = { "order.placed": [mail.effect] };
    await enqueueOutbox(drafts(120));
    const worker = async () => {
      while ((await OutboxMessage.countDocuments({ state: "pending" })) > 0)
        await deliverDue(effects, { batch: 20 });
    };
    await Promise.all([worker(), worker(), worker()]);
    expect(mail.received).toHaveLength(120);
    expect(new Set(mail.received).size).toBe(120);
  });

  it("When many are due, then not more than ten are under way at once", async () => {
    let [underWay, most] = [0, 0];
    const deliver = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise(setImmediate);
      underWay -= 1;
    };
    await enqueueOutbox(drafts(40));
    await drainOutbox({ "order.placed": [{ name: "slow", deliver }] });
    expect(most).toBe(10);
  });

  it("When a receiver is down for an hour, then its messages are not given up", () => {
    const least = Array.from({ length: MAX_ATTEMPTS - 1 }, (_, index) => backoffMs(index + 1)).reduce(
      (a, b) => a + b,
    );
    expect(least).toBeGreaterThan(HOUR);
    expect(backoffMs(1)).toBeLessThan(3_000);
  });

  describe("The worker", () => {
    const eventOf = (effects: (resolve: (key: string) => void) => OutboxHandlers) => {
      let resolve = (_key: string): void => undefined;
      const delivered = new Promise<string>((done) => {
        resolve = done;
      });
      return { delivered, effects: effects((key) => resolve(key)) };
    };
    const telling = () =>
      eventOf((resolve) => ({
        "order.placed": [{ name: "tell", deliver: async ({ orderId }) => resolve(String(orderId)) }],
      }));

    it("When it is nudged, then it delivers without waiting for its next look", async () => {
      const { delivered, effects } = telling();
      const worker = startOutboxWorker(effects, { pollMs: HOUR });
      await inTransaction((session) => enqueueOutbox([draft("a")], session));
      expect(await delivered).toBe("a");
      await worker.stop();
      expect(await find("a")).toMatchObject({ state: "delivered" });
    });

    it("When it is not nudged, then it finds the message by itself", async () => {
      await OutboxMessage.create({ ...draft("a"), dueAt: new Date() });
      const { delivered, effects } = telling();
      const worker = startOutboxWorker(effects, { pollMs: 5 });
      expect(await delivered).toBe("a");
      await worker.stop();
    });

    it("When it is stopped, then what is under way is finished and nothing more is taken up", async () => {
      let finish = (): void => undefined;
      const { delivered, effects } = eventOf((resolve) => ({
        "order.placed": [
          {
            name: "slow",
            deliver: ({ orderId }) =>
              new Promise((done) => {
                finish = done;
                resolve(String(orderId));
              }),
          },
        ],
      }));
      const worker = startOutboxWorker(effects, { pollMs: 5 });
      await enqueueOutbox([draft("a")]);
      await delivered;
      const stopped = worker.stop();
      finish();
      await stopped;
      await enqueueOutbox([draft("b")]);
      expect([await find("a"), await find("b")]).toMatchObject([
        { state: "delivered" },
        { state: "pending" },
      ]);
    });
  });

  it("When a batch is aborted, then the messages that were not begun are due again, with all their attempts", async () => {
    await enqueueOutbox([draft("a")]);
    const mail = aReceiver("mail");
    const effects = { "order.placed": [mail.effect] };
    expect(await deliverDue(effects, { signal: AbortSignal.abort() })).toBe(1);
    expect(mail.received).toEqual([]);
    expect(await find("a")).toMatchObject({ state: "pending", attempts: 0, lease: null });
    expect(await drainOutbox(effects, AbortSignal.abort())).toBe(0);
    expect(await drainOutbox(effects)).toBe(1);
    expect(mail.received).toEqual(["a:mail"]);
  });

  describe("For administrators", () => {
    it("When they list it, then the newest come first, by state and page", async () => {
      await enqueueOutbox(drafts(3));
      await OutboxMessage.updateOne({ dedupeKey: "order-1" }, { $set: { state: "dead" } });
      expect(await listOutbox({ states: ["dead"], page: 1, limit: 10 })).toMatchObject({
        total: 1,
        items: [{ dedupeKey: "order-1" }],
      });
      expect((await listOutbox({ states: ["pending", "dead"], page: 2, limit: 2 })).items).toHaveLength(1);
    });

    it("When a message was delivered or does not exist, then it cannot be replayed", async () => {
      await enqueueOutbox([draft("a")]);
      await drainOutbox({ "order.placed": [] });
      const delivered = await find("a");
      expect(delivered && (await replayOutboxMessage(delivered._id))).toBeNull();
      expect(await replayOutboxMessage(new Types.ObjectId())).toBeNull();
    });

    it("When they ask for the backlog, then they see how long the oldest has been due", async () => {
      await enqueueOutbox(drafts(2));
      await OutboxMessage.updateOne({ dedupeKey: "order-1" }, { $set: { state: "dead" } });
      setClock(60_000);
      const backlog = await readOutboxBacklog();
      expect(backlog).toMatchObject({ pending: 1, dead: 1 });
      expect(backlog.lagSeconds).toBeGreaterThanOrEqual(60);
    });
  });
});
