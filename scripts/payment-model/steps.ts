import fc from "fast-check";

/**
 * What can happen to one checkout and its payments, in any order. Numbers choose among what exists at that moment
 * (payments, events, refunds, disputes), modulo their count; where nothing exists, the step does nothing.
 */
export type Step =
  /** The buyer, the bank and the gateway. */
  | {
      kind: "pay";
      outcome: "success" | "fail" | "late" | "authorize_only";
      second: "accept" | "gateway_refund";
      short: boolean;
    }
  | { kind: "settleLate"; payment: number; second: "accept" | "gateway_refund" }
  | { kind: "autoCapture"; payment: number }
  | { kind: "dashboardRefund"; payment: number; share: number }
  | { kind: "settleRefund"; refund: number; status: "processed" | "failed" }
  | { kind: "openDispute"; payment: number; share: number; phase: "fraud" | "chargeback" }
  | {
      kind: "moveDispute";
      dispute: number;
      move: "under_review" | "action_required" | "won" | "lost" | "closed";
    }
  /** Deliveries. A copy has another event id: the same report is applied twice. */
  | { kind: "deliver"; event: number; copy: boolean }
  | { kind: "lose"; event: number }
  | { kind: "noise"; what: "downtime" | "settlement" | "unknown" | "foreign" }
  | { kind: "retryEvents" }
  /** The customer. */
  | { kind: "callback"; payment: number }
  | { kind: "order" }
  | { kind: "stepBack" }
  | { kind: "choose" }
  /** Jobs and workers. */
  | { kind: "sweep" }
  | { kind: "recover" }
  | { kind: "expire" }
  | { kind: "sendRefunds" }
  | { kind: "lookUpRefunds" }
  /** The next answers of the gateway are lost, before or after it has done the work. */
  | { kind: "fault"; call: "refund" | "list" | "get"; when: "before" | "after"; times: number }
  /** At the same moment. */
  | { kind: "together"; steps: Step[] };

export interface Sequence {
  /** Chooses the goods and so the amounts. */
  goods: number;
  inStock: boolean;
  steps: Step[];
  /** The order in which the rest of the events arrives at the end. */
  lastOrder: number[];
}

const index = fc.nat({ max: 11 });
const second = fc.constantFrom("accept", "gateway_refund");
const share = fc.integer({ min: 1, max: 4 });
const plain = <K extends Step["kind"]>(kind: K) => fc.constant({ kind });

const steps: [weight: number, arbitrary: fc.Arbitrary<Step>][] = [
  [
    5,
    fc.record({
      kind: fc.constant("pay"),
      outcome: fc.constantFrom("success", "success", "success", "fail", "late", "authorize_only"),
      second,
      short: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 9),
    }),
  ],
  [2, fc.record({ kind: fc.constant("settleLate"), payment: index, second })],
  [1, fc.record({ kind: fc.constant("autoCapture"), payment: index })],
  [2, fc.record({ kind: fc.constant("dashboardRefund"), payment: index, share })],
  [
    2,
    fc.record({
      kind: fc.constant("settleRefund"),
      refund: index,
      status: fc.constantFrom("processed", "failed"),
    }),
  ],
  [
    2,
    fc.record({
      kind: fc.constant("openDispute"),
      payment: index,
      share,
      phase: fc.constantFrom("fraud", "chargeback"),
    }),
  ],
  [
    3,
    fc.record({
      kind: fc.constant("moveDispute"),
      dispute: index,
      move: fc.constantFrom("under_review", "action_required", "won", "lost", "closed"),
    }),
  ],
  [12, fc.record({ kind: fc.constant("deliver"), event: index, copy: fc.boolean() })],
  [2, fc.record({ kind: fc.constant("lose"), event: index })],
  [
    1,
    fc.record({
      kind: fc.constant("noise"),
      what: fc.constantFrom("downtime", "settlement", "unknown", "foreign"),
    }),
  ],
  [1, plain("retryEvents")],
  [3, fc.record({ kind: fc.constant("callback"), payment: index })],
  [2, plain("order")],
  [1, plain("stepBack")],
  [2, plain("choose")],
  [2, plain("sweep")],
  [1, plain("recover")],
  [1, plain("expire")],
  [3, plain("sendRefunds")],
  [1, plain("lookUpRefunds")],
  [
    1,
    fc.record({
      kind: fc.constant("fault"),
      call: fc.constantFrom("refund", "list", "get"),
      when: fc.constantFrom("before", "after"),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  ],
];

const step = fc.oneof(...steps.map(([weight, arbitrary]) => ({ weight, arbitrary })));
const together: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("together"),
  steps: fc.array(step, { minLength: 2, maxLength: 3 }),
});

/** A first payment is common, because without one little can happen. */
export const sequences: fc.Arbitrary<Sequence> = fc.record({
  goods: fc.nat({ max: 999 }),
  inStock: fc.integer({ min: 0, max: 7 }).map((chance) => chance > 0),
  steps: fc.array(fc.oneof({ weight: 9, arbitrary: step }, { weight: 1, arbitrary: together }), {
    minLength: 3,
    maxLength: 18,
    size: "max",
  }),
  lastOrder: fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
});
