import type { Types } from "mongoose";
import {
  type AddressSnapshot,
  type CheckoutSessionDoc,
  Payment,
  type PaymentDoc,
} from "../../models/index.js";
import { changeCart } from "../../services/aggregates/cart/change-cart.js";
import { isSameContact, setCartContact } from "../../services/aggregates/cart/promotions.js";
import { changeCheckout } from "../../services/aggregates/checkout/change-checkout.js";
import {
  type CheckoutState,
  loadCheckoutState,
  toCheckoutState,
} from "../../services/aggregates/checkout/checkout-state.js";
import {
  type PaymentChoiceOverview,
  toPaymentChoice,
} from "../../services/aggregates/checkout/payment-options.js";
import {
  findShippingMethods,
  repriceShipping,
  shippingBasisOf,
} from "../../services/aggregates/checkout/reprice-shipping.js";
import {
  assertWritable,
  type CheckoutRequest,
  getOwnCheckout,
} from "../../services/aggregates/checkout-session/session-access.js";
import { choosePayment } from "../../services/flows/choose-payment.flow.js";
import { resumeCheckout, startCheckout } from "../../services/flows/start-checkout.flow.js";
import * as inventory from "../../services/integrations/inventory-integration.service.js";
import { getSettings } from "../../services/platform/settings.service.js";
import type { CartSource, CheckoutPaymentMethod } from "../../utils/constants.js";
import { AppError, ConflictError, RuleError } from "../../utils/errors.js";
import type { Owner } from "../../utils/principal.js";
import {
  type AddressInput,
  assertServiceable,
  isGstinOf,
  toAddress,
  toBuyerGstin,
} from "./checkout.address.js";

/** What a step of the checkout answers with. */
export interface CheckoutOverview extends CheckoutState {
  payment: PaymentDoc | null;
}

async function withPayment(state: CheckoutState): Promise<CheckoutOverview> {
  const { paymentId } = state.checkout;
  const payment = paymentId ? await Payment.findById(paymentId).lean<PaymentDoc>() : null;
  return { ...state, payment };
}

/** Each write keeps the reserved stock for as long as the checkout may take; a neighbour in trouble does not stop it. */
async function extendReservations(cartId: Types.ObjectId): Promise<void> {
  const { reservationTtlMinutes } = await getSettings("checkout");
  void inventory.extendCartReservations(cartId.toHexString(), reservationTtlMinutes);
}

/** One step of a checkout, as `changeCheckout`, with the payment it leaves. */
export async function change(
  request: CheckoutRequest,
  decide: Parameters<typeof changeCheckout>[1],
): Promise<CheckoutOverview> {
  const state = await changeCheckout(request, decide);
  await extendReservations(state.cart._id);
  return withPayment(state);
}

/** @throws CheckoutExpiredError when the session is over; a completed one can still be looked at. */
export async function getCheckout(request: CheckoutRequest): Promise<CheckoutOverview> {
  const checkout = await getOwnCheckout(request.checkoutSessionId, request.owner);
  if (checkout.status !== "completed" && !checkout.placement) assertWritable(checkout);
  return withPayment(await atCurrentRate(request.owner, await loadCheckoutState(checkout)));
}

/**
 * A checkout that is read after its cart has changed: the chosen shipping method is rated again, and the new
 * price is stored. While shipping is down, or while another request changes the checkout, it is only shown.
 */
async function atCurrentRate(owner: Owner, state: CheckoutState): Promise<CheckoutState> {
  const repriced = await repriceShipping(state);
  if (!repriced) return state;
  const shown = () => toCheckoutState({ ...state.checkout, ...repriced }, state);
  if (!("shippingMethod" in repriced)) return shown();
  try {
    return await changeCheckout({ checkoutSessionId: state.checkout._id, owner }, ({ checkout }) =>
      // Another write was first: it has rated the method itself, and its notices stay.
      checkout.version === state.checkout.version ? repriced : { notices: checkout.notices ?? [] },
    );
  } catch (error) {
    if (error instanceof ConflictError) return shown();
    throw error;
  }
}

export interface Contact {
  email?: string;
  phone?: string;
}

export interface StartInput {
  owner: Owner;
  source: CartSource;
  /** What the caller sent along. */
  contact: Contact;
  /** From the customer's token, in the stored form. */
  profile: Contact & { name?: string };
}

/**
 * @throws RuleError CART_EMPTY, CART_CHANGED, OUT_OF_STOCK.
 */
export async function start(input: StartInput): Promise<CheckoutOverview & { created: boolean }> {
  const { owner, source, contact, profile } = input;
  const { state, created } = await startCheckout({
    owner,
    source,
    email: contact.email ?? profile.email ?? null,
    phone: contact.phone ?? profile.phone ?? null,
    customerName: profile.name ?? null,
  });
  if (created) return { ...(await withPayment(state)), created };
  const current = await atCurrentRate(owner, await takeContact(state, input));
  return { ...(await withPayment(current)), created };
}

/** A checkout that was live already takes the contact that was sent along. */
async function takeContact(
  state: CheckoutState,
  { owner, contact: { email, phone } }: StartInput,
): Promise<CheckoutState> {
  const { checkout } = state;
  const isKnown =
    (email ?? checkout.email) === checkout.email && (phone ?? checkout.phone) === checkout.phone;
  if (isKnown) return state;
  const change = { ...(email ? { email } : {}), ...(phone ? { phone } : {}) };
  return withValidCoupons(
    await changeCheckout({ checkoutSessionId: checkout._id, owner }, () => change),
    owner,
  );
}

/**
 * Contact, addresses and messages come from the session that is resumed.
 * @throws NotFoundError CHECKOUT_NOT_FOUND; otherwise as `start`.
 */
export async function resume(
  request: CheckoutRequest & { source: CartSource },
): Promise<CheckoutOverview & { renewed: boolean }> {
  const { checkoutSessionId, owner, source } = request;
  const previous = await getOwnCheckout(checkoutSessionId, owner);
  const kept = { email: null, phone: null, customerName: null };
  const { state, created } = await resumeCheckout(previous, { owner, source, ...kept });
  const current = created ? state : await atCurrentRate(owner, state);
  return { ...(await withPayment(current)), renewed: created };
}

/** Coupons are validated again for this person; one that is used up is dropped with a notice. */
export async function setContact(
  request: CheckoutRequest,
  contact: { email: string; phone: string },
): Promise<CheckoutOverview> {
  const state = await change(request, () => contact);
  return withPayment(await withValidCoupons(state, request.owner));
}

/**
 * After the contact was stored. When the cart cannot be changed now, or pricing is down, the contact stands
 * nevertheless: choosing a payment method validates the coupons before anything is paid.
 */
async function withValidCoupons(state: CheckoutState, owner: Owner): Promise<CheckoutState> {
  const { checkout, cart } = state;
  if (cart.appliedCoupons.length === 0 || isSameContact(checkout, cart.contact)) return state;
  try {
    const changed = await changeCart(cart._id, (draft) => setCartContact(draft, checkout));
    return toCheckoutState(await getOwnCheckout(checkout._id, owner), changed);
  } catch (error) {
    if (error instanceof AppError) return state;
    throw error;
  }
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
      ...(checkout.billingSameAsShipping ? billedTo(address, checkout.gstin) : {}),
      // Another destination has other methods and rates: going back a step drops what depended on it.
      shippingMethod: null,
      shippingMethodId: null,
    };
  });
}

/** A GSTIN belongs to a state: it goes when the billing address moves to another one. */
const billedTo = (billingAddress: AddressSnapshot, gstin: string | null) => ({
  billingAddress,
  gstin: gstin && isGstinOf(gstin, billingAddress) ? gstin : null,
});

export interface BillingInput {
  sameAsShipping: boolean;
  address: AddressInput | null;
  gstin?: string | null;
}

/** @throws RuleError INVALID_GSTIN (also when its state is not the billing state), CHECKOUT_INCOMPLETE without a shipping address. */
export function setBillingAddress(request: CheckoutRequest, input: BillingInput): Promise<CheckoutOverview> {
  return change(request, ({ checkout }) => {
    const billing = input.address ? toAddress(input.address) : checkout.shippingAddress;
    if (!billing) {
      throw new RuleError("CHECKOUT_INCOMPLETE", "Enter the shipping address first", {
        missing: ["shippingAddress"],
      });
    }
    const gstin = input.gstin === undefined ? checkout.gstin : input.gstin;
    return {
      billingAddress: billing,
      billingSameAsShipping: input.sameAsShipping,
      gstin: gstin && toBuyerGstin(gstin, billing),
    };
  });
}

/** @throws RuleError CHECKOUT_INCOMPLETE before there is an address. */
export async function listShippingMethods({ checkoutSessionId, owner }: CheckoutRequest) {
  const checkout = await getOwnCheckout(checkoutSessionId, owner);
  assertWritable(checkout);
  assertHasAddress(checkout);
  return findShippingMethods(await loadCheckoutState(checkout));
}

function assertHasAddress(checkout: CheckoutSessionDoc): void {
  if (checkout.shippingAddress) return;
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
    assertHasAddress(state.checkout);
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

export interface MethodChoice extends CheckoutRequest {
  method: CheckoutPaymentMethod;
  termsAccepted?: boolean;
}

/** @throws as `choosePayment` */
export const setPaymentMethod = async (choice: MethodChoice): Promise<PaymentChoiceOverview> =>
  toPaymentChoice(await choosePayment(choice));
