import Joi from "joi";
import type { AddressSnapshot, CheckoutTotals, ShippingMethodSnapshot } from "../../models/index.js";
import { toRupees } from "../money.js";
import { rupees } from "../view-schemas.js";
import { viewOf } from "./view-of.js";

/** What several views are made of. Paise become rupees here; what is not named does not leave the service. */

export const id = Joi.string().hex().length(24);
export const text = Joi.string().allow("");
export const textOrNull = Joi.string().allow("", null);
export const count = Joi.number().integer().min(0);

/** The period of a row of a series. */
export const seriesPeriod = text.description("Its first day in Asia/Kolkata; weeks begin on Monday");

type CommonTotals = Pick<
  CheckoutTotals,
  "subtotal" | "discountTotal" | "shippingTotal" | "taxTotal" | "roundOff" | "grandTotal" | "pricesIncludeTax"
>;

/** The totals that a cart, a checkout and an order have in common. */
export const toTotalsView = (totals: CommonTotals) => ({
  subtotal: toRupees(totals.subtotal),
  discountTotal: toRupees(totals.discountTotal),
  shippingTotal: toRupees(totals.shippingTotal),
  taxTotal: toRupees(totals.taxTotal),
  roundOff: toRupees(totals.roundOff),
  grandTotal: toRupees(totals.grandTotal),
  pricesIncludeTax: totals.pricesIncludeTax,
});

export const totalsFields = {
  subtotal: rupees,
  discountTotal: rupees,
  shippingTotal: rupees,
  taxTotal: rupees,
  roundOff: rupees,
  grandTotal: rupees,
  pricesIncludeTax: Joi.boolean(),
};

/** What is left to pay after credit and points. */
export const dueFields = { storeCredit: rupees, loyaltyDiscount: rupees, amountDue: rupees };

export const toAddressView = (address: AddressSnapshot) => ({
  name: address.name,
  phone: address.phone,
  line1: address.line1,
  line2: address.line2,
  landmark: address.landmark,
  city: address.city,
  state: address.state,
  pincode: address.pincode,
  country: address.country,
});

export const AddressView = viewOf<ReturnType<typeof toAddressView>>(
  "Address",
  { name: text, phone: text, line1: text, city: text, state: text, pincode: text, country: text },
  { line2: text, landmark: text },
);

export const toShippingMethodView = (method: ShippingMethodSnapshot) => ({
  id: method.id,
  name: method.name,
  displayName: method.displayName,
  carrier: method.carrier,
  rate: toRupees(method.rate),
  codFee: toRupees(method.codFee),
  isCodAvailable: method.isCodAvailable,
  estimatedDaysMin: method.estimatedDaysMin,
  estimatedDaysMax: method.estimatedDaysMax,
});

export const ShippingMethodView = viewOf<ReturnType<typeof toShippingMethodView>>("ShippingMethod", {
  id: text,
  name: text,
  displayName: text,
  carrier: text,
  rate: rupees,
  codFee: rupees,
  isCodAvailable: Joi.boolean(),
  estimatedDaysMin: count,
  estimatedDaysMax: count,
});

/** What was sold, as the catalog described it; for lines of carts and of orders. */
export const productFields = {
  productId: text,
  variantId: text,
  sku: text,
  name: text,
  imageUrl: textOrNull,
  attributes: Joi.object().pattern(Joi.string(), Joi.string().allow("")),
};
