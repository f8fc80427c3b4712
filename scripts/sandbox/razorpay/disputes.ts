import type { DisputeMove, DisputeRequest, DowntimeRequest } from "./control-types.js";
import { GatewayError } from "./errors.js";
import type { Gateway } from "./gateway.js";
import type { DisputeRecord } from "./store.js";
import {
  type DisputeEntity,
  type DisputeStatus,
  type DowntimeEntity,
  type DowntimeSeverity,
  newId,
} from "./types.js";
import { readChoice, readFields, readInteger, readText } from "./validation.js";
import { disputePart, downtimePart, paymentPart } from "./webhook-body.js";

const DEFAULT_RESPONSE_SECONDS = 7 * 24 * 60 * 60;
const EVIDENCE_DOCUMENTS = [
  "shipping_proof",
  "billing_proof",
  "cancellation_proof",
  "customer_communication",
  "proof_of_service",
  "explanation_letter",
  "refund_confirmation",
  "access_activity_log",
  "refund_cancellation_policy",
  "term_and_conditions",
  "others",
] as const;

const refusal = (description: string): GatewayError =>
  new GatewayError(400, "BAD_REQUEST_ERROR", description);

export function openDispute(gateway: Gateway, paymentId: string, request: DisputeRequest): DisputeEntity {
  const payment = gateway.store.payments.get(paymentId);
  const now = gateway.clock.nowSeconds();
  const amount = request.amount ?? payment.entity.amount;
  const documents = Object.fromEntries(EVIDENCE_DOCUMENTS.map((name) => [name, null]));
  const dispute: DisputeRecord = {
    payment,
    createdMs: gateway.clock.now(),
    entity: {
      id: newId("disp"),
      entity: "dispute",
      payment_id: paymentId,
      amount,
      currency: payment.entity.currency,
      amount_deducted: 0,
      reason_code: request.reasonCode ?? "goods_or_services_not_received_or_partially_received",
      respond_by: now + (request.respondInSeconds ?? DEFAULT_RESPONSE_SECONDS),
      status: "open",
      phase: request.phase ?? "chargeback",
      created_at: now,
      evidence: { amount, summary: null, ...documents, submitted_at: null },
    },
  };
  gateway.store.disputes.add(dispute);
  payment.disputes.push(dispute);
  announce(gateway, dispute, "created");
  return dispute.entity;
}

function announce(gateway: Gateway, dispute: DisputeRecord, what: "created" | DisputeMove): void {
  const parts = { ...paymentPart(dispute.payment), ...disputePart(dispute) };
  gateway.webhooks.emit(`payment.dispute.${what}`, parts);
}

const STATUS_AFTER: Record<DisputeMove, DisputeStatus> = {
  under_review: "under_review",
  // The bank wants more evidence from the merchant.
  action_required: "open",
  won: "won",
  lost: "lost",
  closed: "closed",
};

export function moveDispute(gateway: Gateway, disputeId: string, move: DisputeMove): DisputeEntity {
  const dispute = gateway.store.disputes.get(disputeId);
  const { entity } = dispute;
  if (entity.status !== "open" && entity.status !== "under_review") {
    throw refusal(`a dispute that is ${entity.status} cannot change`);
  }
  if (move === "closed" && entity.phase !== "fraud") {
    throw refusal("only a dispute in the fraud phase can be closed");
  }
  entity.status = STATUS_AFTER[move];
  if (move === "lost") deduct(gateway, dispute);
  announce(gateway, dispute, move);
  return entity;
}

function deduct(gateway: Gateway, { entity, payment }: DisputeRecord): void {
  entity.amount_deducted = entity.amount;
  if (gateway.settings.balance !== null) gateway.settings.balance -= entity.amount;
  gateway.store.ledger.appendDeduction({
    disputeId: entity.id,
    paymentId: entity.payment_id,
    orderId: payment.entity.order_id,
    amount: entity.amount,
    at: gateway.clock.now(),
  });
}

/** `POST /disputes/:id/accept`: the merchant accepts the claim, and the dispute is lost. */
export function acceptDispute(gateway: Gateway, disputeId: string): DisputeEntity {
  const dispute = gateway.store.disputes.get(disputeId);
  if (dispute.entity.status !== "open") throw refusal("Dispute can be accepted only when it is open.");
  return moveDispute(gateway, disputeId, "lost");
}

/** `PATCH /disputes/:id/contest`: a draft keeps the dispute open, submitting sends it to review. */
export function contestDispute(gateway: Gateway, disputeId: string, body: unknown): DisputeEntity {
  const dispute = gateway.store.disputes.get(disputeId);
  const { entity } = dispute;
  if (entity.status !== "open") throw refusal("Dispute can be contested only when it is open.");
  const fields = readFields(body, ["amount", "summary", "action", ...EVIDENCE_DOCUMENTS]);
  const action = readChoice(fields, "action", ["draft", "submit"]) ?? "draft";
  if (fields.amount !== undefined) entity.evidence.amount = readInteger(fields, "amount");
  entity.evidence.summary = readText(fields, "summary", 1000) ?? entity.evidence.summary;
  for (const name of EVIDENCE_DOCUMENTS) {
    if (fields[name] !== undefined) entity.evidence[name] = fields[name];
  }
  if (action === "draft") return entity;
  entity.evidence.submitted_at = gateway.clock.nowSeconds();
  return moveDispute(gateway, disputeId, "under_review");
}

const DEFAULT_INSTRUMENTS = {
  card: { network: "Visa" },
  netbanking: { bank: "SBIN" },
  upi: { psp: "google_pay" },
  wallet: { wallet: "mobikwik" },
} as const;

export function startDowntime(gateway: Gateway, request: DowntimeRequest): DowntimeEntity {
  const now = gateway.clock.nowSeconds();
  const instrument = request.instrument ?? { ...DEFAULT_INSTRUMENTS[request.method] };
  const entity: DowntimeEntity = {
    id: newId("down"),
    entity: "payment.downtime",
    method: request.method,
    begin: now,
    end: null,
    status: "started",
    scheduled: request.scheduled ?? false,
    severity: request.severity ?? "high",
    instrument,
    instrument_schema: Object.keys(instrument),
    created_at: now,
    updated_at: now,
  };
  gateway.store.downtimes.add({ entity, createdMs: gateway.clock.now() });
  gateway.webhooks.emit("payment.downtime.started", downtimePart(entity));
  return entity;
}

export function updateDowntime(gateway: Gateway, id: string, severity: DowntimeSeverity): DowntimeEntity {
  return changeDowntime(gateway, id, { severity, status: "updated" });
}

export function resolveDowntime(gateway: Gateway, id: string): DowntimeEntity {
  return changeDowntime(gateway, id, { status: "resolved", end: gateway.clock.nowSeconds() });
}

function changeDowntime(gateway: Gateway, id: string, change: Partial<DowntimeEntity>): DowntimeEntity {
  const { entity } = gateway.store.downtimes.get(id);
  Object.assign(entity, change, { updated_at: gateway.clock.nowSeconds() });
  gateway.webhooks.emit(`payment.downtime.${entity.status}`, downtimePart(entity));
  return entity;
}
