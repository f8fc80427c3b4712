import { moneyGauges } from "../../../config/metrics.config.js";
import {
  PAYMENTS_WITH_ATTENTION_INDEX,
  Payment,
  REFUNDS_WITH_ATTENTION_INDEX,
  Refund,
  type RefundDoc,
} from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { REFUND_STATUS } from "../../../utils/constants.js";
import { toRupees } from "../../../utils/money.js";
import { QUERY_LIMIT, type Reading } from "../../platform/metrics/refresh-readings.js";
import { readMoneyWithoutOrder } from "./money-without-order.js";

/** Money that has not arrived where it belongs. */
export const moneyReading: Reading = {
  name: "money",
  everyMs: 15_000,
  async read() {
    const { count, amount, oldestAge } = await readMoneyWithoutOrder(QUERY_LIMIT);
    moneyGauges.payments.set(count);
    moneyGauges.rupees.set(toRupees(amount));
    moneyGauges.age.set(oldestAge);
    await readRefunds();
    const attention = { attention: true };
    moneyGauges.paymentsWithAttention.set(
      await Payment.countDocuments(attention, { ...QUERY_LIMIT, hint: PAYMENTS_WITH_ATTENTION_INDEX }),
    );
    moneyGauges.refundsWithAttention.set(
      await Refund.countDocuments(attention, { ...QUERY_LIMIT, hint: REFUNDS_WITH_ATTENTION_INDEX }),
    );
  },
};

async function readRefunds(): Promise<void> {
  for (const status of [REFUND_STATUS.PENDING, REFUND_STATUS.PROCESSING]) {
    moneyGauges.openRefunds.set({ status }, await Refund.countDocuments({ status }, QUERY_LIMIT));
  }
  const oldest = await Refund.findOne({ status: REFUND_STATUS.PROCESSING }, { createdAt: 1 })
    .sort({ createdAt: 1 })
    .setOptions(QUERY_LIMIT)
    .lean<Pick<RefundDoc, "createdAt">>();
  moneyGauges.refundAge.set(oldest ? Math.max(0, now().getTime() - oldest.createdAt.getTime()) / 1_000 : 0);
}
