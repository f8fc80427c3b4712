import { Types } from "mongoose";
import { newGuestId } from "../../support/callers.js";
import { profileOf } from "../../support/profiler.js";
import { type CartWorld, startCartWorld } from "./cart-world.js";

let world: CartWorld;

beforeAll(async () => {
  world = await startCartWorld();
  await fill();
});
afterAll(() => world.stop());

const DAY_MS = 86_400_000;
const MANY = 400;

/** Enough documents for a scan to show: a third each active, abandoned and converted. */
async function fill() {
  const at = (index: number) => new Date(Date.now() - index * 60_000);
  const carts = Array.from({ length: MANY }, (_unused, index) => ({
    userId: `user-${index}`,
    status: ["active", "abandoned", "converted"][index % 3],
    itemCount: 1,
    placing: null,
    reminderSentAt: index % 2 ? at(index) : null,
    abandonedAt: index % 3 === 1 ? new Date(Date.now() - DAY_MS - index * 60_000) : null,
    promotionsCheckedAt: index % 5 ? null : at(index),
    updatedAt: at(index),
  }));
  await world.db.collection("carts").insertMany(carts);
  const saved = Array.from({ length: MANY }, (_unused, index) => ({
    userId: `user-${index % 10}`,
    productId: `p-${index}`,
    variantId: `v-${index}`,
    savedAt: at(index),
  }));
  await world.db.collection("savedItems").insertMany(saved);
  const sessions = Array.from({ length: MANY }, () => ({
    cartId: new Types.ObjectId(),
    status: "failed",
  }));
  await world.db.collection("checkoutSessions").insertMany(sessions);
}

/** The reads of `work` on the service's collections, from the database profiler. */
async function plansOf(
  work: () => Promise<unknown>,
): Promise<{ summary: string; examined: number; sorted: boolean }[]> {
  const rows = await profileOf(world.db, work, {
    ns: /\.(carts|cartItems|savedItems|checkoutSessions|payments)$/,
    planSummary: { $exists: true },
  });
  return rows.map((row) => ({
    summary: row.planSummary,
    examined: row.docsExamined ?? 0,
    sorted: row.hasSortStage === true,
  }));
}

describe("When there are many documents, then every query uses an index", () => {
  it.each([
    [
      "promotion-refresh finds its carts",
      async () => {
        const { findPromotedCarts } = await import("../../../services/flows/refresh-promotions.flow.js");
        return findPromotedCarts(new Date(), 20);
      },
    ],
    [
      "abandoned-cart finds its carts",
      async () => {
        const { findCartsToRemind } = await import("../../../services/flows/remind-abandoned-cart.flow.js");
        return findCartsToRemind(null, 20);
      },
    ],
    [
      "saved items are listed",
      async () => {
        const { listSavedItems } = await import("../../../src/cart/saved-items.service.js");
        const page = { page: 1, limit: 20, sortBy: "savedAt", sortOrder: "desc" } as const;
        return (await listSavedItems({ userId: "user-3" }, page)).items;
      },
    ],
  ])("%s", async (_what, work) => {
    const found: unknown[] = [];
    const plans = await plansOf(async () => found.push(...(await work())));
    expect(found.length).toBeGreaterThan(5);
    expect(plans.length).toBeGreaterThan(0);
    for (const plan of plans) {
      expect(plan.summary).toMatch(/^(IXSCAN|COUNT_SCAN|IDHACK|EXPRESS)/);
      expect(plan.sorted).toBe(false);
      // It may examine only its page and, for a count, the owner's own documents.
      expect(plan.examined).toBeLessThanOrEqual(45);
    }
  });

  it("a merge and a save use indexes only", async () => {
    const guest = { sessionId: newGuestId() };
    const asha = { token: world.sandbox.tokens.asha };
    const { body } = await world.add(guest, "var-kajal-3g", 2);
    const plans = await plansOf(async () => {
      const path = `/api/cart/items/${body.data.cartItem.id}/save-later`;
      await world.call("post", path, { as: guest });
      await world.add(guest, "var-kajal-3g", 1);
      const headers = { "X-Session-Id": guest.sessionId };
      const merged = await world.call("post", "/api/cart/merge", { as: asha, headers });
      expect(merged.body.data.merged).toBe(true);
      await world.call("get", "/api/cart/recommendations", { as: asha });
    });
    expect(plans.length).toBeGreaterThan(10);
    expect(plans.filter(({ summary }) => summary.includes("COLLSCAN"))).toEqual([]);
  });
});
