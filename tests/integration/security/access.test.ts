import {
  accessOf,
  isAdmin,
  isClosed,
  isConsumer,
  isSigned,
  nameOf,
  takesToken,
} from "../../support/router-table.js";
import { forgedHeaders, goodToken } from "./forged-tokens.js";
import { ROUTE_CASES } from "./route-cases.js";
import {
  collectFindings,
  expectNothingDone,
  type SecurityWorld,
  startSecurityWorld,
} from "./security-world.js";
import { newSession } from "./shoppers.js";

type Route = SecurityWorld["routes"][number];

const METRICS_TOKEN = "metrics-token-of-at-least-32-characters";

/** The table of upstreams.md, written again: the code is checked against it. */
const ROLES = ["admin", "finance", "support", "fulfilment", "viewer", "service"] as const;
const STAFF = ["admin", "finance", "support", "fulfilment", "viewer"];
const PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  "carts:read": STAFF,
  "orders:read": STAFF,
  "payments:read": STAFF,
  "refunds:read": STAFF,
  "returns:read": STAFF,
  "invoices:read": STAFF,
  "orders:write": ["admin", "support"],
  "orders:cancel": ["admin", "support"],
  "orders:notes": ["admin", "support"],
  "orders:status": ["admin", "fulfilment"],
  "orders:export": ["admin", "finance"],
  "payments:export": ["admin", "finance"],
  "payments:write": ["admin", "finance"],
  "payments:reconcile": ["admin", "finance"],
  "refunds:approve": ["admin", "finance"],
  "invoices:write": ["admin", "finance"],
  "refunds:write": ["admin", "finance", "support"],
  "returns:write": ["admin", "finance", "support"],
  "returns:inspect": ["admin", "fulfilment"],
  "settings:write": ["admin"],
  audit: ["admin"],
  jobs: ["admin", "service"],
};

/** A whole table is one test; on a busy machine that takes a while. */
jest.setTimeout(120_000);

let world: SecurityWorld;
beforeAll(async () => {
  world = await startSecurityWorld({ METRICS_TOKEN });
});
afterAll(() => world.stop());

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
/** Refused by validation, that is after whoever is calling was let in; so nothing is done. */
const PROBE = "probe=1";

interface RouteAs {
  route: Route;
  who: string;
  as: Record<string, string | string[]>;
}
const nameRouteAs = ({ route, who }: RouteAs) => `${nameOf(route)} · ${who}`;

describe("The route table", () => {
  test("When a route is mounted, then it has a case, with the access that api.md gives it", () => {
    const mounted = Object.fromEntries(world.mounted.map((route) => [nameOf(route), accessOf(route)]));
    const cases = Object.fromEntries(Object.entries(ROUTE_CASES).map(([name, { access }]) => [name, access]));
    expect(mounted).toEqual(cases);
  });

  test("When a path is an admin's, then only admins have it, and no admin's route is elsewhere (S9)", () => {
    const isUnderAdmin = ({ path }: Route) => path.startsWith("/api/admin/");
    const names = (routes: readonly Route[]) => routes.map(nameOf);
    expect(names(world.mounted.filter(isUnderAdmin))).toEqual(names(world.mounted.filter(isAdmin)));
  });
});

describe("Without a token", () => {
  test("When the route is closed, then 401, whatever else is wrong (S9)", async () => {
    const findings = collectFindings();
    const callers: Record<string, Record<string, string>> = {
      nobody: {},
      "the token in the query": {},
      "the token in a cookie": { Cookie: `token=${goodToken()}` },
    };
    const cases = world.routes
      .filter(isClosed)
      .flatMap((route) => Object.entries(callers).map(([who, as]) => ({ route, who, as })));
    await expectNothingDone(world, findings, () =>
      findings.checkAll(cases, nameRouteAs, async ({ route, who, as }) => {
        const query = who.includes("query") ? `access_token=${goodToken()}` : undefined;
        world.expectRefusal(await world.call(route, { as, query }), 401, "UNAUTHENTICATED");
        world.expectRefusal(await world.call(route, { as, query, body: [] }), 401, "UNAUTHENTICATED");
      }),
    );
    findings.report();
  });

  test("When a guest's session asks for what is an admin's or a customer's, then 401", async () => {
    const findings = collectFindings();
    const cases = world.routes.filter(
      ({ access: { rule } }) => rule.kind === "admin" || rule.kind === "customer",
    );
    await findings.checkAll(cases, nameOf, async (route) => {
      world.expectRefusal(await world.call(route, { as: newSession() }), 401, "UNAUTHENTICATED");
    });
    findings.report();
  });

  test("When a webhook is not signed rightly, then 401 before its body is read (S13)", async () => {
    const findings = collectFindings();
    const signatures: Record<string, Record<string, string | string[]>> = {
      none: {},
      empty: { "X-Razorpay-Signature": "", "X-Signature": "" },
      wrong: { "X-Razorpay-Signature": "0".repeat(64), "X-Signature": "0".repeat(64) },
      "5 kB": { "X-Razorpay-Signature": "a".repeat(5000), "X-Signature": "a".repeat(5000) },
      twice: { "X-Razorpay-Signature": ["a", "b"], "X-Signature": ["a", "b"] },
    };
    const cases = world.routes
      .filter(isSigned)
      .flatMap((route) => Object.entries(signatures).map(([who, as]) => ({ route, who, as })));
    await expectNothingDone(world, findings, () =>
      findings.checkAll(cases, nameRouteAs, async ({ route, as }) => {
        for (const text of ['{"event":"payment.captured"}', "{", ""]) {
          const answer = await world.call(route, { as, raw: { text, type: "application/json" } });
          world.expectRefusal(answer, 401, "UNAUTHENTICATED");
        }
      }),
    );
    findings.report();
  });

  test("When metrics are asked for without their token, then 401 (S44)", async () => {
    const internal = world.routes.filter(({ access: { rule } }) => rule.kind === "internal");
    expect(internal.map(nameOf)).toEqual(["GET /metrics"]);
    for (const route of internal) {
      for (const as of [{}, bearer("wrong"), bearer(world.sandbox.tokens.admin)]) {
        world.expectRefusal(await world.call(route, { as }), 401, "UNAUTHENTICATED");
      }
      expect((await world.call(route, { as: bearer(METRICS_TOKEN) })).status).toBe(200);
    }
  });
});

describe("A role", () => {
  test("When a customer calls an admin's route, then 403; an admin a customer's, then 403 (S9)", async () => {
    const findings = collectFindings();
    const cases = [
      ...world.routes.filter(isAdmin).map((route) => ({ route, who: "customer" as const })),
      ...world.routes.filter(isConsumer).flatMap((route) => ROLES.map((role) => ({ route, who: role }))),
    ].map(({ route, who }) => ({ route, who, as: bearer(goodToken({ role: who })) }));
    await expectNothingDone(world, findings, () =>
      findings.checkAll(cases, nameRouteAs, async ({ route, as }) => {
        world.expectRefusal(await world.call(route, { as }), 403, "FORBIDDEN");
      }),
    );
    findings.report();
  });

  test("When an admin has the permission, then he is let in, else 403, as the table says", async () => {
    const findings = collectFindings();
    const cases = world.routes
      .filter(isAdmin)
      .flatMap((route) => ROLES.map((who) => ({ route, who, as: bearer(world.sandbox.tokens[who]) })));
    await expectNothingDone(world, findings, () =>
      findings.checkAll(cases, nameRouteAs, async ({ route, who, as }) => {
        const roles = PERMISSIONS[accessOf(route).replace("admin:", "")];
        if (!roles) throw new Error("a permission that upstreams.md does not know");
        const answer = await world.call(route, { as, query: PROBE });
        if (roles.includes(who)) world.expectRefusal(answer, 400, "VALIDATION_ERROR");
        else world.expectRefusal(answer, 403, "FORBIDDEN");
      }),
    );
    findings.report();
  });
});

describe("A token", () => {
  test("When it is good, then it is let in: the forgeries differ in one thing alone", async () => {
    const findings = collectFindings();
    const cases = world.routes.filter(takesToken);
    await findings.checkAll(cases, nameOf, async (route) => {
      const token = isAdmin(route) ? goodToken({ sub: "admin-admin", role: "admin" }) : goodToken();
      const answer = await world.call(route, { as: bearer(token), query: PROBE });
      world.expectRefusal(answer, 400, "VALIDATION_ERROR");
    });
    findings.report();
  });

  test("When it is forged, expired or incomplete, then 401 on every route where tokens count (S10–S12)", async () => {
    const findings = collectFindings();
    const forgeries = Object.entries(forgedHeaders());
    const cases: RouteAs[] = world.routes.filter(takesToken).flatMap((route) =>
      forgeries.map(([who, header]) => ({
        route,
        who,
        as: { Authorization: header },
      })),
    );
    const answers = new Set<string>();
    await expectNothingDone(world, findings, () =>
      findings.checkAll(cases, nameRouteAs, async ({ route, as }) => {
        // With a session as well: a bad token is never just ignored.
        const answer = await world.call(route, { as: { ...as, ...newSession() } });
        world.expectRefusal(answer, 401, "UNAUTHENTICATED");
        answers.add(answer.text);
      }),
    );
    findings.report();
    // Nobody learns what was wrong with it.
    expect(answers.size).toBe(1);
  });
});
