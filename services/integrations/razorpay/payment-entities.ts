import Joi from "joi";
import { maskVpa } from "../../../utils/masking.js";
import { type Paise, subtractPaise } from "../../../utils/money.js";
import type {
  GatewayMethodDetails,
  GatewayOrder,
  GatewayPayment,
  GatewayPaymentStatus,
} from "../payment-gateway.js";
import { nextStepOf } from "./declines.js";
import {
  amount,
  amountOrZero,
  currency,
  idOf,
  lenient,
  nothing,
  optionalAmount,
  optionalText,
  optionalTime,
  readEntity,
  texts,
  toMethod,
} from "./fields.js";
import { maskRazorpayEntity } from "./masked-entities.js";

type OrderEntity = Omit<GatewayOrder, "amountDue"> & { amountDue: Paise | null };

const orderSchema = Joi.object<OrderEntity>({
  id: idOf("order"),
  amount,
  amountPaid: amountOrZero,
  amountDue: optionalAmount,
  currency,
  receipt: optionalText,
  status: Joi.string().valid("created", "attempted", "paid"),
  attempts: lenient(Joi.number().integer().min(0), 0),
  offerId: optionalText,
  notes: texts,
  createdAt: optionalTime,
});

/** @throws TypeError when the entity is not an order */
export function mapRazorpayOrder(entity: unknown): GatewayOrder {
  const order = readEntity(orderSchema, entity);
  return { ...order, amountDue: order.amountDue ?? subtractPaise(order.amount, order.amountPaid) };
}

interface Instrument {
  bank: string | null;
  wallet: string | null;
  vpa: string | null;
  card: { last4: string | null; network: string | null; issuer: string | null } | null;
  upi: { vpa: string | null } | null;
  /** Of `paylater` and `cardless_emi`. */
  provider: string | null;
}

type MethodFields = Instrument & Pick<PaymentEntity, "method">;

type Reworked =
  | "gateway"
  | "captured"
  | "awaitsManualCapture"
  | "method"
  | "methodDetails"
  | "status"
  | "nextStep"
  | "masked";

interface PaymentEntity extends Omit<GatewayPayment, Reworked>, Instrument {
  status: string;
  captured: boolean | null;
  method: string | null;
  errorSource: string | null;
}

const paymentSchema = Joi.object<PaymentEntity>({
  id: idOf("pay"),
  orderId: idOf("order").empty(nothing).optional().default(null),
  amount,
  currency,
  status: Joi.string(),
  captured: lenient(Joi.boolean()),
  method: optionalText,
  amountRefunded: amountOrZero,
  refundStatus: lenient(Joi.string().valid("partial", "full")),
  bank: optionalText,
  wallet: optionalText,
  vpa: optionalText,
  card: lenient(Joi.object({ last4: optionalText, network: optionalText, issuer: optionalText })),
  upi: lenient(Joi.object({ vpa: optionalText })),
  provider: optionalText,
  fee: optionalAmount,
  tax: optionalAmount,
  feeBearer: lenient(Joi.string().valid("customer", "business")),
  offerId: optionalText,
  errorCode: optionalText,
  errorDescription: optionalText,
  errorReason: optionalText,
  errorSource: optionalText,
  notes: texts,
  createdAt: optionalTime,
  authorizedAt: optionalTime,
  capturedAt: optionalTime,
});

/** This gateway has no `requires_action` and no `cancelled`: such a payment stays `created` until it fails. */
const STATUSES: readonly GatewayPaymentStatus[] = ["created", "authorized", "captured", "refunded", "failed"];

function toStatus(status: string): GatewayPaymentStatus {
  return STATUSES.find((known) => known === status) ?? "created";
}

/** An EMI is paid by card. A method without an equivalent (`paylater`, `app`, …) leaves the customer's choice unchanged. */
const toOwnMethod = (method: string | null) => (method === "emi" ? "card" : toMethod(method));

/** Who lends the money takes the place of a wallet; the bank that issued a card is its bank. */
function toMethodDetails(fields: MethodFields): GatewayMethodDetails {
  const { method, card } = fields;
  const vpa = fields.vpa ?? fields.upi?.vpa;
  const bank = fields.bank ?? card?.issuer;
  const wallet = fields.wallet ?? fields.provider;
  return {
    ...(method && { gatewayMethod: method }),
    ...(card?.last4 && { last4: card.last4.slice(-4) }),
    ...(card?.network && { network: card.network }),
    ...(bank && { bank }),
    ...(wallet && { wallet }),
    ...(vpa && { vpa: maskVpa(vpa) }),
  };
}

/**
 * @param capture who captures (`PAYMENT_CAPTURE`)
 * @throws TypeError when the entity is not a payment
 */
export function mapRazorpayPayment(entity: unknown, capture: "automatic" | "manual"): GatewayPayment {
  const { bank, wallet, vpa, card, upi, provider, errorSource, ...payment } = readEntity(
    paymentSchema,
    entity,
  );
  const status = toStatus(payment.status);
  return {
    ...payment,
    gateway: "razorpay",
    status,
    captured: payment.captured ?? status === "captured",
    awaitsManualCapture: status === "authorized" && capture === "manual",
    method: toOwnMethod(payment.method),
    nextStep: status === "failed" ? nextStepOf({ ...payment, errorSource }) : null,
    methodDetails: toMethodDetails({ method: payment.method, bank, wallet, vpa, card, upi, provider }),
    masked: maskRazorpayEntity("payment", entity),
  };
}
