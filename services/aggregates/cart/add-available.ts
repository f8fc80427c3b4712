import { NotFoundError, RuleError } from "../../../utils/errors.js";
import { isRecord } from "../../../utils/helpers.js";
import type { CartDraft } from "./cart-draft.js";
import { addLine, findBoughtLine, type LineToAdd } from "./cart-lines.js";

/** Why units could not be added: the code that adding them to the cart answers. */
export const SKIP_REASONS = ["PRODUCT_NOT_FOUND", "OUT_OF_STOCK", "CART_LIMIT"] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export interface PartlyAdded {
  added: number;
  /** Null when all units were added. */
  reason: SkipReason | null;
}

/** Other customers reserve at the same time, so less may be available at the next attempt. */
const ATTEMPTS = 3;

/**
 * Adds as many units as there are and as the cart may hold.
 * @throws the typed upstream errors
 */
export async function addAvailable(draft: CartDraft, wanted: LineToAdd): Promise<PartlyAdded> {
  let quantity = wanted.quantity;
  let reason: SkipReason | null = null;
  for (let attempt = 1; attempt <= ATTEMPTS && quantity > 0; attempt += 1) {
    const refused = await tryToAdd(draft, { ...wanted, quantity });
    if (!refused) return { added: quantity, reason };
    reason = refused.reason;
    quantity = Math.min(quantity - 1, refused.most);
  }
  return { added: 0, reason };
}

/** @returns null when they are added; otherwise why not, and the most that could be */
async function tryToAdd(
  draft: CartDraft,
  wanted: LineToAdd,
): Promise<{ reason: SkipReason; most: number } | null> {
  const line = findBoughtLine(draft, wanted);
  const before = line && { ...line };
  try {
    await addLine(draft, wanted);
    return null;
  } catch (error) {
    const reason = SKIP_REASONS.find((code) => isRefusal(error) && code === error.code);
    if (!reason || !isRefusal(error)) throw error;
    // A refused change has already written the wanted quantity into the draft.
    if (line && before) Object.assign(line, before);
    return { reason, most: mostOf(error) - (before?.quantity ?? 0) };
  }
}

const isRefusal = (error: unknown): error is RuleError | NotFoundError =>
  error instanceof RuleError || error instanceof NotFoundError;

/** How many units the line may have in all; 0 where the cart has no room for another line. */
function mostOf({ details }: RuleError | NotFoundError): number {
  if (!isRecord(details) || details.limit === "maxLines") return 0;
  const most = details.available ?? details.maximum;
  return typeof most === "number" ? most : 0;
}
