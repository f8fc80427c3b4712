import type { CartDoc, CartItemDoc, CheckoutSessionDoc, FrozenCheckout } from "../../models/index.js";
import { seedStock } from "../sandbox/seed/products.js";
import { type Basket, makeBaskets, pickFrom } from "../seed/baskets.js";
import { toDocuments } from "../seed/order-documents.js";

/** Checkouts that only need a payment, made without the calls that lead to them. For tools that need thousands. */

export interface ReadyCheckout {
  cart: CartDoc;
  cartItems: CartItemDoc[];
  /** At its address, without a payment method. */
  session: CheckoutSessionDoc;
  /** What choosing a payment method freezes. */
  frozen: FrozenCheckout;
}

/** Only of variants that the sandbox has plenty of. */
function makePlentifulBaskets(): Basket[] {
  const scarce = new Set(
    seedStock().flatMap(({ variantId, quantity }) => (quantity < PLENTY ? [variantId] : [])),
  );
  return makeBaskets().filter(
    ({ isCod, lines }) => !isCod && lines.every(({ variant }) => !scarce.has(variant.id)),
  );
}

let baskets: Basket[] | undefined;

const PLENTY = 100;
const LIFE_MS = 60 * 60_000;

/**
 * @param number counts from 0; determines ids and owner
 * @param goods determines lines and amounts
 */
export function makeReadyCheckout({
  number,
  goods,
  at,
}: {
  number: number;
  goods: number;
  at: Date;
}): ReadyCheckout {
  baskets ??= makePlentifulBaskets();
  const basket = pickFrom(baskets, goods);
  const made = toDocuments({ number, orderNumber: "", placed: at, until: at, basket });
  const [cart] = made.carts;
  const [session] = made.checkoutSessions;
  if (!cart || !session?.frozen) throw new Error("the seed made no checkout");
  return {
    cart: { ...cart, status: "active", convertedOrderId: null },
    cartItems: made.cartItems,
    session: {
      ...session,
      ...{ status: "address_entered", paymentMethod: null, frozen: null, paymentId: null, cartVersion: null },
      ...{ orderNumber: null, completedAt: null, expiresAt: new Date(at.getTime() + LIFE_MS) },
      steps: { ...session.steps, paymentPendingAt: null, completedAt: null },
    },
    frozen: session.frozen,
  };
}
