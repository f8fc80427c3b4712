import Joi from "joi";
import type { OrderCounts } from "../../models/index.js";
import { HOUR_MS } from "../../utils/clock.js";
import { shareOf } from "../../utils/helpers.js";
import { paise, subtractPaise, toRupees } from "../../utils/money.js";
import { rupees } from "../../utils/view-schemas.js";
import { count, seriesPeriod } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";
import type { OrderAnalytics } from "./orders.analytics.service.js";

const hoursOf = (sumMs: number, amount: number): number | null =>
  amount === 0 ? null : Math.round((sumMs / amount / HOUR_MS) * 100) / 100;

function toCountsView(counts: OrderCounts) {
  const sold = counts.orders - counts.cancelled - counts.returned;
  return {
    orders: counts.orders,
    cancelled: counts.cancelled,
    returned: counts.returned,
    revenue: toRupees(counts.revenue),
    refunds: toRupees(counts.refunded),
    netRevenue: toRupees(subtractPaise(counts.revenue, counts.refunded)),
    averageOrderValue: sold === 0 ? 0 : toRupees(paise(Math.round(counts.revenue / sold))),
    cancellationRate: shareOf(counts.cancelled, counts.orders),
    processingHours: hoursOf(counts.processingMs, counts.shipped),
    deliveryHours: hoursOf(counts.deliveryMs, counts.delivered),
  };
}

const hours = Joi.number().min(0).allow(null);

const countsFields = {
  orders: count.description("Placed in this period, with what has become of them since"),
  cancelled: count,
  returned: count.description("As a whole, from the customer or from the carrier"),
  revenue: rupees.description(
    "Value of the orders that are neither cancelled nor returned, less what was cancelled of them before it was paid",
  ),
  refunds: rupees.description("What has been refunded of the revenue so far"),
  netRevenue: rupees.description("`revenue` less `refunds`"),
  averageOrderValue: rupees.description("`revenue` per order that is neither cancelled nor returned"),
  cancellationRate: Joi.number().min(0).max(1).description("Cancelled of all orders"),
  processingHours: hours.description("On average from confirmed to shipped; null when none was shipped"),
  deliveryHours: hours.description("On average from shipped to delivered; null when none was delivered"),
};

export const toOrderAnalyticsView = ({ total, series }: OrderAnalytics) => ({
  ...toCountsView(total),
  series: series.map(({ period, counts }) => ({ period, ...toCountsView(counts) })),
});

type AnalyticsFields = ReturnType<typeof toOrderAnalyticsView>;

const PeriodView = viewOf<AnalyticsFields["series"][number]>("OrderPeriod", {
  period: seriesPeriod,
  ...countsFields,
});

export const OrderAnalyticsView = viewOf<AnalyticsFields>("OrderAnalytics", {
  ...countsFields,
  series: Joi.array().items(PeriodView),
});
