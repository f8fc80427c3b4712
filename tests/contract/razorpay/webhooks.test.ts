import Razorpay from "razorpay";
import {
  ACCOUNT_ID,
  type Receiver,
  startReceiver,
  startWorld,
  WEBHOOK_SECRET,
  type World,
} from "./harness.js";

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

describe("requests", () => {
  test("When an event is sent, then headers, signature and compact body match the gateway's", async () => {
    await pay(129_900);
    await world.control.flushWebhooks();
    const captured = receiver.received.findIndex(({ body }) => body.event === "payment.captured");
    const { headers = {} } = receiver.received[captured] ?? {};
    expect(headers).toMatchObject({
      "user-agent": "Razorpay-Webhook/v1",
      "content-type": "application/json",
      "accept-encoding": "gzip",
      "x-razorpay-signature": expect.stringMatching(/^[0-9a-f]{64}$/),
      "x-razorpay-event-id": expect.stringMatching(/^[A-Za-z0-9]{14}$/),
    });
    expect(headers["request-id"]).toBe(headers["x-razorpay-event-id"]);
    expect(validateWebhookSignature(rawOf(captured).toString(), signatureOf(captured), WEBHOOK_SECRET)).toBe(
      true,
    );
    expect(rawOf(captured).toString()).toBe(JSON.stringify(JSON.parse(rawOf(captured).toString())));
    expect(receiver.received[captured]?.body).toMatchObject({
      entity: "event",
      account_id: ACCOUNT_ID,
      contains: ["payment"],
      payload: { payment: { entity: { status: "captured", amount: 129_900, fee: 3066, tax: 468 } } },
      created_at: expect.any(Number),
    });
  });

  test("When a payment is captured automatically, then authorized, captured and order.paid are sent with their states", async () => {
    await pay();
    await world.control.flushWebhooks();
    expect(receiver.events().sort()).toEqual(["order.paid", "payment.authorized", "payment.captured"]);
    const bodyOf = (event: string) => receiver.received.find(({ body }) => body.event === event)?.body;
    expect(bodyOf("payment.authorized")?.payload.payment?.entity).toMatchObject({
      status: "authorized",
      fee: null,
    });
    expect(bodyOf("order.paid")).toMatchObject({
      contains: ["payment", "order"],
      payload: { order: { entity: { status: "paid", amount_due: 0, description: null, checkout: null } } },
    });
  });

  test("When a card pays, then the event includes the card", async () => {
    await world.captured();
    await world.control.flushWebhooks();
    expect(receiver.received[0]?.body.payload.payment?.entity).toMatchObject({ card: { entity: "card" } });
  });

  test("When a refund is made, then its events have refund and payment, with sorted keys", async () => {
    const id = await world.captured();
    await world.control.flushWebhooks();
    receiver.received.length = 0;
    await world.call("POST", `/v1/payments/${id}/refund`, { amount: 1000 });
    await world.control.flushWebhooks();
    expect(receiver.events().sort()).toEqual(["refund.created", "refund.processed"]);
    expect(receiver.received[0]?.body.contains).toEqual(["refund", "payment"]);
    expect(Object.keys(JSON.parse(rawOf(0).toString()))).toEqual([
      "account_id",
      "contains",
      "created_at",
      "entity",
      "event",
      "payload",
    ]);
  });

  test("When the style is escaped or spaced, then only the raw bytes verify", async () => {
    for (const style of ["escaped", "spaced"] as const) {
      world.control.configure({ webhooks: { style } });
      receiver.received.length = 0;
      const orderId = await world.order();
      const details = { description: "Bücher / ₹500", email: "a@b.example" };
      world.control.pay(orderId, { method: "upi", outcome: "fail", details });
      await world.control.flushWebhooks();
      const text = rawOf(0).toString();
      expect(text).toContain(
        style === "escaped" ? "B\\u00fccher \\/ \\u20b9500" : '"event": "payment.failed", ',
      );
      expect(JSON.parse(text).payload.payment.entity.description).toBe(details.description);
      expect(validateWebhookSignature(text, signatureOf(0), WEBHOOK_SECRET)).toBe(true);
      const again = JSON.stringify(JSON.parse(text));
      expect(validateWebhookSignature(again, signatureOf(0), WEBHOOK_SECRET)).toBe(false);
    }
  });

  test("When the secret is empty, then events are unsigned", async () => {
    world.control.rotateWebhookSecret("");
    await pay();
    await world.control.flushWebhooks();
    expect(receiver.received[0]?.headers).not.toHaveProperty("x-razorpay-signature");
  });

  test("When there are several endpoints, then each gets the same event id and bytes", async () => {
    const second = await startReceiver();
    try {
      world.control.setWebhookUrls([receiver.url, second.url]);
      await world.control.sendEvent("payment.pending", { payment: { entity: { id: "pay_x" } } });
      expect(second.received[0]?.raw).toEqual(receiver.received[0]?.raw);
      expect(second.received[0]?.headers["x-razorpay-event-id"]).toBe(
        receiver.received[0]?.headers["x-razorpay-event-id"],
      );
    } finally {
      await second.close();
    }
  });
});

describe("retries", () => {
  test("When the answer is 500, then a quick retry and the ladder follow, byte-identical, until a 2xx", async () => {
    world.control.configure({ webhooks: { ladderScale: 0.001, drop: ["payment.authorized", "order.paid"] } });
    receiver.answers.push(500, 404, 302, 204);
    await pay();
    await world.control.flushWebhooks({ retries: true });
    expect(receiver.received).toHaveLength(4);
    const identities = receiver.received.map(({ headers, raw }) =>
      [headers["x-razorpay-event-id"], headers["x-razorpay-signature"], raw.toString()].join("\n"),
    );
    expect(new Set(identities).size).toBe(1);
    const log = world.control.deliveries();
    expect(log.map(({ attempt, kind, status }) => [attempt, kind, status])).toEqual([
      [1, "first", 500],
      [2, "retry", 404],
      [3, "retry", 302],
      [4, "retry", 204],
    ]);
  });

  test("When the clock moves, then the retries at 6 s and 19 s are sent", async () => {
    world.control.configure({ webhooks: { drop: ["payment.authorized", "order.paid"] } });
    receiver.answers.push(400, 400, 200);
    await pay();
    await world.control.flushWebhooks();
    for (const [seconds, count] of [
      [5, 1],
      [1.5, 2],
      [11, 2],
      [2, 3],
    ] as const) {
      world.control.advance(seconds);
      await settled(count);
      expect(receiver.received).toHaveLength(count);
    }
    await world.control.flushWebhooks({ retries: true });
  });

  /** Waits for the deliveries in flight, without later retries. */
  async function settled(count: number): Promise<void> {
    while (world.control.deliveries().length < count) await new Promise(setImmediate);
  }

  test("When the answer exceeds the time-out, then the event is retried", async () => {
    world.control.configure({
      webhooks: { timeoutMs: 40, ladderScale: 0.001, drop: ["payment.authorized", "order.paid"] },
    });
    receiver.answers.push(null, 200);
    await pay();
    await world.control.flushWebhooks({ retries: true });
    expect(world.control.deliveries().map(({ status, error }) => [status, error])).toEqual([
      [null, "timeout"],
      [200, null],
    ]);
  });

  test("When a redelivery succeeds before the retry, then no retry follows", async () => {
    receiver.answers.push(400);
    world.control.startDowntime({ method: "upi" });
    await world.control.flushWebhooks();
    await world.control.redeliver(world.control.events()[0]?.id ?? "");
    world.control.advance(7);
    await world.control.flushWebhooks({ retries: true });
    expect(receiver.received).toHaveLength(2);
  });

  test("When an event fails for 24 h, then the endpoint is disabled after about 16 deliveries", async () => {
    world.control.configure({ webhooks: { ladderScale: 1e-6 } });
    receiver.answers.push(...Array.from({ length: 100 }, () => 503));
    await world.control.sendEvent("unknown.event", {});
    expect(world.control.endpoints()).toMatchObject([{ enabled: true }]);
    await pay();
    await world.control.flushWebhooks({ retries: true });
    expect(world.control.endpoints()).toMatchObject([{ url: receiver.url, enabled: false }]);
    const captured = world.control.deliveries().filter(({ event }) => event === "payment.captured");
    expect(captured).toHaveLength(16);

    receiver.answers.length = 0;
    receiver.received.length = 0;
    await pay();
    await world.control.flushWebhooks({ retries: true });
    expect(receiver.received).toEqual([]);
    world.control.enableEndpoint(receiver.url);
    await pay();
    await world.control.flushWebhooks();
    expect(receiver.received).toHaveLength(3);
  });

  test("When nothing listens, then the delivery has an error instead of a status", async () => {
    world.control.setWebhookUrls(["http://127.0.0.1:1/none"]);
    const { deliveries } = await world.control.sendEvent("payment.captured", {});
    expect(deliveries).toMatchObject([{ status: null, error: expect.stringContaining("ECONNREFUSED") }]);
  });
});
