import type * as page from "../../ops/page/api-types.js";
import type { toFunnelView } from "../../src/checkout/checkout.admin.view.js";
import type { Health } from "../../src/operations/health.service.js";
import type { toJobRunView, toJobsView } from "../../src/operations/jobs.view.js";
import type { toOpsSummaryView } from "../../src/operations/ops.view.js";
import type { toOutboxMessageView } from "../../src/operations/outbox.view.js";
import type { toOrderAnalyticsView } from "../../src/orders/orders.analytics.view.js";
import type { toPaymentAnalyticsView } from "../../src/payments/payments.analytics.view.js";
import type { toItemView, toReportView } from "../../src/payments/reconciliation.view.js";
import type { toRefundAnalyticsView } from "../../src/refunds/refunds.analytics.view.js";
import type { toAdminReturnView } from "../../src/returns/returns.admin.view.js";
import type { toAdminOrderView, toListedOrderView } from "../../utils/views/admin-order.view.js";

/**
 * The views have everything that the page for operators reads. Nothing here runs: a view that lacks a field, or has it
 * in another type, does not compile.
 */

/** A view after its way through JSON. */
type Json<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Json<Item>[]
    : T extends object
      ? { [Key in keyof T]: Json<T[Key]> }
      : T;

type Answers<View, Read> = [Json<View>] extends [Read] ? true : { lacks: Read };
type ViewOf<Mapper extends (...given: never[]) => unknown> = ReturnType<Mapper>;

type Checked = [
  Answers<ViewOf<typeof toOpsSummaryView>, page.Summary>,
  Answers<Health, page.Health>,
  Answers<ViewOf<typeof toJobsView>, page.Jobs>,
  Answers<ViewOf<typeof toJobRunView>, page.JobRun>,
  Answers<ViewOf<typeof toOutboxMessageView>, page.Message>,
  Answers<ViewOf<typeof toFunnelView>, page.Funnel>,
  Answers<ViewOf<typeof toOrderAnalyticsView>, page.OrderAnalysis>,
  Answers<ViewOf<typeof toPaymentAnalyticsView>, page.PaymentAnalysis>,
  Answers<ViewOf<typeof toRefundAnalyticsView>, page.RefundAnalysis>,
  Answers<ViewOf<typeof toReportView>, page.Report>,
  Answers<ViewOf<typeof toItemView>, page.BreakItem>,
  Answers<ViewOf<typeof toListedOrderView>, page.FoundOrder>,
  Answers<ViewOf<typeof toAdminOrderView>, page.Order>,
  Answers<ViewOf<typeof toAdminReturnView>, page.Returns["items"][number]>,
];

export const checked: Checked = [
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
];
