import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { connect } from "node:net";
import { logger } from "../../../config/logger.config.js";
import { createHttpServer, drain, listen } from "../../../config/server.config.js";
import { makeToken } from "../../support/callers.js";
import { makeTestApp, SESSION } from "./test-app.js";

let server: Server;
let testApp: ReturnType<typeof makeTestApp>;
let port: number;

beforeEach(async () => {
  testApp = makeTestApp();
  server = createHttpServer(testApp.app);
  await listen(server, 0);
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  server.closeAllConnections();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
});

async function open(): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Resolves when either side has closed the connection. */
const closed = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.once("close", resolve));

/** Sends the text and collects what comes back until the server closes the connection. */
async function exchange(text: string): Promise<string> {
  const socket = await open();
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk.toString();
  });
  const end = closed(socket);
  socket.write(text);
  await end;
  return answer;
}

const post = (headers: string, body = "") =>
  `POST /api/widgets HTTP/1.1\r\nHost: x\r\nX-Session-Id: ${SESSION}\r\nContent-Type: application/json\r\nConnection: close\r\n${headers}\r\n${body}`;

describe("The server", () => {
  test.each([
    ["is no HTTP", "PIPELINED GARBAGE\r\n\r\n"],
    ["has 64 kB of headers", `GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${"x".repeat(65_536)}\r\n\r\n`],
    ["has a length and chunks", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")],
    ["has two lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "{}")],
    ["has a line end in a header", "GET / HTTP/1.1\r\nHost: x\r\nX-A: a\rb\r\n\r\n"],
  ])("When a request %s, then it is 400 in the envelope and the connection closed", async (_what, text) => {
    const warn = jest.spyOn(logger, "warn");
    const answer = await exchange(text);
    const [, requestId] = /^HTTP\/1\.1 400 .*\r\nX-Request-Id: ([\w-]{36})\r\n/s.exec(answer) ?? [];
    const line = [{ requestId, code: expect.stringMatching(/^HPE_/) }, "> Broken HTTP was refused"];
    expect(warn.mock.calls).toEqual([line]);
    expect(JSON.parse(answer.slice(answer.indexOf("{")))).toMatchObject({
      ...{ success: false, statusCode: 400 },
      error: { code: "VALIDATION_ERROR", details: [{ in: "headers" }] },
    });
  });

  test("When there are two Authorization headers, then it is 401, even if each is valid", async () => {
    const header = `Authorization: Bearer ${await makeToken()}\r\n`;
    const ask = (headers: string) =>
      exchange(`GET /api/widgets/visitor HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`);
    expect(await ask(header)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await ask(header + header)).toMatch(/^HTTP\/1\.1 401 /);
  });

  test("When a request arrives, then it already has Express's prototype: replacing it would cost more than the response", async () => {
    const changed: unknown[] = [];
    const { setPrototypeOf } = Object;
    const spy = jest.spyOn(Object, "setPrototypeOf").mockImplementation((object, prototype) => {
      if (Object.getPrototypeOf(object) !== prototype) changed.push(object);
      return setPrototypeOf(object, prototype);
    });
    try {
      expect(await exchange("GET /api/widgets/open HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 200 OK/);
      expect(spy).toHaveBeenCalledWith(
        expect.objectContaining({ originalUrl: "/api/widgets/open" }),
        expect.anything(),
      );
    } finally {
      spy.mockRestore();
    }
    expect(changed).toEqual([]);
  });

  test("When HTTP/1.0 is spoken, then it is answered", async () => {
    expect(await exchange("GET /api/widgets/open HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  test("When the announced body is too large, then it is 413 immediately", async () => {
    const socket = await open();
    socket.write(post("Content-Length: 100001\r\n", "{"));
    const [chunk] = (await once(socket, "data")) as [Buffer];
    expect(chunk.toString()).toMatch(/^HTTP\/1\.1 413 /);
    await closed(socket);
  });

  test("When chunks never end, then it is 413 after the limit and the connection is closed", async () => {
    const socket = await open();
    socket.write(post("Transfer-Encoding: chunked\r\n").replace("Connection: close\r\n", ""));
    const chunk = `2710\r\n${" ".repeat(10_000)}\r\n`;
    const end = closed(socket);
    const flood = setInterval(() => socket.writable && socket.write(chunk), 2);
    try {
      const [answer] = (await once(socket, "data")) as [Buffer];
      expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
      await end;
    } finally {
      clearInterval(flood);
    }
  });

  test("When the server is created, then its time-outs end slow senders and outlast the load balancer's idle connections", () => {
    expect(server.headersTimeout).toBe(10_000);
    expect(server.requestTimeout).toBe(30_000);
    expect(server.keepAliveTimeout).toBeGreaterThan(60_000);
  });

  test("When headers arrive drop by drop, then the connection is closed after the limit", async () => {
    server.headersTimeout = 200;
    const socket = await open();
    const end = closed(socket);
    const drops = setInterval(() => socket.writable && socket.write("X-Drop: x\r\n"), 50);
    try {
      socket.write("GET /api/widgets/open HTTP/1.1\r\nHost: x\r\n");
      const [answer] = (await once(socket, "data")) as [Buffer];
      expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 /);
      await end;
    } finally {
      clearInterval(drops);
    }
  });

  test("When 500 connections send nothing, then others are answered", async () => {
    const idle = await Promise.all(Array.from({ length: 500 }, () => open()));
    expect(await exchange("GET /api/widgets/open HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 200 OK/);
    for (const socket of idle) socket.destroy();
  });

  test("When there are as many connections as it accepts, then a further one is closed and the others are served", async () => {
    expect(server.maxConnections).toBe(10_000);
    server.maxConnections = 2;
    const [first] = [await open(), await open()];
    await closed(await open());
    first.write("GET /api/widgets/open HTTP/1.1\r\nHost: x\r\n\r\n");
    const [answer] = (await once(first, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  test("When the port is taken, then listening fails with the reason", async () => {
    await expect(listen(createHttpServer(testApp.app), port)).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});

describe("Draining", () => {
  test("When a request is in flight, then it is answered before the server closes; idle connections are closed at once", async () => {
    const idle = await open();
    idle.write("GET /api/widgets/open HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(idle, "data");
    const release = testApp.hold();
    const socket = await open();
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString();
    });
    const body = JSON.stringify({ name: "x", quantity: 1 });
    const request = once(server, "request");
    socket.write(post(`Content-Length: ${body.length}\r\n`, body).replace("Connection: close\r\n", ""));
    await request;
    const idleClosed = once(idle, "close");
    const drained = drain(server, 5_000);
    await idleClosed;
    await expect(refused()).resolves.toBe(true);
    release();
    expect(await drained).toBe(true);
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
  });

  test("When a request never ends, then its connection is closed after the limit", async () => {
    testApp.hold();
    const socket = await open();
    const body = JSON.stringify({ name: "x", quantity: 1 });
    const request = once(server, "request");
    socket.write(post(`Content-Length: ${body.length}\r\n`, body));
    await request;
    expect(await drain(server, 50)).toBe(false);
  });
});

/** Whether a new connection is refused. */
async function refused(): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(false));
    socket.once("error", () => resolve(true));
  });
}
