import Joi from "joi";
import type { PaymentCounts } from "../../models/index.js";
import { PAYMENT_METHODS } from "../../utils/constants.js";
import { shareOf } from "../../utils/helpers.js";
import { subtractPaise, toRupees } from "../../utils/money.js";
import { rupees } from "../../utils/view-schemas.js";
import { count, seriesPeriod } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";
import type { MethodTotals, PaymentAnalytics } from "./payments.analytics.service.js";

/** The share of those that are decided; 0 when none is, so that charts can draw it. */
function successRateOf({ succeeded, failed }: PaymentCounts): number {
  return shareOf(succeeded, succeeded + failed);
}

const toCountsView = (counts: PaymentCounts) => ({
  payments: counts.payments,
  succeeded: counts.succeeded,
  failed: counts.failed,
  superseded: counts.superseded,
  surplus: counts.surplus,
  open: counts.open,
  successRate: successRateOf(counts),
  revenue: toRupees(counts.revenue),
  refunds: toRupees(counts.refunded),
  surplusAmount: toRupees(counts.surplusAmount),
  fees: toRupees(counts.fees),
  taxOnFees: toRupees(counts.feeTax),
  netRevenue: toRupees(subtractPaise(counts.revenue, counts.refunded, counts.fees)),
});

const countsFields = {
  payments: count.description(
    "Payments that began in this period: every attempt, and every promise to pay on delivery",
  ),
  succeeded: count.description("Captured for an order"),
  failed: count,
  superseded: count.description("Ended because the cart or the checkout changed"),
  surplus: count.description("Captured or authorised for no order: the money goes back"),
  open: count,
  successRate: Joi.number().min(0).max(1).description("Succeeded of those that succeeded or failed"),
  revenue: rupees.description("Captured by payments that succeeded, refunds not subtracted"),
  refunds: rupees.description("What has been refunded of the revenue so far"),
  surplusAmount: rupees,
  fees: rupees.description("The gateway's, of all these payments, with `taxOnFees`"),
  taxOnFees: rupees,
  netRevenue: rupees.description("`revenue` less `refunds` and `fees`"),
};

const toTotalsView = ({ total, methods }: MethodTotals) => ({
  ...toCountsView(total),
  byMethod: methods.map(({ method, ...counts }) => ({ method, ...toCountsView(counts) })),
});

export const toPaymentAnalyticsView = ({ series, ...totals }: PaymentAnalytics) => ({
  ...toTotalsView(totals),
  series: series.map(({ period, ...ofPeriod }) => ({ period, ...toTotalsView(ofPeriod) })),
});

type AnalyticsFields = ReturnType<typeof toPaymentAnalyticsView>;

const MethodView = viewOf<AnalyticsFields["byMethod"][number]>("PaymentsByMethod", {
  method: Joi.string()
    .valid(...PAYMENT_METHODS)
    .allow(null)
    .description("Null: the gateway has not reported it yet"),
  ...countsFields,
});

const byMethod = Joi.array().items(MethodView);

const PeriodView = viewOf<AnalyticsFields["series"][number]>("PaymentPeriod", {
  period: seriesPeriod,
  ...countsFields,
  byMethod,
});

export const PaymentAnalyticsView = viewOf<AnalyticsFields>("PaymentAnalytics", {
  ...countsFields,
  byMethod,
  series: Joi.array().items(PeriodView),
});
