import Joi from "joi";
import { CHECKOUT_PAYMENT_METHODS, type CheckoutPaymentMethod } from "../../utils/constants.js";
import {
  type AddressInput,
  addressKeys,
  email,
  OPTIONAL_ADDRESS_KEYS,
  phone,
  REQUIRED_ADDRESS_KEYS,
  typedGstin,
} from "../../utils/contact-schemas.js";
import { foreignId, objectId, rupeeAmount } from "../../utils/request-schemas.js";
import { freeText } from "../../utils/text-schemas.js";

/** One request schema per handler, named after it. */

const params = Joi.object<{ sessionId: string }, true>({ sessionId: objectId().required() });

export const startSchema = {
  body: Joi.object<{ email?: string; phone?: string }, true>({ email: email(), phone: phone() }).required(),
};

export const getCheckoutSchema = { params };
export const getSummarySchema = { params };
export const resumeSchema = { params };
export const listShippingMethodsSchema = { params };

export const setContactSchema = {
  params,
  body: Joi.object<{ email: string; phone: string }, true>({
    email: email().required(),
    phone: phone().required(),
  }).required(),
};

export const setShippingAddressSchema = {
  params,
  body: Joi.object<AddressInput & { addressId?: string }, true>({ ...addressKeys, addressId: foreignId() })
    .fork(REQUIRED_ADDRESS_KEYS, (field) => field.required())
    .required(),
};

/** What a registered buyer declares with the GSTIN: both decide the tax. */
interface BuyerDeclarations {
  /** A unit or developer of a special economic zone. */
  isSez?: boolean;
  /** The goods go to the buyer's own premises, also where these are in another state than the GSTIN. */
  deliveredToOwnPremises?: boolean;
}

/** An address, flat, or `sameAsShipping: true`. */
export type BillingAddressBody = { gstin?: string | null } & BuyerDeclarations &
  ({ sameAsShipping: true } | (AddressInput & { sameAsShipping?: false }));

const isSame = Joi.valid(true).required();
/** `not … otherwise` means "when it is": an option called `then` would make the object look like a promise. */
const absentWhenSame = (field: Joi.Schema) =>
  field.when("sameAsShipping", { not: isSame, otherwise: Joi.forbidden() });
const requiredUnlessSame = (field: Joi.Schema) =>
  absentWhenSame(field).when("sameAsShipping", { is: isSame, otherwise: Joi.required() });

/** Without a GSTIN in the same body, nothing can be declared about the buyer. */
const declaredWithGstin = () =>
  Joi.boolean().when("gstin", { not: Joi.valid(null), otherwise: Joi.forbidden() });

export const setBillingAddressSchema = {
  params,
  body: Joi.object<BillingAddressBody>({
    ...addressKeys,
    sameAsShipping: Joi.boolean(),
    gstin: typedGstin().allow(null),
    isSez: declaredWithGstin(),
    deliveredToOwnPremises: declaredWithGstin(),
  })
    .fork(REQUIRED_ADDRESS_KEYS, requiredUnlessSame)
    .fork(OPTIONAL_ADDRESS_KEYS, absentWhenSame)
    .required(),
};

export const setShippingMethodSchema = {
  params,
  body: Joi.object<{ shippingMethodId: string }, true>({
    shippingMethodId: foreignId().required(),
  }).required(),
};

/** `terms_accepted` is an alias of `termsAccepted`. */
export interface SetPaymentMethodBody {
  method: CheckoutPaymentMethod;
  termsAccepted?: boolean;
  terms_accepted?: boolean;
}

export const setPaymentMethodSchema = {
  params,
  body: Joi.object<SetPaymentMethodBody, true>({
    method: Joi.string()
      .valid(...CHECKOUT_PAYMENT_METHODS)
      .required(),
    termsAccepted: Joi.boolean(),
    terms_accepted: Joi.boolean(),
  })
    .oxor("termsAccepted", "terms_accepted")
    .required(),
};

export const setGiftMessageSchema = {
  params,
  body: Joi.object<{ giftMessage: string }, true>({ giftMessage: freeText(500).required() }).required(),
};

export const setNotesSchema = {
  params,
  body: Joi.object<{ customerNotes: string }, true>({ customerNotes: freeText(1000).required() }).required(),
};

/** Above every balance, and far below the number whose value in paise would no longer be exact. */
const MAX_POINTS = 10_000_000;

export const payWithPointsSchema = {
  params,
  body: Joi.object<{ points: number }, true>({
    points: Joi.number().integer().min(1).max(MAX_POINTS).required(),
  }).required(),
};

export const payWithCreditSchema = {
  params,
  body: Joi.object<{ amount?: number }, true>({ amount: rupeeAmount().min(0.01) }).required(),
};

export const dropPointsSchema = { params };
export const dropCreditSchema = { params };
