import { SERVICE_NAMES } from "../../sandbox/environment.js";
import type { FaultRule } from "../../sandbox/shared/faults.js";
import type { Random } from "../random.js";
import type { Fault } from "./fault.js";

/** Neighbours and gateway that are slow, down, or answer with nonsense; answers and webhooks that are lost. */

const NEIGHBOURS = SERVICE_NAMES.filter((name) => name !== "razorpay" && name !== "cloudinary");

const ANSWERS: readonly Omit<FaultRule, "service" | "times">[] = [
  { action: "reset-after" },
  { action: "reset-before" },
  { action: "hang" },
  { action: "status", status: 500 },
  { action: "status", status: 500, after: true },
  { action: "status", status: 503, retryAfterSeconds: 1 },
  { action: "delay", delayMs: 2_000 },
  { action: "html" },
  { action: "truncate" },
  { action: "wrong-types" },
  { action: "slow-drip", delayMs: 200 },
];

const GATEWAY_ANSWERS = [
  { action: "status500", when: "after" },
  { action: "status502", when: "before" },
  { action: "status503", when: "before" },
  { action: "status429", when: "before" },
  { action: "reset", when: "after" },
  { action: "reset", when: "before" },
  { action: "hang", when: "after" },
  { action: "hang", when: "before" },
  { action: "html200", when: "after" },
  { action: "null500", when: "after" },
  { action: "delay", when: "before" },
] as const;

const GATEWAY_CALLS = [
  "* /*",
  "POST /orders",
  "POST /payments/:id/refund",
  "GET /payments/:id",
  "GET /orders/:id/payments",
];

const share = (random: Random, most: number): number => random.between(5, most) / 100;

export const NEIGHBOUR_FAULTS: readonly Fault[] = [
  {
    name: "neighbour answers badly",
    weight: 14,
    lasts: [500, 6_000],
    begin: ({ world }, random) => {
      const rule = {
        service: random.pick(NEIGHBOURS),
        ...random.pick(ANSWERS),
        times: random.between(1, 12),
      };
      world.sandbox.control.faults.add({
        ...rule,
        probability: share(random, 100),
        seed: random.between(1, 1e6),
      });
      return () => undefined;
    },
  },
  {
    name: "neighbour is down",
    weight: 6,
    lasts: [500, 8_000],
    begin: ({ world }, random) => {
      const service = random.pick(NEIGHBOURS);
      const { faults } = world.sandbox.control;
      faults.setBehaviour(service, { errorRate: share(random, 100), latencyMs: random.between(0, 300) });
      return () => faults.setBehaviour(service, {});
    },
  },
  {
    name: "gateway answers badly",
    weight: 12,
    lasts: [500, 6_000],
    begin: ({ world }, random) => {
      const { razorpay } = world.sandbox.control;
      razorpay.setFault({
        ...{ match: random.pick(GATEWAY_CALLS), ...random.pick(GATEWAY_ANSWERS) },
        ...{ times: random.between(1, 10), probability: share(random, 100), delayMs: 3_000 },
      });
      return () => undefined;
    },
  },
  {
    name: "gateway is slow and lags",
    weight: 4,
    lasts: [1_000, 10_000],
    begin: ({ world }, random) => {
      const { razorpay } = world.sandbox.control;
      razorpay.configure({ writeLatencyMs: random.between(50, 800), listLagSeconds: random.between(1, 30) });
      return () => razorpay.configure({ writeLatencyMs: 0, listLagSeconds: 0 });
    },
  },
  {
    name: "webhooks out of order",
    weight: 8,
    lasts: [2_000, 15_000],
    begin: ({ world }, random) => {
      const { razorpay } = world.sandbox.control;
      const webhooks = { duplicates: random.between(0, 4), shuffleMs: random.between(0, 4_000) };
      razorpay.configure({ webhooks });
      return () => razorpay.configure({ webhooks: { duplicates: 0, shuffleMs: 0 } });
    },
  },
  {
    name: "webhooks are lost",
    weight: 6,
    lasts: [1_000, 12_000],
    begin: ({ world }, random) => {
      const { razorpay } = world.sandbox.control;
      const some = ["payment.captured", "order.paid", "refund.processed", "payment.failed"];
      razorpay.configure({
        webhooks: { drop: random.chance(0.4) ? "all" : [random.pick(some), random.pick(some)] },
      });
      return () => razorpay.configure({ webhooks: { drop: "none" } });
    },
  },
  {
    name: "answers to clients are lost",
    weight: 8,
    lasts: [1_000, 10_000],
    begin: ({ world }, random) => {
      world.losses.share = share(random, 25);
      return () => {
        world.losses.share = 0;
      };
    },
  },
];
