import type { AttemptDetails } from "./control-types.js";
import { type CardEntity, newId, type PaymentEntity, type PaymentMethod, randomDigits } from "./types.js";

/** The fields that depend on the payment method. */
export interface Instrument {
  fields: Pick<PaymentEntity, "bank" | "wallet" | "vpa" | "card_id" | "upi">;
  card: CardEntity | null;
}

type References = Record<string, string | null>;

/** `acquirer_data` after the bank has answered. The real gateway leaves it empty for wallets. */
const references: Record<PaymentMethod, () => References> = {
  upi: () => ({ rrn: randomDigits(12), upi_transaction_id: `SIM${randomDigits(29)}` }),
  card: () => ({ auth_code: randomDigits(6), rrn: randomDigits(12) }),
  netbanking: () => ({ bank_transaction_id: randomDigits(10) }),
  wallet: () => ({ transaction_id: null }),
};

export const bankReferences = (method: PaymentMethod): References => references[method]();

/** `acquirer_data` before the bank has answered. */
export const BLANK_REFERENCES: Record<PaymentMethod, References> = {
  upi: { rrn: null },
  card: { auth_code: null },
  netbanking: { bank_transaction_id: null },
  wallet: { transaction_id: null },
};

const NOTHING = { bank: null, wallet: null, vpa: null, card_id: null };
const TEST_CARD = {
  name: "",
  last4: "1007",
  network: "Visa",
  type: "credit",
  issuer: "HDFC",
  international: false,
  emi: false,
  sub_type: "consumer",
  token_iin: null,
} as const;

function upi(details: AttemptDetails): Instrument {
  const vpa = details.vpa === undefined ? "success@razorpay" : details.vpa;
  return {
    fields: { ...NOTHING, vpa, upi: { payer_account_type: "bank_account", vpa, flow: "intent" } },
    card: null,
  };
}

function card(details: AttemptDetails): Instrument {
  const entity: CardEntity = { id: newId("card"), entity: "card", ...TEST_CARD, ...details.card };
  return {
    fields: { ...NOTHING, card_id: entity.id },
    card: entity,
  };
}

const instruments: Record<PaymentMethod, (details: AttemptDetails) => Instrument> = {
  upi,
  card,
  netbanking: (details) => ({
    fields: { ...NOTHING, bank: details.bank ?? "HDFC" },
    card: null,
  }),
  wallet: (details) => ({
    fields: { ...NOTHING, wallet: details.wallet ?? "mobikwik" },
    card: null,
  }),
};

export const instrumentOf = (method: PaymentMethod, details: AttemptDetails): Instrument =>
  instruments[method](details);

interface Failure {
  description: string;
  source: string;
  step: string;
  reason: string;
}

export const FAILURES = {
  fail: {
    description: "Your payment could not be completed as the bank declined it. Try another method.",
    source: "bank",
    step: "payment_authorization",
    reason: "payment_failed",
  },
  cancel: {
    description: "Payment was cancelled by the customer on the bank page.",
    source: "customer",
    step: "payment_authentication",
    reason: "payment_cancelled",
  },
  late: {
    description: "Payment was not completed on time.",
    source: "customer",
    step: "payment_authentication",
    reason: "payment_timed_out",
  },
} as const satisfies Record<string, Failure>;

/** The gateway's fee of 2 % plus 18 % GST on it. `fee` includes `tax` (₹10: fee 24, tax 4). */
export function calculateFee(amount: number): { fee: number; tax: number } {
  const price = Math.round((amount * 2) / 100);
  const tax = Math.round((price * 18) / 100);
  return { fee: price + tax, tax };
}
