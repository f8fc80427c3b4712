import { Types } from "mongoose";
import type { OrderDoc, OrderItemDoc, RefundDoc } from "../../../models/index.js";
import { leftOfGoods, type RefundFacts } from "../../../services/aggregates/refund/refund-facts.js";
import { leftOf } from "../../../services/calculations/credit-amounts.js";
import { paise } from "../../../utils/money.js";

const [delivered, returned] = [new Types.ObjectId(), new Types.ObjectId()];
const line = (_id: Types.ObjectId) => ({
  ...{ _id, quantity: 1, taxableValue: paise(10_000) },
  taxes: { cgst: paise(0), sgst: paise(0), utgst: paise(0), igst: paise(0) },
});
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));

/** Two lines of ₹100: goodwill of ₹50, and the second line comes back before it was paid for. */
function factsOf({ goodwillAt, returnedAt }: { goodwillAt: Date; returnedAt: Date }): RefundFacts {
  // What of the second line the goodwill had left, if it came first.
  const amount = paise(goodwillAt < returnedAt ? 7_500 : 10_000);
  const unpaid = {
    amount,
    items: [{ orderItemId: returned, quantity: 1, amount }],
    shippingAmount: paise(0),
  };
  const order = {
    ...{ charges: [], roundOff: paise(0), cancellations: [] },
    uncollectedParcels: [{ _id: new Types.ObjectId(), at: returnedAt, unpaid }],
  };
  const goodwill = {
    ...{ createdAt: goodwillAt, amount: paise(5_000), shippingAmount: paise(0), items: [] },
    systemReason: null,
  };
  return {
    order: order as unknown as OrderDoc,
    items: [line(delivered), line(returned)] as unknown as OrderItemDoc[],
    payments: [],
    refunds: [goodwill] as unknown as RefundDoc[],
  };
}

test.each([
  // ₹25 of each line are goodwill; then the rest of the second one is never paid.
  ["before", { goodwillAt: at(1), returnedAt: at(2) }, [7_500, 0]],
  // Only the first line is left to take it.
  ["after", { goodwillAt: at(2), returnedAt: at(1) }, [5_000, 0]],
])(
  "When goodwill is given %s a line comes back unpaid, then each takes what was left then",
  (_when, times, left) => {
    expect(leftOfGoods(factsOf(times)).lines.map((row) => leftOf(row).total)).toEqual(left);
  },
);
