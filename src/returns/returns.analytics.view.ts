import Joi from "joi";
import { RETURN_STATUSES } from "../../utils/constants.js";
import { shareOf } from "../../utils/helpers.js";
import { toRupees } from "../../utils/money.js";
import { rupees } from "../../utils/view-schemas.js";
import { count, seriesPeriod, text } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";
import type { ReturnAnalytics, ReturnedProduct, ReturnTotals } from "./returns.analytics.service.js";

const byNumber = (left: readonly [string, number], right: readonly [string, number]): number =>
  right[1] - left[1] || left[0].localeCompare(right[0]);

const toTotalsView = (totals: ReturnTotals) => ({
  ordersPlaced: totals.ordersPlaced,
  ordersReturned: totals.ordersReturned,
  returnRate: shareOf(totals.ordersReturned, totals.ordersPlaced),
  returns: totals.returns,
  refundedAmount: toRupees(totals.refunded),
  byStatus: [...totals.byStatus].sort(byNumber).map(([status, returns]) => ({ status, returns })),
  byReason: [...totals.byReason].sort(byNumber).map(([reason, returns]) => ({ reason, returns })),
  returnedToOrigin: totals.returnedToOrigin,
});

const toProductView = ({ productId, sku, name, returns, units }: ReturnedProduct) => ({
  ...{ productId, sku, name, returns, units },
});

export const toReturnAnalyticsView = ({ series, products, ...totals }: ReturnAnalytics) => ({
  ...toTotalsView(totals),
  products: products.map(toProductView),
  series: series.map(({ period, ...ofPeriod }) => ({ period, ...toTotalsView(ofPeriod) })),
});

type AnalyticsFields = ReturnType<typeof toReturnAnalyticsView>;

const totalsFields = {
  ordersPlaced: count,
  ordersReturned: count.description(
    "With a return that was asked for in this period; each order counts once",
  ),
  returnRate: Joi.number()
    .min(0)
    .description("`ordersReturned` of `ordersPlaced`; above 1 where older orders were returned"),
  returns: count.description("Asked for in this period"),
  refundedAmount: rupees.description("With those of them that are completed"),
  byStatus: Joi.array().items(
    viewOf<AnalyticsFields["byStatus"][number]>("ReturnsByStatus", {
      status: Joi.string().valid(...RETURN_STATUSES),
      returns: count,
    }),
  ),
  byReason: Joi.array().items(
    viewOf<AnalyticsFields["byReason"][number]>("ReturnsByReason", { reason: text, returns: count }),
  ),
  returnedToOrigin: count.description("Parcels that came back undelivered; in none of the other figures"),
};

const ProductView = viewOf<AnalyticsFields["products"][number]>("ReturnedProduct", {
  productId: text,
  sku: text,
  name: text,
  returns: count,
  units: count.description("That customers asked to return"),
});

const PeriodView = viewOf<AnalyticsFields["series"][number]>("ReturnPeriod", {
  period: seriesPeriod,
  ...totalsFields,
});

export const ReturnAnalyticsView = viewOf<AnalyticsFields>("ReturnAnalytics", {
  ...totalsFields,
  products: Joi.array().items(ProductView).description("The twenty with most units"),
  series: Joi.array().items(PeriodView),
});
