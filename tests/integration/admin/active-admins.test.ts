import { type AdminWorld, startAdminWorld } from "./admin-world.js";

/** A token outlives the account: whether an admin is still active is asked of the auth service. */
jest.setTimeout(300_000);

const MINUTE_MS = 60_000;
const READ = "/api/admin/carts/settings";

let world: AdminWorld;
let setClock: (shiftMs: number) => void;
let auth: AdminWorld["sandbox"]["control"]["auth"];

beforeAll(async () => {
  world = await startAdminWorld();
  ({ setClock } = await import("../../../utils/clock.js"));
  auth = world.sandbox.control.auth;
});
afterAll(() => world.stop());

/** Each test begins an hour after the last one, so that nothing learned before is still used. */
let startMs = 0;
const setTime = (ms: number) => setClock(startMs + ms);
beforeEach(async () => {
  await world.reset();
  await world.recover();
  startMs += 60 * MINUTE_MS;
  setTime(0);
});
afterEach(() => setClock(0));

const tokenOf = async (sub: string) => ({ token: await auth.mintToken({ sub, role: "admin" }) });
const statuses = async (as: { token: string }): Promise<[number, number]> => {
  const read = await world.call("get", READ, { as });
  const write = await world.call("put", READ, { as, body: { cartExpiryDays: 9 } });
  return [read.status, write.status];
};
const lookUps = () => world.sandbox.control.calls.count({ route: "GET /api/admin/users/:adminId" });
const stopAuth = () => world.sandbox.control.faults.add({ service: "auth", action: "reset-before" });

describe("An admin's account", () => {
  it("When it is deactivated, then the admin is locked out after a minute, for reads and writes", async () => {
    const as = await tokenOf("admin-second");
    expect(await statuses(as)).toEqual([200, 200]);
    auth.setAdminStatus("admin-second", "disabled");
    // Half a minute for a slow machine: real time passes, too.
    setTime(MINUTE_MS / 2);
    expect(await statuses(as)).toEqual([200, 200]);
    setTime(MINUTE_MS);
    expect(await statuses(as)).toEqual([403, 403]);
    auth.setAdminStatus("admin-second", "active");
    setTime(2 * MINUTE_MS);
    expect(await statuses(as)).toEqual([200, 200]);
  });

  it("When many requests come in a minute, then the auth service is asked once", async () => {
    const as = await tokenOf("admin-second");
    await Promise.all(Array.from({ length: 10 }, () => world.call("get", READ, { as })));
    expect(await statuses(as)).toEqual([200, 200]);
    expect(lookUps()).toBe(1);
  });

  it("When the auth service is down, then the last result is valid for 15 minutes; then only reads go on", async () => {
    const as = await tokenOf("admin-second");
    expect(await statuses(as)).toEqual([200, 200]);
    stopAuth();
    setTime(14 * MINUTE_MS);
    expect(await statuses(as)).toEqual([200, 200]);
    setTime(15 * MINUTE_MS);
    expect(await statuses(as)).toEqual([200, 503]);
    const refused = await world.call("put", READ, { as, body: { cartExpiryDays: 9 } });
    expect(refused.body.error).toMatchObject({ code: "UPSTREAM_UNAVAILABLE" });
    expect(refused.headers["retry-after"]).toBeDefined();
  });

  it("When the auth service is down and an admin was never seen, then reads go on and writes wait", async () => {
    stopAuth();
    expect(await statuses(await tokenOf("admin-second"))).toEqual([200, 503]);
  });

  it("When an admin was deactivated and the auth service is down, then the lock-out lasts", async () => {
    const as = await tokenOf("admin-second");
    auth.setAdminStatus("admin-second", "disabled");
    expect(await statuses(as)).toEqual([403, 403]);
    stopAuth();
    setTime(50 * MINUTE_MS);
    expect(await statuses(as)).toEqual([403, 403]);
  });

  it("When the auth service knows no such admin, then the token does not help", async () => {
    expect(await statuses(await tokenOf("admin-nobody"))).toEqual([403, 403]);
  });

  it("When a machine or a customer calls, or the role lacks the permission, then no account is looked up", async () => {
    const job = "/api/admin/jobs";
    expect((await world.call("get", job, { as: world.token("service") })).status).toBe(200);
    expect((await world.call("get", job, { as: world.token("viewer") })).status).toBe(403);
    expect((await world.call("get", job, { as: world.token("asha") })).status).toBe(403);
    expect(lookUps()).toBe(0);
  });
});
