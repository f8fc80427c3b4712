import type mongoose from "mongoose";
import type { Later } from "../shared/later.js";
import { createLater } from "../shared/later.js";
import type { ItemQuantity } from "./stock.js";
import { sumByVariant } from "./stock.js";
import type { StockDoc } from "./store.js";

/**
 * Reserved units that were sold. Free stock stays as it is, so there is no guard to ask: the sums of many
 * orders are written together, and before anybody reads `reserved` or `sold`.
 */
export function createSales(stock: mongoose.mongo.Collection<StockDoc>): Later<ItemQuantity> {
  return createLater((sold) =>
    stock.bulkWrite(
      sumByVariant(sold).map(({ variantId, quantity }) => ({
        updateOne: { filter: { _id: variantId }, update: { $inc: { reserved: -quantity, sold: quantity } } },
      })),
      { ordered: false },
    ),
  );
}
