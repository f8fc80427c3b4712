import { LRUCache } from "lru-cache";
import { config } from "../../../config/env.config.js";
import type { CartItemDoc } from "../../../models/index.js";
import { listed } from "../../../utils/caches.js";
import type { Notice } from "../../../utils/constants.js";
import { bulkCheckStock } from "../../integrations/inventory-integration.service.js";
import { gather } from "../../platform/gather.service.js";
import type { CartState } from "./cart-draft.js";
import { lowStockNotice, outOfStockNotice, upstreamUnavailableNotice } from "./notices.js";
import { isReserved } from "./reserve-lines.js";

/**
 * Free units by variant id; null while the inventory service is unavailable. For display only: the reservation
 * decides what can be bought.
 */
type StockLevels = ReadonlyMap<string, number> | null;

/** Long enough to serve many concurrent reads of the same products, too short to be noticed. */
const STOCK_CACHE_MS = 1_000;
const cache = listed(new LRUCache<string, number>({ max: 20_000, ttl: STOCK_CACHE_MS }));
const isCaching = config.catalogCacheSeconds > 0;

/** One call to the inventory service for all variants that are asked for at the same moment. */
const readFreeUnits = gather<string, number | null>(
  async (variantIds) => {
    const items = [...new Set(variantIds)].map((variantId) => ({ variantId, quantity: 1 }));
    const result = await bulkCheckStock(items);
    if (!result.success) return variantIds.map(() => null);
    const free = new Map(result.data.items.map(({ variantId, available }) => [variantId, available]));
    if (isCaching) for (const [variantId, available] of free) cache.set(variantId, available);
    return variantIds.map((variantId) => free.get(variantId) ?? 0);
  },
  { maxBatch: Number.POSITIVE_INFINITY, maxWaitMs: 0 },
);

export async function readStockLevels(lines: readonly { variantId: string }[]): Promise<StockLevels> {
  const levels = new Map<string, number>();
  const read = async (variantId: string): Promise<boolean> => {
    const free = cache.get(variantId) ?? (await readFreeUnits(variantId));
    if (free !== null) levels.set(variantId, free);
    return free !== null;
  };
  const isRead = await Promise.all([...new Set(lines.map(({ variantId }) => variantId))].map(read));
  return isRead.every(Boolean) ? levels : null;
}

/** After a write that reserved or released stock: drops the cached levels of its variants. */
export function forgetStockLevels(lines: readonly CartItemDoc[]): void {
  for (const { variantId } of lines) cache.delete(variantId);
}

/** What is available to a line: free units and those of its own live reservation. */
export interface Availability {
  isAvailable: boolean;
  available: number;
}

export function availabilityOf(line: CartItemDoc, stock: StockLevels): Availability | null {
  if (!stock) return null;
  const available = (stock.get(line.variantId) ?? 0) + (isReserved(line) ? line.quantity : 0);
  return { isAvailable: available >= line.quantity, available };
}

/** At this many units or fewer, a notice says that little is left. */
const LOW_STOCK = 5;

/** The notices of the cart's last write and those about its stock now. */
export function noticesOf({ cart, lines }: CartState, stock: StockLevels): Notice[] {
  if (!stock) return [...cart.notices, upstreamUnavailableNotice("inventory")];
  return [...cart.notices, ...lines.flatMap((line) => stockNoticeOf(line, availabilityOf(line, stock)))];
}

function stockNoticeOf(line: CartItemDoc, availability: Availability | null): Notice[] {
  if (!availability) return [];
  const { isAvailable, available } = availability;
  if (!isAvailable) return [outOfStockNotice(line, available)];
  return available <= LOW_STOCK ? [lowStockNotice(line, available)] : [];
}
