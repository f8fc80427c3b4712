import Joi from "joi";
import type { ShippingMethodSnapshot } from "../../models/index.js";
import { ShippingMethodView, toShippingMethodView } from "../../utils/views/parts.view.js";

/** The views that other modules use too are in `utils/views`. */
export {
  CheckoutView,
  PaymentChoiceView,
  toCheckoutView,
  toPaymentChoiceView,
} from "../../utils/views/checkout.view.js";

export const toShippingMethodsView = (methods: readonly ShippingMethodSnapshot[]) => ({
  methods: methods.map(toShippingMethodView),
});

export const ShippingMethodsView = Joi.object({
  methods: Joi.array().items(ShippingMethodView).required(),
}).required();
