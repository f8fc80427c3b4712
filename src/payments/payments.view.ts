import { nullable } from "../../utils/view-schemas.js";
import { OrderView, toOrderView } from "../../utils/views/order.view.js";
import { PaymentView, toPaymentView } from "../../utils/views/payment.view.js";
import { viewOf } from "../../utils/views/view-of.js";
import type { CodOrder } from "./payments.service.js";

export { PaymentChoiceView, toPaymentChoiceView } from "../../utils/views/checkout.view.js";
export { PaymentView, toPaymentView };

export const toCodOrderView = ({ order, payment }: CodOrder) => ({
  payment: payment && toPaymentView(payment),
  order: toOrderView(order),
});

export const CodOrderView = viewOf<ReturnType<typeof toCodOrderView>>("CodOrder", {
  payment: nullable(PaymentView),
  order: OrderView,
});
