import { createHash, createHmac } from "node:crypto";
import { gzipSync } from "node:zlib";
import { findViolations } from "../../scripts/invariants/index.js";
import { SANDBOX_SECRETS } from "../../scripts/sandbox/environment.js";
import { SAMPLE_NAMES } from "../../scripts/sandbox/razorpay/index.js";
import {
  BODY_STYLES,
  type DeliveryRecord,
  type SendEventOptions,
} from "../../scripts/sandbox/razorpay/webhook-types.js";
import { openCheckout, payFor, place, verify } from "../support/purchase.js";
import { startWorld, type World } from "../support/world.js";

/** The signature of a webhook covers exactly the bytes that were received. */
jest.setTimeout(300_000);
let world: World;
const ROTATED_SECRET = "sandbox-razorpay-webhook-secret-rotated-01";
const SECRET = SANDBOX_SECRETS.razorpayWebhookSecret;
/** Events of the Razorpay API without a sample in the sandbox, and an unknown one. */
const FURTHER_EVENTS = [
  "refund.created",
  "refund.speed_changed",
  "payment.dispute.under_review",
  "payment.dispute.action_required",
  "payment.dispute.won",
  "payment.dispute.lost",
  "payment.dispute.closed",
  "settlement.processed",
  "payment.downtime.started",
  "payment.downtime.updated",
  "payment.downtime.resolved",
  "payment.pending",
  "invoice.paid",
];

beforeAll(async () => {
  world = await startWorld({ RAZORPAY_WEBHOOK_SECRET: `${SECRET},${ROTATED_SECRET}` });
});
afterAll(async () => {
  try {
    await world.settle();
    expect(await findViolations(world.db, world.sandbox, { captureGraceMs: 0 })).toEqual([]);
  } finally {
    await world.stop();
  }
});

const gateway = () => world.sandbox.control.razorpay;
const events = () => world.db.collection("webhookEvents");
const statusesOf = (deliveries: DeliveryRecord[]) => deliveries.map(({ status }) => status);
const sign = (body: string | Buffer, secret = SECRET) =>
  createHmac("sha256", secret).update(body).digest("hex");
const sha256 = (body: string) => createHash("sha256").update(body).digest("hex");

/** The bytes of a sample as they are sent and signed. */
const sampleOf = async (name: string): Promise<string> => (await gateway().sendSample(name)).body;

async function expectStoredOnce(sent: { eventId: string; body: string; deliveries: DeliveryRecord[] }) {
  expect(new Set(statusesOf(sent.deliveries))).toEqual(new Set([200]));
  const stored = await events().find({ eventId: sent.eventId }).toArray();
  expect(stored.map(({ bodyHash }) => bodyHash)).toEqual([sha256(sent.body)]);
}

describe("genuine events", () => {
  const cases = SAMPLE_NAMES.flatMap((name) => BODY_STYLES.map((style) => [name, style] as const));
  test.each(cases)("When %s arrives in %s JSON, then it is stored once", async (name, style) => {
    const sample = JSON.parse(await sampleOf(name));
    const { event, contains, payload, created_at: createdAt } = sample;
    const sent = await gateway().sendEvent(event, payload, { contains, createdAt, style });
    expect(JSON.parse(sent.body)).toEqual(sample);
    await expectStoredOnce(sent);
  });

  test.each(FURTHER_EVENTS)("When %s arrives, then it is stored once", async (name) => {
    const entity = { id: "xxxx_Rk4Zt8Wq1Ys6Pa", entity: "something", amount: 129900, status: "processed" };
    await expectStoredOnce(await gateway().sendEvent(name, { [name]: { entity } }));
  });

  test.each([
    ["without created_at", { createdAt: null }],
    ["in five copies at once", { copies: 5 }],
    ["signed with the next secret", { secret: ROTATED_SECRET }],
  ] satisfies [string, SendEventOptions][])(
    "When an event arrives %s, then it is stored once",
    async (_, how) => {
      const { payload } = JSON.parse(await sampleOf("payment.captured"));
      await expectStoredOnce(await gateway().sendEvent("payment.captured", payload, how));
    },
  );

  test.each([
    ["numbers as 1.0 and 1e3", '{"a":1.0,"b":1e3,"c":-0}'],
    ["a key twice", '{"a":1,"a":2}'],
    ["NUL and a lone surrogate in a text", '{"a":"\\u0000 \\ud83d"}'],
    ["escapes that JSON.stringify does not produce", '{"a":"\\/ \\u20b9 \\u0041"}'],
    ["deep nesting", `{"a":${"[".repeat(30)}${"]".repeat(30)}}`],
    ["line breaks and tabs between the parts", '{\n\t"a" :\r\n 1\n}'],
    ["keys with a meaning in JavaScript", '{"__proto__":{"x":1},"constructor":{"prototype":{}}}'],
    ["keys with a meaning in MongoDB", '{"$set":{"a.b":1},"$where":"1"}'],
  ])("When a signed event holds %s, then it is stored once", async (_, notes) => {
    const rawBody = `{"entity":"event","account_id":"${SANDBOX_SECRETS.razorpayAccountId}","event":"order.notification.delivered","contains":[],"payload":{"notes":${notes}}}`;
    await expectStoredOnce(await gateway().sendEvent("order.notification.delivered", null, { rawBody }));
    expect(Object.hasOwn(Object.prototype, "x")).toBe(false);
  });

  test("When an event is delivered again, then it changes nothing", async () => {
    const checkout = await openCheckout(world.url);
    payFor(world.sandbox, checkout);
    await world.settle();
    const before = await digest();
    const own = gateway()
      .events()
      .filter(({ body }) => body.includes(checkout.gatewayOrderId));
    expect(own).toHaveLength(3);
    for (const { id } of own) expect(statusesOf(await gateway().redeliver(id))).toEqual([200]);
    // The same body under a new event id is the same gateway report.
    for (const { event, body } of own) {
      const { deliveries } = await gateway().sendEvent(event, null, { rawBody: body });
      expect(statusesOf(deliveries)).toEqual([200]);
    }
    await world.settle();
    expect(await digest()).toEqual(before);
  });
});

/** Every collection that an event could change, except the events themselves. */
async function digest(): Promise<Record<string, unknown>> {
  const names = [
    "payments",
    "orders",
    "orderStatusHistories",
    "checkoutSessions",
    "refunds",
    "outboxMessages",
  ];
  const entries = names.map(
    async (name) => [name, await world.db.collection(name).find().toArray()] as const,
  );
  return JSON.parse(JSON.stringify(Object.fromEntries(await Promise.all(entries))));
}

describe("forged events", () => {
  const forgeries: [string, (body: string) => SendEventOptions][] = [
    ["without a signature", () => ({ signature: null })],
    ["with an empty signature", () => ({ signature: "" })],
    ["signed with another secret", () => ({ secret: "somebody-else" })],
    ["signed with the API key's secret", () => ({ secret: SANDBOX_SECRETS.razorpayKeySecret })],
    ["with a truncated signature", (body) => ({ signature: sign(body).slice(0, 63) })],
    ["with a signature that is too long", (body) => ({ signature: `${sign(body)}0` })],
    ["with the signature in upper case", (body) => ({ signature: sign(body).toUpperCase() })],
    ["with the signature of another body", (body) => ({ signature: sign(`${body} `) })],
    ["with the signature sent twice", (body) => twice(sign(body), sign(body))],
    ["with a wrong and the right signature", (body) => twice("0".repeat(64), sign(body))],
    ["with a byte order mark", (body) => ({ rawBody: `\uFEFF${body}`, signature: sign(body) })],
    ["with a line break at the end", (body) => ({ rawBody: `${body}\n`, signature: sign(body) })],
    ["with another amount", (body) => ({ rawBody: body.replace("249900", "249901"), signature: sign(body) })],
  ];
  const twice = (first: string, second: string): SendEventOptions => ({
    signature: null,
    headers: { "X-Razorpay-Signature": [first, second] },
  });

  test.each(forgeries)(
    "When an event arrives %s, then it is refused and leaves no trace",
    async (_, forge) => {
      const body = await sampleOf("payment.captured");
      const before = [await events().countDocuments(), await digest()];
      const forged = await gateway().sendSample("payment.captured", forge(body));
      expect(statusesOf(forged.deliveries)).toEqual([401]);
      expect(await events().countDocuments({ eventId: forged.eventId })).toBe(0);
      expect([await events().countDocuments(), await digest()]).toEqual(before);
      // A forgery does not use up the id of the genuine event.
      const genuine = await gateway().sendSample("payment.captured", { eventId: forged.eventId });
      await expectStoredOnce(genuine);
    },
  );

  test.each(["escaped", "spaced"] as const)(
    "When an event in %s JSON is parsed and serialised again, then its signature is invalid",
    async (style) => {
      const { event, payload } = JSON.parse(await sampleOf("payment.authorized"));
      const sent = await gateway().sendEvent(event, payload, { style });
      const rawBody = JSON.stringify(JSON.parse(sent.body));
      expect(rawBody).not.toBe(sent.body);
      const again = await gateway().sendEvent(event, null, { rawBody, signature: sent.signature });
      expect(statusesOf(again.deliveries)).toEqual([401]);
      expect(await events().countDocuments({ eventId: again.eventId })).toBe(0);
    },
  );

  test("When a compressed body arrives with the signature of its uncompressed text, then it is refused", async () => {
    const body = await sampleOf("payment.captured");
    const answer = await fetch(`${world.url}/api/webhooks/razorpay`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
        "X-Razorpay-Signature": sign(body),
        "X-Razorpay-Event-Id": "CompressedEv01",
      },
      body: new Uint8Array(gzipSync(body)),
    });
    expect(answer.status).toBe(401);
    expect(await events().countDocuments({ eventId: "CompressedEv01" })).toBe(0);
  });

  test("When a secret was removed from the list, then events signed with it are refused", async () => {
    const sent = await gateway().sendSample("order.paid", {
      secret: "sandbox-secret-of-last-year-0123456789",
    });
    expect(statusesOf(sent.deliveries)).toEqual([401]);
  });
});

describe("signed events that are not about us", () => {
  test("When the account is another merchant's, then the event is stored, flagged and changes nothing", async () => {
    gateway().configure({ webhooks: { hold: true } });
    const checkout = await openCheckout(world.url);
    const paid = payFor(world.sandbox, checkout);
    const captured = gateway()
      .events()
      .find(({ body, event }) => event === "payment.captured" && body.includes(paid.paymentId));
    const before = await digest();
    const rawBody = captured?.body.replace(SANDBOX_SECRETS.razorpayAccountId, "acc_SomebodyElse01") ?? "";
    const sent = await gateway().sendEvent("payment.captured", null, { rawBody });
    await expectStoredOnce(sent);
    await world.settle();
    expect(await events().findOne({ eventId: sent.eventId })).toMatchObject({
      state: "flagged",
      reason: "another merchant's account",
    });
    expect(await digest()).toEqual(before);
    expect(await verify(checkout, paid)).toMatchObject({ status: 200 });
    expect(await place(checkout)).toMatchObject({ status: 201 });
    gateway().configure({ webhooks: { hold: false } });
    await gateway().release();
    await world.settle();
  });

  test("When the gateway order is unknown, then the event is stored and changes nothing", async () => {
    const before = await digest();
    const sent = await gateway().sendSample("order.paid");
    await expectStoredOnce(sent);
    await world.settle();
    expect(await events().findOne({ eventId: sent.eventId })).toMatchObject({
      state: "received",
      lastError: "unknown gateway order",
    });
    expect(await digest()).toEqual(before);
  });
});
