import type { RequestListener } from "node:http";
import { type SeedStock, seedStock } from "../seed/products.js";
import { createStandIn, type SandboxContext } from "../shared/stand-in.js";
import { createConversions } from "./conversions.js";
import { createLapses } from "./lapses.js";
import {
  findImbalances,
  type Imbalance,
  type LedgerDoc,
  type LedgerDraft,
  readStatistics,
} from "./ledger.js";
import { createReservations, type ReservationAnswer, toReservationAnswer } from "./reservations.js";
import { inventoryRoutes } from "./routes.js";
import { createStock, type VariantNumbers } from "./stock.js";
import { type InventoryStore, openStore } from "./store.js";
import { transferReservations } from "./transfer.js";

export interface InventoryControl {
  /** Sets `available`, regardless of reservations. */
  setStock(variantId: string, available: number): Promise<VariantNumbers>;
  restock(variantId: string, quantity: number): Promise<VariantNumbers>;
  numbers(variantId: string): Promise<VariantNumbers>;
  allNumbers(): Promise<VariantNumbers[]>;
  lowStock(threshold?: number): Promise<VariantNumbers[]>;
  ledger(
    filter?: Partial<Pick<LedgerDraft, "variantId" | "orderId" | "cartId" | "type">>,
  ): Promise<LedgerDoc[]>;
  /** The live reservations of one cart or of all carts. */
  activeReservations(cartId?: string): Promise<(ReservationAnswer & { cartId: string })[]>;
  /** Expires the live reservations of one cart or of all carts now, and returns their number. */
  lapse(cartId?: string): Promise<number>;
  /** Variants whose numbers do not add up. */
  imbalances(): Promise<Imbalance[]>;
  /** Restores the seed: stock without reservations and sales. */
  reset(): Promise<void>;
}

export interface Inventory {
  app: RequestListener;
  control: InventoryControl;
  close(): Promise<void>;
}

export interface InventoryOptions {
  mongoUri: string;
  databaseName: string;
  /** Stock of every variant for which the seed has no special number. */
  defaultStock?: number | undefined;
}

async function lapseNow(store: InventoryStore, cartId?: string): Promise<number> {
  await store.lifetimes.write();
  const past = new Date(store.clock.now() - 1);
  const ofCart = cartId === undefined ? {} : { cartId };
  const { matchedCount } = await store.reservations.updateMany(
    { status: "active", ...ofCart },
    { $set: { expiresAt: past } },
  );
  return matchedCount;
}

/** A small but real inventory service on MongoDB. Its database is emptied and seeded at each start. */
export async function createInventory(
  context: SandboxContext,
  options: InventoryOptions,
): Promise<Inventory> {
  const store = await openStore({ ...options, clock: context.clock });
  const lapses = createLapses(store);
  const stock = createStock(store, lapses);
  const seed = (): SeedStock[] => seedStock(options.defaultStock);
  await stock.seed(seed());
  const standIn = createStandIn(
    "inventory",
    context,
    inventoryRoutes({
      stock,
      reservations: createReservations(store, lapses),
      conversions: createConversions(store, lapses),
      transfer: async (carts) => {
        await lapses.settle();
        return transferReservations(store, carts);
      },
      ledger: store.ledger.list,
      statistics: () => readStatistics(store),
    }),
  );

  const control: InventoryControl = {
    setStock: stock.setAvailable,
    restock: (variantId, quantity) => stock.restock(variantId, quantity),
    numbers: async (variantId) => {
      const [numbers] = await stock.status([variantId]);
      if (!numbers) throw new Error(`there is no variant ${variantId}`);
      return numbers;
    },
    allNumbers: () => stock.status(),
    lowStock: stock.low,
    ledger: store.ledger.list,
    activeReservations: async (cartId) => {
      await lapses.settle();
      await store.lifetimes.write();
      const filter = { status: "active" as const, ...(cartId === undefined ? {} : { cartId }) };
      const docs = await store.reservations.find(filter).sort({ createdAt: 1 }).toArray();
      return docs.map((doc) => ({ ...toReservationAnswer(doc), cartId: doc.cartId }));
    },
    lapse: async (cartId) => {
      const count = await lapseNow(store, cartId);
      lapses.note(new Date(0));
      await lapses.settle();
      return count;
    },
    imbalances: () => findImbalances(store),
    reset: async () => {
      standIn.forget();
      await store.ledger.clear();
      await store.sales.write();
      await Promise.all(
        [store.stock, store.reservations, store.conversions].map((docs) => docs.deleteMany({})),
      );
      store.carts.clear();
      await stock.seed(seed());
    },
  };

  return {
    app: standIn.app,
    control,
    close: async () => {
      lapses.stop();
      await store.close();
    },
  };
}
