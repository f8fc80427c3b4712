import type mongoose from "mongoose";
import type { OrderDoc, PaymentDoc, RefundDoc } from "../../models/index.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { check, narrateOutside, rupees, table } from "../support/print.js";

/** The shop's ledger: what it has recorded, what the neighbours have, and that nothing is left between them. In paise. */
interface Books {
  orders: OrderDoc[];
  payments: PaymentDoc[];
  refunds: RefundDoc[];
}

interface Account {
  name: string;
  ours: number;
  theirs: number;
}

const sum = <T>(rows: readonly T[], amountOf: (row: T) => number): number =>
  rows.reduce((total, row) => total + amountOf(row), 0);

export async function balanceTheLedger(db: mongoose.mongo.Db, sandbox: Sandbox): Promise<void> {
  const books: Books = {
    orders: await db.collection("orders").find<OrderDoc>({}).toArray(),
    payments: await db.collection("payments").find<PaymentDoc>({}).toArray(),
    refunds: await db.collection("refunds").find<RefundDoc>({ status: "completed" }).toArray(),
  };
  const accounts = [...gatewayAccounts(books, sandbox), ...creditAccounts(books, sandbox)];
  table(
    ["account", "our books", "theirs", "difference"],
    accounts.map(({ name, ours, theirs }) => [name, ...[ours, theirs, ours - theirs].map(inRupees)]),
  );
  check(
    accounts.every(({ ours, theirs }) => ours === theirs),
    "what the gateway and the customer accounts have recorded is what we have recorded",
  );
  explainOrders(books);
}

const inRupees = (paise: number): string => rupees(paise / 100);
const isAtGateway = ({ gateway }: PaymentDoc): boolean => gateway === "razorpay";

/** The gateway pays out what it captured, less refunds and its fees. It keeps the fee of what was refunded. */
function gatewayAccounts({ payments }: Books, { control }: Sandbox): Account[] {
  const { captures, refunds } = control.razorpay.ledger();
  const settlement = control.razorpay.settle();
  narrateOutside(`the gateway pays out ${inRupees(settlement?.amount ?? 0)} to the shop's bank account`);
  const online = payments.filter(isAtGateway);
  const captured = sum(online, ({ capturedAmount }) => capturedAmount);
  const refunded = sum(online, ({ refundedAmount }) => refundedAmount);
  const fees = sum(online, ({ fee }) => fee ?? 0);
  const processed = refunds.filter(({ ofCapture, status }) => ofCapture && status === "processed");
  return [
    { name: "captured", ours: captured, theirs: sum(captures, ({ amount }) => amount) },
    { name: "refunded", ours: refunded, theirs: sum(processed, ({ amount }) => amount) },
    { name: "the gateway's fees, GST included", ours: fees, theirs: settlement?.fees ?? 0 },
    { name: "paid out", ours: captured - refunded - fees, theirs: settlement?.amount ?? 0 },
  ];
}

function creditAccounts({ orders, refunds }: Books, { control }: Sandbox): Account[] {
  const credits = control.engagement.creditLedger();
  const ofRefunds = credits.filter(
    ({ type, reference = "" }) => type === "issued" && reference.startsWith("refund:"),
  );
  const deducted = credits.filter(({ type }) => type === "deducted");
  const inPaise = ({ amount }: { amount: number }) => Math.round(amount * 100);
  const toCredit = refunds.filter(({ destination }) => destination === "store_credit");
  const redeemed = control.engagement.loyaltyLedger().filter(({ type }) => type === "redeemed");
  return [
    {
      ...{ name: "store credit used", ours: sum(orders, ({ storeCreditAmount }) => storeCreditAmount) },
      theirs: sum(deducted, inPaise),
    },
    {
      ...{ name: "store credit for refunds", ours: sum(toCredit, ({ amount }) => amount) },
      theirs: sum(ofRefunds, inPaise),
    },
    {
      // A point is worth a quarter of a rupee.
      ...{ name: "points used", ours: sum(orders, ({ loyaltyDiscount }) => loyaltyDiscount) },
      theirs: sum(redeemed, ({ points }) => points * 25),
    },
  ];
}

/** What orders were paid with, and what of it went back, add up to what the shop has kept. */
function explainOrders({ orders, payments, refunds }: Books): void {
  const ofOrders = payments.filter(({ orderId }) => orderId !== null);
  const online = sum(ofOrders.filter(isAtGateway), ({ capturedAmount }) => capturedAmount);
  const cash = sum(
    ofOrders.filter((payment) => !isAtGateway(payment)),
    ({ capturedAmount }) => capturedAmount,
  );
  const credit = sum(orders, ({ storeCreditAmount, loyaltyDiscount }) => storeCreditAmount + loyaltyDiscount);
  const refundsTo = (wanted: RefundDoc["destination"]) =>
    sum(
      refunds.filter(({ orderId, destination }) => orderId !== null && destination === wanted),
      ({ amount }) => amount,
    );
  const back = [refundsTo("original"), refundsTo("store_credit"), refundsTo("bank_transfer")] as const;
  const rows: [string, number][] = [
    ["paid at the gateway", online],
    ["paid in cash or by transfer", cash],
    ["paid with store credit and points", credit],
    ["back to cards and UPI", -back[0]],
    ["back as store credit", -back[1]],
    ["back to bank accounts", -back[2]],
  ];
  process.stdout.write("\n");
  table(
    ["orders", "amount"],
    rows.map(([name, amount]) => [name, inRupees(amount)]),
  );
  const kept = sum(orders, ({ paidAmount, refundedAmount }) => paidAmount - refundedAmount);
  check(
    kept === sum(rows, ([, amount]) => amount),
    `together ${inRupees(kept)}: what the orders say that was paid and not refunded`,
  );
}
