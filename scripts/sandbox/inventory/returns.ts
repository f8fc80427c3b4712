import { Refusal } from "../shared/refusal.js";
import type { ItemQuantity } from "./stock.js";
import type { InventoryStore } from "./store.js";
import { toFieldKey } from "./store.js";

export interface ReturnRequest {
  orderId: string;
  items: (ItemQuantity & { reason: string })[];
  reference: string;
}

/**
 * Puts units of an order back on the shelf, once per reference. One guarded update of the conversion
 * decides: it remembers the reference and counts down what is left of the sale.
 * @throws Refusal 404 for an order that bought nothing, 409 for more than it bought
 */
export async function returnUnits(
  store: InventoryStore,
  { orderId, items, reference }: ReturnRequest,
): Promise<{ adjusted: number }> {
  const sums = new Map<string, number>();
  for (const { variantId, quantity } of items) sums.set(variantId, (sums.get(variantId) ?? 0) + quantity);
  const adjusted = [...sums.values()].reduce((sum, quantity) => sum + quantity, 0);
  const field = (variantId: string): string => `remaining.${toFieldKey(variantId)}`;
  const guards = [...sums].map(([variantId, quantity]) => [field(variantId), { $gte: quantity }] as const);
  const counts = [...sums].map(([variantId, quantity]) => [field(variantId), -quantity] as const);
  const { matchedCount } = await store.conversions.updateOne(
    {
      _id: orderId,
      status: "converted",
      "returns.reference": { $ne: reference },
      ...Object.fromEntries(guards),
    },
    { $inc: Object.fromEntries(counts), $push: { returns: { reference, adjusted } } },
  );
  if (matchedCount === 0) return explainRefusal(store, orderId, reference);
  await store.stock.bulkWrite(
    [...sums].map(([variantId, quantity]) => ({
      updateOne: {
        filter: { _id: variantId },
        update: { $inc: { available: quantity, returned: quantity } },
      },
    })),
  );
  store.ledger.append(
    ...items.map(({ variantId, quantity, reason }) => ({
      type: "returned" as const,
      variantId,
      quantity,
      orderId,
      note: `${reference}: ${reason}`,
    })),
  );
  return { adjusted };
}

async function explainRefusal(
  store: InventoryStore,
  orderId: string,
  reference: string,
): Promise<{ adjusted: number }> {
  const conversion = await store.conversions.findOne({ _id: orderId });
  const before = conversion?.returns.find((entry) => entry.reference === reference);
  if (before) return { adjusted: before.adjusted };
  if (!conversion) throw new Refusal(404, "ORDER_NOT_FOUND", `Nothing was sold to order ${orderId}`);
  if (conversion.status === "voided") {
    throw new Refusal(409, "ORDER_VOIDED", `The units of order ${orderId} came back when it was voided`);
  }
  throw new Refusal(409, "RETURN_EXCEEDS_SALE", `Order ${orderId} did not buy that many`);
}
