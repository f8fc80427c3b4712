import { Payment, type PaymentDoc } from "../../models/index.js";
import { changeCart } from "../../services/aggregates/cart/change-cart.js";
import { changeForCheckout, isSameContact } from "../../services/aggregates/cart/promotions.js";
import { changeCheckout } from "../../services/aggregates/checkout/change-checkout.js";
import {
  type CheckoutState,
  fromStored,
  getOwnCheckoutAndCart,
  toCheckoutState,
} from "../../services/aggregates/checkout/checkout-state.js";
import { repriceShipping } from "../../services/aggregates/checkout/reprice-shipping.js";
import {
  assertWritable,
  type CheckoutRequest,
  getOwnCheckout,
} from "../../services/aggregates/checkout-session/session-access.js";
import { resumeCheckout, startCheckout } from "../../services/flows/start-checkout.flow.js";
import { type CartSource, CHECKOUT_STATUS } from "../../utils/constants.js";
import { AppError, ConflictError } from "../../utils/errors.js";
import type { Owner } from "../../utils/principal.js";
import { settleOpenPayments } from "./open-payments.service.js";

/** A checkout with everything that its view shows. */
export interface CheckoutOverview extends CheckoutState {
  payment: PaymentDoc | null;
}

export async function withPayment(state: CheckoutState): Promise<CheckoutOverview> {
  const { paymentId } = state.checkout;
  const payment = paymentId ? await Payment.findById(paymentId).lean<PaymentDoc>() : null;
  return { ...state, payment };
}

/** @throws CheckoutExpiredError when the session has expired; a completed one can still be read. */
export async function getCheckout(request: CheckoutRequest): Promise<CheckoutOverview> {
  const stored = await getOwnCheckoutAndCart(request);
  const { checkout } = stored;
  if (checkout.status !== CHECKOUT_STATUS.COMPLETED && !checkout.placement) assertWritable(checkout);
  return withPayment(await atCurrentRate(request.owner, await fromStored(stored)));
}

/**
 * Rates the chosen shipping method again when the cart has changed since, and stores the new price. While shipping is
 * down, or while another request changes the checkout, the result is only shown, not stored.
 */
async function atCurrentRate(owner: Owner, state: CheckoutState): Promise<CheckoutState> {
  const repriced = await repriceShipping(state);
  if (!repriced) return state;
  const shown = () => toCheckoutState({ ...state.checkout, ...repriced }, state);
  if (!("shippingMethod" in repriced)) return shown();
  try {
    return await changeCheckout({ checkoutSessionId: state.checkout._id, owner }, ({ checkout }) =>
      // Another write came first: it has rated the method, and its notices stay.
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
  /** From the request. */
  contact: Contact;
  /** From the customer's token, in the stored form. */
  profile: Contact & { name?: string };
}

/** @throws RuleError CART_EMPTY, CART_CHANGED, OUT_OF_STOCK */
export async function start(input: StartInput): Promise<CheckoutOverview & { created: boolean }> {
  const { owner, source, contact, profile } = input;
  const { state, created } = await startCheckout({
    owner,
    source,
    email: contact.email ?? profile.email ?? null,
    phone: contact.phone ?? profile.phone ?? null,
    customerName: profile.name ?? null,
    settleOpenPayments,
  });
  if (created) return { ...(await withPayment(state)), created };
  const current = await atCurrentRate(owner, await takeContact(state, input));
  return { ...(await withPayment(current)), created };
}

/** Stores the contact of the request in a checkout that was already live. */
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
 * Contact, addresses and messages come from the resumed session.
 * @throws NotFoundError CHECKOUT_NOT_FOUND; otherwise as `start`
 */
export async function resume(
  request: CheckoutRequest & { source: CartSource },
): Promise<CheckoutOverview & { renewed: boolean }> {
  const { checkoutSessionId, owner, source } = request;
  const previous = await getOwnCheckout(checkoutSessionId, owner);
  const kept = { email: null, phone: null, customerName: null };
  const { state, created } = await resumeCheckout(previous, { owner, source, ...kept, settleOpenPayments });
  const current = created ? state : await atCurrentRate(owner, state);
  return { ...(await withPayment(current)), renewed: created };
}

/**
 * Validates the coupons for a contact that has just been stored. When the cart cannot be changed now, or pricing is
 * down, the contact is kept anyway: choosing a payment method validates the coupons before anything is paid.
 */
export async function withValidCoupons(state: CheckoutState, owner: Owner): Promise<CheckoutState> {
  const { checkout, cart } = state;
  if (cart.appliedCoupons.length === 0 || isSameContact(checkout, cart.contact)) return state;
  try {
    const changed = await changeCart(cart._id, (draft) => changeForCheckout(draft, checkout));
    return toCheckoutState(await getOwnCheckout(checkout._id, owner), changed);
  } catch (error) {
    if (error instanceof AppError) return state;
    throw error;
  }
}
