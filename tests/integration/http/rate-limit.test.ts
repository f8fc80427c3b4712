import request from "supertest";
import { routesOf } from "../../../config/express.config.js";
import { asCustomer, asGuest } from "../../support/callers.js";
import { expectEnvelope } from "../../support/http-assertions.js";
import { makeTestApp, type TestApp } from "./test-app.js";

/** How many of the calls are admitted. */
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
  test("When a caller tries many coupons, then ten a minute are allowed", async () => {
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

  test("When guests share an address, then each has a limit of their own", async () => {
    const limited = makeTestApp({ RATE_LIMIT_PER_MINUTE: "300" });
    for (const guest of [asGuest(), asGuest(), asGuest()])
      expect(await passed(12, coupon(limited, guest))).toBe(10);
    // Customers on the same address have a ceiling of their own.
    expect(await passed(12, coupon(limited, await asCustomer()))).toBe(10);
  });

  test("When many guests share an address, then its ceiling is ten times a guest's limit", async () => {
    const limited = makeTestApp({ RATE_LIMIT_PER_MINUTE: "60" });
    expect(await passed(30, () => coupon(limited, asGuest())())).toBe(20);
  });

  test("When new ids are minted, then their number per address is limited, and a refusal hands out none", async () => {
    const limited = makeTestApp({ RATE_LIMIT_PER_MINUTE: "30" });
    const mint = () => request(limited.app).post("/api/widgets/minted");
    expect(await passed(14, mint)).toBe(12);
    const refused = await mint();
    expect(refused.status).toBe(429);
    expect(refused.headers["x-session-id"]).toBeUndefined();
    // A guest who has an id goes on.
    expect(await passed(1, () => mint().set(asGuest()))).toBe(1);
  });

  test("When X-Forwarded-For is made up, then it changes nothing; behind a proxy it names the caller", async () => {
    const spoof = (app: TestApp) => {
      let number = 0;
      return () => request(app.app).post("/api/widgets/minted").set("X-Forwarded-For", `10.0.0.${number++}`);
    };
    expect(await passed(14, spoof(makeTestApp({ RATE_LIMIT_PER_MINUTE: "30" })))).toBe(12);
    expect(await passed(14, spoof(makeTestApp({ RATE_LIMIT_PER_MINUTE: "30", TRUST_PROXY: "1" })))).toBe(14);
  });

  test("When a payment method is chosen, then the stricter limit of payments applies", async () => {
    const limited = routesOf().filter(({ rateClass }) => rateClass === "payment");
    expect(limited.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      "post /api/payments",
      "post /api/payments/:paymentId/retry",
      "put /api/checkout/:sessionId/payment-method",
    ]);
    const { app } = makeTestApp({ RATE_LIMIT_PER_MINUTE: "300" });
    const guest = asGuest();
    expect(await passed(12, () => request(app).post("/api/widgets/payment").set(guest))).toBe(10);
  });

  test("When a callback comes with an expired token, then it is 401, and not counted as a wrong signature", async () => {
    const limited = makeTestApp({ RATE_LIMIT_PER_MINUTE: "300" });
    const call = () =>
      request(limited.app).post("/api/widgets/callback").set("Authorization", "Bearer not.a.token");
    const answers = await Promise.all(Array.from({ length: 12 }, () => call()));
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(401));
  });

  test("When the general limit is lower, then every limit is", async () => {
    const limited = makeTestApp({ RATE_LIMIT_PER_MINUTE: "60" });
    expect(await passed(5, coupon(limited, await asCustomer()))).toBe(2);
  });

  test("When the limit is 0, then there is none", async () => {
    const unlimited = makeTestApp({ RATE_LIMIT_PER_MINUTE: "0" });
    expect(await passed(20, coupon(unlimited, await asCustomer()))).toBe(20);
    expect(await passed(20, () => request(unlimited.app).post("/api/widgets/minted"))).toBe(20);
    expect(await passed(20, () => request(unlimited.app).post("/api/widgets/payment").set(asGuest()))).toBe(
      20,
    );
  });

  test("When a guest writes, then the limit is 60 a minute, independent of others on the address", async () => {
    const limited = makeTestApp({ RATE_LIMIT_PER_MINUTE: "300" });
    for (const guest of [asGuest(), asGuest()]) {
      const write = () => request(limited.app).post("/api/widgets/minted").set(guest);
      expect(await passed(65, write)).toBe(60);
    }
  });
});
