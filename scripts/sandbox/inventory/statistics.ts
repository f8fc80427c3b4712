import type { InventoryStore } from "./store.js";

export interface ConversionStatistics {
  reserved: number;
  converted: number;
  released: number;
  expired: number;
  active: number;
  refused: number;
  /** Converted ÷ ended, of reservations; 0 when none has ended. */
  conversionRate: number;
}

/** How reservations ended. */
export async function readStatistics(store: InventoryStore): Promise<ConversionStatistics> {
  const groups = await store.reservations
    .aggregate<{ _id: string; count: number }>([{ $group: { _id: "$status", count: { $sum: 1 } } }])
    .toArray();
  const count = (status: string): number => groups.find((group) => group._id === status)?.count ?? 0;
  const [active, converted, released, expired] = ["active", "converted", "released", "expired"].map(count);
  const ended = (converted ?? 0) + (released ?? 0) + (expired ?? 0);
  const { refused = 0 } = await store.ledger.countByType();
  return {
    reserved: groups.reduce((sum, group) => sum + group.count, 0),
    converted: converted ?? 0,
    released: released ?? 0,
    expired: expired ?? 0,
    active: active ?? 0,
    refused,
    conversionRate: ended === 0 ? 0 : (converted ?? 0) / ended,
  };
}

export interface Imbalance {
  variantId: string;
  problem: string;
}

/** Violations of I23, asked of the data; empty when the numbers of every variant add up. Call it at rest. */
export async function findImbalances(store: InventoryStore): Promise<Imbalance[]> {
  await store.sales.write();
  const sums = await store.reservations
    .aggregate<{ _id: string; quantity: number }>([
      { $match: { status: "active" } },
      { $group: { _id: "$variantId", quantity: { $sum: "$quantity" } } },
    ])
    .toArray();
  const activeOf = new Map(sums.map(({ _id, quantity }) => [_id, quantity]));
  const problems: Imbalance[] = [];
  for (const doc of await store.stock.find().toArray()) {
    const { _id: variantId, initial, available, reserved, sold, returned } = doc;
    const active = activeOf.get(variantId) ?? 0;
    const report = (problem: string) => problems.push({ variantId, problem });
    if (available < 0) report(`available is ${available}`);
    if (reserved !== active) report(`reserved is ${reserved}, active reservations hold ${active}`);
    const sum = available + active + sold - returned;
    if (initial !== sum) report(`initial is ${initial}, the parts add up to ${sum}`);
  }
  return problems;
}
