import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { isAdmin, nameOf } from "../../support/router-table.js";
import { prepareCall } from "./preparations.js";
import { BANK_ACCOUNT } from "./route-cases.js";
import { collectFindings, type SecurityWorld, startSecurityWorld } from "./security-world.js";
import { newSession, shopUntil } from "./shoppers.js";

/** Every change by an admin writes one row of the audit log, with who, and what was there before and after. */
jest.setTimeout(300_000);

type Route = SecurityWorld["mounted"][number];

let world: SecurityWorld;
beforeAll(async () => {
  world = await startSecurityWorld();
});
afterAll(() => world.stop());

const asAdmin = () => ({ Authorization: `Bearer ${world.sandbox.tokens.admin}` });
const rowsOf = (requestId: unknown) => world.db.collection("auditLogs").find({ requestId }).toArray();

/** Writes without a row, with the reason. */
const UNAUDITED: Readonly<Record<string, string>> = {
  "POST /api/admin/invoices/template/preview": "shows a design and stores nothing",
};
/** Reads with a row: what leaves the service in bulk. */
const AUDITED_READS = ["GET /api/admin/orders/export", "GET /api/admin/payments/export"];

/** Writes that only add: nothing was there before. */
const ADDS: readonly string[] = [
  "POST /api/admin/orders/manual",
  "POST /api/admin/orders/:orderId/fulfillments",
  "POST /api/admin/orders/:orderId/notes",
  "POST /api/admin/invoices",
  "POST /api/admin/invoices/credit-note",
  "POST /api/admin/invoices/:invoiceNumber/email",
  "POST /api/admin/invoices/bulk-download",
  "POST /api/admin/payments/reconcile",
  "POST /api/admin/refunds",
  "POST /api/admin/refunds/:refundId/notes",
  "POST /api/admin/returns/:returnId/images",
  "POST /api/admin/returns/:returnId/notes",
  "POST /api/admin/jobs/:name/run",
];

const isValue = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length > 0;

async function change(route: Route) {
  const answer = await world.call(route, await prepareCall(world, route));
  if (answer.status >= 300) throw new Error(`answered ${answer.status}: ${answer.text}`);
  return answer.headers["x-request-id"];
}

test("When an admin changes something, then the log has one row with admin, request, before and after", async () => {
  const findings = collectFindings();
  const writes = world.routes.filter((route) => isAdmin(route) && route.method !== "get");
  await findings.checkAll(writes, nameOf, async (route) => {
    const requestId = await change(route);
    const rows = await rowsOf(requestId);
    if (nameOf(route) in UNAUDITED) return expect(rows).toEqual([]);
    const [row, ...others] = rows;
    if (!row || others.length > 0) throw new Error(`${rows.length} rows: ${JSON.stringify(rows)}`);
    expect(row).toMatchObject({ actorType: "admin", actorId: SEED.admins.admin, requestId });
    expect(row.action).toMatch(/^[a-zA-Z]+(?:\.[a-z_-]+)+$/);
    expect([row.resourceType, row.resourceId]).not.toContain("");
    if (!isValue(row.after)) throw new Error(`after: ${JSON.stringify(row.after)}`);
    const isAdded = ADDS.includes(nameOf(route));
    if (isValue(row.before) === isAdded) throw new Error(`before: ${JSON.stringify(row.before)}`);
    expect(JSON.stringify(row)).not.toContain(BANK_ACCOUNT.accountNumber);
    const found = await world.http.get(`/api/admin/audit-logs?requestId=${requestId}`).set(asAdmin());
    expect(found.body.data.items).toMatchObject([{ action: row.action, resourceId: row.resourceId }]);
  });
  findings.report();
});

test("When an admin reads, then only what leaves in bulk is logged", async () => {
  const findings = collectFindings();
  const { has: own } = await shopUntil(world, newSession(), "ordered");
  const reads = world.routes.filter((route) => isAdmin(route) && route.method === "get");
  await findings.checkAll(reads, nameOf, async (route) => {
    const answer = await world.call(route, { as: asAdmin(), own });
    const rows = await rowsOf(answer.headers["x-request-id"]);
    expect(rows).toHaveLength(AUDITED_READS.includes(nameOf(route)) ? 1 : 0);
  });
  findings.report();
});
