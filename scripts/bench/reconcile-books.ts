import mongoose from "mongoose";
import type { SandboxClient } from "../sandbox/control-http.js";
import type { AttemptResult } from "../sandbox/razorpay/control-types.js";
import type { RefundEntity } from "../sandbox/razorpay/types.js";

/** A break that the reconciliation must find. */
export interface Planted {
  kind: string;
  gatewayId: string;
}

interface Books {
  paid: readonly AttemptResult[];
  refunds: number;
  amount: number;
  sandbox: SandboxClient;
}

/** Breaks of each class. */
const OF_EACH = 5;
const REFUND_AMOUNT = 5_000;
const BATCH = 1_000;

/** The service's own records of what was paid and refunded at the gateway, with planted breaks. */
export async function plantBooks(
  db: mongoose.mongo.Db,
  { paid, refunds, amount, sandbox }: Books,
): Promise<{ refunded: number; planted: Planted[] }> {
  const planted: Planted[] = [];
  const plant = (kind: string, gatewayId: string) => planted.push({ kind, gatewayId });
  const records: mongoose.mongo.Document[] = [];
  for (const [index, attempt] of paid.entries()) {
    const record = paymentOf(attempt, amount);
    const group = Math.floor(index / OF_EACH);
    if (group === 0) {
      plant("missing_locally", attempt.paymentId);
      continue;
    }
    if (group === 1) {
      Object.assign(record, { status: "failed", capturedAmount: 0, orderId: null, capturedAt: null });
      plant("status_mismatch", attempt.paymentId);
    } else if (group === 2) {
      record.capturedAmount = amount - 100;
      plant("amount_mismatch", attempt.paymentId);
    } else if (group === 3) {
      record.orderId = null;
      plant("unlinked_capture", attempt.paymentId);
    } else if (group === 4) {
      const invented = `pay_${"0".repeat(12)}${String(index % OF_EACH).padStart(2, "0")}`;
      records.push(paymentOf({ ...attempt, paymentId: invented }, amount));
      plant("missing_at_gateway", invented);
    }
    records.push(record);
  }
  const rows = await refundAtGateway(paid.slice(-refunds), sandbox);
  for (const { id } of rows.slice(0, OF_EACH)) plant("missing_locally", id);
  const byPayment = new Map(records.map((record) => [record.gatewayPaymentId, record]));
  const refundRecords = rows.slice(OF_EACH).map((refund, index) => refundOf(refund, index, byPayment));
  await sandbox.call("razorpay", "settle");
  await insert(db, "payments", records);
  await insert(db, "refunds", refundRecords);
  return { refunded: rows.length, planted };
}

async function refundAtGateway(
  paid: readonly AttemptResult[],
  sandbox: SandboxClient,
): Promise<RefundEntity[]> {
  const rows: RefundEntity[] = [];
  for (const { paymentId } of paid) {
    rows.push(
      (await sandbox.call("razorpay", "refundInDashboard", paymentId, REFUND_AMOUNT)) as RefundEntity,
    );
  }
  return rows;
}

async function insert(db: mongoose.mongo.Db, name: string, rows: mongoose.mongo.Document[]): Promise<void> {
  for (let start = 0; start < rows.length; start += BATCH) {
    await db.collection(name).insertMany(rows.slice(start, start + BATCH));
  }
}

/** A captured payment of an order. */
export function paymentOf({ paymentId, orderId }: AttemptResult, amount: number): mongoose.mongo.Document {
  const at = new Date();
  return {
    _id: new mongoose.Types.ObjectId(),
    ...{ checkoutSessionId: new mongoose.Types.ObjectId(), orderId: new mongoose.Types.ObjectId() },
    ...{ orderNumber: null, idempotencyKey: null, gateway: "razorpay", gatewayOrderId: orderId },
    ...{
      gatewayPaymentId: paymentId,
      method: "upi",
      methodDetails: null,
      status: "captured",
      currency: "INR",
    },
    ...{ amount, capturedAmount: amount, refundedAmount: 0, refundReserved: 0, fee: null, tax: null },
    ...{ errorCode: null, errorMessage: null, gatewayResponse: null, authorizedAt: at, capturedAt: at },
    ...{
      retryOf: null,
      accepted: true,
      surplus: false,
      supersededAt: null,
      mismatch: null,
      attention: false,
    },
    ...{ reconciledAt: null, settlement: null, dispute: null, sweep: null, statusHistory: [] },
    ...{ createdAt: at, updatedAt: at },
  };
}

function refundOf(
  { id, payment_id, amount }: RefundEntity,
  index: number,
  payments: ReadonlyMap<string, mongoose.mongo.Document>,
): mongoose.mongo.Document {
  const payment = payments.get(payment_id);
  const at = new Date();
  return {
    refundNumber: `REF-2026-${String(index + 1).padStart(6, "0")}`,
    ...{ paymentId: payment?._id ?? null, orderId: null, orderNumber: null, checkoutSessionId: null },
    ...{ returnId: null, gatewayRefundId: id, type: "partial", reason: "other", systemReason: "gateway" },
    ...{ status: "completed", amount, items: [], shippingAmount: 0, destination: "original" },
    ...{ initiatedByType: "system", attempts: [], history: [], dueAt: null },
    ...{ processedAt: at, createdAt: at, updatedAt: at },
  };
}
