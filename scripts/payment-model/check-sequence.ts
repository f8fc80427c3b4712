import { Order, type OrderDoc } from "../../models/index.js";
import type { RazorpayControl } from "../sandbox/razorpay/control-types.js";
import { findDifferences, type GatewayFacts, type OurRecords } from "./model.js";
import { Purchase } from "./purchase.js";
import { Safety } from "./safety.js";
import type { Sequence, Step } from "./steps.js";
import { takeStep } from "./take-step.js";

let opened = 0;

/** What a sequence ended with; shows that the random steps reach the cases that matter. */
export interface Ending {
  order: number;
  /** Payments that are captured and pay for no order. */
  surplus: number;
  refunds: number;
  disputes: number;
  /** Orders of which a part or everything is refunded. */
  refundedOrder: number;
}

/** Runs one sequence on the real code. @throws Error with every difference from the model */
export async function checkSequence(control: RazorpayControl, sequence: Sequence): Promise<Ending> {
  opened += 1;
  const purchase = await Purchase.open(control, { number: opened, ...sequence });
  const safety = new Safety(purchase);
  for (const [index, step] of sequence.steps.entries()) {
    await takeStep(purchase, step);
    if (isAtGateway(step)) continue;
    report(await safety.findFaults(), `after step ${index + 1} (${step.kind})`);
  }
  await letEverythingArrive(purchase, sequence);
  report(await safety.findFaults(), "at the end");
  const records = await readRecords(purchase);
  report(findDifferences(factsOf(purchase), records, sequence.inStock), "finally");
  return endingOf(records);
}

const endingOf = ({ payments, refunds, order }: OurRecords): Ending => ({
  order: order ? 1 : 0,
  surplus: payments.filter(({ status, orderId }) => status === "captured" && orderId === null).length,
  refunds: refunds.length,
  disputes: payments.reduce((sum, { disputes }) => sum + disputes.length, 0),
  refundedOrder: order && order.refundedAmount > 0 ? 1 : 0,
});

const AT_GATEWAY =
  /^(pay|settleLate|autoCapture|dashboardRefund|settleRefund|openDispute|moveDispute|fault|lose)$/;
/** The step changes nothing of ours. */
const isAtGateway = ({ kind }: Step): boolean => AT_GATEWAY.test(kind);

function report(faults: readonly string[], when: string): void {
  if (faults.length > 0) throw new Error(`${when}:\n  ${faults.join("\n  ")}`);
}

/** Lost answers are limited to three; after that, a round in which nothing happens is the last. */
const MOST_ROUNDS = 12;

/** The gateway delivers what it has not delivered, and the jobs run until nothing is left to do. */
async function letEverythingArrive(purchase: Purchase, { steps, lastOrder }: Sequence): Promise<void> {
  // A lost answer may make a round look quiet in which something was left to do.
  const enough = JSON.stringify(steps).includes('"fault"') ? 3 : 1;
  let before = "";
  for (let round = 0, quiet = 0; quiet < enough; round += 1) {
    if (round === MOST_ROUNDS) throw new Error("it does not come to rest");
    for (const [index, event] of shuffled(purchase.gateway.undelivered(), lastOrder).entries()) {
      purchase.gateway.take(event.id);
      await purchase.deliver(event, index % 5 === 4);
    }
    await takeStep(purchase, { kind: "sweep" });
    await takeStep(purchase, { kind: "retryEvents" });
    await takeStep(purchase, { kind: "recover" });
    await takeStep(purchase, { kind: "sendRefunds" });
    await takeStep(purchase, { kind: "lookUpRefunds" });
    const after = await stateOf(purchase);
    const isQuiet = purchase.gateway.undelivered().length === 0 && after === before;
    quiet = isQuiet ? quiet + 1 : 0;
    before = after;
  }
}

const shuffled = <T>(list: readonly T[], order: readonly number[]): T[] =>
  list
    .map((item, index) => ({ item, rank: ((order[index % order.length] ?? 0) + index * 7) % 1_009 }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ item }) => item);

/** Changes whenever anything is written. */
async function stateOf(purchase: Purchase): Promise<string> {
  const [payments, refunds, session, waiting] = await Promise.all([
    purchase.payments(),
    purchase.refunds(),
    purchase.session(),
    purchase.events({ state: "received" }),
  ]);
  return JSON.stringify([
    payments.map(({ _id, status, refundedAmount, refundReserved, orderId }) => [
      ...[_id, status, refundedAmount, refundReserved, orderId],
    ]),
    refunds.map(({ _id, status, attempts }) => [_id, status, attempts.length]),
    [session.status, session.placement?.token ?? null],
    waiting.length,
  ]);
}

async function readRecords(purchase: Purchase): Promise<OurRecords> {
  const [payments, refunds, order, events] = await Promise.all([
    purchase.payments(),
    purchase.refunds(),
    Order.findById(purchase.id).lean<OrderDoc>(),
    purchase.events(),
  ]);
  return { payments, refunds, order, events };
}

const factsOf = ({ gateway, currentOrderId, expectedOf }: Purchase): GatewayFacts[] =>
  gateway.payments.map((payment) => ({
    payment,
    refunds: gateway.refundsOf(payment.id),
    disputes: gateway.disputes.filter(({ payment_id }) => payment_id === payment.id),
    expected: expectedOf(payment.order_id ?? ""),
    isAbandoned: payment.order_id !== currentOrderId,
  }));
