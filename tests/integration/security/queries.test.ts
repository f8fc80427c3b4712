import { type mongo, Types } from "mongoose";
import { aCart, aCheckout, anOrder, aPayment } from "../../support/documents.js";
import { anIssuedInvoice } from "../../support/invoice-documents.js";
import { nameOf } from "../../support/router-table.js";
import { anyReturn } from "../returns/any-return.js";
import { setScene } from "./refusal-scene.js";
import { collectFindings, type SecurityWorld, startSecurityWorld } from "./security-world.js";

/**
 * Every query that the rows of *Cart*, *Checkout*, *Refunds*, *Returns* (reading) and *Invoices*, the settings, the audit log and their jobs make, as the
 * database itself wrote it down while all of them were called: each is served by an index, sorts nothing
 * but what one cart holds, and reads hardly more than it answers.
 */
jest.setTimeout(900_000);

let world: SecurityWorld;
beforeAll(async () => {
  world = await startSecurityWorld();
  await fill();
});
afterAll(() => world.stop());

type Route = SecurityWorld["routes"][number];
/** What staff do about a return needs one in another state for each step: `returns/lists.test.ts` takes them in turn. */
const readsReturns = ({ method, path }: Route): boolean =>
  method === "get" && /^\/api\/(admin\/)?returns(\/|$)/.test(path);
const isOurs = (route: Route): boolean =>
  readsReturns(route) ||
  /^\/api\/(cart|checkout|invoices|refunds|admin\/(carts|checkouts|orders|invoices|payments|refunds|settings|audit-logs|ops|webhooks))(\/|$)|\/(reorder|cancel)$/.test(
    route.path,
  );
const JOBS = [
  "cart-cleanup",
  "checkout-cleanup",
  "checkout-reminder",
  "abandoned-cart",
  "promotion-refresh",
  "retention",
  "invoice-issue",
  "return-expiry",
];

/** Each filter of a list on its own: combined filters can only read less. */
const FILTERS: Readonly<Record<string, readonly string[]>> = {
  "GET /api/cart/saved-items": ["dateFrom=2026-01-01", "sortOrder=asc"],
  "GET /api/admin/carts/abandoned": [
    "userId=user-1",
    "minValue=5000",
    "maxValue=1",
    "dateFrom=2026-11-01",
    "sortOrder=asc",
  ],
  "GET /api/admin/carts/analytics": ["dateFrom=2026-11-01&groupBy=day", "groupBy=week"],
  "GET /api/admin/checkouts": [
    "status=failed",
    "status=completed",
    "userId=user-1",
    "dateFrom=2026-11-01",
    "sortOrder=asc",
  ],
  "GET /api/admin/checkouts/funnel": ["dateFrom=2026-11-01&groupBy=day", "groupBy=month"],
  "GET /api/admin/invoices": [
    ...["type=sale", "type=credit_note", "status=issued", "status=draft", "orderNumber=ORD-2026-000001"],
    ...["type=sale&orderNumber=ORD-2026-000001", "type=sale&status=issued&dateFrom=2026-11-01"],
    ...["dateFrom=2026-11-01", "sortOrder=asc", "type=credit_note&sortOrder=asc"],
  ],
  "GET /api/admin/audit-logs": [
    ...["actorId=admin-1", "action=act-1", "resourceType=type-1", "resourceId=id-1", "sortOrder=asc"],
    ...["requestId=request-1", "resourceType=type-1&resourceId=id-1", "dateFrom=2026-11-01"],
  ],
  "GET /api/admin/webhooks": [
    ...["state=flagged", "event=payment.captured", "source=razorpay", "dateFrom=2026-11-01", "sortOrder=asc"],
    ...["state=received&event=refund.failed", "state=flagged&source=shipping&sortOrder=asc"],
  ],
  "GET /api/admin/payments/reconciliations": ["state=completed", "dateFrom=2026-11-01", "sortOrder=asc"],
  "GET /api/admin/payments": [
    ...["status=failed", "method=wallet", "gateway=cod", "attention=true", "dateFrom=2026-11-01"],
    ...["status=refunded&method=card", "status=pending&gateway=cod", "method=upi&gateway=cod"],
    ...["attention=true&status=failed", "sortOrder=asc", "method=card&sortOrder=asc", "status=failed&page=2"],
    ...["q=pay_Old1", "q=order_Old1", `q=${"0".repeat(24)}`, "orderNumber=ORD-2026-000001&status=failed"],
  ],
  "GET /api/refunds": ["dateFrom=2026-11-01", "sortOrder=asc"],
  "GET /api/admin/refunds": [
    ...[
      "status=rejected",
      "destination=bank_transfer",
      "attention=true",
      "dateFrom=2026-11-01",
      "sortOrder=asc",
    ],
    ...[
      "status=failed&destination=store_credit",
      "destination=original&sortOrder=asc",
      "status=failed&page=2",
    ],
    ...["attention=true&status=failed", "orderNumber=ORD-2026-000001&status=failed"],
    ...["refundNumber=REF-2026-000001", "refundNumber=REF-2026-000001&status=pending"],
  ],
  "GET /api/returns": ["dateFrom=2026-11-01", "sortOrder=asc"],
  "GET /api/admin/returns": [
    ...["status=rejected", "dateFrom=2026-11-01", "sortOrder=asc", "status=completed&sortOrder=asc&page=2"],
    ...["orderNumber=ORD-2020-000007&status=received", "returnNumber=RET-2020-000007"],
  ],
  "GET /api/admin/returns/analytics": ["dateFrom=2026-11-01&groupBy=day", "groupBy=month"],
  "GET /api/admin/refunds/analytics": ["dateFrom=2026-11-01&groupBy=day", "groupBy=month"],
  "GET /api/admin/payments/analytics": ["dateFrom=2026-11-01&groupBy=day"],
  "GET /api/admin/payments/export": ["status=refunded", "method=card&status=failed", "method=wallet"],
  "GET /api/admin/orders": [
    ...["status=returned", "paymentStatus=failed", "fulfillmentStatus=fulfilled", "source=admin", "tag=none"],
    ...[
      "userId=user-1",
      "email=old-1@example.in",
      "phone=9845012345",
      "sellerId=none",
      "dateFrom=2026-11-01",
    ],
    ...[
      "sortOrder=asc",
      "status=shipped&source=web&sortOrder=asc&page=2",
      "paymentStatus=paid&status=pending",
    ],
    ...["tag=none&status=shipped", "email=old-1@example.in&tag=none", "userId=user-1&status=shipped"],
  ],
  "GET /api/admin/orders/search": [
    ...["q=old-1@exa", "q=9845099999", "q=99999", "q=ORD-2020-999999", "q=nobody"],
  ],
  "GET /api/admin/orders/export": [
    "status=returned",
    "source=admin&sellerId=none",
    "userId=user-1",
    "tag=none",
  ],
  "GET /api/admin/orders/analytics": ["dateFrom=2026-11-01&groupBy=day", "groupBy=month"],
  "GET /api/admin/invoices/tax-summary": ["dateFrom=2026-11-01", "format=csv"],
};

const MANY = 600;
const MINUTE_MS = 60_000;

/** Complete, because lists show them. */
const ofCustomer = ({ sessionId: _guest, ...document }: { sessionId?: string }) => document;

/** Enough unrelated documents that reading them would show in the statistics. */
async function fill(): Promise<void> {
  const at = (index: number) => new Date(Date.now() - index * MINUTE_MS);
  const rows = (make: (index: number) => mongo.Document) =>
    Array.from({ length: MANY }, (_unused, index) => make(index));
  const owner = (index: number) => ({ userId: `user-of-old-${index}` });
  await world.db.collection("carts").insertMany(
    rows((index) => ({
      ...ofCustomer(aCart({ lease: null })),
      ...owner(index),
      status: ["abandoned", "converted"][index % 2],
      ...{ itemCount: 1, totalQuantity: 1, grandTotal: 100, currency: "INR", source: "web" },
      ...{
        placing: null,
        reminderSentAt: at(0),
        abandonedAt: index % 2 ? null : at(index),
        expiresAt: at(index),
      },
      ...{ createdAt: at(index), updatedAt: at(index) },
    })),
  );
  await world.db.collection("cartItems").insertMany(rows(() => ({ cartId: new Types.ObjectId() })));
  await world.db
    .collection("savedItems")
    .insertMany(rows((index) => ({ ...owner(index), productId: "p", variantId: "v", savedAt: at(index) })));
  await world.db.collection("checkoutSessions").insertMany(
    rows((index) => ({
      ...ofCustomer(aCheckout({ lease: null, status: "failed", failureReason: "expired", email: null })),
      ...owner(index),
      ...{
        expiresAt: at(index),
        createdAt: at(index),
        updatedAt: at(index),
      },
    })),
  );
  await world.db.collection("payments").insertMany(
    rows((index) => ({
      ...ofCustomer(aPayment({ orderId: new Types.ObjectId(), idempotencyKey: `old-${index}` })),
      ...{ gateway: index % 3 ? "razorpay" : "cod", method: index % 3 ? "upi" : "cod" },
      ...{ gatewayOrderId: `order_Old${index}`, gatewayPaymentId: `pay_Old${index}`, methodDetails: null },
      ...{ status: ["failed", "captured", "pending"][index % 3], attention: false, surplus: false },
      ...{ amount: 100, capturedAmount: 0, fee: null, tax: null, accepted: false },
      ...{ createdAt: at(index), updatedAt: at(index) },
    })),
  );
  await world.db.collection("orders").insertMany(
    rows((index) => ({
      ...anOrder({ internalNotes: [], tags: [], ...owner(index) }),
      ...{ orderNumber: `ORD-2019-${String(index).padStart(6, "0")}`, checkoutSessionId: null },
      ...{ status: ["confirmed", "delivered", "cancelled"][index % 3], paymentStatus: "pending" },
      ...{ grandTotal: index * 100, amountDue: 0, paidAmount: 0 },
      searchKeys: [`email:old-${index}@example.in`, `phone:91700000${index}`, `phone-end:${index}00000719`],
      ...{ createdAt: at(index), updatedAt: at(index) },
    })),
  );
  await world.db.collection("refunds").insertMany(
    rows((index) => ({
      ...{
        refundNumber: `REF-2020-${index}`,
        orderId: new Types.ObjectId(),
        orderNumber: `ORD-2020-${index}`,
      },
      ...{ checkoutSessionId: new Types.ObjectId(), paymentId: new Types.ObjectId(), ...owner(index) },
      ...{
        status: ["completed", "failed", "pending"][index % 3],
        destination: "original",
        source: "payment",
      },
      ...{ type: "full", reason: "damaged", systemReason: null, amount: 100, items: [], parts: [] },
      ...{
        shippingAmount: 0,
        initiatedByType: "customer",
        attention: false,
        gatewayRefundId: null,
        utr: null,
      },
      ...{ points: null, bankAccount: null, initiatedById: null, approvedById: null, notes: null },
      ...{ returnId: null, splitFromId: null, speed: null, rejectionReason: null, failureReason: null },
      ...{ adminNotes: [], history: [], attempts: [], dueAt: null, processedAt: at(index) },
      ...{ createdAt: at(index), updatedAt: at(index) },
    })),
  );
  await world.db.collection("returns").insertMany(
    rows((index) =>
      anyReturn({
        ...{ ...owner(index), createdAt: at(index), isReturnToOrigin: false },
        orderNumber: `ORD-2020-${String(index).padStart(6, "0")}`,
        status: (["requested", "approved", "received", "completed", "rejected"] as const)[index % 5],
      }),
    ),
  );
  await world.db.collection("invoices").insertMany(
    rows((index) => ({
      ...anIssuedInvoice(),
      ...{ invoiceNumber: `OLD-${index}`, series: "OLD", sequence: index + 1, origin: `old:${index}` },
      ...{ type: index % 2 ? "sale" : "credit_note", status: "issued", orderId: new Types.ObjectId() },
      ...{ orderNumber: `ORD-2020-${index}`, issuedAt: new Date(index * MINUTE_MS) },
    })),
  );
  await world.db.collection("webhookEvents").insertMany(
    rows((index) => ({
      ...{ eventId: `old-${index}`, source: "shipping", event: "old.event", bodyHash: "", payload: {} },
      ...{ state: "processed", attempts: 1, dueAt: at(index), receivedAt: at(index), processedAt: at(index) },
      ...{ reason: null, awaits: null, lastError: null },
    })),
  );
  await world.db.collection("auditLogs").insertMany(
    rows((index) => ({
      ...{ actorType: "admin", actorId: "admin-of-old", action: "act-of-old", resourceType: "type-of-old" },
      ...{ resourceId: `id-of-old-${index}`, before: null, after: null, requestId: null, at: at(index) },
    })),
  );
}

async function callEverything(): Promise<void> {
  const admin = { Authorization: `Bearer ${world.sandbox.tokens.admin}` };
  const findings = collectFindings();
  for (const route of world.routes.filter(isOurs)) {
    const { send, cartId, checkoutId } = await setScene(world, route);
    const isAdmin = route.path.startsWith("/api/admin/");
    const params: Record<string, string> = {
      cartId: cartId.toHexString(),
      sessionId: checkoutId.toHexString(),
    };
    for (const query of [undefined, ...(FILTERS[nameOf(route)] ?? [])])
      await findings.check(`${nameOf(route)}?${query}`, async () => {
        const answer = await send({
          query,
          ...(isAdmin ? { as: admin, ...(route.path.includes("/:cartId") ? { params } : {}) } : {}),
        });
        // A 404 is fine: the query for an unknown checkout has the same plan.
        if (answer.status >= 300 && answer.status !== 404) throw new Error(answer.text);
      });
  }
  for (const name of JOBS) await world.runJob(name);
  await world.settle();
  findings.report();
}

/** A query that the database should not have to answer like this. */
interface Plan {
  collection: string;
  /** The query in short, without ids. */
  query: string;
  summary: string;
  sorts: boolean;
  /** Documents read and not answered. */
  wasted: number;
}

function toPlan(row: mongo.Document): Plan {
  const { filter, q, query, pipeline, sort } = row.command ?? {};
  const asked = JSON.stringify([filter ?? q ?? query ?? pipeline, sort]);
  return {
    collection: String(row.ns).split(".")[1] ?? "",
    query: `${row.op} ${asked.replace(/"[0-9a-f]{24}"/g, "…").slice(0, 200)}`,
    summary: row.planSummary,
    sorts: row.hasSortStage === true,
    wasted: (row.docsExamined ?? 0) - Math.max(row.nreturned ?? 0, row.nModified ?? 0, row.ndeleted ?? 0),
  };
}

/** The usual profile holds the last few hundred rows. */
const PROFILE_BYTES = 64 * 1024 * 1024;

async function profiled(work: () => Promise<void>): Promise<Plan[]> {
  const { db } = world;
  await db.createCollection("system.profile", { capped: true, size: PROFILE_BYTES });
  await db.command({ profile: 2 });
  try {
    await work();
  } finally {
    await db.command({ profile: 0 });
  }
  const rows = db.collection("system.profile").find({ planSummary: { $exists: true } });
  return (await rows.toArray()).map(toPlan).filter(({ collection }) => collection !== "system");
}

/** Sorted in memory: a cart's lines, a customer's carts, an order's refunds, a page's lines, what a search has found. */
const isBounded = ({ collection, query, summary }: Plan): boolean =>
  (["refunds", "orderItems", "orderStatusHistories"].includes(collection) &&
    summary.includes("orderId: 1")) ||
  (collection === "orders" &&
    query.includes('{"$limit":10000},{"$project"') &&
    summary.includes("searchKeys: 1")) ||
  (collection === "cartItems" && summary.includes("cartId: 1")) ||
  (collection === "carts" && query.includes('"userId":"') && summary.includes("userId: 1"));

/** Reads the returns of its range and answers their sums. Returns are few: lines of orders that came back. */
const isAnalysisOfReturns = ({ collection, query, summary }: Plan): boolean =>
  collection === "returns" && query.includes('"$group"') && summary === "IXSCAN { createdAt: -1 }";

/** A few rows of the shoppers that this file sends may lie beside those that are asked for. */
const WASTED_AT_MOST = 100;

test("When everything is called, then every query goes by an index", async () => {
  const plans = await profiled(callEverything);
  const collections = new Set(plans.map(({ collection }) => collection));
  for (const name of [
    "auditLogs",
    "cartItems",
    "carts",
    "checkoutSessions",
    "invoices",
    "orders",
    "payments",
    "refunds",
    "returns",
    "savedItems",
    "settings",
  ])
    expect(collections).toContain(name);
  const bad = plans.filter(
    (plan) =>
      !isAnalysisOfReturns(plan) &&
      (plan.summary.includes("COLLSCAN") || (plan.sorts && !isBounded(plan)) || plan.wasted > WASTED_AT_MOST),
  );
  const told = bad.map(({ collection, query, ...plan }) => `${collection} ${query} ${JSON.stringify(plan)}`);
  expect([...new Set(told)]).toEqual([]);
});
