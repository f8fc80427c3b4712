import { findViolations } from "../invariants/index.js";
import type { Journey } from "./journeys.js";
import type { SweepWorld } from "./world.js";

/** What the customer, the shop and the neighbours have in the end, in words that two runs can be compared by. */
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

async function moneyIn({ db, sandbox }: SweepWorld): Promise<string[]> {
  const { captures, refunds } = sandbox.control.razorpay.ledger();
  const back = refunds.filter(({ ofCapture, status }) => ofCapture && status === "processed");
  const rows = await db.collection("refunds").find().toArray();
  return [
    `gateway captured ${sum(captures.map(({ amount }) => amount))}, returned ${sum(back.map(({ amount }) => amount))}`,
    ...rows.map(
      ({ status, systemReason, amount }) => `refund ${status} ${systemReason ?? "gateway"} ${amount}`,
    ),
  ];
}

async function neighboursIn({ sandbox }: SweepWorld): Promise<string[]> {
  const { inventory, pricing, engagement } = sandbox.control;
  const stock = (await inventory.allNumbers()).filter(({ sold, reserved }) => sold !== 0 || reserved !== 0);
  const signs = { recorded: 1, reversed: -1 };
  const uses = sum(pricing.ledger().map(({ type }) => signs[type as keyof typeof signs] ?? 0));
  const mails = engagement.notifications().map(({ template }) => `mail ${template}`);
  return [
    ...stock.map(({ variantId, sold, reserved }) => `stock ${variantId} sold ${sold} reserved ${reserved}`),
    `coupon uses ${uses}`,
    ...mails.sort(),
  ];
}

export async function readEnding(world: SweepWorld): Promise<Ending> {
  return [...(await ordersIn(world)), ...(await moneyIn(world)), ...(await neighboursIn(world))];
}

/** Every invariant, and exactly the orders and refunds of the journey. @returns what is wrong */
export async function findFaults(world: SweepWorld, journey: Journey): Promise<string[]> {
  const { db, sandbox } = world;
  const violations = await findViolations(db, sandbox, { captureGraceMs: 0 });
  const faults = violations.map((violation) => JSON.stringify(violation));
  const orders = await db.collection("orders").countDocuments();
  if (orders !== journey.orders) faults.push(`${orders} orders instead of ${journey.orders}`);
  const refunds = await db.collection("refunds").countDocuments({ status: "completed", type: "full" });
  if (refunds !== journey.refunds) faults.push(`${refunds} full refunds instead of ${journey.refunds}`);
  return faults;
}

/** What a run with a crash ended with and one without did not, and the other way round. */
export function differences(undisturbed: Ending, ending: Ending): string[] {
  const missing = undisturbed.filter((line) => !ending.includes(line)).map((line) => `missing: ${line}`);
  const added = ending.filter((line) => !undisturbed.includes(line)).map((line) => `instead: ${line}`);
  const repeated =
    ending.length === undisturbed.length ? [] : [`${ending.length} facts instead of ${undisturbed.length}`];
  return [...missing, ...added, ...repeated];
}
