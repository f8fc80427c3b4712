import { setTimeout as sleep } from "node:timers/promises";
import mongoose from "mongoose";
import { findViolations } from "../invariants/index.js";
import { toLine } from "../invariants/invariants.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { check, heading, rupees, table } from "../support/print.js";
import { balanceTheLedger } from "./ledger.js";

type Db = mongoose.mongo.Db;

/** Prints what the purchases left in the database and compares it with the neighbours' own books. */
export async function closeTheBooks(mongoUri: string, sandbox: Sandbox, purchases: number): Promise<void> {
  const client = await mongoose.mongo.MongoClient.connect(mongoUri);
  try {
    const db = client.db();
    await waitForOutbox(db);
    heading("What is in the database");
    await showOrders(db);
    await showPayments(db);
    await showRefunds(db);
    await showCounts(db);
    heading("The books");
    const violations = await findViolations(db, sandbox);
    check(
      violations.length === 0,
      violations.length === 0 ? "every invariant holds" : violations.map(toLine).join("; "),
    );
    await balanceTheLedger(db, sandbox);
    check(
      (await db.collection("orders").countDocuments()) === purchases,
      `${purchases} orders for ${purchases} purchases; the sold-out one was refunded instead`,
    );
  } finally {
    await client.close();
  }
}

const OUTBOX_TIMEOUT_MS = 20_000;

/** Waits for mails and refunds, which follow their orders within moments. */
async function waitForOutbox(db: Db): Promise<void> {
  const deadline = Date.now() + OUTBOX_TIMEOUT_MS;
  const due = () =>
    db.collection("outboxMessages").countDocuments({ state: "pending", dueAt: { $lt: new Date() } });
  while ((await due()) > 0 && Date.now() < deadline) await sleep(100);
}

async function showOrders(db: Db): Promise<void> {
  const orders = await db.collection("orders").find().sort({ createdAt: 1 }).toArray();
  table(
    ["order", "status", "payment", "method", "to", "total", "tax", "paid", "refunded"],
    orders.map((order) => [
      String(order.orderNumber),
      String(order.status),
      String(order.paymentStatus),
      String(order.paymentMethod ?? "credit"),
      String(order.shippingAddress?.state),
      rupees(order.grandTotal / 100),
      rupees(order.taxTotal / 100),
      rupees(order.paidAmount / 100),
      rupees(order.refundedAmount / 100),
    ]),
  );
}

async function showPayments(db: Db): Promise<void> {
  const payments = await db.collection("payments").find().sort({ createdAt: 1 }).toArray();
  process.stdout.write("\n");
  table(
    ["payment", "method", "status", "amount", "refunded", "for"],
    payments.map((payment) => [
      String(payment.gatewayPaymentId ?? payment.gateway),
      String(payment.method),
      String(payment.status),
      rupees(payment.amount / 100),
      rupees(payment.refundedAmount / 100),
      payment.orderId ? "an order" : payment.surplus ? "no order: refunded" : "a failed attempt",
    ]),
  );
}

async function showRefunds(db: Db): Promise<void> {
  const refunds = await db.collection("refunds").find().sort({ createdAt: 1 }).toArray();
  process.stdout.write("\n");
  table(
    ["refund", "of", "to", "status", "amount"],
    refunds.map((refund) => [
      String(refund.refundNumber),
      String(refund.orderNumber ?? refund.systemReason),
      String(refund.destination),
      String(refund.status),
      rupees(refund.amount / 100),
    ]),
  );
}

const COUNTED = [
  "carts",
  "checkoutSessions",
  "orders",
  "orderItems",
  "orderStatusHistories",
  "payments",
  "refunds",
  "returns",
  "invoices",
  "webhookEvents",
  "outboxMessages",
];

async function showCounts(db: Db): Promise<void> {
  process.stdout.write("\n");
  const counts = await Promise.all(COUNTED.map((name) => db.collection(name).countDocuments()));
  table(
    ["collection", "documents"],
    COUNTED.map((name, index) => [name, counts[index] ?? 0]),
  );
}
