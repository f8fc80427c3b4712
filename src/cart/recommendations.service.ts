import type { CartItemDoc } from "../../models/index.js";
import { boughtLines } from "../../services/aggregates/cart/cart-draft.js";
import { findActiveCart, findCartLines } from "../../services/aggregates/cart/cart-reads.js";
import {
  type CatalogProduct,
  getRelatedProducts,
} from "../../services/integrations/catalog-integration.service.js";
import type { Owner } from "../../utils/principal.js";

/** Each line asked about is a call to the catalog (kept for a minute): the last few tell enough. */
const MOST_LINES = 5;

/**
 * Products that go with what is in the cart and are not in it, those of the newest line first and in turns.
 * Empty without a cart and while the catalog is away: nobody misses an advertisement.
 */
export async function recommend(owner: Owner, limit: number): Promise<CatalogProduct[]> {
  const cart = await findActiveCart(owner);
  const lines = cart ? boughtLines(await findCartLines(cart._id)) : [];
  const answers = await Promise.all(newestProducts(lines).map((productId) => getRelatedProducts(productId)));
  const related = answers.map((result) => (result.success ? result.data : []));
  const inCart = new Set(lines.map((line) => line.productId));
  const wanted = inTurns(related).filter(({ id, status }) => status === "active" && !inCart.has(id));
  return [...new Map(wanted.map((product) => [product.id, product])).values()].slice(0, limit);
}

const newestProducts = (lines: readonly CartItemDoc[]): string[] =>
  [...new Set(lines.map((line) => line.productId).reverse())].slice(0, MOST_LINES);

/** The first of each list, then the second of each, … */
function inTurns<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_unused, index) =>
    lists.flatMap((list) => list.slice(index, index + 1)),
  ).flat();
}
