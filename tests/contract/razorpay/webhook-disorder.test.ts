import Razorpay from "razorpay";
import { SAMPLE_NAMES } from "../../../scripts/sandbox/razorpay/index.js";
import { ACCOUNT_ID, type Receiver, startWorld, WEBHOOK_SECRET, type World } from "./harness.js";

let world: World;
let receiver: Receiver;
const { validateWebhookSignature } = Razorpay;
const signatureOf = (index: number) => String(receiver.received[index]?.headers["x-razorpay-signature"]);
const rawOf = (index: number) => receiver.received[index]?.raw ?? Buffer.alloc(0);

beforeEach(async () => {
  world = await startWorld();
  receiver = world.receiver;
});
afterEach(() => world.close());

const pay = async (amount?: number) =>
  world.control.pay(await world.order(amount), { method: "upi", outcome: "success" });

describe("disorder", () => {
  test("When duplicates are configured, then identical copies arrive", async () => {
    world.control.configure({ webhooks: { duplicates: 4, drop: ["payment.authorized", "order.paid"] } });
    await pay();
    await world.control.flushWebhooks();
    expect(receiver.received).toHaveLength(5);
    expect(new Set(receiver.received.map(({ raw }) => raw.toString())).size).toBe(1);
  });

  test("When held events are released, then they arrive in the given order", async () => {
    world.control.configure({ webhooks: { hold: true } });
    await pay();
    await world.control.flushWebhooks();
    expect(receiver.received).toEqual([]);
    const [authorized = "", captured = "", paid = ""] = world.control.events().map(({ id }) => id);
    const deliveries = await world.control.release({ eventIds: [paid, authorized, captured] });
    expect(deliveries.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(receiver.events()).toEqual(["order.paid", "payment.authorized", "payment.captured"]);
    await world.control.release();
    expect(receiver.received).toHaveLength(3);
  });

  test("When held events are released in reverse, shuffled or in parallel, then all arrive", async () => {
    world.control.configure({ webhooks: { hold: true } });
    await pay();
    await world.control.release({ order: "reverse" });
    expect(receiver.events()).toEqual(["order.paid", "payment.captured", "payment.authorized"]);
    await pay();
    await world.control.release({ order: "shuffled", parallel: true });
    expect(receiver.received).toHaveLength(6);
  });

  test("When deliveries are shuffled, then events arrive out of order", async () => {
    world.control.configure({ seed: 7, webhooks: { shuffleMs: 60 } });
    await pay();
    await pay();
    await world.control.flushWebhooks();
    expect(receiver.received).toHaveLength(6);
    const sent = world.control.events().map(({ id }) => id);
    expect(receiver.received.map(({ headers }) => headers["x-razorpay-event-id"])).not.toEqual(sent);
  });

  test("When events are dropped, then they do not arrive but can be replayed", async () => {
    world.control.configure({ webhooks: { drop: "all" } });
    await pay();
    await world.control.flushWebhooks();
    expect(receiver.received).toEqual([]);
    const [event] = world.control.events();
    expect(event).toMatchObject({ state: "dropped", acknowledgedBy: [] });
    await world.control.replay(event?.id ?? "");
    expect(receiver.events()).toEqual(["payment.authorized"]);
  });

  test("When there is a delay, then nothing arrives until the clock reaches it", async () => {
    world.control.configure({ webhooks: { delayMs: 60_000 } });
    await pay();
    await expect(world.control.flushWebhooks({ timeoutMs: 20 })).rejects.toThrow("webhooks still pending");
    world.control.advance(61);
    await world.control.flushWebhooks();
    expect(receiver.received).toHaveLength(3);
  });
});

describe("secrets and replay", () => {
  test("When the secret is rotated, then a redelivery keeps the old signature and a replay has a new one", async () => {
    world.control.configure({ webhooks: { drop: "all" } });
    await pay();
    const { id = "", body = "" } = world.control.events()[0] ?? {};
    world.control.rotateWebhookSecret("next-secret");
    await world.control.replay(id);
    await world.control.redeliver(id);
    expect(validateWebhookSignature(body, signatureOf(0), "next-secret")).toBe(true);
    expect(validateWebhookSignature(body, signatureOf(1), WEBHOOK_SECRET)).toBe(true);
    expect(receiver.received.map(({ raw }) => raw.toString())).toEqual([body, body]);
    expect(receiver.received.map(({ headers }) => headers["x-razorpay-event-id"])).toEqual([id, id]);
  });

  test("When an event is acknowledged or older than 7 days, then it cannot be replayed", async () => {
    await pay();
    await world.control.flushWebhooks();
    const { id = "" } = world.control.events()[0] ?? {};
    await expect(world.control.replay(id)).rejects.toThrow("acknowledged");
    world.control.advance(8 * 24 * 3600);
    await expect(world.control.replay(id)).rejects.toThrow("7 days");
    await expect(world.control.replay("unknown")).rejects.toThrow("no event");
  });
});

describe("custom events", () => {
  test("When the seven samples are sent, then they are signed and for this account", async () => {
    for (const name of SAMPLE_NAMES) await world.control.sendSample(name);
    expect(receiver.events()).toEqual([
      "payment.authorized",
      "payment.captured",
      "payment.failed",
      "order.paid",
      "refund.processed",
      "refund.failed",
      "payment.dispute.created",
    ]);
    for (const [index, { body }] of receiver.received.entries()) {
      expect(body.account_id).toBe(ACCOUNT_ID);
      expect(validateWebhookSignature(rawOf(index).toString(), signatureOf(index), WEBHOOK_SECRET)).toBe(
        true,
      );
    }
  });

  test("When an event is forged, then signature, id, account, time, headers and bytes are as given", async () => {
    const sent = await world.control.sendEvent("payment.captured", null, {
      rawBody: '{ "event":"payment.captured", "amount": 1.0 }',
      signature: "F".repeat(64),
      eventId: "Forged00000001",
      headers: { "X-Extra": ["a", "b"] },
      copies: 3,
    });
    expect(sent.deliveries).toHaveLength(3);
    expect(rawOf(0).toString()).toBe('{ "event":"payment.captured", "amount": 1.0 }');
    expect(signatureOf(0)).toBe("F".repeat(64));
    expect(receiver.received[0]?.headers).toMatchObject({
      "x-razorpay-event-id": "Forged00000001",
      "x-extra": "a, b",
    });

    await world.control.sendEvent("mystery", {}, { signature: null, accountId: null, createdAt: null });
    const unsigned = receiver.received[3];
    expect(unsigned?.headers).not.toHaveProperty("x-razorpay-signature");
    expect(Object.keys(JSON.parse(unsigned?.raw.toString() ?? ""))).toEqual([
      "entity",
      "event",
      "contains",
      "payload",
    ]);

    await world.control.sendEvent("mystery", {}, { secret: "other" });
    expect(validateWebhookSignature(rawOf(4).toString(), signatureOf(4), "other")).toBe(true);
  });

  test("When an event is redelivered 22 h later, then it has the same id and bytes", async () => {
    const { eventId } = await world.control.sendEvent("payment.captured", { payment: { entity: {} } });
    world.control.advance(22 * 3600);
    await world.control.redeliver(eventId);
    expect(rawOf(1)).toEqual(rawOf(0));
  });
});
