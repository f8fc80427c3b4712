import Joi from "joi";
import { isRecord } from "../../../utils/helpers.js";
import type { GatewayEvent } from "../payment-gateway.js";
import { optionalText, optionalTime } from "./fields.js";
import { mapRazorpayDispute, mapRazorpayDowntime, mapRazorpayRefund } from "./other-entities.js";
import { mapRazorpayOrder, mapRazorpayPayment } from "./payment-entities.js";

interface Envelope {
  event: string;
  account_id: string | null;
  created_at: Date | null;
  payload: Record<string, unknown>;
}

const envelopeSchema = Joi.object<Envelope>({
  event: Joi.string().max(100).required(),
  account_id: optionalText,
  created_at: optionalTime,
  payload: Joi.object().pattern(Joi.string(), Joi.any()).empty(null).default({}),
});

export interface WebhookOptions {
  /** When set, an event of another account is foreign. */
  accountId?: string | undefined;
  capture: "automatic" | "manual";
}

/** A webhook's body (already verified and parsed) in the domain's words; null when it is no event. */
export function parseRazorpayWebhook(payload: unknown, options: WebhookOptions): GatewayEvent | null {
  const { value, error } = envelopeSchema.validate(payload, { convert: false, stripUnknown: true });
  if (error || !value) return null;
  const unreadable: string[] = [];

  function part<T>(name: string, map: (entity: unknown) => T): T | null {
    const holder = value?.payload[name];
    const entity = isRecord(holder) ? holder.entity : undefined;
    if (entity === undefined || entity === null) return null;
    try {
      return map(entity);
    } catch (reason) {
      unreadable.push(`${name}: ${reason instanceof Error ? reason.message : String(reason)}`);
      return null;
    }
  }

  return {
    type: value.event,
    isForeignAccount: options.accountId !== undefined && value.account_id !== options.accountId,
    occurredAt: value.created_at,
    payment: part("payment", (entity) => mapRazorpayPayment(entity, options.capture)),
    order: part("order", mapRazorpayOrder),
    refund: part("refund", mapRazorpayRefund),
    dispute: part("dispute", mapRazorpayDispute),
    downtime: part("payment.downtime", mapRazorpayDowntime),
    unreadable,
  };
}
