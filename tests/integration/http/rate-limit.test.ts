import request from "supertest";
import { expectEnvelope } from "../../support/http-assertions.js";
import { asCustomer } from "../../support/tokens.js";
import { makeTestApp, SESSION, type TestApp } from "./test-app.js";

/** How many of so many calls are let through. */
async function passed(calls: number, call: () => request.Test): Promise<number> {
  const responses = await Promise.all(Array.from({ length: calls }, () => call()));
  for (const { status } of responses) expect([200, 429]).toContain(status);
  return responses.filter(({ status }) => status === 200).length;
}

const coupon =
  ({ app }: TestApp, headers: Record<string, string>) =>
  () =>
    request(app).post("/api/widgets/coupon").set(headers);

describe("Rate limits", () => {
  test("When a caller tries coupon after coupon, then ten a minute are let through", async () => {
    const limited = makeTestApp({ RATE_LIMIT_PER_MINUTE: "300" });
    const mine = await asCustomer("user-1");
    expect(await passed(12, coupon(limited, mine))).toBe(10);
    const refused = await coupon(limited, mine)();
    expect(expectEnvelope(refused, 429, limited.routes).error?.code).toBe("RATE_LIMITED");
    const seconds = Number(refused.headers["retry-after"]);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    // Others, and other kinds of routes, are not affected.
    expect(await passed(1, coupon(limited, await asCustomer("user-2")))).toBe(1);
    expect(await passed(1, () => request(limited.app).get("/api/widgets/customer").set(mine))).toBe(1);
  });

  test("When a guest invents session after session, then the address counts", async () => {
    const limited = makeTestApp({ RATE_LIMIT_PER_MINUTE: "300" });
    let number = 0;
    const next = () => coupon(limited, { "X-Session-Id": `${SESSION}${number++}` })();
    expect(await passed(12, next)).toBe(10);
  });

  test("When X-Forwarded-For is made up, then it changes nothing; behind a proxy it names the caller", async () => {
    const spoof = (app: TestApp) => {
      let number = 0;
      return () => coupon(app, { "X-Session-Id": SESSION, "X-Forwarded-For": `10.0.0.${number++}` })();
    };
    expect(await passed(12, spoof(makeTestApp({ RATE_LIMIT_PER_MINUTE: "300" })))).toBe(10);
    expect(await passed(12, spoof(makeTestApp({ RATE_LIMIT_PER_MINUTE: "300", TRUST_PROXY: "1" })))).toBe(12);
  });

  test("When the general limit is lower, then every limit is", async () => {
    const limited = makeTestApp({ RATE_LIMIT_PER_MINUTE: "60" });
    expect(await passed(5, coupon(limited, await asCustomer()))).toBe(2);
  });

  test("When the limit is 0, then there is none", async () => {
    const unlimited = makeTestApp({ RATE_LIMIT_PER_MINUTE: "0" });
    expect(await passed(20, coupon(unlimited, await asCustomer()))).toBe(20);
  });

  test("When nobody signed in, then writes are limited to 60 a minute", async () => {
    const limited = makeTestApp({ RATE_LIMIT_PER_MINUTE: "300" });
    const write = () => request(limited.app).post("/api/widgets/minted").set("X-Session-Id", SESSION);
    expect(await passed(65, write)).toBe(60);
  });
});
