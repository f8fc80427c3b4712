import { isDeepStrictEqual } from "node:util";
import type { ClientSession } from "mongoose";
import {
  Cart,
  type CartDoc,
  CheckoutSession,
  type CheckoutSessionDoc,
  SKIP_VALIDATORS_RETURN_NEW,
} from "../../../models/index.js";
import { minutesFromNow, now } from "../../../utils/clock.js";
import { ConflictError } from "../../../utils/errors.js";
import { isOwnedBy } from "../../../utils/principal.js";
import { checkoutMachine } from "../../../utils/state-machines.js";
import type { Totals } from "../../calculations/totals-calculator.service.js";
import { withDocumentLease } from "../../platform/document-lease.service.js";
import { getSettings } from "../../platform/settings.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { applyTransition } from "../../platform/transition.service.js";
import {
  assertWritable,
  CHECKOUT_LEASE,
  type CheckoutRequest,
  checkoutNotFound,
} from "../checkout-session/session-access.js";
import { stepBackFromPayment } from "../checkout-session/step-back.js";
import {
  type CheckoutState,
  calculateCheckoutTotals,
  loadCheckoutState,
  placeOfSupplyOf,
  shippingChargeOf,
} from "./checkout-state.js";
import { toCheckoutTotals } from "./freeze-checkout.js";
import { withCurrentRate } from "./reprice-shipping.js";

/** The fields that a checkout step may set; everything else follows from them. */
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

/**
 * One step of a checkout: writers of a session (two tabs) take turns, `decide` says what changes (and may call
 * neighbours), then totals are computed and everything is written at once. A change that affects the amount
 * supersedes the open payment, and the method must be chosen again.
 * @throws NotFoundError, CheckoutExpiredError, ConflictError as `assertWritable`, and whatever `decide` throws; then nothing changed.
 */
export async function changeCheckout(
  request: CheckoutRequest,
  decide: (state: CheckoutState) => Promise<CheckoutChange> | CheckoutChange,
): Promise<CheckoutState> {
  return withDocumentLease(
    { model: CheckoutSession, id: request.checkoutSessionId, ...CHECKOUT_LEASE },
    async (checkout, token, ended) => {
      if (!checkout || !isOwnedBy(checkout, request.owner)) throw checkoutNotFound();
      assertWritable(checkout);
      const state = await loadCheckoutState(checkout);
      const change = await withCurrentRate(state, await decide(state));
      const written = await writeChange(state, change, token);
      ended();
      return written;
    },
  );
}

async function writeChange(
  state: CheckoutState,
  change: CheckoutChange,
  token: string,
): Promise<CheckoutState> {
  const { cart, lines } = state;
  const before = state.checkout;
  const wanted: CheckoutSessionDoc = { ...before, ...change };
  let totals = await calculateCheckoutTotals(wanted, cart, lines);
  const stepsBack =
    before.status === "payment_pending" &&
    (changesWhatIsPaid(before, wanted, totals) || changesOrderFacts(before, wanted));
  if (stepsBack) totals = await calculateCheckoutTotals({ ...wanted, paymentMethod: null }, cart, lines);
  const set = {
    ...change,
    totals: toCheckoutTotals(totals),
    expiresAt: minutesFromNow((await getSettings("checkout")).expiryMinutes),
  };
  const told = tellingOf({ ...wanted, ...set, ...(stepsBack ? { paymentMethod: null } : {}) });
  const write = (tx?: ClientSession) => writeStep({ before, set, token, tx });
  const written = await (stepsBack
    ? inTransaction(async (tx) => {
        await stepBackFromPayment(before, tx);
        return write(tx);
      })
    : write());
  await tellCart(cart, told);
  return { checkout: written, cart, lines, totals };
}

/**
 * The cart shows what the checkout knows; payment does not depend on it. So this write needs no transaction: after
 * a crash in between, the next step (or this one, repeated) makes it.
 */
async function tellCart(cart: CartDoc, told: Partial<CartDoc>): Promise<void> {
  if (differs(cart, told)) await Cart.updateOne(cartAsSeen(cart), { $set: told }, SKIP_VALIDATORS_RETURN_NEW);
}

interface StepWrite {
  before: CheckoutSessionDoc;
  set: CheckoutChange & Pick<CheckoutSessionDoc, "totals" | "expiresAt">;
  token: string;
  tx: ClientSession | undefined;
}

/** Releases the lease with the same write. The first address moves the session one step on. */
async function writeStep({ before, set, token, tx }: StepWrite): Promise<CheckoutSessionDoc> {
  const guard = { "lease.token": token, placement: null };
  const isFirstAddress = before.status === "initiated" && Boolean(set.shippingAddress);
  const written = isFirstAddress
    ? await applyTransition({
        machine: checkoutMachine,
        model: CheckoutSession,
        id: before._id,
        from: "initiated",
        to: "address_entered",
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
  throw new ConflictError("VERSION_CONFLICT", "The checkout changed meanwhile", { current: before.version });
}

/**
 * Also when the same amount is due but credit and points share it differently: both are taken as they were
 * frozen.
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

/** What the order will carry, apart from the amount: a changed address must not ship to the frozen one. */
function changesOrderFacts(before: CheckoutSessionDoc, after: CheckoutSessionDoc): boolean {
  return (
    !isDeepStrictEqual(before.shippingAddress, after.shippingAddress) ||
    !isDeepStrictEqual(before.shippingMethod, after.shippingMethod) ||
    before.gstin !== after.gstin
  );
}

/** A cart that has changed since has newer totals, which stay. */
const cartAsSeen = ({ _id, version }: CartDoc) => ({ _id, status: "active" as const, version });

/** The cart's own totals use the address and the shipping method of the checkout. */
function tellingOf(checkout: CheckoutSessionDoc): Partial<CartDoc> {
  const { totals } = checkout;
  if (!totals) return {};
  return {
    placeOfSupply: placeOfSupplyOf(checkout),
    shipping: shippingChargeOf(checkout),
    shippingTotal: totals.shippingTotal,
    taxTotal: totals.taxTotal,
    roundOff: totals.roundOff,
    grandTotal: totals.grandTotal,
    taxEstimated: totals.taxEstimated,
  };
}

const differs = (cart: CartDoc, told: Partial<CartDoc>): boolean =>
  !isDeepStrictEqual({ ...cart, ...told }, cart);
