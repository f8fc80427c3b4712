import { findViolations } from "../invariants/index.js";
import { toLine } from "../invariants/invariants.js";
import type { Journey } from "./steps.js";
import type { SweepWorld } from "./world.js";

/** The end result for customer, shop and neighbours, as lines of text that can be compared between runs. */
export type Ending = string[];

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

async function ordersIn({ db }: SweepWorld): Promise<string[]> {
  const orders = await db.collection("orders").find().toArray();
  const lines = await db.collection("orderItems").find().sort({ variantId: 1, isFreeGift: 1 }).toArray();
  const sold = lines.map(({ variantId, quantity, lineTotal }) => `${quantity} ${variantId} ${lineTotal}`);
  return orders.map(
    ({ status, paymentStatus, grandTotal, paidAmount, storeCreditAmount, loyaltyPoints }) =>
      `order ${status} ${paymentStatus} total ${grandTotal} paid ${paidAmount} credit ${storeCreditAmount} points ${loyaltyPoints}: ${sold.join(", ")}`,
  );
}

/** Units of the lines, parcels, and what became of the statuses: without it, a unit that moved twice would not show. */
async function fulfilmentIn({ db }: SweepWorld): Promise<string[]> {
  const lines = await db.collection("orderItems").find().sort({ variantId: 1, isFreeGift: 1 }).toArray();
  const parcels = await db.collection("shipments").find().toArray();
  const rows = await db.collection("orderStatusHistories").find().sort({ _id: 1 }).toArray();
  const moves = rows.map(({ statusType, toStatus }) => `${statusType} ${toStatus}`);
  return [
    ...lines.map(
      (line) =>
        `units of ${line.variantId}: cancelled ${line.quantityCancelled}, shipped ${line.quantityFulfilled}, delivered ${line.quantityDelivered}, back ${line.quantityReturnedToOrigin}`,
    ),
    ...parcels.map(
      ({ status, codAmount, items }) => `parcel ${status} cash ${codAmount} lines ${items.length}`,
    ),
    `history ${moves.sort().join(", ")}`,
  ];
}

async function returnsIn({ db }: SweepWorld): Promise<string[]> {
  const returns = await db.collection("returns").find().sort({ createdAt: 1 }).toArray();
  const lines = await db.collection("orderItems").find().sort({ variantId: 1, isFreeGift: 1 }).toArray();
  return [
    ...returns.map(
      ({ status, pickup, inspectionStatus, refundBreakdown }) =>
        `return ${status}, ${pickup ? "fetched" : "sent"}, ${inspectionStatus}, refund ${refundBreakdown?.total ?? 0}`,
    ),
    ...lines.map(
      (line) =>
        `returns of ${line.variantId}: promised ${line.quantityReturnPromised}, back ${line.quantityReturned}`,
    ),
  ];
}

async function moneyIn({ db, sandbox }: SweepWorld): Promise<string[]> {
  const { captures, refunds } = sandbox.control.razorpay.ledger();
  const refunded = refunds.filter(({ ofCapture, status }) => ofCapture && status === "processed");
  const rows = await db.collection("refunds").find().toArray();
  return [
    `gateway captured ${sum(captures.map(({ amount }) => amount))}, refunded ${sum(refunded.map(({ amount }) => amount))}`,
    ...rows.map(
      ({ status, systemReason, source, destination, amount }) =>
        `refund ${status} ${systemReason ?? "of a person"}: ${amount} from ${source} to ${destination}`,
    ),
  ];
}

async function neighboursIn({ sandbox }: SweepWorld): Promise<string[]> {
  const { inventory, pricing, engagement } = sandbox.control;
  const stock = (await inventory.allNumbers()).filter(({ sold, reserved }) => sold !== 0 || reserved !== 0);
  const signs = { recorded: 1, reversed: -1 };
  const uses = sum(pricing.ledger().map(({ type }) => signs[type as keyof typeof signs] ?? 0));
  const earned = sum(engagement.loyaltyLedger().map(({ points }) => points));
  const mails = engagement.notifications().map(({ template }) => `mail ${template}`);
  return [
    ...stock.map(
      ({ variantId, sold, reserved, returned }) =>
        `stock ${variantId} sold ${sold} reserved ${reserved} returned ${returned}`,
    ),
    `coupon uses ${uses}`,
    `points ${earned}`,
    ...mails.sort(),
  ];
}

async function documentsIn({ db }: SweepWorld): Promise<string[]> {
  const documents = await db.collection("invoices").find().sort({ type: -1, sequence: 1 }).toArray();
  return documents.map(({ type, totals }) => `document ${type} ${totals.grandTotal}`);
}

export async function readEnding(world: SweepWorld): Promise<Ending> {
  return [
    ...(await ordersIn(world)),
    ...(await fulfilmentIn(world)),
    ...(await returnsIn(world)),
    ...(await documentsIn(world)),
    ...(await moneyIn(world)),
    ...(await neighboursIn(world)),
  ];
}

/** Checks every invariant, and the number of orders and refunds that the journey expects. */
export async function findFaults(world: SweepWorld, journey: Journey): Promise<string[]> {
  const { db, sandbox } = world;
  const violations = await findViolations(db, sandbox, { captureGraceMs: 0 });
  const faults = violations.map(toLine);
  const orders = await db.collection("orders").countDocuments();
  if (orders !== journey.orders) faults.push(`${orders} orders instead of ${journey.orders}`);
  const refunds = await db.collection("refunds").countDocuments({ status: "completed" });
  if (refunds !== journey.refunds) faults.push(`${refunds} refunds instead of ${journey.refunds}`);
  return faults;
}

/** Compares the ending after a crash with the ending without one. */
export function differences(expected: Ending, ending: Ending): string[] {
  const missing = expected.filter((line) => !ending.includes(line)).map((line) => `missing: ${line}`);
  const added = ending.filter((line) => !expected.includes(line)).map((line) => `unexpected: ${line}`);
  const count =
    ending.length === expected.length ? [] : [`${ending.length} lines instead of ${expected.length}`];
  return [...missing, ...added, ...count];
}
