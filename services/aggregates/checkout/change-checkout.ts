import { isDeepStrictEqual } from "node:util";
import type { ClientSession, QueryFilter } from "mongoose";
import {
  Cart,
  type CartDoc,
  CheckoutSession,
  type CheckoutSessionDoc,
  SKIP_VALIDATORS_RETURN_NEW,
} from "../../../models/index.js";
import { minutesFromNow, now } from "../../../utils/clock.js";
import { CART_STATUS, CHECKOUT_STATUS } from "../../../utils/constants.js";
import { checkoutMachine } from "../../../utils/state-machines.js";
import type { Totals } from "../../calculations/totals-calculator.service.js";
import { checkoutChanged, unlessChanged } from "../../platform/changed-meanwhile.js";
import { getSettings } from "../../platform/settings.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { tryTransition } from "../../platform/transition.service.js";
import {
  assertWritable,
  type CheckoutRequest,
  withCheckoutLease,
} from "../checkout-session/session-access.js";
import { stepBackFromPayment } from "../checkout-session/session-status.js";
import {
  type CheckoutState,
  calculateCheckoutTotals,
  fromStored,
  getCheckoutState,
  getOwnCheckoutAndCart,
  shippingChargeOf,
  taxContextOf,
} from "./checkout-state.js";
import { toCheckoutTotals } from "./freeze-checkout.js";
import { withCurrentRate } from "./reprice-shipping.js";

/** The fields that a checkout step may set; everything else is derived from them. */
export type CheckoutChange = Partial<
  Pick<
    CheckoutSessionDoc,
    | "email"
    | "phone"
    | "customerName"
    | "shippingAddressId"
    | "shippingAddress"
    | "billingAddress"
    | "billingSameAsShipping"
    | "gstin"
    | "isSezBuyer"
    | "deliveredToOwnPremises"
    | "shippingMethodId"
    | "shippingMethod"
    | "shippingRatedFor"
    | "notices"
    | "isGiftOrder"
    | "giftMessage"
    | "customerNotes"
    | "loyaltyPoints"
    | "loyaltyPointValue"
    | "storeCreditAmount"
  >
>;

/** Reads and calls neighbours; writes nothing, because it may run twice. */
type Decide = (state: CheckoutState) => Promise<CheckoutChange> | CheckoutChange;

/**
 * One step of a checkout: `decide` returns the change, the totals are calculated, and everything is written at once. A
 * change that affects the amount supersedes the open payment, and the method must be chosen again.
 *
 * Nearly every step is the only writer, so it first works without the lease, and its write compares version and
 * status. When another writer holds the lease or comes first, the step starts again and takes its turn with the lease.
 * @throws NotFoundError, CheckoutExpiredError, ConflictError as `assertWritable`, and what `decide` throws; nothing is
 *   written then
 */
export async function changeCheckout(request: CheckoutRequest, decide: Decide): Promise<CheckoutState> {
  return (await changeIfAlone(request, decide)) ?? changeInTurn(request, decide);
}

/** @returns null when another writer is at work, or a payment is open, which the change may have to supersede */
async function changeIfAlone(request: CheckoutRequest, decide: Decide): Promise<CheckoutState | null> {
  const stored = await getOwnCheckoutAndCart(request);
  const { version, status, lease } = stored.checkout;
  if (lease || status === CHECKOUT_STATUS.PAYMENT_PENDING) return null;
  assertWritable(stored.checkout);
  const state = await fromStored(stored);
  return unlessChanged(() =>
    decideAndWrite(state, decide, { version, status, lease: null, placement: null }),
  );
}

function changeInTurn(request: CheckoutRequest, decide: Decide): Promise<CheckoutState> {
  return withCheckoutLease(request, async (checkout, token, ended) => {
    const state = await getCheckoutState(checkout);
    const written = await decideAndWrite(state, decide, { "lease.token": token, placement: null });
    ended();
    return written;
  });
}

/** @throws ConflictError VERSION_CONFLICT when the guard does not hold; nothing is written then */
async function decideAndWrite(
  state: CheckoutState,
  decide: Decide,
  guard: QueryFilter<CheckoutSessionDoc>,
): Promise<CheckoutState> {
  const change = await withCurrentRate(state, await decide(state));
  const { cart, lines } = state;
  const before = state.checkout;
  const wanted: CheckoutSessionDoc = { ...before, ...change };
  let totals = await calculateCheckoutTotals(wanted, cart, lines);
  const stepsBack =
    before.status === CHECKOUT_STATUS.PAYMENT_PENDING &&
    (changesWhatIsPaid(before, wanted, totals) || changesOrderFacts(before, wanted));
  if (stepsBack) totals = await calculateCheckoutTotals({ ...wanted, paymentMethod: null }, cart, lines);
  const set = {
    ...change,
    totals: toCheckoutTotals(totals),
    expiresAt: minutesFromNow((await getSettings("checkout")).expiryMinutes),
  };
  const shown = cartFieldsOf({ ...wanted, ...set, ...(stepsBack ? { paymentMethod: null } : {}) });
  const write = (tx?: ClientSession) => writeStep({ before, set, guard, tx });
  const written = await (stepsBack
    ? inTransaction(async (tx) => {
        await stepBackFromPayment(before, tx);
        return write(tx);
      })
    : write());
  await updateCart(cart, shown);
  return { checkout: written, cart, lines, totals };
}

/**
 * The cart shows the totals of its checkout, but no payment depends on them. So this write needs no transaction: after
 * a crash in between, the next step (or this one, repeated) makes it.
 */
async function updateCart(cart: CartDoc, shown: Partial<CartDoc>): Promise<void> {
  const isCurrent = isDeepStrictEqual({ ...cart, ...shown }, cart);
  if (!isCurrent) await Cart.updateOne(cartAsSeen(cart), { $set: shown }, SKIP_VALIDATORS_RETURN_NEW);
}

interface StepWrite {
  before: CheckoutSessionDoc;
  set: CheckoutChange & Pick<CheckoutSessionDoc, "totals" | "expiresAt">;
  /** What the decision relied on. */
  guard: QueryFilter<CheckoutSessionDoc>;
  tx: ClientSession | undefined;
}

/** The same write releases the lease. The first address moves the session to `address_entered`. */
async function writeStep({ before, set, guard, tx }: StepWrite): Promise<CheckoutSessionDoc> {
  const isFirstAddress = before.status === CHECKOUT_STATUS.INITIATED && Boolean(set.shippingAddress);
  const written = isFirstAddress
    ? await tryTransition({
        machine: checkoutMachine,
        model: CheckoutSession,
        id: before._id,
        from: CHECKOUT_STATUS.INITIATED,
        to: CHECKOUT_STATUS.ADDRESS_ENTERED,
        guard,
        set: { ...set, lease: null, "steps.addressEnteredAt": now() },
        raiseVersion: true,
        by: { type: "customer" },
        ...(tx ? { tx } : {}),
      }).then((moved) => (moved.changed ? moved.document : null))
    : await CheckoutSession.findOneAndUpdate(
        { _id: before._id, ...guard },
        { $set: { ...set, lease: null }, $inc: { version: 1 } },
        { ...SKIP_VALIDATORS_RETURN_NEW, session: tx },
      ).lean<CheckoutSessionDoc>();
  if (written) return written;
  throw checkoutChanged(before._id);
}

/**
 * True also when the amount due stays the same but credit and points cover it differently: placing takes both as
 * they were frozen.
 */
function changesWhatIsPaid(
  before: CheckoutSessionDoc,
  after: CheckoutSessionDoc,
  { amountDue, storeCredit, loyaltyDiscount }: Totals,
): boolean {
  const frozen = before.frozen?.totals;
  return (
    frozen?.amountDue !== amountDue ||
    frozen.storeCredit !== storeCredit ||
    frozen.loyaltyDiscount !== loyaltyDiscount ||
    before.loyaltyPointValue !== after.loyaltyPointValue
  );
}

/** Facts of the order other than the amount: after a change of address, the order must not ship to the old one. */
function changesOrderFacts(before: CheckoutSessionDoc, after: CheckoutSessionDoc): boolean {
  return (
    !isDeepStrictEqual(before.shippingAddress, after.shippingAddress) ||
    !isDeepStrictEqual(before.shippingMethod, after.shippingMethod) ||
    before.gstin !== after.gstin ||
    !isDeepStrictEqual(taxContextOf(before), taxContextOf(after))
  );
}

/** A cart that has changed since has newer totals, which must stay. */
const cartAsSeen = ({ _id, version }: CartDoc) => ({ _id, status: CART_STATUS.ACTIVE, version });

/** The fields of a cart that depend on the address and the shipping method of its checkout. */
function cartFieldsOf(checkout: CheckoutSessionDoc): Partial<CartDoc> {
  const { totals } = checkout;
  if (!totals) return {};
  return {
    ...taxContextOf(checkout),
    shipping: shippingChargeOf(checkout),
    shippingTotal: totals.shippingTotal,
    taxTotal: totals.taxTotal,
    roundOff: totals.roundOff,
    grandTotal: totals.grandTotal,
    taxEstimated: totals.taxEstimated,
  };
}
