/** Entities as the gateway sends them; a test overrides the fields that matter. */

export const PAYMENT_ID = "pay_Rk5Bf3Jd9Xu2Ge";
export const ORDER_ID = "order_Rk5Bd6Vp4Tk8Oi";
export const REFUND_ID = "rfnd_Rm1Ds7Kp3We9Uf";

type Fields = Record<string, unknown>;

export const paymentEntity = (fields: Fields = {}): Fields => ({
  id: PAYMENT_ID,
  entity: "payment",
  amount: 249900,
  currency: "INR",
  base_amount: 249900,
  status: "captured",
  order_id: ORDER_ID,
  invoice_id: null,
  international: false,
  method: "card",
  amount_refunded: 0,
  amount_transferred: 0,
  refund_status: null,
  captured: true,
  description: "Order SV-100231",
  card_id: "card_Rk5BfQ7sN1mE5w",
  bank: null,
  wallet: null,
  vpa: null,
  email: "buyer@example.com",
  contact: "+919000000001",
  notes: [],
  fee: 5898,
  tax: 900,
  error_code: null,
  error_description: null,
  error_source: null,
  error_step: null,
  error_reason: null,
  acquirer_data: { auth_code: "482913", rrn: "600198765432" },
  created_at: 1767226000,
  card: {
    id: "card_Rk5BfQ7sN1mE5w",
    entity: "card",
    name: "",
    last4: "1007",
    network: "Visa",
    type: "credit",
  },
  reward: null,
  ...fields,
});

export const orderEntity = (fields: Fields = {}): Fields => ({
  id: ORDER_ID,
  entity: "order",
  amount: 249900,
  amount_paid: 0,
  amount_due: 249900,
  currency: "INR",
  receipt: "65f000000000000000000001",
  offer_id: null,
  status: "created",
  attempts: 0,
  notes: [],
  created_at: 1767225900,
  ...fields,
});

export const refundEntity = (fields: Fields = {}): Fields => ({
  id: REFUND_ID,
  entity: "refund",
  amount: 50000,
  currency: "INR",
  payment_id: PAYMENT_ID,
  notes: { return_id: "RET-77" },
  receipt: "REF-2026-000001",
  acquirer_data: { arn: null },
  created_at: 1767312400,
  batch_id: null,
  status: "processed",
  speed_requested: "normal",
  speed_processed: "normal",
  ...fields,
});

export const collection = (...items: Fields[]): Fields => ({
  entity: "collection",
  count: items.length,
  items,
});

export const gatewayError = (description: string, fields: Fields = {}): Fields => ({
  error: {
    code: "BAD_REQUEST_ERROR",
    description,
    source: "NA",
    step: null,
    reason: null,
    metadata: {},
    ...fields,
  },
});
