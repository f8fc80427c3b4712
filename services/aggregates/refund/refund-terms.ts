import { Types } from "mongoose";
import { isOpenDispute, type PaymentDoc, type RefundItem, type RefundPart } from "../../../models/index.js";
import {
  REFUND_DESTINATION,
  REFUND_TYPE,
  type RefundDestination,
  type RefundType,
} from "../../../utils/constants.js";
import { RuleError } from "../../../utils/errors.js";
import { assertOwnLines, type NamedUnits } from "../../../utils/line-units.js";
import { type Paise, toRupees } from "../../../utils/money.js";
import { CreditExceedsError } from "../../calculations/credit-amounts.js";
import { priceRefund, type RefundAmounts } from "../../calculations/refund-amounts.js";
import { type PartContent, type SplitPart, splitRefund } from "../../calculations/refund-split.js";
import { leftOfGoods, leftOfMoney, type RefundFacts, sourcesOf } from "./refund-facts.js";

/** What is to be refunded, and how. */
export type RefundWish =
  | { kind: "rest" }
  | { kind: "items"; items: readonly NamedUnits[]; includeShipping: boolean }
  | { kind: "amount"; amount: Paise };

/** What a refund takes, and from where to where. */
export interface RefundTerms {
  type: RefundType;
  amount: Paise;
  items: RefundItem[];
  /** The part of `amount` that refunds shipping and fees. */
  shippingAmount: Paise;
  parts: RefundPart[];
}

/**
 * Decides about a refund of an order.
 * @throws RuleError NOT_REFUNDABLE (nothing was paid; store credit for a guest), PAYMENT_DISPUTED,
 *   REFUND_EXCEEDS_PAID with what is `left` in rupees; ValidationError for a line of another order
 */
export function decideTerms(
  facts: RefundFacts,
  { wish, destination }: { wish: RefundWish; destination: RefundDestination },
): RefundTerms {
  assertRefundable(facts);
  const priced = price(facts, wish);
  const parts = split(facts, { amount: priced.amount, destination });
  return {
    ...toContent(priced),
    amount: priced.amount,
    type: typeOf(facts, priced.amount),
    parts,
  };
}

/** @throws RuleError NOT_REFUNDABLE, PAYMENT_DISPUTED */
export function assertRefundable(facts: RefundFacts): void {
  if (facts.order.paidAmount === 0) throw notRefundable("not_paid", "Nothing was paid for this order yet");
  assertNoneDisputed(facts);
}

/** @throws RuleError PAYMENT_DISPUTED while a dispute of one of the order's payments is open */
export function assertNoneDisputed({ payments }: Pick<RefundFacts, "payments">): void {
  for (const payment of payments) assertNotDisputed(payment);
}

/** @throws RuleError PAYMENT_DISPUTED while a dispute of the payment is open */
export function assertNotDisputed({ disputes }: Pick<PaymentDoc, "disputes">): void {
  const open = disputes.find(isOpenDispute);
  if (!open) return;
  throw new RuleError(
    "PAYMENT_DISPUTED",
    "The payment is disputed; it can be refunded once the dispute ends",
    {
      disputeId: open.id,
      respondBy: open.respondBy,
    },
  );
}

const typeOf = ({ order }: RefundFacts, amount: Paise): RefundType =>
  amount === order.paidAmount ? REFUND_TYPE.FULL : REFUND_TYPE.PARTIAL;

/** @throws as `decideTerms` */
export function price(facts: RefundFacts, wish: RefundWish): RefundAmounts {
  const left = leftOfMoney(facts);
  if (left <= 0) throw exceedsPaid(left);
  if (wish.kind === "items") assertOwnLines(facts.items, wish.items);
  const priced = priceOf(facts, wish, left);
  if (priced.amount > left) throw exceedsPaid(left);
  return priced;
}

function priceOf(facts: RefundFacts, wish: RefundWish, left: Paise): RefundAmounts {
  try {
    return priceRefund(leftOfGoods(facts), wish.kind === "items" ? toUnits(wish) : wish, left);
  } catch (error) {
    if (!(error instanceof CreditExceedsError)) throw error;
    throw exceedsPaid(left);
  }
}

const toUnits = ({ items, includeShipping }: Extract<RefundWish, { kind: "items" }>) => ({
  kind: "items" as const,
  items: items.map(({ orderItemId, quantity }) => ({ id: orderItemId.toHexString(), units: quantity })),
  includeCharges: includeShipping,
});

/** @throws RuleError NOT_REFUNDABLE for a guest's store credit; REFUND_EXCEEDS_PAID */
export function split(
  facts: RefundFacts,
  { amount, destination }: { amount: Paise; destination: RefundDestination },
): RefundPart[] {
  const canHoldCredit = facts.order.userId !== undefined;
  if (destination === REFUND_DESTINATION.STORE_CREDIT && !canHoldCredit)
    throw notRefundable("no_account", "A guest has no store credit; choose another destination");
  const parts = splitRefund({ amount, destination, canHoldCredit }, sourcesOf(facts));
  if (!parts) throw exceedsPaid(leftOfMoney(facts));
  return parts.map(toRefundPart);
}

const toRefundPart = ({ paymentId, ...part }: SplitPart): RefundPart => ({
  ...part,
  paymentId: paymentId === null ? null : new Types.ObjectId(paymentId),
});

/** Lines and charges in their stored form. */
export const toContent = ({ items, chargesAmount }: PartContent) => ({
  items: items.map(
    ({ id, units, amount }): RefundItem => ({ orderItemId: new Types.ObjectId(id), quantity: units, amount }),
  ),
  shippingAmount: chargesAmount,
});

/** @param left paise; missing when another change was faster */
export const exceedsPaid = (left?: Paise) =>
  new RuleError(
    "REFUND_EXCEEDS_PAID",
    "The refund exceeds what is left to refund",
    left === undefined ? undefined : { left: toRupees(left) },
  );

export const notRefundable = (reason: "not_paid" | "no_account" | "no_order" | "credited", message: string) =>
  new RuleError("NOT_REFUNDABLE", message, { reason });
