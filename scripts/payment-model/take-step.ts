import { AppError } from "../../utils/errors.js";
import { isRefusal, nth } from "./gateway-side.js";
import type { Purchase } from "./purchase.js";
import type { Step } from "./steps.js";

/** Does one step. What the service or the gateway refuses is part of the sequence; any other error is a difference. */
export async function takeStep(purchase: Purchase, step: Step): Promise<void> {
  try {
    await perform(purchase, step);
  } catch (error) {
    if (!(error instanceof AppError) && !isRefusal(error)) throw error;
  }
}

async function perform(purchase: Purchase, step: Step): Promise<unknown> {
  const { gateway } = purchase;
  switch (step.kind) {
    case "pay":
      return gateway.pay(step);
    case "settleLate":
      return gateway.settleLate(step);
    case "autoCapture":
      return gateway.autoCapture(step);
    case "dashboardRefund":
      return gateway.dashboardRefund(step);
    case "settleRefund":
      return gateway.settleRefund(step);
    case "openDispute":
      return gateway.openDispute(step);
    case "moveDispute":
      return gateway.moveDispute(step);
    case "fault":
      return gateway.fault(step);
    case "deliver":
      return deliver(purchase, step);
    case "lose":
      return lose(purchase, step.event);
    case "noise":
      return makeNoise(purchase, step.what);
    case "callback":
      return purchase.callback(step.payment);
    case "together":
      return Promise.all(step.steps.map((part) => takeStep(purchase, part)));
    default:
      return purchase[step.kind]();
  }
}

async function deliver(purchase: Purchase, step: Extract<Step, { kind: "deliver" }>): Promise<void> {
  const { gateway } = purchase;
  const letter = nth(step.copy ? gateway.events() : gateway.undelivered(), step.event);
  if (!letter) return;
  if (!step.copy) gateway.take(letter.id);
  await purchase.deliver(letter, step.copy);
}

/** Reports that the sweep must replace. Nobody but the webhook tells about a dispute or a refund made elsewhere. */
function lose({ gateway }: Purchase, event: number): void {
  const replaceable = gateway
    .undelivered()
    .filter(({ event: type }) => /^(payment\.(authorized|captured|failed)|order\.paid)$/.test(type));
  const lost = nth(replaceable, event);
  if (lost) gateway.take(lost.id);
}

const FOREIGN_ACCOUNT = '"account_id":"acc_Foreign0000001"';

/** Events that must change no payment. */
async function makeNoise(purchase: Purchase, what: Extract<Step, { kind: "noise" }>["what"]): Promise<void> {
  const { gateway } = purchase;
  if (what === "downtime") return gateway.startDowntime();
  if (what === "settlement") return gateway.settle();
  const letter = gateway.events().at(-1);
  if (!letter) return;
  const body =
    what === "foreign"
      ? letter.body.replace(/"account_id":"[^"]*"/, FOREIGN_ACCOUNT)
      : letter.body.replace(/"event":"[^"]*"/, '"event":"subscription.charged"');
  await purchase.deliver(
    { ...letter, event: what === "foreign" ? letter.event : "subscription.charged", body },
    true,
  );
}
