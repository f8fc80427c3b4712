import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import request, { type Response } from "supertest";
import type { RateClass } from "../../../middlewares/route.types.js";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { isAdmin, isConsumer, isSigned, nameOf, pathWith } from "../../support/router-table.js";
import type { Agent } from "../../support/world.js";
import { goodToken } from "./forged-tokens.js";
import {
  assertNoInsides,
  callerFor,
  collectFindings,
  expectNothingDone,
  type SecurityWorld,
  startSecurityWorld,
} from "./security-world.js";
import { asUser, newSession, nobodysBelongings, type Shopper, shopForEverything } from "./shoppers.js";

/** What an attacker meets at every route, whatever the route does. Tables are made from the router. */

type Route = SecurityWorld["mounted"][number];

/** Each test covers a whole table, which takes a while on a busy machine. */
jest.setTimeout(300_000);

let world: SecurityWorld;
let guest: Shopper;
const servers: Server[] = [];

beforeAll(async () => {
  world = await startSecurityWorld();
  guest = await shopForEverything(world, newSession());
  await world.settle();
});
afterAll(async () => {
  for (const server of servers) server.close();
  await world.stop();
});

/** The same service with other settings. */
async function appWith(changes: object): Promise<Agent> {
  const [{ createApp }, { config }] = await Promise.all([
    import("../../../config/express.config.js"),
    import("../../../config/env.config.js"),
  ]);
  const server = createApp({ config: { ...config, ...changes } }).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return request(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

const pathOf = (route: Route): string => pathWith(route, world.caseOf(route).params?.(guest.has) ?? {});
const callAsOwner = (route: Route, headers: Record<string, string> = {}): Promise<Response> => {
  const as = { ...callerFor(route, guest, world.sandbox.tokens.admin), ...headers };
  return world.call(route, { as, own: guest.has });
};

describe("A deactivated or unknown admin", () => {
  test.each(["disabled", "unknown"])(
    "When the account is %s, then every admin route is 403",
    async (what) => {
      const sub = what === "disabled" ? "admin-second" : "admin-of-nothing";
      if (what === "disabled") world.sandbox.control.auth.setAdminStatus(sub, "disabled");
      const as = { Authorization: `Bearer ${goodToken({ sub, role: "admin" })}` };
      const findings = collectFindings();
      await expectNothingDone(world, findings, () =>
        findings.checkAll(world.routes.filter(isAdmin), nameOf, async (route) => {
          world.expectRefusal(await world.call(route, { as, own: guest.has }), 403, "FORBIDDEN");
        }),
      );
      findings.report();
    },
  );
});

/** The limits of the API contract per caller and minute, of 300; those of guests are in parentheses there. */
const PER_MINUTE: Record<Exclude<RateClass, "none" | "webhook">, { caller: number; guest: number }> = {
  read: { caller: 300, guest: 300 },
  write: { caller: 300, guest: 60 },
  cart: { caller: 300, guest: 60 },
  place: { caller: 10, guest: 10 },
  payment: { caller: 10, guest: 10 },
  coupon: { caller: 10, guest: 10 },
  search: { caller: 30, guest: 30 },
  export: { caller: 2, guest: 2 },
  upload: { caller: 30, guest: 30 },
};
/** The routes with a limit of their own, by the API contract. */
const STRICT: Readonly<Record<string, RateClass>> = {
  "POST /api/orders": "place",
  "POST /api/payments/cod": "place",
  "POST /api/refunds": "place",
  "POST /api/returns": "place",
  "POST /api/payments": "payment",
  "POST /api/payments/:paymentId/retry": "payment",
  "PUT /api/checkout/:sessionId/payment-method": "payment",
  "POST /api/cart/coupons": "coupon",
  "GET /api/admin/orders/search": "search",
  "GET /api/admin/invoices/tax-summary": "search",
  "GET /api/admin/invoices/gstr1": "search",
  "GET /api/admin/orders/export": "export",
  "GET /api/admin/payments/export": "export",
  "POST /api/admin/invoices/bulk-download": "export",
  "POST /api/returns/:returnId/images": "upload",
  "POST /api/admin/returns/:returnId/images": "upload",
};

describe("Rate limits", () => {
  const SCALE = 30;
  /** The limit of an address is this many times that of a caller. */
  const CEILING_TIMES = 10;
  const classOf = (route: Route): RateClass => {
    if (isSigned(route)) return "webhook";
    if (/^\/api\/health|^\/metrics/.test(route.path)) return "none";
    return STRICT[nameOf(route)] ?? (route.method === "get" ? "read" : "write");
  };
  const limitOf = (route: Route): number => {
    const rateClass = classOf(route);
    if (rateClass === "none" || rateClass === "webhook") throw new Error("has no limit per caller");
    const { rule } = route.access;
    const kind = isConsumer(route) && rule.kind === "guest" ? "guest" : "caller";
    // Without a caller, only the ceiling of the address counts.
    const times = rule.kind === "open" ? CEILING_TIMES : 1;
    return Math.max(1, Math.round((PER_MINUTE[rateClass][kind] * times * SCALE) / 300));
  };

  test("When routes are compared with the contract, then each has its class", () => {
    const same = (one: RateClass, other: RateClass) => one === other || (one === "write" && other === "cart");
    const wrong = world.mounted.filter((route) => !same(classOf(route), route.rateClass));
    expect(wrong.map((route) => `${nameOf(route)} is ${route.rateClass}`)).toEqual([]);
  });

  test("When a caller goes on, then every route answers 429 with Retry-After once its limit is reached", async () => {
    const app = await appWith({ rateLimitPerMinute: SCALE, trustProxyHops: 1 });
    const findings = collectFindings();
    const limited = world.mounted.filter((route) => !["none", "webhook"].includes(classOf(route)));
    const numbered = limited.map((route, index) => ({ route, index }));
    await findings.checkAll(
      numbered,
      ({ route }) => nameOf(route),
      async ({ route, index }) => {
        // An address and a caller of its own: the limits of a class are shared by its routes.
        const headers = { ...newCaller(route, index), "X-Forwarded-For": `10.9.${index}.1` };
        const ask = () => app[route.method](`${pathOf(route)}?probe=1`).set(headers);
        const limit = limitOf(route);
        const statuses: number[] = [];
        for (let sent = 0; sent < limit; sent += 1) statuses.push((await ask()).status);
        const refused = await ask();
        if (statuses.includes(429)) throw new Error(`429 after ${statuses.indexOf(429)} of ${limit}`);
        world.expectRefusal(refused, 429, "RATE_LIMITED");
        expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
        expect(Number(refused.headers["retry-after"])).toBeLessThanOrEqual(60);
      },
    );
    findings.report();
  });

  function newCaller(route: Route, index: number): Record<string, string> {
    const { rule } = route.access;
    if (rule.kind === "guest") return newSession();
    const sub = `${rule.kind}-${index}`;
    if (rule.kind === "customer") return { ...asUser(sub), ...newSession() };
    if (rule.kind === "admin") return { Authorization: `Bearer ${goodToken({ sub, role: "admin" })}` };
    return {};
  }

  test("When a guest guesses coupons on two instances, then they count together, and the right one is refused too", async () => {
    const apps = [await appWith({ rateLimitPerMinute: 300 }), await appWith({ rateLimitPerMinute: 300 })];
    const as = newSession();
    const apply = (index: number, couponCode: string) =>
      apps[index % 2]?.post("/api/cart/coupons").set(as).send({ couponCode }) ?? fail();
    const item = { productId: SEED.products.ashwagandha, variantId: SEED.variants.ashwagandha, quantity: 1 };
    await world.http.post("/api/cart/items").set(as).send(item);
    const statuses: number[] = [];
    for (let index = 0; index < 12; index += 1) statuses.push((await apply(index, `GUESS${index}`)).status);
    expect(statuses).toEqual([...Array<number>(10).fill(400), 429, 429]);
    expect((await apply(0, SEED.coupons.WELCOME10)).status).toBe(429);
  });
});

const EVIL = "evil.example.com";
const SECURITY_HEADERS = {
  "x-content-type-options": /^nosniff$/,
  "content-security-policy": /default-src 'self'/,
  "strict-transport-security": /max-age=\d{7,}/,
  "x-frame-options": /^SAMEORIGIN$/,
  "referrer-policy": /^no-referrer$/,
};

describe("The headers of a response", () => {
  test("When another host or origin is named, then it is in no link, and no page there may read the response", async () => {
    const findings = collectFindings();
    const named = {
      Host: EVIL,
      Origin: `https://${EVIL}`,
      Referer: `https://${EVIL}/`,
      "X-Forwarded-Host": EVIL,
      Forwarded: `host=${EVIL}`,
    };
    const reads = world.routes.filter((route) => route.method === "get");
    await findings.checkAll(reads, nameOf, async (route) => {
      const { text = "", headers } = await callAsOwner(route, named);
      if ((text + JSON.stringify(headers)).includes(EVIL)) throw new Error(`names ${EVIL}`);
      expect(headers["access-control-allow-origin"]).toBeUndefined();
      expect(headers["access-control-allow-credentials"]).toBeUndefined();
    });
    findings.report();
  });

  test("When any route answers or refuses, then the response has the security headers and does not name the server", async () => {
    const findings = collectFindings();
    await findings.checkAll(world.routes, nameOf, async (route) => {
      const as = callerFor(route, guest, world.sandbox.tokens.admin);
      const { headers } = await world.call(route, { as, own: guest.has, query: "probe=1" });
      for (const [name, expected] of Object.entries(SECURITY_HEADERS))
        if (!expected.test(String(headers[name]))) throw new Error(`${name}: ${headers[name]}`);
      expect([headers["x-powered-by"], headers.server]).toEqual([undefined, undefined]);
    });
    findings.report();
  });

  test("When line ends are in a path or a query, then no header comes of them", async () => {
    const findings = collectFindings();
    const split = "x%0d%0aX-Injected:%20yes%0d%0a%0d%0a<script>";
    await findings.checkAll(world.routes, nameOf, async (route) => {
      const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
      const params = Object.fromEntries(names.map((name) => [name, split]));
      const as = callerFor(route, guest, world.sandbox.tokens.admin);
      for (const call of [{ params }, { query: `next=${split}&token=${split}` }]) {
        const { headers, status } = await world.call(route, { as, own: nobodysBelongings(), ...call });
        expect(headers["x-injected"]).toBeUndefined();
        if (status === 500) throw new Error("500");
      }
    });
    findings.report();
  });
});

/** What scanners ask for first, and what tools of development answer. */
const HIDDEN = [
  ...["/.env", "/.git/config", "/package.json", "/package-lock.json", "/dist/index.js", "/dist/index.js.map"],
  ...[
    "/index.ts",
    "/index.js.map",
    "/node_modules/express/package.json",
    "/debug",
    "/debug/pprof",
    "/status",
  ],
  ...["/actuator", "/actuator/env", "/server-status", "/phpinfo.php", "/admin", "/console", "/graphql"],
  ...["/__control", "/__control/razorpay/pay", "/__faults", "/api/__control", "/api/__faults", "/faultpoint"],
  ...["/api/crash-points", "/api/debug", "/api/test", "/api/config", "/api/env", "/api/heapdump"],
  ...["/api/docs/assets/../../../.env", "/api/docs/assets/..%2f..%2fpackage.json", "/api/files/..%2f.env"],
];

describe("What is not for the outside", () => {
  test.each(["get", "post"] as const)(
    "When a scanner asks with %s, then there is nothing, in the envelope",
    async (method) => {
      const findings = collectFindings();
      await findings.checkAll(HIDDEN, String, async (path) => {
        const answer = await world.http[method](path);
        assertNoInsides(answer.text);
        if (![400, 404].includes(answer.status))
          throw new Error(`${answer.status} ${answer.text.slice(0, 100)}`);
        expect(answer.body).toMatchObject({ success: false, data: null });
      });
      findings.report();
    },
  );

  test("When the service runs in production, then documentation needs an admin, and metrics their token", async () => {
    const app = await appWith({ env: "production", metricsToken: "metrics-token-of-at-least-32-characters" });
    for (const path of ["/api/docs", "/api/docs/openapi.json", "/metrics"]) {
      expect([path, (await app.get(path)).status]).toEqual([path, 401]);
      expect([path, (await app.get(path).set(guest.headers)).status]).toEqual([path, 401]);
    }
    const admin = { Authorization: `Bearer ${world.sandbox.tokens.viewer}` };
    expect((await app.get("/api/docs/openapi.json").set(admin)).status).toBe(200);
  });

  test("When health is asked for, then it names no address, user or secret", async () => {
    for (const path of ["/api/health", "/api/health/live", "/api/health/ready"]) {
      const { text } = await world.http.get(path);
      expect(text).not.toMatch(/mongodb|https?:|@|password|secret|token|\d+\.\d+\.\d+\.\d+|\/tmp|\/home/i);
    }
  });
});
