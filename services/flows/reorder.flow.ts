import { type OrderDoc, OrderItem, type OrderItemDoc } from "../../models/index.js";
import type { CartSource } from "../../utils/constants.js";
import type { Owner } from "../../utils/principal.js";
import { unwrap } from "../../utils/result.js";
import { addAvailable, type SkipReason } from "../aggregates/cart/add-available.js";
import type { CartDraft } from "../aggregates/cart/cart-draft.js";
import { type CurrentCart, changeOpenCart } from "../aggregates/cart/current-cart.js";
import { getProducts } from "../integrations/catalog-integration.service.js";

export interface ReorderRequest {
  order: OrderDoc;
  /** Of the order; the cart is theirs too. */
  owner: Owner;
  source: CartSource;
  /** Derived from the idempotency key: a repeat with the same key adds nothing. */
  requestKey: string | null;
}

/** A line of the order of which not all units could be added. */
export interface SkippedLine {
  productId: string;
  variantId: string;
  name: string;
  /** Units that were not added. */
  quantity: number;
  added: number;
  reason: SkipReason;
}

export interface Reordered {
  cart: CurrentCart;
  skipped: SkippedLine[];
}

/**
 * Adds the lines of an order to its owner's cart, at today's prices and as far as they are available. Gifts are not added:
 * the cart's own rules give them.
 * @throws as `changeCart`; the typed upstream errors, and then the cart is unchanged
 */
export async function reorder(request: ReorderRequest): Promise<Reordered> {
  const { order, owner, source, requestKey } = request;
  const lines = await OrderItem.find({ orderId: order._id, isFreeGift: false })
    .sort({ _id: 1 })
    .lean<OrderItemDoc[]>();
  let skipped: SkippedLine[] = [];
  const cart = await changeOpenCart({ owner, source }, async (draft) => {
    draft.isUnchanged = requestKey !== null && (draft.cart.appliedRequests ?? []).includes(requestKey);
    if (draft.isUnchanged) return;
    draft.requestKey = requestKey;
    skipped = await addLines(draft, lines);
    draft.isUnchanged = skipped.length === lines.length && skipped.every(({ added }) => added === 0);
  });
  return { cart, skipped };
}

async function addLines(draft: CartDraft, lines: readonly OrderItemDoc[]): Promise<SkippedLine[]> {
  // One call for all of them; adding a line then finds its product in the cache.
  unwrap(await getProducts(lines.map(({ productId }) => productId)));
  const skipped: SkippedLine[] = [];
  for (const { productId, variantId, bundleId, name, quantity } of lines) {
    const { added, reason } = await addAvailable(draft, { productId, variantId, bundleId, quantity });
    if (reason) skipped.push({ productId, variantId, name, quantity: quantity - added, added, reason });
  }
  return skipped;
}
