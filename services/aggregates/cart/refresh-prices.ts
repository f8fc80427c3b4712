import { unwrap } from "../../../utils/result.js";
import { getProducts } from "../../integrations/catalog-integration.service.js";
import { getSettings } from "../../platform/settings.service.js";
import { boughtLines, type CartDraft, priceLine } from "./cart-draft.js";
import { refreshLine } from "./cart-lines.js";
import { productUnavailableNotice, quantityReducedNotice } from "./notices.js";
import { findSellable } from "./snapshot.service.js";

/**
 * Compares every line with the catalog as it is at this moment (one call, past the cache) and writes the
 * differences into the draft: a new price (notice PRICE_CHANGED), a limit below the quantity
 * (QUANTITY_REDUCED), a product that is no longer sold (PRODUCT_UNAVAILABLE, the line goes).
 * Short stock is found by `reserveLines`, which comes after this.
 * @throws the typed upstream errors
 */
export async function refreshPrices(draft: CartDraft): Promise<void> {
  const bought = boughtLines(draft.lines);
  if (bought.length === 0) return;
  const products = unwrap(
    await getProducts(
      bought.map((line) => line.productId),
      { fresh: true },
    ),
  );
  const { maxPerVariant } = await getSettings("cart");
  for (const line of bought) {
    const sellable = findSellable(products.get(line.productId), line.variantId);
    if (!sellable) {
      draft.lines = draft.lines.filter((other) => other !== line);
      draft.notices.push(productUnavailableNotice(line));
      continue;
    }
    await refreshLine(draft, line, sellable);
    const before = line.quantity;
    line.quantity = Math.min(before, line.maxPerOrder ?? maxPerVariant);
    if (line.quantity === before) continue;
    priceLine(line);
    draft.notices.push(quantityReducedNotice(line, before));
  }
}
