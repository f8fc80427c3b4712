import { createHmac, generateKeyPairSync } from "node:crypto";
import { exportJWK, SignJWT } from "jose";
import request from "supertest";
import { setClock } from "../../../utils/clock.js";
import { mintGuestId } from "../../../utils/guest-ids.js";
import { asAdmin, asCustomer, makeToken } from "../../support/callers.js";
import { expectEnvelope } from "../../support/http-assertions.js";
import { makeTestApp, SESSION } from "./test-app.js";

const { app, routes } = makeTestApp();
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const secret = process.env.JWT_SECRET ?? "";
const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

/** A token with any header and claims, signed with the given key. */
function forge(
  claims: object | string,
  header: object = { alg: "HS256" },
  key = secret,
  hash = "sha256",
): string {
  const payload = typeof claims === "string" ? Buffer.from(claims).toString("base64url") : base64(claims);
  const input = `${base64(header)}.${payload}`;
  return `${input}.${createHmac(hash, key).update(input).digest("base64url")}`;
}

const right = () => ({ sub: "user-1", role: "customer", exp: inAnHour() });
const get = (path: string, headers: Record<string, string> = {}) =>
  request(app).get(`/api/widgets${path}`).set(headers);
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

describe("A token", () => {
  test("When it is valid, then its claims identify the caller", async () => {
    const token = await makeToken({
      sub: "user-7",
      name: "Asha",
      email: "a@example.com",
      phone: "+919000000001",
    });
    const { data } = expectEnvelope(await get("/customer", bearer(token)), 200, routes);
    expect(data).toMatchObject({
      principal: {
        kind: "customer",
        userId: "user-7",
        name: "Asha",
        email: "a@example.com",
        phone: "+919000000001",
      },
      owner: { userId: "user-7" },
    });
  });

  const bad: [string, () => string][] = [
    ["no algorithm", () => `${base64({ alg: "none" })}.${base64(right())}.`],
    ["an empty signature", () => `${base64({ alg: "HS256" })}.${base64(right())}.`],
    ["another secret", () => forge(right(), { alg: "HS256" }, "another-secret-of-the-same-length-as-it")],
    ["another algorithm of the same family", () => forge(right(), { alg: "HS512" }, secret, "sha512")],
    ["a kid that is a path", () => forge(right(), { alg: "HS256", kid: "../../dev/null" }, "")],
    ["a jku", () => forge(right(), { alg: "RS256", jku: "http://evil.example.com/jwks" })],
    ["an unknown critical header", () => forge(right(), { alg: "HS256", crit: ["exp2"], exp2: 1 })],
    ["an expiry in the past", () => forge({ ...right(), exp: inAnHour() - 3600 - 120 })],
    ["a start in the future", () => forge({ ...right(), nbf: inAnHour() })],
    ["no expiry", () => forge({ sub: "user-1", role: "customer" })],
    ["an expiry that is text", () => forge({ ...right(), exp: String(inAnHour()) })],
    ["an expiry that never comes", () => forge(`{"sub":"user-1","role":"customer","exp":1e400}`)],
    ["no subject", () => forge({ role: "customer", exp: inAnHour() })],
    ["an empty subject", () => forge({ ...right(), sub: "" })],
    ["a subject that is an object", () => forge({ ...right(), sub: { $ne: null } })],
    ["a subject that is a list", () => forge({ ...right(), sub: ["user-1"] })],
    ["a subject with an operator", () => forge({ ...right(), sub: "$where" })],
    ["an endless subject", () => forge({ ...right(), sub: "u".repeat(129) })],
    ["no role", () => forge({ sub: "user-1", exp: inAnHour() })],
    ["an unknown role", () => forge({ ...right(), role: "root" })],
    ["a role that is a list", () => forge({ ...right(), role: ["admin"] })],
    ["claims that are no object", () => forge("[]")],
    ["garbage", () => "a.b.c"],
  ];

  test.each(bad)("When it has %s, then it is 401, even where no token is needed", async (_what, make) => {
    for (const path of ["/customer", "/visitor", "/admin"]) {
      const { error } = expectEnvelope(await get(path, bearer(make())), 401, routes);
      expect(error?.code).toBe("UNAUTHENTICATED");
    }
  });

  test.each([
    ["in lower case", (token: string) => `bearer ${token}`],
    ["with two spaces", (token: string) => `Bearer  ${token}`],
    ["of another scheme", (token: string) => `Basic ${token}`],
    ["without its scheme", (token: string) => token],
    ["with something behind it", (token: string) => `Bearer ${token}, Bearer ${token}`],
  ])("When the header is %s, then it is 401", async (_what, header) => {
    expectEnvelope(await get("/visitor", { Authorization: header(await makeToken()) }), 401, routes);
  });

  test("When it is in the query, then it does not count as a token", async () => {
    expectEnvelope(await get(`/customer?access_token=${await makeToken()}`), 401, routes);
  });

  test("When it expired less than a minute ago, then it is accepted, because clocks may differ", async () => {
    expectEnvelope(
      await get("/customer", bearer(forge({ ...right(), exp: inAnHour() - 3600 - 30 }))),
      200,
      routes,
    );
  });

  test("When a cached token expires, then it is refused", async () => {
    const headers = bearer(await makeToken({ sub: "user-remembered" }));
    expectEnvelope(await get("/customer", headers), 200, routes);
    try {
      setClock(62 * 60_000);
      expectEnvelope(await get("/customer", headers), 401, routes);
    } finally {
      setClock(0);
    }
  });

  test("When issuer and audience are configured, then the token must name them", async () => {
    const strict = makeTestApp({ JWT_ISSUER: "https://auth.example.com", JWT_AUDIENCE: "orders" });
    const call = (claims: object) =>
      request(strict.app)
        .get("/api/widgets/customer")
        .set(bearer(forge({ ...right(), ...claims })));
    expectEnvelope(await call({ iss: "https://auth.example.com", aud: "orders" }), 200, strict.routes);
    expectEnvelope(await call({ iss: "https://evil.example.com", aud: "orders" }), 401, strict.routes);
    expectEnvelope(await call({ iss: "https://auth.example.com", aud: "other" }), 401, strict.routes);
    expectEnvelope(await call({}), 401, strict.routes);
  });
});

describe("Keys of the Auth service", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwksUrl = "https://auth.example.com/jwks";
  const make = () => makeTestApp({ JWT_JWKS_URL: jwksUrl });
  const sign = (key = privateKey) =>
    new SignJWT({ role: "customer" })
      .setProtectedHeader({ alg: "RS256", kid: "k1" })
      .setSubject("user-1")
      .setExpirationTime("1h")
      .sign(key);

  /** Stands in for the network between here and the Auth service. */
  function serveKeys(answer: () => Promise<Response>) {
    return jest.spyOn(globalThis, "fetch").mockImplementation(answer);
  }
  const keySet = async () =>
    Response.json({ keys: [{ ...(await exportJWK(publicKey)), kid: "k1", alg: "RS256", use: "sig" }] });

  test("When the token is signed by one of them, then it is accepted, and the keys are asked for once", async () => {
    const fetched = serveKeys(keySet);
    const { app: withKeys, routes: theirs } = make();
    for (const token of [await sign(), await sign()]) {
      expectEnvelope(await request(withKeys).get("/api/widgets/customer").set(bearer(token)), 200, theirs);
    }
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  test("When HS256 is signed with the public key as its secret, then it is 401", async () => {
    serveKeys(keySet);
    const { app: withKeys, routes: theirs } = make();
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    const token = forge(right(), { alg: "HS256", kid: "k1" }, pem);
    expectEnvelope(await request(withKeys).get("/api/widgets/customer").set(bearer(token)), 401, theirs);
  });

  test("When another key signed it, then it is 401", async () => {
    serveKeys(keySet);
    const { app: withKeys, routes: theirs } = make();
    const token = await sign(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);
    expectEnvelope(await request(withKeys).get("/api/widgets/customer").set(bearer(token)), 401, theirs);
  });

  test("When the keys are unavailable, then the caller gets 503, not 401", async () => {
    serveKeys(() => Promise.reject(new TypeError("fetch failed")));
    const { app: withKeys, routes: theirs } = make();
    const response = await request(withKeys)
      .get("/api/widgets/customer")
      .set(bearer(await sign()));
    expect(expectEnvelope(response, 503, theirs).error?.code).toBe("UPSTREAM_UNAVAILABLE");
    expect(response.headers["retry-after"]).toBe("5");
  });
});

describe("A guest", () => {
  test("When a guest id is sent, then it identifies the caller", async () => {
    const { data } = expectEnvelope(await get("/shopper", { "X-Session-Id": SESSION }), 200, routes);
    expect(data).toMatchObject({
      principal: { kind: "guest", sessionId: SESSION },
      owner: { sessionId: SESSION },
      source: "web",
    });
  });

  test("When neither token nor session is sent, then reading may be empty and the rest is 401", async () => {
    const { data } = expectEnvelope(await get("/visitor"), 200, routes);
    expect(data).toMatchObject({ principal: { kind: "anonymous" }, owner: null });
    expectEnvelope(await get("/shopper"), 401, routes);
  });

  test("When a first write has no credentials, then a guest id is minted, for the header and the handler", async () => {
    const responses = await Promise.all([1, 2].map(() => request(app).post("/api/widgets/minted")));
    const sessions = responses.map((response) => {
      const { data } = expectEnvelope(response, 200, routes);
      const session = response.headers["x-session-id"];
      expect(session).toMatch(/^[A-Za-z0-9_-]{46}$/);
      expect(data).toMatchObject({ owner: { sessionId: session }, sessionMinted: session });
      return session;
    });
    expect(new Set(sessions).size).toBe(2);
  });

  test("When a write has a guest id, then none is minted", async () => {
    const response = await request(app).post("/api/widgets/minted").set("X-Session-Id", SESSION);
    expect(response.headers["x-session-id"]).toBeUndefined();
    expect(response.body.data.sessionMinted).toBeUndefined();
  });

  test.each([
    ["invented", "0123456789abcdefghijklmnopqrstuv"],
    ["changed in its last character", SESSION.slice(0, -1) + (SESSION.endsWith("A") ? "B" : "A")],
    ["another service's", mintGuestId("another-link-secret-of-32-characters")],
  ])("When the session is %s, then it counts as missing", async (_what, invented) => {
    const headers = { "X-Session-Id": invented };
    const visitor = expectEnvelope(await get("/visitor", headers), 200, routes);
    expect(visitor.data).toMatchObject({ principal: { kind: "anonymous" }, owner: null });
    expectEnvelope(await get("/shopper", headers), 401, routes);
    const written = await request(app).post("/api/widgets/minted").set(headers);
    const minted = String(written.headers["x-session-id"]);
    expect(minted).toMatch(/^[A-Za-z0-9_-]{46}$/);
    expect(written.body.data).toMatchObject({ owner: { sessionId: minted }, sessionMinted: minted });
    expectEnvelope(await get("/shopper", { "X-Session-Id": minted }), 200, routes);
    // It cannot be merged into a customer's cart either.
    const merge = await request(app)
      .post("/api/widgets/merge")
      .set({ ...(await asCustomer("user-3")), ...headers });
    expectEnvelope(merge, 400, routes);
  });

  test.each([
    ['{"$gt":""}'],
    ["short"],
    ["x".repeat(65)],
    [`${SESSION}; drop`],
    [`${SESSION}, ${SESSION}`],
    [""],
  ])("When the session is %j, then it is 400", async (session) => {
    const { error } = expectEnvelope(await get("/shopper", { "X-Session-Id": session }), 400, routes);
    expect(error).toMatchObject({
      code: "VALIDATION_ERROR",
      details: [{ in: "headers", path: "X-Session-Id" }],
    });
  });

  test("When a token and a session are sent, then the token wins", async () => {
    const headers = { ...(await asCustomer("user-2")), "X-Session-Id": SESSION };
    const { data } = expectEnvelope(await get("/shopper", headers), 200, routes);
    expect(data).toMatchObject({ owner: { userId: "user-2" }, sessionId: SESSION });
  });

  test("When the client says where it runs, then that is the source, and anything else is 400", async () => {
    const { data } = expectEnvelope(await get("/visitor", { "X-Client-Source": "mobile" }), 200, routes);
    expect(data).toMatchObject({ source: "mobile" });
    expectEnvelope(await get("/visitor", { "X-Client-Source": "admin" }), 400, routes);
  });
});

describe("A role", () => {
  test("When carts are merged, then both token and session are needed", async () => {
    const merge = (headers: Record<string, string>) => request(app).post("/api/widgets/merge").set(headers);
    const token = await asCustomer("user-3");
    const { data } = expectEnvelope(await merge({ ...token, "X-Session-Id": SESSION }), 200, routes);
    expect(data).toMatchObject({ principal: { userId: "user-3" }, sessionId: SESSION });
    expectEnvelope(await merge(token), 400, routes);
    expectEnvelope(await merge({ "X-Session-Id": SESSION }), 401, routes);
  });

  test.each([
    ["/admin", "admin", 200],
    ["/admin", "support", 200],
    ["/admin", "viewer", 403],
    ["/admin", "finance", 403],
    ["/admin", "service", 403],
    ["/admin", "customer", 403],
    ["/jobs", "service", 200],
    ["/jobs", "finance", 403],
    ["/customer", "admin", 403],
    ["/shopper", "admin", 403],
    ["/visitor", "service", 403],
  ])("When %s is asked for by %s, then it is %s", async (path, role, status) => {
    expectEnvelope(await get(path, await asAdmin(role)), status, routes);
  });

  test("When an admin route is called without a token, then it is 401, with a guest's session too", async () => {
    expectEnvelope(await get("/admin"), 401, routes);
    expectEnvelope(await get("/admin", { "X-Session-Id": SESSION }), 401, routes);
  });
});
