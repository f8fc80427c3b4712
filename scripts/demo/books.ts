import { setTimeout as sleep } from "node:timers/promises";
import mongoose from "mongoose";
import { findViolations } from "../invariants/index.js";
import { toLine } from "../invariants/invariants.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { check, heading, rupees, table } from "../support/print.js";

type Db = mongoose.mongo.Db;

/** Prints what the purchases left in the database and compares it with the gateway's own books. */
export async function closeTheBooks(mongoUri: string, sandbox: Sandbox, purchases: number): Promise<void> {
  const client = await mongoose.mongo.MongoClient.connect(mongoUri);
  try {
    const db = client.db();
    await waitForOutbox(db);
    heading("What is in the database");
    await showOrders(db);
    await showPayments(db);
    await showCounts(db);
    heading("The books");
    await balance(db, sandbox);
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
    ["order", "status", "payment", "method", "to", "total", "tax", "paid"],
    orders.map((order) => [
      String(order.orderNumber),
      String(order.status),
      String(order.paymentStatus),
      String(order.paymentMethod ?? "credit"),
      String(order.shippingAddress?.state),
      rupees(order.grandTotal / 100),
      rupees(order.taxTotal / 100),
      rupees(order.paidAmount / 100),
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

const COUNTED = [
  "carts",
  "checkoutSessions",
  "orders",
  "orderItems",
  "orderStatusHistories",
  "payments",
  "refunds",
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

/** Captured at the gateway = paid on orders + refunded, to the paisa. */
async function balance(db: Db, sandbox: Sandbox): Promise<void> {
  const { captures, refunds } = sandbox.control.razorpay.ledger();
  const captured = sum(captures.map((row) => row.amount));
  const refunded = sum(
    refunds.filter((row) => row.ofCapture && row.status === "processed").map((row) => row.amount),
  );
  const violations = await findViolations(db, sandbox);
  check(
    violations.length === 0,
    violations.length === 0 ? "every invariant of a purchase holds" : violations.map(toLine).join("; "),
  );
  const [orders] = await db
    .collection("payments")
    .aggregate<{ total: number }>([
      { $match: { gateway: "razorpay", orderId: { $ne: null } } },
      { $group: { _id: null, total: { $sum: "$capturedAmount" } } },
    ])
    .toArray();
  const paidOnOrders = orders?.total ?? 0;
  table(
    ["", "amount"],
    [
      ["captured at the gateway", rupees(captured / 100)],
      ["paid on orders", rupees(paidOnOrders / 100)],
      ["refunded at the gateway", rupees(refunded / 100)],
    ],
  );
  check(captured === paidOnOrders + refunded, "captured at the gateway = paid on orders + refunded");
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
