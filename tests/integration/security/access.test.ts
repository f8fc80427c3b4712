import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readBlock } from "../../../scripts/docs/generated-block.js";
import { permissionMatrix } from "../../../scripts/docs/permission-matrix.js";
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

/** The contract's permission matrix, repeated here on purpose so that the code is checked against it. */
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

/** Each test covers a whole table, which takes a while on a busy machine. */
jest.setTimeout(600_000);

let world: SecurityWorld;
beforeAll(async () => {
  world = await startSecurityWorld({ METRICS_TOKEN });
});
afterAll(() => world.stop());

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
/** Refused by validation, which runs after access, so nothing is done. */
const PROBE = "probe=1";

interface RouteAs {
  route: Route;
  who: string;
  as: Record<string, string | string[]>;
}
const nameRouteAs = ({ route, who }: RouteAs) => `${nameOf(route)} · ${who}`;

describe("The route table", () => {
  test("When a route is mounted, then it has a case, with the access of the contract", () => {
    const mounted = Object.fromEntries(world.mounted.map((route) => [nameOf(route), accessOf(route)]));
    const cases = Object.fromEntries(Object.entries(ROUTE_CASES).map(([name, { access }]) => [name, access]));
    expect(mounted).toEqual(cases);
  });

  test("When a path is under /api/admin, then only admins may call it, and admin routes are nowhere else", () => {
    const isUnderAdmin = ({ path }: Route) => path.startsWith("/api/admin/");
    const names = (routes: readonly Route[]) => routes.map(nameOf);
    expect(names(world.mounted.filter(isUnderAdmin))).toEqual(names(world.mounted.filter(isAdmin)));
  });
});

describe("Without a token", () => {
  test("When the route is closed, then it is 401, even if the request is otherwise wrong", async () => {
    const findings = collectFindings();
    const callers: Record<string, Record<string, string>> = {
      "no credentials": {},
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

  test("When a guest calls an admin's or a customer's route, then it is 401", async () => {
    const findings = collectFindings();
    const cases = world.routes.filter(
      ({ access: { rule } }) => rule.kind === "admin" || rule.kind === "customer",
    );
    await findings.checkAll(cases, nameOf, async (route) => {
      world.expectRefusal(await world.call(route, { as: newSession() }), 401, "UNAUTHENTICATED");
    });
    findings.report();
  });

  test("When a webhook's signature is invalid, then it is 401 before its body is read", async () => {
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

  test("When metrics are read without their token, then it is 401", async () => {
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
  test("When a customer calls an admin's route, or an admin a customer's, then it is 403", async () => {
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

  test("When an admin has the permission, then the call is admitted; otherwise it is 403", async () => {
    const findings = collectFindings();
    const cases = world.routes
      .filter(isAdmin)
      .flatMap((route) => ROLES.map((who) => ({ route, who, as: bearer(world.sandbox.tokens[who]) })));
    await expectNothingDone(world, findings, () =>
      findings.checkAll(cases, nameRouteAs, async ({ route, who, as }) => {
        const roles = PERMISSIONS[accessOf(route).replace("admin:", "")];
        if (!roles) throw new Error("a permission outside the contract");
        const answer = await world.call(route, { as, query: PROBE });
        if (roles.includes(who)) world.expectRefusal(answer, 400, "VALIDATION_ERROR");
        else world.expectRefusal(answer, 403, "FORBIDDEN");
      }),
    );
    findings.report();
  });

  test("When a permission is in the contract, then a route needs it", () => {
    const used = world.mounted.filter(isAdmin).map((route) => accessOf(route).replace("admin:", ""));
    expect(Object.keys(PERMISSIONS).filter((permission) => !used.includes(permission))).toEqual([]);
  });

  test("When roles or routes change, then docs/security.md has them after `npm run docs`", () => {
    const page = readFileSync(join(__dirname, "../../../docs/security.md"), "utf8");
    expect(readBlock(page, "permissions")).toBe(permissionMatrix(world.mounted));
  });
});

describe("A token", () => {
  test("When it is valid, then it is accepted: each forgery differs in one thing only", async () => {
    const findings = collectFindings();
    const cases = world.routes.filter(takesToken);
    await findings.checkAll(cases, nameOf, async (route) => {
      const token = isAdmin(route) ? goodToken({ sub: "admin-admin", role: "admin" }) : goodToken();
      const answer = await world.call(route, { as: bearer(token), query: PROBE });
      world.expectRefusal(answer, 400, "VALIDATION_ERROR");
    });
    findings.report();
  });

  test("When it is forged, expired or incomplete, then it is 401 on every route where tokens count", async () => {
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
        // With a session as well: an invalid token is never ignored.
        const answer = await world.call(route, { as: { ...as, ...newSession() } });
        world.expectRefusal(answer, 401, "UNAUTHENTICATED");
        answers.add(answer.text);
      }),
    );
    findings.report();
    // The response does not reveal what was wrong with it.
    expect(answers.size).toBe(1);
  });
});
