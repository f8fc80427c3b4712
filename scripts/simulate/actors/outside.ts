import type { Random } from "../random.js";
import { pause, type Simulation } from "../simulation.js";
import { type Operation, runOne } from "./visit.js";

/** What happens outside of the shop: carriers move parcels, banks answer late. */

interface Outside {
  sim: Simulation;
  random: Random;
}

const NEXT = {
  created: "picked_up",
  picked_up: "in_transit",
  in_transit: "out_for_delivery",
  out_for_delivery: "delivered",
} as const;
/** Reports may skip steps: the shop learns of the delivery alone. */
const SKIPS_SHARE = 0.35;
const COMES_BACK_SHARE = 0.08;
const WITHOUT_REPORT_SHARE = 0.2;

/** The parcel's next step, now and then without a report, or with the same one twice. */
async function moveParcel({ sim, random }: Outside): Promise<void> {
  const { shipping } = sim.world.sandbox.control;
  const moving = shipping.shipments().flatMap(({ shipmentId, status, orderId }) => {
    const next = Object.entries(NEXT).find(([from]) => from === status)?.[1];
    return next ? [{ shipmentId, orderId, next }] : [];
  });
  if (moving.length === 0) return;
  const { shipmentId, orderId, next } = random.pick(moving);
  const arrives = next === "delivered" || random.chance(SKIPS_SHARE);
  const end = random.chance(COMES_BACK_SHARE) ? "returned_to_origin" : "delivered";
  const status = arrives ? end : next;
  const webhook = !random.chance(WITHOUT_REPORT_SHARE);
  sim.recorder.record({ who: "carrier", what: status, shipmentId, orderId, webhook });
  await shipping.advance(shipmentId, status, { webhook, times: random.chance(0.2) ? 2 : 1 });
}

/** A payment that was pending, or seemed to have failed, is authorised after all. */
async function answerPayment({ sim, random }: Outside): Promise<void> {
  const { razorpay } = sim.world.sandbox.control;
  if (sim.undecided.size === 0) return;
  const paymentId = random.pick([...sim.undecided]);
  sim.undecided.delete(paymentId);
  sim.recorder.record({ who: "bank", what: "answers", paymentId });
  const entity = razorpay.entity(paymentId);
  if (entity?.entity === "payment" && entity.status === "authorized") razorpay.autoCapture(paymentId);
  else razorpay.settleLate(paymentId, { ifPaid: random.pick(["accept", "gateway_refund"]) });
}

const FAILED_REFUND_SHARE = 0.08;

async function settleRefund({ sim, random }: Outside): Promise<void> {
  const pending = pendingRefunds(sim);
  if (pending.length === 0) return;
  const refundId = random.pick(pending);
  const status = random.chance(FAILED_REFUND_SHARE) ? "failed" : "processed";
  sim.recorder.record({ who: "bank", what: `refund ${status}`, refundId });
  sim.world.sandbox.control.razorpay.settleRefund(refundId, status);
}

export const pendingRefunds = ({ world }: Simulation): string[] =>
  world.sandbox.control.razorpay
    .ledger()
    .refunds.filter(({ status }) => status === "pending")
    .map(({ refundId }) => refundId);

const EVENTS: readonly Operation<Outside>[] = [
  { name: "parcel moves", weight: 10, run: moveParcel },
  { name: "bank answers", weight: 3, run: answerPayment },
  { name: "refund settles", weight: 4, run: settleRefund },
];
const LONGEST_PAUSE_MS = 200;

export async function runOutside(sim: Simulation): Promise<void> {
  const outside = { sim, random: sim.random.fork("outside") };
  while (!sim.ending.signal.aborted) {
    await pause(sim, outside.random.between(20, LONGEST_PAUSE_MS));
    await runOne(EVENTS, outside);
  }
}
