import { RuleError } from "../../../utils/errors.js";
import { type Paise, toRupees } from "../../../utils/money.js";
import { unwrap } from "../../../utils/result.js";
import {
  getLoyaltyBalance,
  getStoreCreditBalance,
  type LoyaltyBalance,
} from "../../integrations/engagement-integration.service.js";
import type { CheckoutState } from "./checkout-state.js";

/** Points and store credit are means of payment; the Engagement service keeps the balances. */

/**
 * Asks for the customer's points and requires at least `points`.
 * @throws RuleError INSUFFICIENT_POINTS with how many are `available`; the typed upstream errors
 */
export async function getSufficientPoints(userId: string, points: number): Promise<LoyaltyBalance> {
  const balance = unwrap(await getLoyaltyBalance(userId));
  // Points without a value cannot pay.
  const available = balance.pointValue > 0 ? balance.points : 0;
  if (points > available) {
    throw new RuleError("INSUFFICIENT_POINTS", `Only ${available} points are available`, { available });
  }
  return balance;
}

/**
 * Asks for the customer's store credit and requires at least `amount`.
 * @throws RuleError INSUFFICIENT_CREDIT with how much is `available`, in rupees; the typed upstream errors
 */
export async function getSufficientCredit(userId: string, amount: Paise): Promise<Paise> {
  const { balance } = unwrap(await getStoreCreditBalance(userId));
  if (amount > balance) {
    const available = toRupees(balance);
    throw new RuleError("INSUFFICIENT_CREDIT", `Only ₹${available} of store credit is available`, {
      available,
    });
  }
  return balance;
}

/**
 * Checked before the customer pays: points and credit may have been used elsewhere since they were chosen, and placing
 * would refuse them only after the payment.
 * @throws as `getSufficientPoints` and `getSufficientCredit`, for what these totals use of them
 */
export async function assertMeansSuffice({ checkout, totals }: CheckoutState): Promise<void> {
  const { userId, loyaltyPointValue } = checkout;
  if (!userId) return;
  if (totals.loyaltyDiscount > 0) {
    const { points, pointValue } = await getSufficientPoints(
      userId,
      Math.round(totals.loyaltyDiscount / loyaltyPointValue),
    );
    if (pointValue !== loyaltyPointValue) {
      throw new RuleError("INSUFFICIENT_POINTS", "The value of the points has changed; choose them again", {
        available: points,
      });
    }
  }
  if (totals.storeCredit > 0) await getSufficientCredit(userId, totals.storeCredit);
}
