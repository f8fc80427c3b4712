import { randomUUID } from "node:crypto";
import type { Response } from "supertest";
import { hasPermission, PERMISSIONS, type Permission } from "../../../utils/permissions.js";
import { BAD_IDEMPOTENCY_KEYS } from "../../support/bad-input.js";
import { isAdmin, nameOf, takesJson } from "../../support/router-table.js";
import {
  callerFor,
  collectFindings,
  expectNothingDone,
  type SecurityWorld,
  startSecurityWorld,
} from "./security-world.js";
import { newSession, type Shopper, type Stage, shopFor, shopUntil } from "./shoppers.js";

type Route = SecurityWorld["routes"][number];

/** The mounted routes that require a key according to the API contract. */
const REQUIRED = [
  "POST /api/admin/refunds/:refundId/bank-transfer",
  "POST /api/admin/refunds/:refundId/process",
  "POST /api/admin/refunds/:refundId/process-partial",
  "POST /api/admin/refunds/:refundId/store-credit",
  "POST /api/orders/:orderNumber/cancel",
  "POST /api/payments",
  "POST /api/payments/cod",
];
/** POSTs that create nothing of the caller's; all others honour a key. */
const WITHOUT = [
  "POST /api/admin/invoices/bulk-download",
  "POST /api/admin/invoices/template/preview",
  "POST /api/admin/jobs/:name/run",
  "POST /api/admin/orders/bulk-update",
  "POST /api/admin/outbox/:id/replay",
  "POST /api/admin/payments/:paymentId/capture",
  "POST /api/admin/refunds/:refundId/reject",
  "POST /api/admin/returns/:returnId/images",
  "POST /api/admin/webhooks/:eventId/replay",
  "POST /api/checkout/:sessionId/loyalty",
  "POST /api/checkout/:sessionId/store-credit",
  "POST /api/payments/verify",
  "POST /api/returns/:returnId/images",
];

/** Each test covers a whole table, which takes a while on a busy machine. */
jest.setTimeout(300_000);

let world: SecurityWorld;
let shopper: Shopper;

beforeAll(async () => {
  world = await startSecurityWorld();
  shopper = await shopUntil(world, newSession(), "failed");
});
afterAll(() => world.stop());

const keyed = (): Route[] => world.routes.filter(({ idempotency }) => idempotency !== undefined);

function stageOf(route: Route): Stage {
  const { stage } = world.caseOf(route);
  if (!stage) throw new Error("honours keys, so its case needs a stage and another body");
  return stage;
}

const callerOf = (route: Route) => callerFor(route, shopper, world.sandbox.tokens.admin);

/** What was done with a key. */
interface Use {
  route: Route;
  owner: Shopper;
  key: string;
  original: Response;
}
const nameOfUse = ({ route }: Use): string => nameOf(route);

/** Who calls the route with documents of a new shopper: the shopper, or an admin. */
async function newCaller(route: Route, which: "first" | "second" = "first"): Promise<Shopper> {
  const shopper = await shopFor(world, route, stageOf(route));
  if (!isAdmin(route)) return shopper;
  const role = which === "first" ? "admin" : secondRoleFor(route);
  return { ...shopper, headers: { Authorization: `Bearer ${world.sandbox.tokens[role]}` } };
}

const SECOND_ROLES = ["finance", "support", "fulfilment"] as const;

/** Besides `admin`, every permission belongs to one of these roles. */
function secondRoleFor(route: Route): (typeof SECOND_ROLES)[number] {
  const { access } = world.caseOf(route);
  const permission = (Object.keys(PERMISSIONS) as Permission[]).find((name) => access === `admin:${name}`);
  const role = SECOND_ROLES.find((candidate) => permission && hasPermission(candidate, permission));
  if (!role) throw new Error(`only one role has ${access}`);
  return role;
}

describe("An idempotency key", () => {
  test("When the contract requires it, then the route declares it and refuses a request without it", async () => {
    const required = world.routes.filter(({ idempotency }) => idempotency === "required");
    expect(required.map(nameOf).sort()).toEqual(REQUIRED);
    const posts = world.routes.filter((route) => route.method === "post" && takesJson(route));
    expect(
      posts
        .filter(({ idempotency }) => !idempotency)
        .map(nameOf)
        .sort(),
    ).toEqual(WITHOUT);
    const findings = collectFindings();
    await expectNothingDone(world, findings, () =>
      findings.checkAll(required, nameOf, async (route) => {
        const answer = await world.call(route, { as: callerOf(route), own: shopper.has, key: null });
        world.expectRefusal(answer, 400, "IDEMPOTENCY_KEY_REQUIRED");
      }),
    );
    findings.report();
  });

  test("When it is too short, too long or not printable, then every route that takes keys refuses it", async () => {
    const findings = collectFindings();
    const cases = keyed().flatMap((route) => BAD_IDEMPOTENCY_KEYS.map((key) => ({ route, key })));
    await expectNothingDone(world, findings, () =>
      findings.checkAll(
        cases,
        ({ route, key }) => `${nameOf(route)} · ${JSON.stringify(key.slice(0, 20))}`,
        async ({ route, key }) => {
          const answer = await world.call(route, { as: callerOf(route), own: shopper.has, key });
          world.expectRefusal(answer, 400, "IDEMPOTENCY_KEY_INVALID");
        },
      ),
    );
    findings.report();
  });

  test("When the request is repeated, then its answer is; with another body 422; for another caller it is new", async () => {
    const findings = collectFindings();
    const uses: Use[] = [];
    await findings.checkAll(keyed(), nameOf, async (route) => {
      const owner = await newCaller(route);
      const key = randomUUID();
      const original = await world.call(route, { as: owner.headers, own: owner.has, key });
      world.expectEnvelope(original, original.status < 300 ? original.status : 200);
      expect(original.headers["idempotency-replayed"]).toBeUndefined();
      uses.push({ route, owner, key, original });
    });
    await world.settle();

    await expectNothingDone(world, findings, () =>
      findings.checkAll(uses, nameOfUse, async ({ route, owner, key, original }) => {
        const { headers: as, has: own } = owner;
        const repeated = await world.call(route, { as, own, key });
        expect([repeated.status, repeated.text]).toEqual([original.status, original.text]);
        expect(repeated.headers["idempotency-replayed"]).toBe("true");
        if (!route.schemas.body) return;
        const body = world.caseOf(route).otherBody?.(own);
        if (!body) throw new Error("its case has no other body");
        world.expectRefusal(await world.call(route, { as, own, key, body }), 422, "IDEMPOTENCY_KEY_REUSED");
      }),
    );

    // While a range is being reconciled, everyone who asks for it gets the same report.
    await world.runJob("reconciliation-requests");
    await findings.checkAll(uses, nameOfUse, async ({ route, key, original }) => {
      const { headers: as, has: own } = await newCaller(route, "second");
      const theirs = await world.call(route, { as, own, key });
      world.expectEnvelope(theirs, original.status);
      expect(theirs.headers["idempotency-replayed"]).toBeUndefined();
      expect(theirs.text).not.toBe(original.text);
    });
    findings.report();
  });

  test("When a route makes nothing new, then a key does not matter to it", async () => {
    const findings = collectFindings();
    const others = world.routes.filter((route) => takesJson(route) && route.idempotency === undefined);
    await findings.checkAll(others, nameOf, async (route) => {
      const answer = await world.call(route, { as: callerOf(route), key: "x", query: "probe=1" });
      expect(["VALIDATION_ERROR", "UNAUTHENTICATED", "FORBIDDEN"]).toContain(answer.body.error?.code);
    });
    findings.report();
  });
});
