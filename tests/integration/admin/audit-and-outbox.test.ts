import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { unknownId } from "../cart/cart-world.js";
import { type AdminWorld, onlyFor, planOf, startAdminWorld } from "./admin-world.js";

let world: AdminWorld;
beforeAll(async () => {
  world = await startAdminWorld();
});
afterAll(() => world.stop());
beforeEach(() => world.reset());

describe("GET /api/admin/audit-logs", () => {
  const path = "/api/admin/audit-logs";
  const DAY = 86_400_000;
  const START = Date.parse("2026-05-01T00:00:00.000Z");
  const row = (index: number, fields: object = {}) => ({
    _id: new Types.ObjectId(),
    requestId: `request-${index}`,
    actorType: "admin",
    actorId: index % 2 ? "admin-one" : "admin-two",
    action: index % 3 ? "order.cancel" : "settings.update",
    resourceType: index % 3 ? "order" : "settings",
    resourceId: `resource-${index}`,
    before: null,
    after: { index },
    at: new Date(START + index * DAY),
    ...fields,
  });
  beforeEach(async () => {
    await world.db.collection("auditLogs").insertMany(Array.from({ length: 12 }, (_, index) => row(index)));
  });
  const idsOf = async (query: string): Promise<string[]> => {
    const { body } = await world.get(`${path}?${query}`);
    return body.data.items.map(({ resourceId }: { resourceId: string }) => resourceId);
  };

  it("When nothing is asked, then the newest rows come first, in full", async () => {
    const { body } = await world.get(`${path}?limit=2`);
    expect(body.data.pagination).toEqual({ page: 1, limit: 2, total: 12, totalPages: 6 });
    expect(body.data.items[0]).toEqual({
      id: expect.any(String),
      at: "2026-05-12T00:00:00.000Z",
      actorType: "admin",
      actorId: "admin-one",
      action: "order.cancel",
      resourceType: "order",
      resourceId: "resource-11",
      before: null,
      after: { index: 11 },
      requestId: "request-11",
    });
  });

  it.each([
    ["actorId=admin-one", [11, 9, 7, 5, 3, 1]],
    ["action=settings.update", [9, 6, 3, 0]],
    ["resourceType=settings&actorId=admin-two", [6, 0]],
    ["resourceId=resource-4", [4]],
    ["requestId=request-7", [7]],
    ["requestId=request-7&actorId=admin-two", []],
    ["dateFrom=2026-05-04T00:00:00Z&dateTo=2026-05-06T00:00:00Z", [5, 4, 3]],
    ["sortOrder=asc&limit=2&page=2", [2, 3]],
    ["actorId=nobody", []],
  ])("When %s is asked for, then only that comes", async (query, expected) => {
    expect(await idsOf(query)).toEqual(expected.map((index) => `resource-${index}`));
  });

  it("When the filters are used, then an index answers them", async () => {
    const rows = world.db.collection("auditLogs");
    for (const filter of [
      {},
      { actorId: "a" },
      { action: "a" },
      { resourceType: "a" },
      { resourceId: "b" },
      { requestId: "c" },
    ]) {
      const plan = await planOf(rows.find(filter).sort({ at: -1 }).limit(20));
      expect(plan).toContain("IXSCAN");
      expect(plan).not.toMatch(/COLLSCAN|"SORT"/);
    }
  });

  it("When the query is wrong, then 400", async () => {
    for (const query of [
      "colour=red",
      "actorId=a&actorId=b",
      "limit=101",
      "dateFrom=never",
      "sortBy=actorId",
    ]) {
      expect((await world.get(`${path}?${query}`)).body.error).toMatchObject({ code: "VALIDATION_ERROR" });
    }
  });

  it("When a role has no business with it, then 403", async () => {
    expect(await world.statusByRole("get", path)).toEqual(onlyFor(["admin"]));
  });
});

describe("The outbox", () => {
  const path = "/api/admin/outbox";
  const message = (state: string, minute: number) => ({
    _id: new Types.ObjectId(),
    type: "coupon.release",
    dedupeKey: `coupon.release:${state}:${minute}`,
    payload: { checkoutSessionId: unknownId(), codes: [] },
    state,
    dueAt: new Date("2026-05-01T00:00:00Z"),
    attempts: state === "dead" ? 12 : 1,
    done: ["one"],
    lease: null,
    lastError: state === "dead" ? "Error: no answer" : null,
    requestId: "request-of-a-test",
    deliveredAt: state === "delivered" ? new Date() : null,
    createdAt: new Date(Date.parse("2026-05-01T00:00:00Z") + minute * 60_000),
  });
  const insert = async (...messages: ReturnType<typeof message>[]) => {
    await world.db.collection("outboxMessages").insertMany(messages);
  };
  const listed = async (query = "") =>
    (await world.get(`${path}${query}`)).body.data.items.map(
      ({ dedupeKey }: { dedupeKey: string }) => dedupeKey,
    );

  it("When there are messages, then the undelivered ones are listed, newest first, by state if asked", async () => {
    await insert(message("dead", 1), message("pending", 2), message("delivered", 3), message("dead", 4));
    expect(await listed()).toEqual([
      "coupon.release:dead:4",
      "coupon.release:pending:2",
      "coupon.release:dead:1",
    ]);
    expect(await listed("?state=dead&sortOrder=asc")).toEqual([
      "coupon.release:dead:1",
      "coupon.release:dead:4",
    ]);
    expect(await listed("?state=pending")).toEqual(["coupon.release:pending:2"]);
    expect(await listed("?dateTo=2026-05-01T00:01:30Z")).toEqual(["coupon.release:dead:1"]);
    const { body } = await world.get(`${path}?limit=1`);
    expect(body.data).toMatchObject({
      items: [{ state: "dead", attempts: 12, lastError: "Error: no answer", delivered: ["one"] }],
      pagination: { total: 3, totalPages: 3 },
    });
  });

  it("When a dead message is replayed, then it is due with all tries ahead of it, and audited", async () => {
    const dead = message("dead", 1);
    await insert(dead);
    const { status, body } = await world.post(`${path}/${dead._id.toHexString()}/replay`);
    expect([status, body.data.state, body.data.attempts]).toEqual([200, "pending", 0]);
    const stored = await world.db.collection("outboxMessages").findOne({ _id: dead._id });
    expect(stored).toMatchObject({ state: "pending", attempts: 0, lease: null, done: ["one"] });
    expect(stored?.dueAt.getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(await world.audits()).toMatchObject([
      {
        actorId: SEED.admins.admin,
        action: "outbox.replay",
        resourceId: dead._id.toHexString(),
        before: { state: "dead", attempts: 12, lastError: "Error: no answer" },
        after: { state: "pending", attempts: 0 },
      },
    ]);
    await world.deliver();
    expect(await world.db.collection("outboxMessages").findOne({ _id: dead._id })).toMatchObject({
      state: "delivered",
    });
  });

  it("When the message is unknown or was delivered, then 404 and no audit row", async () => {
    const delivered = message("delivered", 1);
    await insert(delivered);
    for (const id of [unknownId(), delivered._id.toHexString()]) {
      const { status, body } = await world.post(`${path}/${id}/replay`);
      expect([status, body.error.code]).toEqual([404, "NOT_FOUND"]);
    }
    expect(await world.audits()).toEqual([]);
    expect((await world.post(`${path}/not-an-id/replay`)).status).toBe(400);
  });

  it("When a role has no business with it, then 403; a machine may", async () => {
    const dead = message("dead", 1);
    await insert(dead);
    expect(await world.statusByRole("get", path)).toEqual(onlyFor(["admin", "service"]));
    const replay = `${path}/${dead._id.toHexString()}/replay`;
    expect(await world.statusByRole("post", replay)).toEqual(onlyFor(["admin", "service"]));
    const actors = (await world.audits()).map(({ actorType }) => actorType);
    expect(actors.sort()).toEqual(["admin", "service"]);
  });
});
