import Joi from "joi";
import {
  type CheckoutSessionDoc,
  customerNameOf,
  FUNNEL_STEPS,
  type FunnelCounts,
} from "../../models/index.js";
import {
  CART_SOURCES,
  CHECKOUT_FAILURES,
  CHECKOUT_PAYMENT_METHODS,
  CHECKOUT_STATUSES,
} from "../../utils/constants.js";
import { shareOf } from "../../utils/helpers.js";
import { toRupees } from "../../utils/money.js";
import { listView, moment, momentOrNull, nullable, rupees, rupeesOrNull } from "../../utils/view-schemas.js";
import { PaymentWithHistoryView, toPaymentWithHistoryView } from "../../utils/views/admin-payment.view.js";
import { CartView } from "../../utils/views/cart.view.js";
import { CheckoutView, toCheckoutView } from "../../utils/views/checkout.view.js";
import { count, id, seriesPeriod, text, textOrNull } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";
import type { CheckoutFile } from "./checkout.admin.service.js";
import type { Funnel } from "./checkout.funnel.service.js";

/** Checkouts as administrators see them. A guest's session id is never shown: it is the only secret of that guest. */

const toStepsView = (steps: CheckoutSessionDoc["steps"]) => ({
  initiatedAt: steps.initiatedAt,
  addressEnteredAt: steps.addressEnteredAt,
  paymentPendingAt: steps.paymentPendingAt,
  completedAt: steps.completedAt,
  failedAt: steps.failedAt,
});

const StepsView = viewOf<ReturnType<typeof toStepsView>>("CheckoutSteps", {
  initiatedAt: momentOrNull,
  addressEnteredAt: momentOrNull,
  paymentPendingAt: momentOrNull,
  completedAt: momentOrNull,
  failedAt: momentOrNull,
});

/** Fields of both the list and the single checkout, in addition to those the customer sees. */
const toBackgroundView = (checkout: CheckoutSessionDoc) => ({
  userId: checkout.userId ?? null,
  customerName: customerNameOf(checkout),
  source: checkout.source,
  failureReason: checkout.failureReason,
  steps: toStepsView(checkout.steps),
  reminderSentAt: checkout.reminderSentAt,
  createdAt: checkout.createdAt,
  updatedAt: checkout.updatedAt,
});

const backgroundFields = {
  userId: textOrNull,
  customerName: textOrNull,
  source: Joi.string().valid(...CART_SOURCES),
  failureReason: Joi.string()
    .valid(...CHECKOUT_FAILURES)
    .allow(null),
  steps: StepsView,
  reminderSentAt: momentOrNull,
  createdAt: moment,
  updatedAt: moment,
};

export function toListedCheckoutView(checkout: CheckoutSessionDoc) {
  const totals = checkout.frozen?.totals ?? checkout.totals;
  return {
    id: checkout._id.toHexString(),
    cartId: checkout.cartId.toHexString(),
    status: checkout.status,
    email: checkout.email,
    phone: checkout.phone,
    paymentMethod: checkout.paymentMethod,
    value: totals && toRupees(totals.grandTotal),
    amountDue: totals && toRupees(totals.amountDue),
    orderNumber: checkout.orderNumber,
    expiresAt: checkout.expiresAt,
    ...toBackgroundView(checkout),
  };
}

const ListedCheckoutView = viewOf<ReturnType<typeof toListedCheckoutView>>("ListedCheckout", {
  id,
  cartId: id,
  status: Joi.string().valid(...CHECKOUT_STATUSES),
  email: textOrNull,
  phone: textOrNull,
  paymentMethod: Joi.string()
    .valid(...CHECKOUT_PAYMENT_METHODS)
    .allow(null),
  value: rupeesOrNull,
  amountDue: rupeesOrNull,
  orderNumber: textOrNull,
  expiresAt: moment,
  ...backgroundFields,
});

export const CheckoutListView = listView(ListedCheckoutView);

export function toAdminCheckoutView(file: CheckoutFile) {
  const { checkout, payment, payments } = file;
  const view = toCheckoutView(file);
  const { sessionId: _secret, ...cart } = view.cart;
  return {
    ...view,
    cart,
    payment: payment && toPaymentWithHistoryView(payment),
    ...toBackgroundView(checkout),
    loyaltyPoints: checkout.loyaltyPoints,
    loyaltyPointValue: toRupees(checkout.loyaltyPointValue),
    storeCreditAmount: toRupees(checkout.storeCreditAmount),
    couponClaims: checkout.couponClaims,
    termsAcceptedAt: checkout.termsAcceptedAt,
    placement: checkout.placement && {
      startedAt: checkout.placement.startedAt,
      leaseUntil: checkout.placement.leaseUntil,
      attempts: checkout.placement.attempts,
    },
    payments: payments.map(toPaymentWithHistoryView),
    version: checkout.version,
  };
}

const requiredFields = (fields: Record<string, Joi.Schema>) =>
  Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, schema.required()]));

export const AdminCheckoutView = CheckoutView.keys(
  requiredFields({
    ...backgroundFields,
    payment: nullable(PaymentWithHistoryView),
    cart: CartView.keys({ sessionId: Joi.forbidden() }).meta({ className: "CartWithoutSession" }),
    loyaltyPoints: count,
    loyaltyPointValue: rupees,
    storeCreditAmount: rupees,
    couponClaims: Joi.array().items(text),
    termsAcceptedAt: momentOrNull,
    placement: Joi.object({
      startedAt: moment.required(),
      leaseUntil: moment.required(),
      attempts: count.required(),
    }).allow(null),
    payments: Joi.array().items(PaymentWithHistoryView),
    version: count,
  }),
).meta({ className: "AdminCheckout" });

const conversionOf = ({ initiated, completed }: FunnelCounts): number => shareOf(completed, initiated);

/** Checkouts that reached a step but not the next one; 0 for the last step. */
const toFunnelStepsView = (counts: FunnelCounts) =>
  FUNNEL_STEPS.map((status, index) => {
    const next = FUNNEL_STEPS[index + 1];
    const dropOff = next ? counts[status] - counts[next] : 0;
    return { status, count: counts[status], dropOff, dropOffRate: shareOf(dropOff, counts[status]) };
  });

export const toFunnelView = ({ total, series }: Funnel) => ({
  steps: toFunnelStepsView(total),
  conversionRate: conversionOf(total),
  series: series.map(({ period, counts }) => ({
    period,
    steps: toFunnelStepsView(counts),
    conversionRate: conversionOf(counts),
  })),
});

type FunnelFields = ReturnType<typeof toFunnelView>;
const share = Joi.number().min(0).max(1);

const FunnelStepView = viewOf<FunnelFields["steps"][number]>("FunnelStep", {
  status: Joi.string().valid(...FUNNEL_STEPS),
  count: count.description("Checkouts that have reached this step, wherever they ended"),
  dropOff: Joi.number().integer().description("Of these, how many did not reach the next step"),
  dropOffRate: Joi.number().max(1),
});

const funnelFields = { steps: Joi.array().items(FunnelStepView), conversionRate: share };

const FunnelPeriodView = viewOf<FunnelFields["series"][number]>("FunnelPeriod", {
  period: seriesPeriod,
  ...funnelFields,
});

export const FunnelView = viewOf<FunnelFields>("Funnel", {
  ...funnelFields,
  series: Joi.array().items(FunnelPeriodView),
});
