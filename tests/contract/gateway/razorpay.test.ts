import type { AttemptResult } from "../../../scripts/sandbox/razorpay/control-types.js";
import { createRazorpaySimulator } from "../../../scripts/sandbox/razorpay/index.js";
import { createRazorpayGateway } from "../../../services/integrations/razorpay.service.js";
import { KEY_ID, KEY_SECRET, listen, stop, WEBHOOK_SECRET } from "../razorpay/harness.js";
import { describeGateway } from "./conformance/index.js";
import type {
  BreakableCall,
  CustomerOutcome,
  CustomerPayment,
  GatewayWorld,
  TransportFault,
} from "./conformance/world.js";

const CALLS: Record<BreakableCall, string> = {
  createGatewayOrder: "POST /orders",
  listPaymentsOfOrder: "GET /orders/:id/payments",
  capturePayment: "POST /payments/:id/capture",
  createRefund: "POST /payments/:id/refund",
};

const FAULTS = {
  hang: "hang",
  reset: "reset",
  "throttled as HTML with Retry-After": "status429",
  "error with an empty body": "empty500",
  "error with the body null": "null500",
  error: "status500",
  unavailable: "status503",
  "fault of the bank": "status502",
  "success as HTML": "html200",
  "wrong key": "status401",
} as const satisfies Record<TransportFault, string>;

const OUTCOMES = {
  paid: "success",
  declined: "fail",
  abandoned: "cancel",
  unfinished: "pending",
} as const satisfies Record<CustomerOutcome, string>;

function toCustomerPayment({ paymentId, orderId, signature }: AttemptResult): CustomerPayment {
  const ids = { razorpay_order_id: orderId, razorpay_payment_id: paymentId };
  return { paymentId, answer: signature ? { ...ids, razorpay_signature: signature } : null };
}

async function startRazorpay(): Promise<GatewayWorld> {
  const simulator = createRazorpaySimulator({
    keyId: KEY_ID,
    keySecret: KEY_SECRET,
    webhookSecret: WEBHOOK_SECRET,
    webhookUrls: [],
  });
  const { control } = simulator;
  const { server, origin } = await listen(simulator.app);
  return {
    secrets: [KEY_SECRET, WEBHOOK_SECRET],
    connect: ({ timeoutMs = 3_000 } = {}) =>
      createRazorpayGateway({
        keyId: KEY_ID,
        keySecret: KEY_SECRET,
        webhookSecrets: ["the-next-webhook-secret", WEBHOOK_SECRET],
        apiUrl: origin,
        timeoutMs,
        capture: "automatic",
        merchantName: "Vastra",
        downtimeCacheSeconds: 0,
      }),
    pay: (orderId, method, outcome = "paid") =>
      toCustomerPayment(control.pay(orderId, { method, outcome: OUTCOMES[outcome] })),
    payTwice: (orderId) => {
      control.pay(orderId, { method: "card", outcome: "success", details: { ifPaid: "accept" } });
    },
    break: ({ call, fault, when, times }) => {
      control.setFault({ match: CALLS[call], action: FAULTS[fault], when, times });
    },
    limitAmount: (maximumAmount) => control.configure({ maximumAmount }),
    setBalance: (balance) => control.configure({ balance }),
    setListLag: (listLagSeconds) => control.configure({ listLagSeconds }),
    setWriteLatency: (writeLatencyMs) => control.configure({ writeLatencyMs }),
    refundElsewhere: (paymentId, amount) => control.refundInDashboard(paymentId, amount),
    openDispute: (paymentId) => control.openDispute(paymentId).id,
    loseDispute: (disputeId) => control.moveDispute(disputeId, "lost"),
    startDowntime: (method) => control.startDowntime({ method }),
    payOut: () => control.settle()?.id ?? "",
    advance: (seconds) => control.advance(seconds),
    now: () => new Date(control.now()),
    done: () => {
      const { captures, refunds } = control.ledger();
      return { captures: captures.length, refunds: refunds.length };
    },
    webhooks: () =>
      control.events().map(({ id, body, signature }) => ({
        headers: { "x-razorpay-event-id": id, "x-razorpay-signature": signature ?? undefined },
        rawBody: Buffer.from(body),
      })),
    reset: () => control.reset(),
    close: async () => {
      await simulator.close();
      await stop(server);
    },
  };
}

describeGateway("Razorpay", startRazorpay);
