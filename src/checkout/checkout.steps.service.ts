import type { AddressSnapshot, CheckoutSessionDoc } from "../../models/index.js";
import { areReservedFor } from "../../services/aggregates/cart/reserve-lines.js";
import { changeCheckout } from "../../services/aggregates/checkout/change-checkout.js";
import {
  type CheckoutState,
  fromStored,
  getOwnCheckoutAndCart,
} from "../../services/aggregates/checkout/checkout-state.js";
import {
  assertServiceable,
  isGstinOf,
  toAddress,
  toBuyerGstin,
} from "../../services/aggregates/checkout/delivery-address.js";
import {
  getSufficientCredit,
  getSufficientPoints,
} from "../../services/aggregates/checkout/means-of-payment.js";
import {
  type PaymentChoiceOverview,
  toPaymentChoice,
} from "../../services/aggregates/checkout/payment-options.js";
import { findShippingMethods, shippingBasisOf } from "../../services/aggregates/checkout/reprice-shipping.js";
import {
  assertWritable,
  type CheckoutRequest,
} from "../../services/aggregates/checkout-session/session-access.js";
import { choosePayment } from "../../services/flows/choose-payment.flow.js";
import * as inventory from "../../services/integrations/inventory-integration.service.js";
import { getSettings } from "../../services/platform/settings.service.js";
import type { CheckoutPaymentMethod } from "../../utils/constants.js";
import type { AddressInput } from "../../utils/contact-schemas.js";
import { RuleError } from "../../utils/errors.js";
import { type Paise, paise, ZERO_PAISE } from "../../utils/money.js";
import { type CheckoutOverview, withPayment, withValidCoupons } from "./checkout.service.js";

/** The steps of a checkout, from the contact to the payment method. */

/**
 * The stock of a live checkout is never given to another customer: a step that would let the session outlive a
 * reservation extends them all. Not awaited: an outage of inventory must not stop a step. The new expiry is not stored
 * with the lines, so each later step extends as well.
 */
async function keepReserved({ checkout, cart, lines }: CheckoutState): Promise<void> {
  if (areReservedFor(lines, checkout.expiresAt)) return;
  const { reservationTtlMinutes } = await getSettings("checkout");
  void inventory.extendCartReservations(cart._id.toHexString(), reservationTtlMinutes);
}

/** One step of a checkout, as `changeCheckout`. The result includes the payment, which the step may have superseded. */
async function change(
  request: CheckoutRequest,
  decide: Parameters<typeof changeCheckout>[1],
): Promise<CheckoutOverview> {
  const state = await changeCheckout(request, decide);
  await keepReserved(state);
  return withPayment(state);
}

/** Validates the coupons again for the new contact; a coupon that is used up is dropped with a notice. */
export async function setContact(
  request: CheckoutRequest,
  contact: { email: string; phone: string },
): Promise<CheckoutOverview> {
  const state = await change(request, () => contact);
  return withPayment(await withValidCoupons(state, request.owner));
}

/**
 * @throws ValidationError when the state does not fit the pincode; RuleError PINCODE_NOT_SERVICEABLE;
 *   NotFoundError for an `addressId` that is not the customer's.
 */
export async function setShippingAddress(
  request: CheckoutRequest,
  input: AddressInput & { addressId?: string },
) {
  const address = toAddress(input);
  return change(request, async ({ checkout }) => {
    await assertServiceable(address, { owner: request.owner, addressId: input.addressId });
    return {
      shippingAddress: address,
      shippingAddressId: input.addressId ?? null,
      ...(checkout.billingSameAsShipping ? billedTo(address, checkout) : {}),
      // Another destination has other methods and rates, so the chosen method is dropped.
      shippingMethod: null,
      shippingMethodId: null,
    };
  });
}

/** A GSTIN, with what was declared with it. */
type BuyerTax = Required<Pick<CheckoutSessionDoc, "gstin" | "isSezBuyer" | "deliveredToOwnPremises">>;

const UNREGISTERED: BuyerTax = { gstin: null, isSezBuyer: false, deliveredToOwnPremises: false };

/** A GSTIN belongs to a state: it is dropped when the billing address moves to another state. */
const billedTo = (billingAddress: AddressSnapshot, { gstin }: CheckoutSessionDoc) => ({
  billingAddress,
  ...(gstin && isGstinOf(gstin, billingAddress) ? {} : UNREGISTERED),
});

export interface BillingInput extends Omit<BuyerTax, "gstin"> {
  sameAsShipping: boolean;
  address: AddressInput | null;
  /** Left out: the GSTIN stays, with what was declared with it. */
  gstin?: string | null;
}

/** @throws RuleError INVALID_GSTIN (also when its state is not the billing state), CHECKOUT_INCOMPLETE without a shipping address. */
export function setBillingAddress(request: CheckoutRequest, input: BillingInput): Promise<CheckoutOverview> {
  return change(request, ({ checkout }) => {
    const billing = input.address ? toAddress(input.address) : getShippingAddress(checkout);
    return {
      billingAddress: billing,
      billingSameAsShipping: input.sameAsShipping,
      ...toBuyerTax(input, billing, checkout),
    };
  });
}

function toBuyerTax(
  { gstin, isSezBuyer, deliveredToOwnPremises }: BillingInput,
  billing: AddressSnapshot,
  checkout: CheckoutSessionDoc,
): Partial<BuyerTax> {
  if (gstin === undefined) return checkout.gstin ? { gstin: toBuyerGstin(checkout.gstin, billing) } : {};
  if (!gstin) return UNREGISTERED;
  return { gstin: toBuyerGstin(gstin, billing), isSezBuyer, deliveredToOwnPremises };
}

/** @throws RuleError CHECKOUT_INCOMPLETE before there is an address. */
export async function listShippingMethods(request: CheckoutRequest) {
  const stored = await getOwnCheckoutAndCart(request);
  assertWritable(stored.checkout);
  getShippingAddress(stored.checkout);
  return findShippingMethods(await fromStored(stored));
}

/** @throws RuleError CHECKOUT_INCOMPLETE */
function getShippingAddress({ shippingAddress }: CheckoutSessionDoc): AddressSnapshot {
  if (shippingAddress) return shippingAddress;
  throw new RuleError("CHECKOUT_INCOMPLETE", "Enter the shipping address first", {
    missing: ["shippingAddress"],
  });
}

/** @throws RuleError SHIPPING_METHOD_UNAVAILABLE when it is not offered for this address, weight and value. */
export function setShippingMethod(
  request: CheckoutRequest,
  shippingMethodId: string,
): Promise<CheckoutOverview> {
  return change(request, async (state) => {
    getShippingAddress(state.checkout);
    const method = (await findShippingMethods(state)).find((candidate) => candidate.id === shippingMethodId);
    if (!method) {
      throw new RuleError(
        "SHIPPING_METHOD_UNAVAILABLE",
        "This shipping method is not offered for the address",
      );
    }
    return { shippingMethod: method, shippingMethodId, shippingRatedFor: shippingBasisOf(state) };
  });
}

export function setGiftMessage(request: CheckoutRequest, giftMessage: string): Promise<CheckoutOverview> {
  return change(request, () => ({ isGiftOrder: true, giftMessage }));
}

export function setNotes(request: CheckoutRequest, customerNotes: string): Promise<CheckoutOverview> {
  return change(request, () => ({ customerNotes }));
}

/** Points and store credit pay alone or together, up to everything. The totals decide how much of them is used. */

export interface CustomerRequest extends CheckoutRequest {
  owner: { userId: string };
}

/** @throws RuleError INSUFFICIENT_POINTS with how many are `available`; otherwise as `changeCheckout` */
export function payWithPoints(request: CustomerRequest, points: number): Promise<CheckoutOverview> {
  return change(request, async () => {
    const { pointValue } = await getSufficientPoints(request.owner.userId, points);
    return { loyaltyPoints: points, loyaltyPointValue: pointValue };
  });
}

/** No-op when there were none. */
export const dropPoints = (request: CustomerRequest): Promise<CheckoutOverview> =>
  change(request, () => ({ loyaltyPoints: 0, loyaltyPointValue: ZERO_PAISE }));

/** The least credit that a request without an amount needs. */
const LEAST_CREDIT = paise(1);

/**
 * Without an amount the whole balance is offered: the totals use as much of it as is due, also after the amount due
 * changes.
 * @throws RuleError INSUFFICIENT_CREDIT with how much is `available`; otherwise as `changeCheckout`
 */
export function payWithCredit(request: CustomerRequest, amount: Paise | null): Promise<CheckoutOverview> {
  return change(request, async () => {
    const balance = await getSufficientCredit(request.owner.userId, amount ?? LEAST_CREDIT);
    return { storeCreditAmount: amount ?? balance };
  });
}

/** No-op when there was none. */
export const dropCredit = (request: CustomerRequest): Promise<CheckoutOverview> =>
  change(request, () => ({ storeCreditAmount: ZERO_PAISE }));

export interface MethodChoice extends CheckoutRequest {
  method: CheckoutPaymentMethod;
  termsAccepted?: boolean;
}

/** @throws as `choosePayment` */
export const setPaymentMethod = async (choice: MethodChoice): Promise<PaymentChoiceOverview> =>
  toPaymentChoice(await choosePayment(choice));
