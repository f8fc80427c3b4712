import { trusted } from "mongoose";
import { JobRun, Lease, WebhookEvent } from "../../../models/index.js";
import { findLastRuns, manualSlot, runJob, slotOf } from "../../../services/platform/job-runs.service.js";
import { reopenWebhooksAbout } from "../../../services/platform/stored-webhooks.service.js";
import {
  awaitWebhookSubject,
  flagWebhook,
  MAX_WEBHOOK_ATTEMPTS,
  markWebhookProcessed,
  postponeWebhook,
  storeWebhookEvent,
} from "../../../services/platform/webhook-event.service.js";
import { setClock } from "../../../utils/clock.js";
import {
  OutcomeUnknownError,
  UpstreamBadResponseError,
  UpstreamTimeoutError,
  UpstreamUnavailableError,
} from "../../../utils/errors.js";
import { currentRequestId } from "../../../utils/request-context.js";
import { useTestDatabase } from "../../support/database.js";
import { claimDueWebhookEvents } from "../../support/webhook-claims.js";

const HOUR = 3_600_000;

/** Work that reports its start and ends on request. */
function aGate() {
  let open = (): void => undefined;
  let begun = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const started = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const work = async () => {
    begun();
    await opened;
    return { items: 1 };
  };
  return { work, started, open: () => open() };
}

describe("Job runs and webhook events", () => {
  useTestDatabase();
  beforeEach(() => Promise.all([JobRun.deleteMany({}), Lease.deleteMany({}), WebhookEvent.deleteMany({})]));
  afterEach(() => setClock(0));

  describe("A job", () => {
    const job = "cart-cleanup";
    const slot = slotOf(new Date("2026-11-20T10:00:00.123Z"));

    it("When it runs, then the run is on record with its result", async () => {
      const outcome = await runJob({ job, slot, work: async () => ({ abandoned: 3 }) });
      expect(outcome).toMatchObject({
        ran: true,
        run: { state: "completed", result: { abandoned: 3 }, fencing: 1 },
      });
      const [run] = await findLastRuns(job);
      expect(run).toMatchObject({ slot: "2026-11-20T10:00:00Z", state: "completed", error: null });
      expect(run?.finishedAt?.getTime()).toBeGreaterThanOrEqual(run?.startedAt.getTime() ?? Number.NaN);
    });

    it("When two instances answer the same tick, then one runs it", async () => {
      const gate = aGate();
      const first = runJob({ job, slot, work: gate.work });
      await gate.started;
      const second = jest.fn(async () => undefined);
      expect(await runJob({ job, slot, work: second })).toEqual({ ran: false, reason: "busy" });
      gate.open();
      await first;
      expect(await runJob({ job, slot, work: second })).toEqual({ ran: false, reason: "answered" });
      expect(second).not.toHaveBeenCalled();
      expect(await JobRun.countDocuments({ job })).toBe(1);
    });

    it("When ten contend for a slot, then it is run once", async () => {
      let runs = 0;
      const work = async () => {
        runs += 1;
      };
      await Promise.all(Array.from({ length: 10 }, () => runJob({ job, slot, work })));
      expect([runs, await JobRun.countDocuments({ job })]).toEqual([1, 1]);
    });

    it("When it is run manually, then every run has its own slot", async () => {
      const outcomes = [
        await runJob({ job, slot: manualSlot(), work: async () => 1 }),
        await runJob({ job, slot: manualSlot(), work: async () => 2 }),
      ];
      expect(outcomes.map(({ ran }) => ran)).toEqual([true, true]);
      expect((await findLastRuns(job, 5)).map(({ result }) => result)).toEqual([2, 1]);
    });

    it("When its work throws, then the run failed and the next one may begin at once", async () => {
      const work = () => Promise.reject(new Error("$poison"));
      expect(await runJob({ job, slot, work })).toMatchObject({
        ran: true,
        run: { state: "failed", error: "Error: $poison" },
      });
      expect(await runJob({ job, slot: manualSlot(), work: async () => 1 })).toMatchObject({ ran: true });
    });

    it("When its holder froze and another took over, then the first completes nothing and the runs do not overlap", async () => {
      const gate = aGate();
      const frozen = runJob({ job, slot, work: gate.work });
      await gate.started;
      // As if its lease had run out: the holder cannot renew while it is frozen.
      await Lease.updateOne({ _id: `job:${job}` }, { $set: { until: new Date(0) } });
      const other = await runJob({ job, slot: manualSlot(), work: async () => "other" });
      gate.open();
      expect(await frozen).toMatchObject({ ran: true, run: { state: "abandoned", result: null } });
      expect(other).toMatchObject({ ran: true, run: { state: "completed", fencing: 2 } });
      const [second, first] = await findLastRuns(job, 2);
      expect(first?.finishedAt?.getTime()).toBeLessThanOrEqual(second?.startedAt.getTime() ?? Number.NaN);
    });

    it("When it loses its lease while running, then its signal is aborted", async () => {
      const outcome = await runJob({
        job,
        slot,
        leaseMs: 60,
        work: async ({ signal }) => {
          await Lease.updateOne({ _id: `job:${job}` }, { $set: { holder: "somebody else" } });
          // On a busy machine it may have been told already, while the line above was waiting.
          if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
        },
      });
      expect(outcome).toMatchObject({ ran: true, run: { state: "running" } });
      expect(await Lease.findById(`job:${job}`).lean()).toMatchObject({ holder: "somebody else" });
    });

    it("When it works longer than a lease, then it keeps the lease", async () => {
      const outcome = await runJob({
        job,
        slot,
        leaseMs: 90,
        work: () => new Promise((resolve) => setTimeout(resolve, 200)),
      });
      expect(outcome).toMatchObject({ ran: true, run: { state: "completed" } });
    });

    it("When it runs, then its logs and calls carry the run's id", async () => {
      let requestId: string | undefined;
      await runJob({
        job,
        slot,
        work: async () => {
          requestId = currentRequestId();
        },
      });
      const [run] = await findLastRuns(job);
      expect(requestId).toBe(`job-${job}-${run?._id.toHexString()}`);
    });
  });

  describe("A webhook event", () => {
    const draft = (eventId: string) => ({
      eventId,
      source: "razorpay" as const,
      event: "payment.captured",
      bodyHash: "hash",
      payload: { payment: { id: "pay_1" } },
    });

    it("When it comes twice, then it is stored once and the second knows", async () => {
      const first = await storeWebhookEvent(draft("evt_1"));
      const second = await storeWebhookEvent(draft("evt_1"));
      expect([first.isNew, second.isNew]).toEqual([true, false]);
      expect(second.event).toMatchObject({ _id: first.event._id, state: "received" });
    });

    it("When two sources use the same id, then both events are stored, each once", async () => {
      const ours = await storeWebhookEvent(draft("evt_1"));
      const theirs = { ...draft("evt_1"), source: "shipping" as const };
      const first = await storeWebhookEvent(theirs);
      const again = await storeWebhookEvent(theirs);
      expect([ours.isNew, first.isNew, again.isNew]).toEqual([true, true, false]);
      expect(again.event).toMatchObject({ _id: first.event._id, source: "shipping" });
    });

    it("When it comes ten times at once, then one call is the first", async () => {
      const stored = await Promise.all(Array.from({ length: 10 }, () => storeWebhookEvent(draft("evt_1"))));
      expect(stored.filter(({ isNew }) => isNew)).toHaveLength(1);
    });

    it("When the request that stored it does not apply it in time, then the worker claims it", async () => {
      await storeWebhookEvent(draft("evt_1"));
      expect(await claimDueWebhookEvents(10)).toEqual([]);
      setClock(31_000);
      expect(await claimDueWebhookEvents(10)).toMatchObject([{ eventId: "evt_1", attempts: 2 }]);
      expect(await claimDueWebhookEvents(10)).toEqual([]);
    });

    it("When two workers claim, then they share the events", async () => {
      await Promise.all(["1", "2", "3", "4", "5", "6"].map((eventId) => storeWebhookEvent(draft(eventId))));
      setClock(31_000);
      const claimed = (await Promise.all([claimDueWebhookEvents(6), claimDueWebhookEvents(6)])).flat();
      expect(claimed.map(({ eventId }) => eventId).sort()).toEqual(["1", "2", "3", "4", "5", "6"]);
    });

    it("When it is applied, then it is done with", async () => {
      const { event } = await storeWebhookEvent(draft("evt_1"));
      await markWebhookProcessed(event._id);
      setClock(HOUR);
      expect(await claimDueWebhookEvents(10)).toEqual([]);
      expect((await storeWebhookEvent(draft("evt_1"))).event).toMatchObject({ state: "processed" });
    });

    it("When it is of an unknown order, then it is set aside with the reason, and can be taken up again", async () => {
      const { event } = await storeWebhookEvent(draft("evt_1"));
      await flagWebhook(event, "unknown gateway order", ["order_1", "pay_1"]);
      expect(await WebhookEvent.findById(event._id).lean()).toMatchObject({
        state: "flagged",
        reason: "unknown gateway order",
      });
      expect(await claimDueWebhookEvents(10)).toEqual([]);
      await reopenWebhooksAbout(["order_2", null]);
      expect(await claimDueWebhookEvents(10)).toEqual([]);
      await reopenWebhooksAbout(["order_1"]);
      expect(await claimDueWebhookEvents(10)).toMatchObject([{ eventId: "evt_1", awaits: null }]);
    });

    it("When it is made due while an attempt has not found its order yet, then this attempt does not set it aside", async () => {
      const { event } = await storeWebhookEvent(draft("evt_1"));
      const ids = ["order_1"];
      await awaitWebhookSubject(event, { reason: "unknown gateway order", ids });
      setClock(6_000);
      const [last] = await claimDueWebhookEvents(1);
      if (!last) throw new Error("the event is not due");
      await reopenWebhooksAbout(ids);
      await flagWebhook(last, "unknown gateway order", ids);
      expect(await claimDueWebhookEvents(10)).toMatchObject([{ eventId: "evt_1", state: "received" }]);
    });

    it("When events that wait are looked for, then an index answers", async () => {
      const plan = await WebhookEvent.find({ awaits: trusted({ $in: ["order_1", "pay_1"] }) }).explain(
        "queryPlanner",
      );
      expect(JSON.stringify(plan)).toContain("webhooks_awaiting");
    });

    it("When it cannot be applied five times, then it is set aside and others go on", async () => {
      const { event } = await storeWebhookEvent(draft("poison"));
      await postponeWebhook(event, new Error("no"));
      for (let attempt = 2; attempt <= MAX_WEBHOOK_ATTEMPTS; attempt += 1) {
        setClock(attempt * HOUR);
        const [again] = await claimDueWebhookEvents(1);
        if (!again) throw new Error(`not due in try ${attempt}`);
        await postponeWebhook(again, new Error("no"));
      }
      expect(await WebhookEvent.findOne({ eventId: "poison" }).lean()).toMatchObject({
        state: "flagged",
        attempts: MAX_WEBHOOK_ATTEMPTS,
        reason: "could not be applied: Error: no",
      });
    });

    it.each([
      new UpstreamUnavailableError("razorpay"),
      new UpstreamTimeoutError("razorpay"),
      new UpstreamBadResponseError("razorpay"),
      new OutcomeUnknownError("razorpay"),
    ])(
      "When a neighbour is down for a day (%s), then it is never set aside, and repeated every hour",
      async (error) => {
        const { event } = await storeWebhookEvent(draft("evt_1"));
        await postponeWebhook(event, error);
        for (let attempt = 2; attempt <= 20; attempt += 1) {
          setClock(attempt * HOUR);
          const [again] = await claimDueWebhookEvents(1);
          if (!again) throw new Error(`not due in try ${attempt}`);
          await postponeWebhook(again, error);
        }
        const waiting = await WebhookEvent.findById(event._id).orFail().lean();
        expect(waiting).toMatchObject({ state: "received", attempts: 20, lastError: String(error) });
        await postponeWebhook(waiting, new Error("no"));
        expect(await WebhookEvent.findById(event._id).lean()).toMatchObject({ state: "flagged" });
      },
    );
  });
});
