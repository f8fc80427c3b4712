import { moneyGauges, reconciliationGauges } from "../../../config/metrics.config.js";
import {
  CAPTURED_WITHOUT_ORDER,
  CAPTURED_WITHOUT_ORDER_INDEX,
  PAYMENTS_WITH_ATTENTION_INDEX,
  Payment,
  REFUNDS_WITH_ATTENTION_INDEX,
  ReconciliationReport,
  type ReconciliationReportDoc,
  Refund,
  type RefundDoc,
} from "../../../models/index.js";
import { databaseTime } from "../../../utils/clock.js";
import { BREAK_CLASSES, REFUND_STATUS } from "../../../utils/constants.js";
import { addPaise, paise, toRupees } from "../../../utils/money.js";
import { QUERY_LIMIT, type Reading } from "./refresh-readings.js";

/** Money that has not arrived where it belongs. */
export const moneyReading: Reading = {
  name: "money",
  everyMs: 15_000,
  async read() {
    await readMoneyWithoutOrder();
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

/** The same payments that the sweep resolves (`return-stray-money.flow.ts`), also the youngest. */
async function readMoneyWithoutOrder(): Promise<void> {
  const [found] = await Payment.aggregate<{ payments: number; captured: number; ageMs: number }>(
    [
      { $match: { ...CAPTURED_WITHOUT_ORDER } },
      {
        $group: {
          _id: null,
          payments: { $sum: 1 },
          captured: { $sum: "$capturedAmount" },
          ageMs: { $max: { $subtract: [databaseTime(), "$capturedAt"] } },
        },
      },
    ],
    { ...QUERY_LIMIT, hint: CAPTURED_WITHOUT_ORDER_INDEX },
  );
  moneyGauges.payments.set(found?.payments ?? 0);
  moneyGauges.rupees.set(toRupees(paise(found?.captured ?? 0)));
  moneyGauges.age.set(Math.max(0, found?.ageMs ?? 0) / 1_000);
}

async function readRefunds(): Promise<void> {
  for (const status of [REFUND_STATUS.PENDING, REFUND_STATUS.PROCESSING]) {
    moneyGauges.openRefunds.set({ status }, await Refund.countDocuments({ status }, QUERY_LIMIT));
  }
  const oldest = await Refund.findOne({ status: REFUND_STATUS.PROCESSING }, { createdAt: 1 })
    .sort({ createdAt: 1 })
    .setOptions(QUERY_LIMIT)
    .lean<Pick<RefundDoc, "createdAt">>();
  moneyGauges.refundAge.set(oldest ? Math.max(0, Date.now() - oldest.createdAt.getTime()) / 1_000 : 0);
}

export const reconciliationReading: Reading = {
  name: "reconciliation",
  everyMs: 60_000,
  async read() {
    const report = await ReconciliationReport.findOne({ state: "completed" })
      .sort({ createdAt: -1 })
      .setOptions(QUERY_LIMIT)
      .lean<ReconciliationReportDoc>();
    if (!report) return;
    const { finishedAt, breaks } = report;
    if (finishedAt) reconciliationGauges.lastCompleted.set(finishedAt.getTime() / 1_000);
    const left = new Map(breaks.map(({ kind, count, repaired }) => [kind, count - repaired]));
    for (const kind of BREAK_CLASSES)
      reconciliationGauges.breaksLeft.set({ class: kind }, left.get(kind) ?? 0);
    reconciliationGauges.amountAtRisk.set(toRupees(addPaise(...breaks.map(({ amountLeft }) => amountLeft))));
  },
};
