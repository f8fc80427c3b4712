import { createHmac } from "node:crypto";
import request from "supertest";
import { expectEnvelope } from "../../support/http-assertions.js";
import { makeTestApp } from "./test-app.js";

const secrets = { new: "razorpay-webhook-secret-new", old: "razorpay-webhook-secret-old" };
const { app, routes } = makeTestApp({ RAZORPAY_WEBHOOK_SECRET: `${secrets.new},${secrets.old}` });
const SHIPPING_SECRET = process.env.SHIPPING_WEBHOOK_SECRET ?? "";

/** Spacing, escapes and number forms that do not survive JSON.parse and JSON.stringify. */
const body = '{ "event":"payment.captured", "note":"a\\/b \\u20b9", "amount": 100.0 }';
const sign = (data: string | Buffer, secret = secrets.new) =>
  createHmac("sha256", secret).update(data).digest("hex");

function post(data: string | Buffer, headers: Record<string, string | string[]> = {}, path = "razorpay") {
  const test = request(app).post(`/api/widgets/${path}`).set("Content-Type", "application/json");
  for (const [name, value] of Object.entries(headers)) test.set(name, value as string);
  return test.serialize((raw: unknown) => raw as string).send(data as string);
}

describe("A webhook's signature", () => {
  test("When it covers the raw bytes, then the handler gets them and the JSON", async () => {
    const { data } = expectEnvelope(await post(body, { "X-Razorpay-Signature": sign(body) }), 200, routes);
    expect(data).toEqual({ bytes: Buffer.byteLength(body), body: JSON.parse(body) });
  });

  test("When it covers the re-serialised body, then it is 401", async () => {
    const rewritten = JSON.stringify(JSON.parse(body));
    expectEnvelope(await post(body, { "X-Razorpay-Signature": sign(rewritten) }), 401, routes);
  });

  test("When the secret is being replaced, then both are valid, and any other is not", async () => {
    expectEnvelope(await post(body, { "X-Razorpay-Signature": sign(body, secrets.old) }), 200, routes);
    expectEnvelope(await post(body, { "X-Razorpay-Signature": sign(body, "a-removed-secret") }), 401, routes);
  });

  const right = sign(body);
  test.each([
    ["missing", {}],
    ["empty", { "X-Razorpay-Signature": "" }],
    ["cut short", { "X-Razorpay-Signature": right.slice(0, 63) }],
    ["too long", { "X-Razorpay-Signature": `${right}0` }],
    ["in upper case", { "X-Razorpay-Signature": right.toUpperCase() }],
    ["sent twice", { "X-Razorpay-Signature": [right, right] }],
    ["of another body", { "X-Razorpay-Signature": sign(`${body} `) }],
    ["in another header", { "X-Signature": right }],
    ["not hex", { "X-Razorpay-Signature": "z".repeat(64) }],
  ])("When it is %s, then it is 401", async (_what, headers) => {
    expectEnvelope(await post(body, headers), 401, routes);
  });

  test("When a BOM was put before the body, then it is 401", async () => {
    expectEnvelope(await post(`\ufeff${body}`, { "X-Razorpay-Signature": right }), 401, routes);
  });

  test("When the body has another type, then the bytes count all the same", async () => {
    const headers = { "X-Razorpay-Signature": right, "Content-Type": "text/plain" };
    expectEnvelope(await post(body, headers), 200, routes);
  });

  test("When the signed body is not JSON, then it is malformed", async () => {
    const text = "event=payment.captured";
    const { error } = expectEnvelope(await post(text, { "X-Razorpay-Signature": sign(text) }), 400, routes);
    expect(error?.code).toBe("MALFORMED_JSON");
  });

  test("When it is over 1 MB, then it is too large", async () => {
    const large = JSON.stringify({ note: "x".repeat(1_000_000) });
    expectEnvelope(await post(large, { "X-Razorpay-Signature": sign(large) }), 413, routes);
    const fitting = JSON.stringify({ note: "x".repeat(900_000) });
    expectEnvelope(await post(fitting, { "X-Razorpay-Signature": sign(fitting) }), 200, routes);
  });

  test("When it has no signature, then it is refused before it is read", async () => {
    expectEnvelope(await post(JSON.stringify({ note: "x".repeat(1_000_000) })), 401, routes);
  });

  test("When the shipping service signs, then its own header and secret count", async () => {
    const signature = sign(body, SHIPPING_SECRET);
    expectEnvelope(await post(body, { "X-Signature": signature }, "shipping"), 200, routes);
    expectEnvelope(await post(body, { "X-Razorpay-Signature": signature }, "shipping"), 401, routes);
    expectEnvelope(await post(body, { "X-Signature": right }, "shipping"), 401, routes);
  });
});
