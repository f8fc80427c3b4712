import { once } from "node:events";
import type { Server } from "node:http";
import { get, request as startRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { parse } from "content-disposition";
import type { Response } from "express";
import Joi from "joi";
import request from "supertest";
import { loadConfig } from "../../../config/env.config.js";
import { createApp, routesOf } from "../../../config/express.config.js";
import { buildOpenApi } from "../../../config/openapi.config.js";
import { createHttpServer } from "../../../config/server.config.js";
import { describedRouter, file, guest, open, page } from "../../../middlewares/described-router.js";
import { NotFoundError } from "../../../utils/errors.js";
import { type FileContent, sendFile, sendResponse } from "../../../utils/http.js";
import { expectEnvelope } from "../../support/http-assertions.js";

/** Routes that answer with a file: what is sent, and what happens when either end breaks off. */

let content: FileContent;
const handler = (_input: unknown, res: Response) => sendFile(res, content);
const router = describedRouter({ base: "/api/things", tag: "Things" });
const PATHS = { pdf: "application/pdf", zip: "application/zip", csv: "text/csv" } as const;
for (const [path, type] of Object.entries(PATHS))
  router.get(`/${path}`, { summary: path, access: open(), answers: { 200: file(type) } }, handler);
router.post(
  "/archive",
  {
    summary: "Archive",
    access: open(),
    answers: { 200: file("application/zip"), 202: Joi.object({ jobId: Joi.string() }) },
  },
  handler,
);
router.get(
  "/report",
  {
    summary: "Report",
    access: open(),
    answers: { 200: file("text/csv", Joi.object({ rows: Joi.number() })) },
  },
  async (_input, res) => sendResponse(res, 200, "Report", { rows: 1 }),
);

const config = loadConfig({ ...process.env });
const options = { routers: [router], config };
let server: Server;
let url: string;
beforeAll(async () => {
  server = createHttpServer(createApp(options));
  await once(server.listen(0, "127.0.0.1"), "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const PDF: FileContent = {
  name: "INV-2026-000001.pdf",
  contentType: PATHS.pdf,
  body: Buffer.from("%PDF-1.7"),
};
const read = (path: keyof typeof PATHS) => request(url).get(`/api/things/${path}`).responseType("blob");
/** Gives its parts when they are asked for; `destroyed` tells whether it was released. */
const inParts = (...parts: (Buffer | Error)[]): Readable => {
  const left = [...parts];
  return new Readable({
    read() {
      const next = left.shift();
      if (next instanceof Error) this.destroy(next);
      else this.push(next ?? null);
    },
  });
};

describe("What is sent", () => {
  test("When a route answers with a file, then it is an attachment of the declared type, for the caller alone", async () => {
    content = PDF;
    const answer = await read("pdf");
    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toBe("%PDF-1.7");
    expect(answer.headers).toMatchObject({
      "content-type": "application/pdf",
      "content-disposition": "attachment; filename=INV-2026-000001.pdf",
      "content-length": "8",
      "cache-control": "private, no-cache",
      "x-content-type-options": "nosniff",
      etag: expect.stringMatching(/^W\/"[0-9a-f]{64}"$/),
    });
    expect(answer.headers["content-encoding"]).toBeUndefined();
  });

  test.each([
    ["चालान.pdf", "_.pdf", "चालान.pdf"],
    ["Café “1”.pdf", "Cafe _1_.pdf", "Café “1”.pdf"],
    ['a"b\\c.pdf', "c.pdf", undefined],
    ["../../etc/passwd", "passwd", undefined],
    ["a\r\nSet-Cookie: x=1.pdf", "a_Set-Cookie: x=1.pdf", "a\r\nSet-Cookie: x=1.pdf"],
  ])("When the name is %j, then the header is safe and complete", async (name, ascii, full) => {
    content = { ...PDF, name };
    const { headers } = await read("pdf");
    const header = String(headers["content-disposition"]);
    expect(header).toMatch(/^attachment; [\x20-\x7e]+$/);
    expect(parse(header, { extended: false }).parameters.filename).toBe(ascii);
    if (full) expect(parse(header).parameters.filename).toBe(full);
    expect(headers["set-cookie"]).toBeUndefined();
  });

  test("When the client has the file, then it gets 304, and the bytes are not opened", async () => {
    const body = jest.fn(async () => inParts(Buffer.from("x")));
    content = { ...PDF, etag: "hash-1", size: 1, body };
    const { headers } = await read("pdf");
    expect(headers.etag).toBe('W/"hash-1"');
    for (const tag of ['W/"hash-1"', '"hash-1"', '"other", W/"hash-1"', "*"]) {
      const again = await read("pdf").set("If-None-Match", tag);
      expect([again.status, again.headers.etag, again.headers["cache-control"]]).toEqual([
        304,
        'W/"hash-1"',
        "private, no-cache",
      ]);
    }
    expect((await read("pdf").set("If-None-Match", '"hash-2"')).status).toBe(200);
    expect(body).toHaveBeenCalledTimes(2);
  });

  test("When only the headers are asked for, then an open stream is released", async () => {
    const stream = inParts(Buffer.from("x"));
    content = { ...PDF, etag: "hash-1", size: 1, body: stream };
    const { status, headers, text } = await request(url).head("/api/things/pdf");
    expect([status, headers["content-length"], headers["content-type"], text]).toEqual([
      200,
      "1",
      "application/pdf",
      undefined,
    ]);
    expect(stream.destroyed).toBe(true);
  });

  test.each([
    ["pdf", undefined],
    ["zip", undefined],
    ["csv", "gzip"],
  ] as const)("When %s is sent to a client that unpacks, then its encoding is %s", async (path, encoding) => {
    const text = "a,b,c\r\n".repeat(5_000);
    for (const body of [Buffer.from(text), inParts(Buffer.from(text))]) {
      content = { name: `f.${path}`, contentType: PATHS[path], body };
      const answer = await read(path).set("Accept-Encoding", "gzip");
      expect(answer.headers["content-encoding"]).toBe(encoding);
      expect(answer.body.toString()).toBe(text);
    }
  });

  test("When a stream has no bytes, then the answer is an empty file", async () => {
    content = { ...PDF, body: inParts() };
    const answer = await read("pdf");
    expect([answer.status, answer.body.length, answer.headers["content-type"]]).toEqual([
      200,
      0,
      "application/pdf",
    ]);
  });

  test("When a POST answers with a file, then it has no validator of a read", async () => {
    content = { name: "invoices.zip", contentType: PATHS.zip, body: inParts(Buffer.from("PK")) };
    const answer = await request(url).post("/api/things/archive").set("If-None-Match", "*").send({});
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/zip"]);
  });
});

describe("What breaks off", () => {
  test.each<[string, () => FileContent["body"]]>([
    [
      "the bytes cannot be opened",
      () => async () => Promise.reject(new NotFoundError("FILE_NOT_FOUND", "gone")),
    ],
    ["the stream fails before its first byte", () => inParts(new NotFoundError("FILE_NOT_FOUND", "gone"))],
    [
      "the stream has failed already",
      () => {
        const failed = inParts();
        failed.on("error", () => undefined).destroy(new NotFoundError("FILE_NOT_FOUND", "gone"));
        return failed;
      },
    ],
  ])("When %s, then the answer is an envelope without the file's headers", async (_what, body) => {
    content = { ...PDF, etag: "hash-1", size: 7, body: body() };
    const answer = await request(url).get("/api/things/pdf");
    expect([answer.status, answer.body.error.code]).toEqual([404, "FILE_NOT_FOUND"]);
    for (const header of ["content-disposition", "etag"]) expect(answer.headers[header]).toBeUndefined();
    expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
  });

  test.each(["pdf", "csv"] as const)(
    "When a stream of %s fails later, then the connection is cut and half a file never looks complete",
    async (path) => {
      content = {
        name: "f",
        contentType: PATHS[path],
        body: inParts(Buffer.alloc(100_000, "x"), new Error("lost")),
      };
      const answer = new Promise((resolve, reject) => {
        get(`${url}/api/things/${path}`, { headers: { "Accept-Encoding": "gzip" } }, (message) => {
          message.resume().on("error", reject).on("end", resolve);
        }).on("error", reject);
      });
      await expect(answer).rejects.toMatchObject({ code: "ECONNRESET" });
    },
  );

  test("When the client leaves, then the source is released and no error is reported", async () => {
    const part = Buffer.alloc(1_000_000, "x");
    let given = 0;
    const endless = new Readable({
      read() {
        given += 1;
        this.push(part);
      },
    });
    content = { ...PDF, body: endless };
    const call = startRequest(`${url}/api/things/pdf`, (message) => message.destroy());
    call.on("error", () => undefined).end();
    await once(endless, "close");
    expect([endless.destroyed, endless.errored]).toEqual([true, null]);
    // The sockets' buffers, not the whole file.
    expect(given).toBeLessThan(30);
  });

  test("When the client leaves before the first byte, then the source is released as well", async () => {
    const silent = new Readable({ read: () => undefined });
    content = { ...PDF, body: silent };
    const call = startRequest(`${url}/api/things/pdf`).on("error", () => undefined);
    call.end();
    while (silent.listenerCount("readable") === 0) await new Promise((resolve) => setImmediate(resolve));
    call.destroy();
    await once(silent, "close");
    expect(silent.destroyed).toBe(true);
  });
});

describe("What is declared", () => {
  const document = buildOpenApi(routesOf(options), { version: "1", publicUrl: "http://localhost" });
  type Documented = Record<string, { content?: object; headers?: object } | undefined>;
  const responses = (path: string, method: string): Documented =>
    Object(document.paths[`/api/things${path}`]?.[method]).responses;

  test("When a route declares a file, then OpenAPI has its type, its headers and 304", () => {
    const answers = responses("/pdf", "get");
    expect(answers["200"]).toMatchObject({
      content: { "application/pdf": { schema: { type: "string", format: "binary" } } },
      headers: { "Content-Disposition": {}, ETag: {} },
    });
    expect(answers["304"]).toBeDefined();
  });

  test("When a route answers a file or JSON, then both are documented, and JSON is checked against its schema", async () => {
    expect(Object.keys(responses("/archive", "post")["200"]?.content ?? {})).toEqual(["application/zip"]);
    expect(Object.keys(responses("/archive", "post")["202"]?.content ?? {})).toEqual(["application/json"]);
    expect(responses("/archive", "post")["304"]).toBeUndefined();
    expect(Object.keys(responses("/report", "get")["200"]?.content ?? {})).toEqual([
      "text/csv",
      "application/json",
    ]);
    const report = await request(url).get("/api/things/report");
    expect(expectEnvelope(report, 200, routesOf(options)).data).toEqual({ rows: 1 });
    report.body.data.rows = "one";
    expect(() => expectEnvelope(report, 200, routesOf(options))).toThrow(/rows/);
  });

  test("When a route with an idempotency key answers with a file, then the service does not start", () => {
    const declare = (answers: { 200: ReturnType<typeof file> }) =>
      describedRouter({ base: "/api/x", tag: "X" }).post(
        "/",
        { summary: "X", access: guest("reject"), answers, idempotency: "optional" },
        handler,
      );
    expect(() => declare({ 200: file("application/pdf") })).toThrow(/no idempotency/);
    expect(() => declare({ 200: page("text/html") })).not.toThrow();
  });
});
