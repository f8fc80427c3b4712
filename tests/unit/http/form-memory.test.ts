import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import express, { type ErrorRequestHandler } from "express";
import { formOrJsonStep } from "../../../middlewares/body.middleware.js";
import { AppError } from "../../../utils/errors.js";

/** Forms are held in memory: together not more than 100 MB. */
const app = express();
const refuse: ErrorRequestHandler = (error: unknown, _request, res, _next) => {
  res.status(error instanceof AppError ? error.statusCode : 500).end();
};
app.post(
  "/",
  formOrJsonStep({ images: { contentType: "image/*", maxBytes: 5_000_000, maxCount: 5 } }, 1_000),
  (_request, res) => {
    res.status(201).end();
  },
);
app.use(refuse);
let server: http.Server;

beforeAll(async () => {
  server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const FORM = Buffer.from('--x\r\ncontent-disposition: form-data; name="note"\r\n\r\nseen\r\n--x--\r\n');

interface Sent {
  request: http.ClientRequest;
  status: Promise<number | undefined>;
}

/** Begins a form of that length and sends none of it yet; without a length it counts as the longest one. */
function begin(length?: number): Sent {
  const { port } = server.address() as AddressInfo;
  const type = { "Content-Type": "multipart/form-data; boundary=x" };
  const headers = { ...type, ...(length === undefined ? {} : { "Content-Length": length }) };
  const request = http.request({ port, host: "127.0.0.1", method: "POST", headers });
  const status = new Promise<number | undefined>((resolve) => {
    request.once("response", (answer) => resolve(answer.resume().statusCode));
    request.once("error", () => resolve(undefined));
  });
  request.flushHeaders();
  return { request, status };
}

function statusOf({ request, status }: Sent): Promise<number | undefined> {
  request.end(FORM);
  return status;
}

/** Until the server has read the head of a request. */
const untilHeld = (): Promise<unknown> => once(server, "request");

async function beginMany(count: number): Promise<Sent[]> {
  const others: Sent[] = [];
  for (let begun = 0; begun < count; begun += 1) {
    const held = untilHeld();
    others.push(begin(20_000_000));
    await held;
  }
  return others;
}

test("When other forms hold the memory, then a form is refused as overload; when one of them ends, it is accepted", async () => {
  const others = await beginMany(4);
  expect(await statusOf(begin())).toBe(503);
  expect(await statusOf(begin(FORM.length))).toBe(201);
  others.pop()?.request.destroy();
  // The server notices the abort a moment later.
  while ((await statusOf(begin())) === 503);
  for (const { request } of others) request.destroy();
});
