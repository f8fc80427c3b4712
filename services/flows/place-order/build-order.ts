import {
  type AddressSnapshot,
  customerNameOf,
  type OrderDoc,
  type OrderItemDoc,
} from "../../../models/index.js";
import { ORDER_STATUS, PAYMENT_STATUS } from "../../../utils/constants.js";
import { RuleError } from "../../../utils/errors.js";
import { addPaise } from "../../../utils/money.js";
import { ownerFieldsOf } from "../../../utils/principal.js";
import { orderMachine, orderPaymentMachine } from "../../../utils/state-machines.js";
import { placeOfSupplyOf } from "../../aggregates/checkout/checkout-state.js";
import { newOrder, newOrderItem } from "../../aggregates/order/new-order.js";
import type { Claim } from "./claim.step.js";
import { pointsUsed } from "./effects.step.js";

export interface OrderFacts {
  orderNumber: string;
  at: Date;
  /** Where `codAutoConfirm` is off, COD orders wait for an admin. */
  confirmed: boolean;
}

/** A new order, built only from what was frozen with its payment. */
export function buildOrder(claim: Claim, facts: OrderFacts): OrderDoc {
  const { checkout, frozen, payment } = claim;
  const { totals } = frozen;
  const { email, phone, shippingAddress } = contactAndAddress(claim);
  const isPaid = payment === null || payment.gateway !== "cod";
  const creditAndPoints = addPaise(totals.storeCredit, totals.loyaltyDiscount);
  return newOrder({
    _id: checkout._id,
    orderNumber: facts.orderNumber,
    checkoutSessionId: checkout._id,
    cartId: checkout.cartId,
    ...ownerOf(claim),
    status: facts.confirmed ? ORDER_STATUS.CONFIRMED : orderMachine.initial,
    paymentStatus: isPaid ? PAYMENT_STATUS.PAID : orderPaymentMachine.initial,
    paymentMethod: payment?.method ?? null,
    email,
    phone,
    customerName: customerNameOf(checkout),
    sale: frozen,
    loyaltyPoints: pointsUsed(claim),
    paidAmount: isPaid ? addPaise(creditAndPoints, totals.amountDue) : creditAndPoints,
    shippingAddress,
    billingAddress: checkout.billingAddress ?? shippingAddress,
    gstin: checkout.gstin,
    // Older versions did not freeze it.
    placeOfSupply: frozen.placeOfSupply ?? placeOfSupplyOf(checkout),
    isSezBuyer: frozen.isSezBuyer ?? false,
    shippingMethod: checkout.shippingMethod,
    isGiftOrder: checkout.isGiftOrder,
    giftMessage: checkout.giftMessage,
    customerNotes: checkout.customerNotes,
    internalNotes: [],
    source: checkout.source,
    termsAcceptedAt: checkout.termsAcceptedAt,
    at: facts.at,
  });
}

const ownerOf = ({ checkout }: Claim) => ({
  ...ownerFieldsOf(checkout),
});

/** For the types: a session cannot have been frozen without these. */
function contactAndAddress({ checkout }: Claim): {
  email: string;
  phone: string;
  shippingAddress: AddressSnapshot;
} {
  const { email, phone, shippingAddress } = checkout;
  if (!email || !phone || !shippingAddress) {
    throw new RuleError("CHECKOUT_INCOMPLETE", "Contact or address is missing");
  }
  return { email, phone, shippingAddress };
}

export function buildOrderItems({ frozen }: Claim, order: OrderDoc): OrderItemDoc[] {
  return frozen.lines.map(({ cartItemId: _cartItemId, reservationId: _reservationId, ...sold }) =>
    newOrderItem(sold, order),
  );
}
