import type { ReturnRefundBreakdown } from "../../../models/index.js";
import { REFUND_STATUS } from "../../../utils/constants.js";
import type { NamedUnits } from "../../../utils/line-units.js";
import type { Paise } from "../../../utils/money.js";
import type { RefundAmounts } from "../../calculations/refund-amounts.js";
import { priceReturn, priceUnits, type ReturnedUnits } from "../../calculations/return-refund.js";
import { leftOfGoods, leftOfMoney, type RefundFacts } from "./refund-facts.js";
import { toContent } from "./refund-terms.js";

/** What goods are worth that are the shop's again: returned by the customer, never delivered, or cancelled before they left. */

/** Requests that wait for approval give way: such goods are paid for, whatever else was asked for. */
export const withoutRequests = (facts: RefundFacts): RefundFacts => ({
  ...facts,
  refunds: facts.refunds.filter(({ status }) => status !== REFUND_STATUS.PENDING),
});

const leftOfOrder = (facts: RefundFacts) => ({ goods: leftOfGoods(facts), money: leftOfMoney(facts) });

const toUnits = (items: readonly NamedUnits[]): ReturnedUnits[] =>
  items.map(({ orderItemId, quantity }) => ({ id: orderItemId.toHexString(), units: quantity }));

/** The price that was paid for units. @returns null when nothing of value is left of them */
export const priceReturned = (
  facts: RefundFacts,
  items: readonly NamedUnits[],
  charges: { includeCharges: boolean },
): RefundAmounts | null => priceUnits(leftOfOrder(facts), toUnits(items), charges);

/** What a customer's return gives back, and for which lines. */
export interface ReturnTerms {
  breakdown: ReturnRefundBreakdown;
  content: ReturnType<typeof toContent>;
}

/** The refund of a return. @param returnShipping what the customer pays for the way back */
export function decideReturnTerms(
  facts: RefundFacts,
  { passed, returnShipping: fee }: { passed: readonly NamedUnits[]; returnShipping: Paise },
): ReturnTerms {
  const { content, ...breakdown } = priceReturn(leftOfOrder(facts), { passed: toUnits(passed), fee });
  return { breakdown, content: toContent(content) };
}
