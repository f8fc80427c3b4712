import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { asGuest, newGuestId } from "../../support/callers.js";
import { type AdminWorld, onlyFor, startAdminWorld } from "./admin-world.js";

let world: AdminWorld;
beforeAll(async () => {
  world = await startAdminWorld();
});
afterAll(() => world.stop());
beforeEach(() => world.reset());

const path = "/api/admin/settings";
const stored = (group: string) => world.db.collection<{ _id: string }>("settings").findOne({ _id: group });

describe("GET /api/admin/settings/:group", () => {
  it.each(["cart", "checkout", "payments", "returns", "tax", "retention", "company"])(
    "When %s is asked for, then every rule comes with its value, default and meaning",
    async (group) => {
      const { status, body } = await world.get(`${path}/${group}`);
      expect(status).toBe(200);
      expect(body.data).toMatchObject({ group, version: 0 });
      const names = body.data.definitions.map(({ name }: { name: string }) => name);
      expect(names.sort()).toEqual(Object.keys(body.data.values).sort());
      for (const { name, default: initial, meaning } of body.data.definitions) {
        expect(initial).toEqual(body.data.values[name]);
        expect(meaning).not.toBe("");
      }
    },
  );

  it("When a rule is about money, then it is in rupees", async () => {
    const { body } = await world.get(`${path}/payments`);
    expect(body.data.values.codMaxAmount).toBe(50_000);
    expect(body.data.definitions).toContainEqual(
      expect.objectContaining({ name: "codMaxAmount", default: 50_000 }),
    );
  });

  it("When the group does not exist, then 404, for a change as well", async () => {
    for (const name of ["nothing", "__proto__", "constructor"]) {
      expect((await world.get(`${path}/${name}`)).body.error).toMatchObject({ code: "NOT_FOUND" });
      const put = await world.put(`${path}/${name}`, { maxLines: 5 });
      expect([put.status, put.body.error.code]).toEqual([404, "NOT_FOUND"]);
    }
  });
});

describe("PUT /api/admin/settings/:group", () => {
  it("When one rule is changed, then the others stay, money is stored in paise, and the audit row has both sides", async () => {
    const { status, body } = await world.put(`${path}/payments`, { codMaxAmount: 2_499.5, version: 0 });
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ version: 1, values: { codMaxAmount: 2_499.5, codAutoConfirm: true } });
    expect(await stored("payments")).toMatchObject({
      values: { codMaxAmount: 249_950 },
      version: 1,
      updatedBy: SEED.admins.admin,
    });
    expect(await world.audits()).toMatchObject([
      {
        actorType: "admin",
        actorId: SEED.admins.admin,
        action: "settings.update",
        resourceType: "settings",
        resourceId: "payments",
        before: { version: 0, codMaxAmount: 50_000 },
        after: { version: 1, codMaxAmount: 2_499.5 },
        requestId: expect.any(String),
      },
    ]);
  });

  it("When the values are sent as they were answered, under `values`, then they are taken too", async () => {
    const { body } = await world.get(`${path}/returns`);
    const { values, version } = body.data;
    const put = await world.put(`${path}/returns`, { version, values: { ...values, returnWindowDays: 10 } });
    expect([put.status, put.body.data.values]).toEqual([200, { ...values, returnWindowDays: 10 }]);
  });

  it("When the version is stale, then 409 with what is current, in rupees, and nothing is written", async () => {
    await world.put(`${path}/payments`, { rtoDeduction: 49.5 });
    const late = await world.put(`${path}/payments`, { rtoDeduction: 10, version: 0 });
    expect([late.status, late.body.error.code]).toEqual([409, "VERSION_CONFLICT"]);
    expect(late.body.error.details.current).toMatchObject({ version: 1, values: { rtoDeduction: 49.5 } });
    expect(await stored("payments")).toMatchObject({ version: 1, values: { rtoDeduction: 4_950 } });
    expect(await world.audits()).toHaveLength(1);
  });

  it("When ten admins change a new group at once without a version, then all changes are kept and audited", async () => {
    const names = ["cartExpiryDays", "maxLines", "maxPerVariant", "maxCoupons", "reminderAfterHours"];
    const answers = await Promise.all(
      [...names, ...names].map((name, index) => world.put(`${path}/cart`, { [name]: 3 + (index % 5) })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(await stored("cart")).toMatchObject({
      version: 10,
      values: { cartExpiryDays: 3, maxLines: 4, maxPerVariant: 5, maxCoupons: 6, reminderAfterHours: 7 },
    });
    expect(await world.audits()).toHaveLength(10);
  });

  it.each([
    ["a rule of another group", { expiryMinutes: 5 }],
    ["an unknown rule", { maxCarts: 5 }],
    ["a wrong type", { maxLines: "50" }],
    ["a value out of range", { maxLines: 0 }],
    ["nothing", {}],
    ["nothing but a version", { version: 0 }],
    ["an unknown rule under values", { values: { maxCarts: 5 } }],
  ])("When %s is sent, then 400 and nothing is written", async (_what, body) => {
    const put = await world.put(`${path}/cart`, body);
    expect([put.status, put.body.error.code]).toEqual([400, "VALIDATION_ERROR"]);
    expect(await stored("cart")).toBeNull();
    expect(await world.audits()).toEqual([]);
  });

  it.each([
    ["payments", { codMaxAmount: 10.005 }],
    ["payments", { codMaxAmount: -1 }],
    ["payments", { enabledMethods: ["cheque"] }],
    ["company", { state: "Atlantis" }],
    ["company", { gstin: "29AABCV4321K1Z8" }],
  ])("When %s is changed to %j, then 400", async (group, body) => {
    expect((await world.put(`${path}/${group}`, body)).body.error).toMatchObject({
      code: "VALIDATION_ERROR",
    });
    expect(await stored(group)).toBeNull();
  });

  it.each([
    ["gstin", "another state than the state", { gstin: "27AABCV4321K1ZB" }],
    ["state", "another state than the GSTIN", { state: "Maharashtra" }],
    ["gstin", "another state than the one beside it", { state: "Karnataka", gstin: "27AABCV4321K1ZB" }],
  ])("When the company's %s names %s, then 400 and nothing is written", async (key, _what, body) => {
    const put = await world.put(`${path}/company`, body);
    expect([put.status, put.body.error.code]).toEqual([400, "VALIDATION_ERROR"]);
    expect(put.body.error.details).toMatchObject([{ in: "body", path: key }]);
    expect(await stored("company")).toBeNull();
  });

  it("When the company moves to another state with its GSTIN, then both are stored, the GSTIN in capitals", async () => {
    const put = await world.put(`${path}/company`, { state: "Maharashtra", gstin: "27aabcv4321k1zb" });
    expect(put.status).toBe(200);
    const moved = { state: "Maharashtra", gstin: "27AABCV4321K1ZB" };
    expect(put.body.data.values).toMatchObject(moved);
    expect(await stored("company")).toMatchObject({ values: moved });
    // Without a GSTIN there is nothing to compare the state with.
    expect((await world.put(`${path}/company`, { state: "Goa", gstin: "" })).status).toBe(200);
  });

  it("When a limit is changed, then the next cart follows it", async () => {
    await world.put(`${path}/cart`, { maxPerVariant: 2 });
    const guest = { sessionId: newGuestId() };
    await world.add(guest, SEED.variants.hairOil, 2);
    const more = await world.call("post", "/api/cart/items", {
      as: guest,
      body: { productId: SEED.products.hairOil, variantId: SEED.variants.hairOil, quantity: 1 },
    });
    expect(more.body.error).toMatchObject({ code: "CART_LIMIT" });
  });

  it("When the lifetime of carts is changed, then new carts have it, and a cart that was begun keeps its own", async () => {
    const DAY_MS = 86_400_000;
    const add = async (guest: Record<string, string>) => {
      const body = { productId: SEED.products.hairOil, variantId: SEED.variants.hairOil, quantity: 1 };
      const answer = await world.http.post("/api/cart/items").set(guest).send(body);
      expect(answer.status).toBe(200);
      return Math.round((Date.parse(answer.body.data.cart.expiresAt) - Date.now()) / DAY_MS);
    };
    const [early, late] = [asGuest(), asGuest()];
    const sessionId = early["X-Session-Id"];
    expect(await add(early)).toBe(7);
    expect((await world.put("/api/admin/carts/settings", { cartExpiryDays: 30 })).status).toBe(200);
    expect([await add(late), await add(early)]).toEqual([30, 7]);
    // Also when it comes back to life, and when it is written by a checkout.
    const carts = world.db.collection("carts");
    const past = { status: "abandoned", abandonedAt: new Date(), expiresAt: new Date(0) };
    await carts.updateOne({ sessionId }, { $set: past });
    expect((await world.http.get("/api/cart").set(early)).body.data.itemCount).toBe(1);
    const revived = await carts.findOne({ sessionId });
    expect(revived).toMatchObject({ status: "active", expiryDays: 7 });
    expect(Math.round((revived?.expiresAt - Date.now()) / DAY_MS)).toBe(7);
  });

  it("When a role may not change settings, then 403 and nothing is read or written", async () => {
    expect(await world.statusByRole("get", `${path}/tax`)).toEqual(onlyFor(["admin"]));
    expect(await world.statusByRole("put", `${path}/tax`, { roundToRupee: true })).toEqual(
      onlyFor(["admin"]),
    );
    expect((await world.audits()).map(({ actorId }) => actorId)).toEqual([SEED.admins.admin]);
  });
});
