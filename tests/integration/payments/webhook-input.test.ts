import { createHmac } from "node:crypto";
import { connect } from "node:net";
import { SANDBOX_SECRETS } from "../../../scripts/sandbox/environment.js";
import { startWorld, type World } from "../../support/world.js";

/** Unusual content of a webhook must not make the service fail, and personal data must not be stored. */

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());
beforeEach(() => world.db.collection("webhookEvents").deleteMany({}));

const sign = (body: string) =>
  createHmac("sha256", SANDBOX_SECRETS.razorpayWebhookSecret).update(body).digest("hex");

async function deliver(payload: string) {
  const body = `{"entity":"event","account_id":"${SANDBOX_SECRETS.razorpayAccountId}","event":"order.notification.delivered","payload":${payload}}`;
  return world.http
    .post("/api/webhooks/razorpay")
    .set({ "Content-Type": "application/json", "X-Razorpay-Signature": sign(body) })
    .send(body);
}
const storedText = async () => JSON.stringify(await world.db.collection("webhookEvents").find({}).toArray());

const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

describe("Keys of a stored event", () => {
  it.each([
    ["a NUL", '{"a\\u0000b":"kept"}'],
    ["nothing but a NUL", '{"\\u0000":"kept"}'],
    ["an operator", '{"$set":{"$inc":1},"x":"kept"}'],
    ["dots", '{"a.b":{".":"kept"},"..":1}'],
    ["no characters", '{"":"kept"}'],
    ["half a character", '{"\\ud83d":"kept"}'],
    ["a class of the driver", '{"_bsontype":"ObjectId","x":"kept"}'],
    ["a hook of the serializer", '{"toBSON":1,"toJSON":2,"x":"kept"}'],
    ["100 kB", `{"${"k".repeat(100_000)}":"kept"}`],
  ])("When a key is or has %s, then the event is stored and acknowledged", async (_what, notes) => {
    expect((await deliver(`{"payment":{"entity":{"notes":${notes}}}}`)).status).toBe(200);
    const text = await storedText();
    expect(text).toContain('"kept"');
    expect(text.length).toBeLessThan(5_000);
  });

  it.each([50, 200, 5_000])(
    "When it is nested %i levels deep, then it is stored and acknowledged",
    async (levels) => {
      expect((await deliver(`{"payment":{"entity":{"notes":${deep(levels)}}}}`)).status).toBe(200);
      expect(await world.db.collection("webhookEvents").countDocuments()).toBe(1);
    },
  );

  it("When an event has many small values, then it is stored and acknowledged", async () => {
    expect((await deliver(`{"many":[${"[],".repeat(300_000)}1]}`)).status).toBe(200);
    expect((await storedText()).length).toBeLessThan(100_000);
  });
});

describe("Personal data in a stored event", () => {
  it("When notes and descriptions hold phones and addresses under any key, then they are masked", async () => {
    const entity = {
      description: "Call 98450 12345 or write to asha.rao@example.in about ORD-2026-000123",
      error_description: "the customer +91-98450-12345 cancelled",
      notes: {
        whatsapp: "+91 98450 12345",
        "alternate number": "(098450) 12345",
        mobile: 9845012345,
        "9845012345": "by name",
        "asha.rao@example.in": "by name",
        list: ["o'brien.rao@example.in", { deep: "९८४५०१२३४५" }],
        orderNumber: "ORD-2026-000123",
        checkoutSessionId: "6560c0ffee00000000000001",
      },
    };
    expect((await deliver(JSON.stringify({ payment: { entity } }))).status).toBe(200);
    const text = await storedText();
    for (const secret of ['12345"', "98450", "9845012345", "asha.rao", "brien", "९८४५०"])
      expect(text).not.toContain(secret);
    for (const kept of ["ORD-2026-000123", "6560c0ffee00000000000001", "****2345"])
      expect(text).toContain(kept);
  });
});

describe("The signature header", () => {
  /** Sends only headers: a service that reads the body first would wait for it. */
  const headersOnly = (signature: string) =>
    new Promise<string>((resolve, reject) => {
      const { port, hostname } = new URL(world.url);
      const socket = connect(Number(port), hostname);
      socket.once("data", (data) => {
        resolve(String(data).split("\r\n")[0] ?? "");
        socket.destroy();
      });
      socket.once("error", reject);
      socket.write(
        `POST /api/webhooks/razorpay HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n${signature}\r\n`,
      );
    });

  it.each([
    ["missing", ""],
    ["too short", `X-Razorpay-Signature: ${"a".repeat(63)}\r\n`],
    ["no hex", `X-Razorpay-Signature: ${"z".repeat(64)}\r\n`],
  ])(
    "When it is %s, then the answer is 401 before the body is read",
    async (_what, header) => {
      expect(await headersOnly(header)).toBe("HTTP/1.1 401 Unauthorized");
    },
    5_000,
  );
});
