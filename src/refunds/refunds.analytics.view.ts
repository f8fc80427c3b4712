import Joi from "joi";
import { REFUND_DESTINATIONS } from "../../utils/constants.js";
import { shareOf } from "../../utils/helpers.js";
import { toRupees } from "../../utils/money.js";
import { rupees } from "../../utils/view-schemas.js";
import { count, seriesPeriod, text } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";
import type { RefundAnalytics, RefundSum, RefundTotals } from "./refunds.analytics.service.js";

const toSumView = ({ refunds, amount }: RefundSum) => ({ refunds, amount: toRupees(amount) });

const byAmount = (left: readonly [string, RefundSum], right: readonly [string, RefundSum]): number =>
  right[1].amount - left[1].amount || left[0].localeCompare(right[0]);

const toTotalsView = (totals: RefundTotals) => ({
  ordersPlaced: totals.ordersPlaced,
  ordersRefunded: totals.ordersRefunded,
  refundRate: shareOf(totals.ordersRefunded, totals.ordersPlaced),
  ...toSumView(totals),
  byDestination: [...totals.byDestination]
    .sort(byAmount)
    .map(([destination, sum]) => ({ destination, ...toSumView(sum) })),
  byReason: [...totals.byReason].sort(byAmount).map(([reason, sum]) => ({ reason, ...toSumView(sum) })),
  withoutOrder: toSumView(totals.withoutOrder),
});

export const toRefundAnalyticsView = ({ series, ...totals }: RefundAnalytics) => ({
  ...toTotalsView(totals),
  series: series.map(({ period, ...ofPeriod }) => ({ period, ...toTotalsView(ofPeriod) })),
});

type AnalyticsFields = ReturnType<typeof toRefundAnalyticsView>;

const sumFields = { refunds: count, amount: rupees };

const totalsFields = {
  ordersPlaced: count,
  ordersRefunded: count.description(
    "With a refund that was completed in this period; each order counts once",
  ),
  refundRate: Joi.number()
    .min(0)
    .description("`ordersRefunded` of `ordersPlaced`; above 1 where older orders were refunded"),
  refunds: count.description("Completed in this period"),
  amount: rupees,
  byDestination: Joi.array().items(
    viewOf<AnalyticsFields["byDestination"][number]>("RefundsByDestination", {
      destination: Joi.string().valid(...REFUND_DESTINATIONS),
      ...sumFields,
    }),
  ),
  byReason: Joi.array()
    .items(viewOf<AnalyticsFields["byReason"][number]>("RefundsByReason", { reason: text, ...sumFields }))
    .description("The largest first; of refunds that the service or the gateway started, why"),
  withoutOrder: viewOf<AnalyticsFields["withoutOrder"]>("RefundsWithoutOrder", sumFields).description(
    "Money that became no order; in none of the other figures",
  ),
};

const PeriodView = viewOf<AnalyticsFields["series"][number]>("RefundPeriod", {
  period: seriesPeriod,
  ...totalsFields,
});

export const RefundAnalyticsView = viewOf<AnalyticsFields>("RefundAnalytics", {
  ...totalsFields,
  series: Joi.array().items(PeriodView),
});
