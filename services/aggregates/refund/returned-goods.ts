import type { ReturnRefundBreakdown } from "../../../models/index.js";
import { REFUND_STATUS } from "../../../utils/constants.js";
import type { NamedUnits } from "../../../utils/line-units.js";
import { minPaise, type Paise, subtractPaise, ZERO_PAISE } from "../../../utils/money.js";
import { leftOf } from "../../calculations/credit-amounts.js";
import { priceRefund, type RefundAmounts } from "../../calculations/refund-amounts.js";
import { leftOfGoods, leftOfMoney, type RefundFacts } from "./refund-facts.js";
import { toContent } from "./refund-terms.js";

/** What goods that came back are worth: in a customer's return, or in a parcel that was never delivered. */

/** Requests that wait for approval give way: goods that came back are paid for, whatever else was asked for. */
export const withoutRequests = (facts: RefundFacts): RefundFacts => ({
  ...facts,
  refunds: facts.refunds.filter(({ status }) => status !== REFUND_STATUS.PENDING),
});

/**
 * The price that was paid for units. Units that were refunded before are left out.
 * @returns null when nothing of value is left of them
 */
export function priceReturned(
  facts: RefundFacts,
  items: readonly NamedUnits[],
  { includeCharges }: { includeCharges: boolean },
): RefundAmounts | null {
  const goods = leftOfGoods(facts);
  const units = items.flatMap(({ orderItemId, quantity }) => {
    const line = goods.lines.find(({ id }) => id === orderItemId.toHexString());
    const most = line ? Math.min(quantity, leftOf(line).units) : 0;
    return most > 0 ? [{ id: orderItemId.toHexString(), units: most }] : [];
  });
  const hasValue = goods.lines.some(
    (line) =>
      leftOf(line).total > 0 && (line.isCharge ? includeCharges : units.some(({ id }) => id === line.id)),
  );
  return hasValue
    ? priceRefund(goods, { kind: "items", items: units, includeCharges }, leftOfMoney(facts))
    : null;
}

/** What a customer's return gives back, and for which lines. */
export interface ReturnTerms {
  breakdown: ReturnRefundBreakdown;
  content: ReturnType<typeof toContent>;
}

const NOTHING: RefundAmounts = { amount: ZERO_PAISE, items: [], chargesAmount: ZERO_PAISE };

/**
 * The refund of a return: its units that passed the inspection, at most what is left of the money, less the way back.
 * Shipping to the customer is not part of it.
 * @param returnShipping what the customer pays for the way back
 */
export function decideReturnTerms(
  facts: RefundFacts,
  { passed, returnShipping }: { passed: readonly NamedUnits[]; returnShipping: Paise },
): ReturnTerms {
  const priced = priceReturned(facts, passed, { includeCharges: false }) ?? NOTHING;
  const left = leftOfMoney(facts);
  const items = left > 0 ? minPaise(priced.amount, left) : ZERO_PAISE;
  const deducted = minPaise(returnShipping, items);
  return {
    breakdown: { items, returnShipping: deducted, total: subtractPaise(items, deducted) },
    content: toContent(priced),
  };
}
