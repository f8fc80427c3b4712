import Joi from "joi";
import { toRupees } from "../../utils/money.js";
import { moment, momentOrNull, rupees } from "../../utils/view-schemas.js";
import { count } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";
import type { OpsSummary } from "./ops.service.js";

const toMoneyView = ({ count, amount, oldestAt, overdue }: OpsSummary["moneyWithoutOrder"]) => ({
  count,
  amount: toRupees(amount),
  oldestAt,
  overdueCount: overdue.count,
  overdueAmount: toRupees(overdue.amount),
});

const toOutboxView = ({ pending, dead, lagSeconds }: OpsSummary["outbox"]) => ({
  pending,
  dead,
  lagSeconds,
});

const toWaitingView = (waiting: OpsSummary["waiting"]) => ({
  payments: waiting.payments,
  refunds: waiting.refunds,
  refundsToApprove: waiting.refundsToApprove,
  returnsToDecide: waiting.returnsToDecide,
  webhooks: waiting.webhooks,
});

export const toOpsSummaryView = ({ at, moneyWithoutOrder, outbox, waiting }: OpsSummary) => ({
  at,
  moneyWithoutOrder: toMoneyView(moneyWithoutOrder),
  outbox: toOutboxView(outbox),
  waiting: toWaitingView(waiting),
});

const MoneyView = viewOf<ReturnType<typeof toMoneyView>>("MoneyWithoutOrder", {
  count: count.description("Captured payments that have neither an order nor a refund"),
  amount: rupees,
  oldestAt: momentOrNull.description("When the oldest of them was captured"),
  overdueCount: count.description("Captured more than 15 minutes ago"),
  overdueAmount: rupees,
});

const OutboxView = viewOf<ReturnType<typeof toOutboxView>>("OutboxBacklog", {
  pending: count,
  dead: count.description("Given up after 12 attempts; replay them by hand"),
  lagSeconds: Joi.number().min(0).description("Since the oldest due message became due; 0 when none is due"),
});

const WaitingView = viewOf<ReturnType<typeof toWaitingView>>("WaitingForPeople", {
  payments: count.description("With `attention`, as in `GET /api/admin/payments?attention=true`"),
  refunds: count.description("With `attention`"),
  refundsToApprove: count,
  returnsToDecide: count,
  webhooks: count.description("Flagged events"),
});

export const OpsSummaryView = viewOf<ReturnType<typeof toOpsSummaryView>>("OpsSummary", {
  at: moment,
  moneyWithoutOrder: MoneyView,
  outbox: OutboxView,
  waiting: WaitingView.description("For a person to look at or to decide; counted up to 10,000"),
});
