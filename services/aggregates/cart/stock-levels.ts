import { LRUCache } from "lru-cache";
import { config } from "../../../config/env.config.js";
import type { CartItemDoc } from "../../../models/index.js";
import type { Notice } from "../../../utils/constants.js";
import { bulkCheckStock } from "../../integrations/inventory-integration.service.js";
import type { CartState } from "./cart-draft.js";
import { lowStockNotice, outOfStockNotice, upstreamUnavailableNotice } from "./notices.js";
import { isReserved } from "./reserve-lines.js";

/** Free units by variant id, to be shown and never to decide a sale; null when inventory is not available. */
export type StockLevels = ReadonlyMap<string, number> | null;

/** Long enough to carry a crowd that reads the same carts, too short for anybody to notice. */
const KEEP_MS = 1_000;
const kept = new LRUCache<string, number>({ max: 20_000, ttl: KEEP_MS });
const isCaching = config.catalogCacheSeconds > 0;

/** Variants that wait for the next call; all who ask while one call is being prepared share it. */
let gathering: { variantIds: Set<string>; answer: Promise<StockLevels> } | null = null;

/** What is free of these variants, in one call for everybody who asks at the same moment. */
export async function readStockLevels(lines: readonly { variantId: string }[]): Promise<StockLevels> {
  const known = new Map<string, number>();
  const missing = new Set<string>();
  for (const { variantId } of lines) {
    const free = isCaching ? kept.get(variantId) : undefined;
    if (free === undefined) missing.add(variantId);
    else known.set(variantId, free);
  }
  if (missing.size === 0) return known;
  const asked = await gather(missing);
  if (!asked) return null;
  for (const variantId of missing) known.set(variantId, asked.get(variantId) ?? 0);
  return known;
}

/** After a write that moved stock: what was known of these variants is out of date. */
export function forgetStockLevels(lines: readonly CartItemDoc[]): void {
  for (const { variantId } of lines) kept.delete(variantId);
}

function gather(variantIds: ReadonlySet<string>): Promise<StockLevels> {
  if (!gathering) {
    const wanted = new Set<string>();
    gathering = { variantIds: wanted, answer: askSoon(wanted) };
  }
  for (const variantId of variantIds) gathering.variantIds.add(variantId);
  return gathering.answer;
}

async function askSoon(variantIds: ReadonlySet<string>): Promise<StockLevels> {
  await new Promise((resolve) => setImmediate(resolve));
  gathering = null;
  const result = await bulkCheckStock([...variantIds].map((variantId) => ({ variantId, quantity: 1 })));
  if (!result.success) return null;
  const levels = new Map(result.data.items.map(({ variantId, available }) => [variantId, available]));
  if (isCaching) for (const [variantId, available] of levels) kept.set(variantId, available);
  return levels;
}

/** What a line can count on: free units and, while its reservation lives, its own. */
export interface Availability {
  isAvailable: boolean;
  available: number;
}

export function availabilityOf(line: CartItemDoc, stock: StockLevels): Availability | null {
  if (!stock) return null;
  const available = (stock.get(line.variantId) ?? 0) + (isReserved(line) ? line.quantity : 0);
  return { isAvailable: available >= line.quantity, available };
}

/** Below or at this many, a storefront urges. */
const LOW_STOCK = 5;

/** What the last write had to tell, and what stock has to tell now. */
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
