import request from "supertest";
import { IdempotencyRecord } from "../../../models/idempotencyRecord.model.js";
import {
  abandonKeys,
  claimKey,
  completeKey,
  type KeyUse,
  releaseKey,
} from "../../../services/platform/idempotency.service.js";
import { forgetSettings, putSettings } from "../../../services/platform/settings.service.js";
import { asCustomer, asGuest } from "../../support/callers.js";
import { emptyTestDatabase, useTestDatabase } from "../../support/database.js";
import { expectEnvelope } from "../../support/http-assertions.js";
import { makeTestApp, SESSION } from "./test-app.js";

useTestDatabase();
beforeEach(emptyTestDatabase);
beforeEach(() => forgetSettings());

const KEY = "key-12345678";
const widget = { name: "A widget", quantity: 1 };

/** Two instances of the service on one database. */
const [first, second] = [makeTestApp(), makeTestApp()];
const { app, routes, made } = first;

interface Call {
  path?: string;
  body?: object;
  key?: string;
  headers?: Record<string, string>;
  instance?: typeof app;
}

function post({
  path = "",
  body = widget,
  key = KEY,
  headers = { "X-Session-Id": SESSION },
  instance = app,
}: Call = {}) {
  return request(instance)
    .post(`/api/widgets${path}`)
    .set({ ...headers, "Idempotency-Key": key })
    .send(body);
}

describe("An idempotency key", () => {
  test("When a request is repeated, then its answer is replayed byte by byte, on any instance", async () => {
    const before = made();
    const original = await post();
    expectEnvelope(original, 201, routes);
    expect(original.headers["idempotency-replayed"]).toBeUndefined();
    for (const instance of [app, second.app]) {
      const repeated = await post({ instance });
      expect(repeated.status).toBe(201);
      expect(repeated.text).toBe(original.text);
      expect(repeated.headers["idempotency-replayed"]).toBe("true");
      expect(repeated.headers["content-type"]).toBe(original.headers["content-type"]);
      expect(repeated.headers.location).toBe(original.headers.location);
      expect(repeated.headers["x-request-id"]).not.toBe(original.headers["x-request-id"]);
    }
    expect(made()).toBe(before + 1);
    expect(second.made()).toBe(0);
  });

  test("When the body is the same in another order, then it is the same request", async () => {
    await post({ body: { name: "A widget", quantity: 1 } });
    const repeated = await post({ body: { quantity: 1, name: "A widget" } });
    expect(repeated.headers["idempotency-replayed"]).toBe("true");
  });

  test("When it comes with another body, then it is 422", async () => {
    await post();
    const { error } = expectEnvelope(await post({ body: { ...widget, quantity: 2 } }), 422, routes);
    expect(error?.code).toBe("IDEMPOTENCY_KEY_REUSED");
  });

  test("When caller or route is another, then it is another key", async () => {
    await post();
    const others = [
      post({ headers: asGuest() }),
      post({ headers: await asCustomer() }),
      post({ path: "/strict" }),
    ];
    for (const response of await Promise.all(others)) {
      expectEnvelope(response, 201, routes);
      expect(response.headers["idempotency-replayed"]).toBeUndefined();
    }
  });

  test("When the same request comes while the first one runs, then it is 409 and later replayed", async () => {
    const release = first.hold();
    const running = post().then((response) => response);
    await untilRecorded();
    const early = await post({ instance: second.app });
    expect(expectEnvelope(early, 409, routes).error?.code).toBe("REQUEST_IN_PROGRESS");
    expect(early.headers["retry-after"]).toBe("2");
    release();
    const original = await running;
    expect(original.status).toBe(201);
    expect((await post({ instance: second.app })).text).toBe(original.text);
  });

  test("When twenty arrive at once, then the work is done once", async () => {
    const before = made() + second.made();
    const instances = Array.from({ length: 20 }, (_, index) => (index % 2 ? app : second.app));
    const responses = await Promise.all(instances.map((instance) => post({ instance })));
    expect(made() + second.made()).toBe(before + 1);
    for (const { status } of responses) expect([201, 409]).toContain(status);
    expect(new Set(responses.filter(({ status }) => status === 201).map(({ text }) => text)).size).toBe(1);
  });

  test("When the work fails, then the key can be tried again", async () => {
    expectEnvelope(await post({ body: { ...widget, note: "fail" } }), 500, routes);
    expect(await IdempotencyRecord.countDocuments()).toBe(0);
    expectEnvelope(await post(), 201, routes);
  });

  test("When the request is refused before any work, then nothing is recorded", async () => {
    expectEnvelope(await post({ body: { quantity: 1 } }), 400, routes);
    expect(await IdempotencyRecord.countDocuments()).toBe(0);
  });

  test("When it is required and missing, then it is 400", async () => {
    const response = await request(app).post("/api/widgets/strict").set("X-Session-Id", SESSION).send(widget);
    expect(expectEnvelope(response, 400, routes).error?.code).toBe("IDEMPOTENCY_KEY_REQUIRED");
  });

  test.each([
    ["one character", "x"],
    ["seven characters", "1234567"],
    ["256 characters", "x".repeat(256)],
    ["10 kB", "x".repeat(10_000)],
    ["not ASCII", Buffer.from("schlüssel-1", "utf8").toString("latin1")],
    ["a tab", "1234\t5678"],
  ])("When it has %s, then it is 400", async (_what, key) => {
    const { error } = expectEnvelope(await post({ key }), 400, routes);
    expect(error?.code).toBe("IDEMPOTENCY_KEY_INVALID");
  });

  test.each([
    ["8 characters", "12345678"],
    ["255 characters", "x".repeat(255)],
    ["an operator", "$$NOW-12345"],
  ])("When it has %s, then it is taken", async (_what, key) => {
    const original = expectEnvelope(await post({ key }), 201, routes);
    expect(original.data).toMatchObject({ keyed: true });
    expect((await post({ key })).headers["idempotency-replayed"]).toBe("true");
  });

  test("When it is in the body, then it is the same key, and not part of the body", async () => {
    const call = (body: object) =>
      request(app).post("/api/widgets/strict").set("X-Session-Id", SESSION).send(body);
    const original = await call({ ...widget, idempotency_key: KEY });
    expectEnvelope(original, 201, routes);
    expect((await post({ path: "/strict" })).text).toBe(original.text);
    const both = await post({ path: "/strict", body: { ...widget, idempotency_key: "another-key" } });
    expect(expectEnvelope(both, 400, routes).error?.code).toBe("IDEMPOTENCY_KEY_INVALID");
    const number = await call({ ...widget, idempotency_key: 12345678 });
    expect(expectEnvelope(number, 400, routes).error?.code).toBe("IDEMPOTENCY_KEY_INVALID");
  });

  test("When the guest id is minted for this request, then the key is ignored", async () => {
    const call = () => request(app).post("/api/widgets/minted").set("Idempotency-Key", KEY);
    const [one, two] = [await call(), await call()];
    expect(one.headers["x-session-id"]).not.toBe(two.headers["x-session-id"]);
    expect(await IdempotencyRecord.countDocuments()).toBe(0);
  });
});

/** Resolves once the running request has claimed its key. */
async function untilRecorded(): Promise<void> {
  while ((await IdempotencyRecord.countDocuments()) === 0)
    await new Promise((resolve) => setImmediate(resolve));
}

describe("The record of a key", () => {
  const use: KeyUse = { principal: "user:1", method: "POST", path: "/api/x", key: KEY, fingerprint: "f1" };
  const answer = { status: 201, body: "{}", contentType: "application/json", location: null };

  async function grantOf(claimed: ReturnType<typeof claimKey>) {
    const claim = await claimed;
    if (claim.kind !== "granted") throw new Error(`not granted but ${claim.kind}`);
    return claim.grant;
  }
  const endLease = () =>
    IdempotencyRecord.updateOne({}, { $set: { leaseUntil: new Date(Date.now() - 1000) } });

  test("When the holder has crashed, then after its lease another takes over, with the same body only", async () => {
    await grantOf(claimKey(use));
    expect((await claimKey(use)).kind).toBe("in_progress");
    await endLease();
    expect((await claimKey({ ...use, fingerprint: "f2" })).kind).toBe("other_body");
    await grantOf(claimKey(use));
    expect(await IdempotencyRecord.findOne().lean()).toMatchObject({
      attempts: 2,
      state: "in_progress",
      ...use,
    });
  });

  test("When the holder has crashed, then the key is free after its lease, for the same body only", async () => {
    const crashed = await grantOf(claimKey(use));
    const running = await grantOf(claimKey({ ...use, key: "another-key" }));
    expect(await abandonKeys()).toBe(0);
    await IdempotencyRecord.updateOne(
      { _id: crashed.id },
      { $set: { leaseUntil: new Date(Date.now() - 1) } },
    );
    expect(await abandonKeys()).toBe(1);
    expect(await IdempotencyRecord.find().sort({ createdAt: 1 }).lean()).toMatchObject([
      { _id: crashed.id, state: "abandoned" },
      { _id: running.id, state: "in_progress" },
    ]);
    expect((await claimKey({ ...use, fingerprint: "f2" })).kind).toBe("other_body");
    const heir = await grantOf(claimKey(use));
    expect(await completeKey(crashed, { ...answer, body: "stale" })).toBe(false);
    expect(await completeKey(heir, answer)).toBe(true);
  });

  test("When the holder was slow and the key was not taken over, then its answer counts", async () => {
    const slow = await grantOf(claimKey(use));
    await endLease();
    await abandonKeys();
    expect(await completeKey(slow, answer)).toBe(true);
    expect(await claimKey(use)).toEqual({ kind: "replay", answer });
  });

  test("When such keys are looked for, then among those in progress only", async () => {
    const plan = await IdempotencyRecord.collection
      .find({ state: "in_progress", $expr: { $lt: ["$leaseUntil", "$$NOW"] } })
      .explain("queryPlanner");
    expect(JSON.stringify(plan)).toContain("leaseUntil_1");
  });

  test("When a frozen holder resumes after a takeover, then it can neither complete nor release the key", async () => {
    const frozen = await grantOf(claimKey(use));
    await endLease();
    const holder = await grantOf(claimKey(use));
    expect(await completeKey(frozen, { ...answer, body: "stale" })).toBe(false);
    await releaseKey(frozen);
    expect(await completeKey(holder, answer)).toBe(true);
    expect(await claimKey(use)).toEqual({ kind: "replay", answer });
  });

  test("When a day is over, then the key is free, even if the record was not removed yet", async () => {
    await completeKey(await grantOf(claimKey(use)), answer);
    await IdempotencyRecord.updateOne({}, { $set: { expiresAt: new Date(Date.now() - 1000) } });
    await grantOf(claimKey({ ...use, fingerprint: "f2" }));
  });

  test("When a record is made, then it is removed after a day", async () => {
    await grantOf(claimKey(use));
    const record = await IdempotencyRecord.findOne().lean();
    expect(record?.expiresAt.getTime()).toBe((record?.createdAt.getTime() ?? 0) + 24 * 60 * 60 * 1000);
    const indexes = await IdempotencyRecord.collection.indexes();
    expect(indexes).toContainEqual(expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }));
  });

  test("When a response is over 64 kB, then it is not stored: the same body runs again, another is refused", async () => {
    const large = { ...answer, body: "₹".repeat(22_000) };
    expect(await completeKey(await grantOf(claimKey(use)), large)).toBe(true);
    expect(JSON.stringify(await IdempotencyRecord.findOne().lean())).not.toContain("₹");
    expect((await claimKey({ ...use, fingerprint: "f2" })).kind).toBe("other_body");
    const fitting = { ...answer, body: "x".repeat(64 * 1024) };
    expect(await completeKey(await grantOf(claimKey(use)), fitting)).toBe(true);
    expect(await claimKey(use)).toEqual({ kind: "replay", answer: fitting });
  });

  test("When a caller has more than 1,000 keys, then its oldest completed ones go", async () => {
    const at = (index: number) => new Date(Date.now() - 1_000_000 + index);
    const record = (index: number, principal = use.principal) => ({
      ...{ _id: `${principal}-${index}`, principal, state: index === 0 ? "in_progress" : "completed" },
      ...{ createdAt: at(index), expiresAt: new Date(Date.now() + 3_600_000), token: "t" },
    });
    const many = (principal: string) => Array.from({ length: 1_005 }, (_, index) => record(index, principal));
    await IdempotencyRecord.collection.insertMany([...many(use.principal), ...many("user:2")] as never[]);
    await completeKey(await grantOf(claimKey(use)), answer);
    const left = await IdempotencyRecord.find({ principal: use.principal }).sort({ createdAt: 1 }).lean();
    expect(left).toHaveLength(1_001);
    expect(left.slice(0, 2).map(({ _id }) => _id)).toEqual([`${use.principal}-0`, `${use.principal}-6`]);
    expect(await claimKey(use)).toEqual({ kind: "replay", answer });
    expect(await IdempotencyRecord.countDocuments({ principal: "user:2" })).toBe(1_005);
  });

  test("When an admin sets another period, then a record lives that long", async () => {
    await putSettings({ group: "retention", patch: { idempotencyHours: 48 }, by: "admin-1" });
    await grantOf(claimKey(use));
    const record = await IdempotencyRecord.findOne().lean();
    expect((record?.expiresAt.getTime() ?? 0) - (record?.createdAt.getTime() ?? 0)).toBe(48 * 3_600_000);
    forgetSettings();
  });

  test("When an answer holds what looks like an operator, then it is kept as text", async () => {
    const odd = { ...answer, body: "$$NOW", location: "$principal" };
    await completeKey(await grantOf(claimKey(use)), odd);
    expect(await claimKey(use)).toEqual({ kind: "replay", answer: odd });
  });
});
