import { gzipSync } from "node:zlib";
import request, { type Test } from "supertest";
import { expectEnvelope } from "../../support/http-assertions.js";
import { makeTestApp, SESSION } from "./test-app.js";

const { app, routes, made } = makeTestApp();
const valid = { name: "A widget", quantity: 2 };

const post = (path = ""): Test => request(app).post(`/api/widgets${path}`).set("X-Session-Id", SESSION);
/** Sends a text as it is. */
const postText = (text: string | Buffer, type = "application/json"): Test =>
  post()
    .set("Content-Type", type)
    .serialize((body: unknown) => body as string)
    .send(text as string);

async function expectRefusal(test: Test, status: number, code: string) {
  const before = made();
  const { error } = expectEnvelope(await test, status, routes);
  expect(error?.code).toBe(code);
  expect(made()).toBe(before);
  return error?.details;
}

describe("A body", () => {
  test("When it is valid, then the handler gets it", async () => {
    const { data } = expectEnvelope(await post().send(valid), 201, routes);
    expect(data).toMatchObject({ name: "A widget" });
  });

  test("When several things are wrong, then each is reported with its place", async () => {
    const details = await expectRefusal(post().send({ quantity: 0, colour: "red" }), 400, "VALIDATION_ERROR");
    expect(details).toEqual(
      expect.arrayContaining([
        { in: "body", path: "name", message: '"name" is required' },
        { in: "body", path: "quantity", message: expect.stringContaining("greater than or equal to 1") },
        { in: "body", path: "colour", message: '"colour" is not allowed' },
      ]),
    );
  });

  test.each([
    ["an operator", { name: { $ne: null }, quantity: 1 }],
    ["$where", { name: "x", quantity: 1, $where: "sleep(1000)" }],
    ["a list for a text", { name: ["x"], quantity: 1 }],
    ["a number as text", { name: "x", quantity: "5" }],
    ["a number as text with blanks", { name: "x", quantity: " 7 " }],
    ["a fraction", { name: "x", quantity: 1.5 }],
    ["nothing", { name: "x", quantity: null }],
    ["too much", { name: "x", quantity: 1e9 }],
    ["less than nothing", { name: "x", quantity: -1 }],
    ["a text for an object", "text"],
    ["a list for an object", [valid]],
    ["null for an object", null],
  ])("When it has %s, then it is refused", async (_what, body) => {
    await expectRefusal(postText(JSON.stringify(body)), 400, "VALIDATION_ERROR");
  });

  test.each([
    "status",
    "paymentStatus",
    "paidAmount",
    "userId",
    "grandTotal",
    "isFreeGift",
    "unitPrice",
    "role",
    "approvedById",
  ])("When a client assigns %s, then it is refused, not dropped", async (field) => {
    const details = await expectRefusal(post().send({ ...valid, [field]: 1 }), 400, "VALIDATION_ERROR");
    expect(details).toMatchObject([{ path: field }]);
  });

  test("When a route takes no body, then a field in it is refused", async () => {
    await expectRefusal(post("/minted").send({ userId: "someone" }), 400, "VALIDATION_ERROR");
    expectEnvelope(await post("/minted").send({}), 200, routes);
  });

  test.each([
    ["1e309", '{"name":"x","quantity":1e309}'],
    ["9007199254740993", '{"name":"x","quantity":9007199254740993}'],
    ["__proto__", '{"name":"x","quantity":1,"__proto__":{"admin":true}}'],
    ["a key twice", '{"name":"x","quantity":1,"quantity":2}'],
    ["15,000 levels", `{"name":${'{"a":'.repeat(15_000)}1${"}".repeat(15_000)},"quantity":1}`],
    ["NUL", '{"name":"a\\u0000","quantity":1}'],
  ])("When it has %s, then it is refused", async (_what, text) => {
    await expectRefusal(postText(text), 400, "VALIDATION_ERROR");
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  test.each([
    ["cut off", '{"name":"x"'],
    ["not JSON", "name=x"],
    ["NaN", '{"name":"x","quantity":NaN}'],
    ["broken UTF-8", Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d])],
  ])("When it is %s, then it is malformed", async (_what, text) => {
    await expectRefusal(postText(text), 400, "MALFORMED_JSON");
  });

  test.each([
    ["text/plain"],
    ["application/xml"],
    ["application/x-www-form-urlencoded"],
    ["multipart/form-data; boundary=x"],
    ["application/jsonp"],
    ["application/json; charset=utf-99"],
    ["application/json; charset=utf-16le"],
  ])("When its type is %s, then it is not supported", async (type) => {
    await expectRefusal(postText(JSON.stringify(valid), type), 415, "UNSUPPORTED_MEDIA_TYPE");
  });

  test("When it has no type, then it is not supported", async () => {
    const test = post()
      .unset("Content-Type")
      .serialize((body: unknown) => body as string)
      .send(JSON.stringify(valid));
    await expectRefusal(test.unset("Content-Type"), 415, "UNSUPPORTED_MEDIA_TYPE");
  });

  test("When UTF-8 has another spelling, then it is accepted", async () => {
    expectEnvelope(await postText(JSON.stringify(valid), 'Application/JSON; charset="UTF-8"'), 201, routes);
  });

  test.each([["gzip"], ["br"], ["snappy"]])(
    "When it is compressed by %s, then it is not supported",
    async (encoding) => {
      const bomb = gzipSync(Buffer.alloc(1_000_000));
      await expectRefusal(postText(bomb).set("Content-Encoding", encoding), 415, "UNSUPPORTED_MEDIA_TYPE");
    },
  );

  test("When there is none, then what is required is missing", async () => {
    const details = await expectRefusal(post(), 400, "VALIDATION_ERROR");
    expect(details).toContainEqual({ in: "body", path: "name", message: '"name" is required' });
  });

  test("When it is over 100 kB, then it is too large, and bulk rows may be 2 MB", async () => {
    await expectRefusal(post().send({ ...valid, note: "x".repeat(100_000) }), 413, "PAYLOAD_TOO_LARGE");
    const rows = (count: number) => ({ rows: Array.from({ length: count }, () => "x".repeat(97)) });
    const { data } = expectEnvelope(await post("/bulk").send(rows(19_000)), 200, routes);
    expect(data).toEqual({ rows: 19_000 });
    await expectRefusal(post("/bulk").send(rows(21_000)), 413, "PAYLOAD_TOO_LARGE");
  });
});

describe("A URL", () => {
  const get = (path: string) => request(app).get(`/api/widgets${path}`);

  test("When the query is right, then it arrives with its types and defaults", async () => {
    expect(expectEnvelope(await get("/?page=3&status=open"), 200, routes).data).toEqual({
      page: 3,
      status: "open",
    });
    expect(expectEnvelope(await get("/"), 200, routes).data).toEqual({ page: 1 });
  });

  test.each([
    ["an operator", "status[$ne]=open"],
    ["a value twice", "status=open&status=closed"],
    ["an unknown name", "colour=red"],
    ["__proto__", "__proto__=x"],
    ["text for a number", "page=many"],
    ["nothing for a number", "page="],
    ["less than the first page", "page=-1"],
    ["infinitely many", "page=Infinity"],
    ["a value that is not listed", "status=$where"],
    ["NUL", "status=open%00"],
    ["something endless", `status=${"x".repeat(2000)}`],
  ])("When the query has %s, then it is refused", async (_what, query) => {
    await expectRefusal(get(`/?${query}`), 400, "VALIDATION_ERROR");
  });

  test("When a value is given twice, then the error says so", async () => {
    const details = await expectRefusal(get("/?status=open&status=open"), 400, "VALIDATION_ERROR");
    expect(details).toEqual([{ in: "query", path: "status", message: '"status" must be given once' }]);
  });

  test("When a route takes no query, then one is refused", async () => {
    await expectRefusal(get("/open?debug=1"), 400, "VALIDATION_ERROR");
  });

  test("When an id is right, then it arrives; literal paths come first", async () => {
    const id = "0123456789abcdef01234567";
    expect(expectEnvelope(await get(`/${id}`), 200, routes).data).toEqual({ id });
    expect(expectEnvelope(await get("/open"), 200, routes).data).toEqual({ open: true });
  });

  test.each([
    ["12 characters", "abcdefghijkl"],
    ["an object", "[object%20Object]"],
    ["an operator", "%7B%22$gt%22:%22%22%7D"],
    ["25 digits", "0123456789abcdef012345678"],
    ["broken encoding", "%E0%A4%A"],
    ["NUL", "%00"],
    ["a hidden slash", "..%2f..%2fetc"],
    ["a hidden backslash", "..%5c"],
    ["a line end", "a%0d%0aSet-Cookie:x"],
  ])("When an id is %s, then it is refused", async (_what, id) => {
    await expectRefusal(get(`/${id}`), 400, "VALIDATION_ERROR");
  });

  test("When a path with broken encoding matches no route, then it is still refused", async () => {
    const response = await request(app).get("/nowhere/%E0%A4%A");
    expect(response.status).toBe(400);
    expect(response.body.error.code).toBe("VALIDATION_ERROR");
  });

  test.each([
    ["get", "/nowhere"],
    ["get", "/api/widgets/open/more"],
    ["patch", "/api/widgets/open"],
    ["delete", "/api/widgets"],
    ["get", "/API/widgets/open"],
  ] as const)("When %s %s leads nowhere, then it is 404 in the envelope", async (method, path) => {
    const { error } = expectEnvelope(await request(app)[method](path), 404, routes);
    expect(error?.code).toBe("NOT_FOUND");
  });
});

describe("An answer", () => {
  const open = (headers: Record<string, string> = {}) => request(app).get("/api/widgets/open").set(headers);

  test("When the request has an id, then the answer has the same; a bad one is replaced", async () => {
    for (const good of ["7", "trace-1.2_3-abc", "x".repeat(64)]) {
      expect((await open({ "X-Request-Id": good })).headers["x-request-id"]).toBe(good);
    }
    for (const bad of ["two words", "x".repeat(65), 'a"b{c}d<e>']) {
      expect((await open({ "X-Request-Id": bad })).headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test("When it is sent, then it reveals nothing about the server and has the security headers", async () => {
    const { headers } = await open();
    expect(headers["x-powered-by"]).toBeUndefined();
    expect(headers.etag).toBeUndefined();
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["content-security-policy"]).toContain("default-src 'self'");
    expect(headers["strict-transport-security"]).toContain("max-age");
  });

  test("When the handler has a bug, then the response reveals nothing about it", async () => {
    const response = await post().send({ ...valid, note: "fail" });
    const { error } = expectEnvelope(response, 500, routes);
    expect(error).toEqual({ code: "INTERNAL_ERROR" });
    expect(response.text).not.toMatch(/secret|TypeError|stack|\.ts/);
  });

  test("When an origin is not listed, then browsers there may not read it", async () => {
    const listed = makeTestApp({ CORS_ORIGINS: "https://shop.example.com" });
    const ask = (origin: string) => request(listed.app).get("/api/widgets/open").set("Origin", origin);
    expect((await ask("https://shop.example.com")).headers["access-control-allow-origin"]).toBe(
      "https://shop.example.com",
    );
    for (const origin of ["https://evil.example.com", "https://shop.example.com.evil.com", "null"]) {
      const { headers } = await ask(origin);
      expect(headers["access-control-allow-origin"]).toBeUndefined();
      expect(headers["access-control-allow-credentials"]).toBeUndefined();
    }
    expect(
      (await open({ Origin: "https://shop.example.com" })).headers["access-control-allow-origin"],
    ).toBeUndefined();
  });

  test("When it is large and the client can, then it is compressed; small ones are not", async () => {
    const ask = (path: string) => request(app).get(`/api/widgets${path}`).set("Accept-Encoding", "gzip");
    expect((await ask("/large")).headers["content-encoding"]).toBe("gzip");
    expect((await ask("/open")).headers["content-encoding"]).toBeUndefined();
    expect((await request(app).get("/api/widgets/large").set("Accept-Encoding", "")).headers.vary).toContain(
      "Accept-Encoding",
    );
  });
});
