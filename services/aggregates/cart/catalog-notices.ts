import type { CartItemDoc } from "../../../models/index.js";
import type { Notice, NoticeCode } from "../../../utils/constants.js";
import { getProducts } from "../../integrations/catalog-integration.service.js";
import { boughtLines } from "./cart-draft.js";
import { priceChangedNotice, productUnavailableNotice, upstreamUnavailableNotice } from "./notices.js";
import { findSellable } from "./snapshot.service.js";

/** Replaced by what the catalog says of the same line now. */
const OF_THE_CATALOG: ReadonlySet<NoticeCode> = new Set(["PRICE_CHANGED", "PRODUCT_UNAVAILABLE"]);
/** Of no interest for what cannot be bought at all. */
const OF_STOCK: ReadonlySet<NoticeCode> = new Set(["OUT_OF_STOCK", "LOW_STOCK"]);

/**
 * How the lines differ from the catalog (within its cache): prices that have moved, products that are no
 * longer sold. Told, not written: a line takes today's price when it grows and at checkout start. While the
 * catalog is away that is told instead: prices are then the last known ones.
 */
export async function findCatalogNotices(lines: readonly CartItemDoc[]): Promise<Notice[]> {
  const bought = boughtLines(lines);
  if (bought.length === 0) return [];
  const products = await getProducts(bought.map((line) => line.productId));
  if (!products.success) return [upstreamUnavailableNotice("catalog")];
  return bought.flatMap((line) => {
    const sellable = findSellable(products.data.get(line.productId), line.variantId);
    if (!sellable) return [productUnavailableNotice(line)];
    const { salePrice } = sellable.variant;
    return salePrice === line.unitPrice
      ? []
      : [priceChangedNotice({ ...line, unitPrice: salePrice }, line.unitPrice)];
  });
}

/** The notices of a read: what the catalog says now, then everything else that is still of interest. */
export function withCatalogNotices(notices: readonly Notice[], fromCatalog: readonly Notice[]): Notice[] {
  const told = new Set(fromCatalog.map(({ itemId }) => itemId));
  const gone = new Set(
    fromCatalog.filter(({ code }) => code === "PRODUCT_UNAVAILABLE").map(({ itemId }) => itemId),
  );
  const rest = notices.filter(
    ({ code, itemId }) =>
      !(OF_THE_CATALOG.has(code) && told.has(itemId)) && !(OF_STOCK.has(code) && gone.has(itemId)),
  );
  return [...fromCatalog, ...rest];
}
