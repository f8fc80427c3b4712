import { createLocalJWKSet, jwtVerify } from "jose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { useNeighbours } from "./harness.js";

const world = useNeighbours();
const { users, admins } = SEED;

const secret = () => new TextEncoder().encode(world.sandbox.env.JWT_SECRET);
const rules = () => ({
  issuer: world.sandbox.env.JWT_ISSUER ?? "",
  audience: world.sandbox.env.JWT_AUDIENCE ?? "",
});
const keys = async () => createLocalJWKSet((await world.call.auth.http.get("/.well-known/jwks.json")).data);

describe("Auth: people", () => {
  test("When a user is read, then it has exactly the contract's fields", async () => {
    const { body } = await world.call.auth.get(`/api/users/${users.asha}`);
    expect(body.data).toEqual({
      id: users.asha,
      name: "Asha Rao",
      email: "user-asha@example.in",
      phone: "9880011001",
      status: "active",
    });
    expect((await world.call.auth.get(`/api/users/${users.disabled}`)).body.data.status).toBe("disabled");
    expect((await world.call.auth.get("/api/users/user-none")).status).toBe(404);
  });

  test("When an address is read, then only its owner has it", async () => {
    const { body } = await world.call.auth.get(`/api/users/${users.dev}/addresses/addr-user-dev-home`);
    expect(body.data).toMatchObject({ city: "Chandigarh", pincode: "160017", country: "IN" });
    const foreign = await world.call.auth.get(`/api/users/${users.asha}/addresses/addr-user-dev-home`);
    expect([foreign.status, foreign.body.error?.code]).toEqual([404, "ADDRESS_NOT_FOUND"]);
  });

  test("When a seller or an admin is read, then the contract's fields are returned", async () => {
    expect((await world.call.auth.get(`/api/sellers/${SEED.sellers.organics}`)).body.data).toMatchObject({
      name: "Vana Organics",
      status: "active",
    });
    expect((await world.call.auth.get(`/api/admin/users/${admins.finance}`)).body.data).toMatchObject({
      role: "finance",
      status: "active",
    });
  });

  test("When an audit row is sent twice with one key, then it is stored once", async () => {
    const row = {
      actorType: "admin",
      actorId: admins.admin,
      action: "refund.approve",
      resourceType: "refund",
      resourceId: "refund-1",
      after: { status: "processing" },
      at: new Date().toISOString(),
      requestId: "request-1",
    };
    const first = await world.call.auth.post("/api/audit-logs", row, "row-1");
    expect(first.status).toBe(201);
    expect(await world.call.auth.post("/api/audit-logs", row, "row-1")).toEqual(first);
    expect(world.sandbox.control.auth.auditLogs({ resourceId: "refund-1" })).toMatchObject([row]);
  });
});

describe("Auth: tokens", () => {
  test("When a seeded token is verified with the shared secret, then it identifies its user", async () => {
    const { payload } = await jwtVerify(world.sandbox.tokens.bharat, secret(), {
      ...rules(),
      algorithms: ["HS256"],
    });
    expect(payload).toMatchObject({ sub: users.bharat, role: "customer", email: "user-bharat@example.in" });
    for (const role of ["admin", "finance", "support", "fulfilment", "viewer", "service"] as const) {
      const verified = await jwtVerify(world.sandbox.tokens[role], secret(), rules());
      expect(verified.payload).toMatchObject({ sub: `admin-${role}`, role });
    }
  });

  test("When a token is signed with the published key, then it is valid until the key is rotated", async () => {
    const token = await world.sandbox.control.auth.mintToken(
      { sub: users.asha, role: "customer" },
      { algorithm: "RS256" },
    );
    const { payload } = await jwtVerify(token, await keys(), { ...rules(), algorithms: ["RS256"] });
    expect(payload.sub).toBe(users.asha);
    world.sandbox.control.auth.rotateKeys();
    await expect(jwtVerify(token, await keys(), rules())).rejects.toThrow();
  });

  test("When an invalid token is requested, then it fails verification", async () => {
    const claims = { sub: users.asha, role: "customer" };
    const expired = await world.sandbox.control.auth.mintToken(claims, { expiresIn: -60 });
    await expect(jwtVerify(expired, secret())).rejects.toThrow(/exp/);
    const forged = await world.sandbox.control.auth.mintToken(claims, { secret: "another" });
    await expect(jwtVerify(forged, secret())).rejects.toThrow(/signature/);
    const unsigned = await world.sandbox.control.auth.mintToken(claims, { algorithm: "none" });
    expect(unsigned.endsWith(".")).toBe(true);
  });
});
