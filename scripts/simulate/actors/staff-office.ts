import { textAt } from "../../support/json.js";
import { type Clerk, pickFrom } from "./clerk.js";
import type { Operation } from "./visit.js";

/** Reports, invoices, reconciliation, and jobs that are run by hand. */

const PAGES = [
  "orders/analytics",
  "refunds/analytics",
  "returns/analytics",
  "payments/analytics",
  "carts/abandoned",
  "checkouts",
  "invoices",
  "ops/summary",
  "webhooks",
  "outbox",
  "audit-logs",
  "payments?attention=true",
];

const look = ({ caller, random }: Clerk) => {
  const path = `/api/admin/${random.pick(PAGES)}`;
  return caller.call("read report", { method: "GET", path });
};

async function reconcile({ caller }: Clerk): Promise<void> {
  const today = new Date().toISOString().slice(0, 10);
  const body = { dateFrom: today, dateTo: today, repair: true };
  await caller.call("reconcile", { method: "POST", path: "/api/admin/payments/reconcile", body });
}

async function issueInvoice(clerk: Clerk): Promise<void> {
  const order = await pickFrom(clerk, "orders");
  if (!order) return;
  const body = { orderId: textAt(order, "id") };
  await clerk.caller.call("issue invoice", { method: "POST", path: "/api/admin/invoices", body });
}

async function creditCancelled(clerk: Clerk): Promise<void> {
  const order = await pickFrom(clerk, "orders?status=cancelled");
  if (!order) return;
  const body = { orderId: textAt(order, "id"), reason: "The order was cancelled" };
  const path = "/api/admin/invoices/credit-note";
  await clerk.caller.call("issue credit note", { method: "POST", path, body });
}

const JOBS = [
  "payment-sweep",
  "placement-recovery",
  "checkout-cleanup",
  "cart-cleanup",
  "order-sync",
  "analytics",
];

const runJob = ({ caller, random }: Clerk) =>
  caller.call("run job", { method: "POST", path: `/api/admin/jobs/${random.pick(JOBS)}/run` });

export const OFFICE_WORK: readonly Operation<Clerk>[] = [
  { name: "read report", weight: 6, run: look },
  { name: "reconcile", weight: 2, run: reconcile },
  { name: "issue invoice", weight: 3, run: issueInvoice },
  { name: "issue credit note", weight: 3, run: creditCancelled },
  { name: "run job", weight: 3, run: runJob },
];
