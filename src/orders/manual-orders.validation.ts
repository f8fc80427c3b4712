import Joi from "joi";
import type { ManualPaymentMethod } from "../../services/flows/place-manual-order/place-manual-order.flow.js";
import { PAYMENT_METHOD } from "../../utils/constants.js";
import {
  type AddressInput,
  addressKeys,
  email,
  phone,
  REQUIRED_ADDRESS_KEYS,
  typedGstin,
} from "../../utils/contact-schemas.js";
import { foreignId, itemToBuyKeys, receiptReference, rupeeAmount } from "../../utils/request-schemas.js";
import { couponCode, freeText, staffNote } from "../../utils/text-schemas.js";

export interface ManualItemBody {
  productId: string;
  variantId: string;
  quantity: number;
  /** Rupees. */
  unitPrice?: number;
}

export interface ManualOrderBody {
  userId?: string;
  email: string;
  phone: string;
  items: ManualItemBody[];
  shippingAddress: AddressInput;
  billingAddress?: AddressInput;
  gstin?: string;
  shippingMethodId: string;
  paymentMethod: ManualPaymentMethod;
  paymentReference?: string;
  couponCode?: string;
  customerNotes?: string;
  internalNote?: string;
}

const MAX_LINES = 50;

const address = () =>
  Joi.object<AddressInput>(addressKeys).fork(REQUIRED_ADDRESS_KEYS, (field) => field.required());

const item = Joi.object<ManualItemBody, true>({
  ...itemToBuyKeys(),
  unitPrice: rupeeAmount(),
});

const isManual = Joi.valid(PAYMENT_METHOD.MANUAL).required();

export const placeManualOrderSchema = {
  body: Joi.object<ManualOrderBody>({
    userId: foreignId(),
    email: email().required(),
    phone: phone().required(),
    items: Joi.array().items(item).min(1).max(MAX_LINES).unique("variantId").required(),
    shippingAddress: address().required(),
    billingAddress: address(),
    gstin: typedGstin(),
    shippingMethodId: foreignId().required(),
    paymentMethod: Joi.string()
      .valid(PAYMENT_METHOD.COD, PAYMENT_METHOD.BANK_TRANSFER, PAYMENT_METHOD.MANUAL)
      .required(),
    // Of money that was received. `not … otherwise` means "when it is".
    paymentReference: receiptReference()
      .when("paymentMethod", { not: isManual, otherwise: Joi.required() })
      .when("paymentMethod", { is: isManual, otherwise: Joi.forbidden() }),
    couponCode: couponCode(),
    customerNotes: freeText(1000),
    internalNote: staffNote(),
  }).required(),
};
