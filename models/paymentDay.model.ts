import { model } from "mongoose";
import { PAYMENT_METHODS, type PaymentMethod } from "../utils/constants.js";
import type { Paise } from "../utils/money.js";
import { type DayTallyDoc, dayTallyFields } from "./parts/day-tally.js";
import { count, listOf, moneyFromZero, optionalOneOf } from "./parts/fields.js";
import { definePart, defineSchema } from "./parts/schema.js";

/** What became of payments. Each payment counts once in `succeeded`, `failed`, `superseded`, `surplus` or `open`. */
export interface PaymentCounts {
  payments: number;
  /** Captured, and not to be given back as surplus. */
  succeeded: number;
  failed: number;
  /** Ended because the cart or the checkout changed. */
  superseded: number;
  /** Captured or authorised, but for no order: the money goes back. */
  surplus: number;
  /** Not decided yet. */
  open: number;
  /** Captured by those that succeeded. */
  revenue: Paise;
  /** Of the revenue, what has been refunded. */
  refunded: Paise;
  /** Captured by surplus payments. */
  surplusAmount: Paise;
  /** The gateway's, of all payments; contains `feeTax`. */
  fees: Paise;
  feeTax: Paise;
}

export interface MethodCounts extends PaymentCounts {
  /** Null: not reported by the gateway yet. */
  method: PaymentMethod | null;
}

/** What became of the payments that began on one day. */
export interface PaymentDayDoc extends DayTallyDoc {
  methods: MethodCounts[];
}

const methodPart = definePart<MethodCounts>({
  method: optionalOneOf(PAYMENT_METHODS),
  payments: count,
  succeeded: count,
  failed: count,
  superseded: count,
  surplus: count,
  open: count,
  revenue: moneyFromZero,
  refunded: moneyFromZero,
  surplusAmount: moneyFromZero,
  fees: moneyFromZero,
  feeTax: moneyFromZero,
});

const schema = defineSchema<PaymentDayDoc>(
  "paymentDays",
  { ...dayTallyFields, methods: listOf(methodPart) },
  "none",
);

export const PaymentDay = model<PaymentDayDoc>("PaymentDay", schema);
