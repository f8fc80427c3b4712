import type { ClientSession, Types } from "mongoose";
import { type Paise, ZERO_PAISE } from "../../../utils/money.js";
import { oweOrderRefund, startedBySystem } from "../../aggregates/refund/owe-order-refund.js";
import { readRefundFacts } from "../../aggregates/refund/refund-facts.js";

/** What follows from the money of a bank transfer, in the transaction that records it. */

/** What came beyond what is due goes back to the customer. */
export async function oweSurplus(
  orderId: Types.ObjectId,
  { surplus, refundNumbers }: { surplus: Paise; refundNumbers: readonly string[] },
  tx: ClientSession,
): Promise<void> {
  if (surplus === 0) return;
  const facts = await readRefundFacts(orderId, { except: null }, tx);
  const content = { items: [], shippingAmount: ZERO_PAISE };
  await oweOrderRefund(
    { facts, amount: surplus, content, origin: startedBySystem("surplus"), returnId: null, refundNumbers },
    tx,
  );
}
