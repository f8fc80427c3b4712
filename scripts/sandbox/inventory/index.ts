import type { RequestListener } from "node:http";
import type { SeedStock } from "../seed/products.js";
import { seedStock } from "../seed/products.js";
import type { SandboxContext } from "../shared/stand-in.js";
import { createStandIn } from "../shared/stand-in.js";
import { createConversions } from "./conversions.js";
import { createLapses } from "./lapses.js";
import type { ConversionStatistics, Imbalance, LedgerDoc, LedgerDraft } from "./ledger.js";
import { findImbalances, readStatistics } from "./ledger.js";
import type { ReservationAnswer } from "./reservations.js";
import { createReservations, toReservationAnswer } from "./reservations.js";
import { inventoryRoutes } from "./routes.js";
import type { VariantNumbers } from "./stock.js";
import { createStock } from "./stock.js";
import type { ConversionDoc, InventoryStore } from "./store.js";
import { openStore } from "./store.js";
import { transferReservations } from "./transfer.js";

export interface InventoryControl {
  /** Makes `available` exactly this many, whatever is reserved. */
  setStock(variantId: string, available: number): Promise<VariantNumbers>;
  restock(variantId: string, quantity: number): Promise<VariantNumbers>;
  numbers(variantId: string): Promise<VariantNumbers>;
  allNumbers(): Promise<VariantNumbers[]>;
  lowStock(threshold?: number): Promise<VariantNumbers[]>;
  ledger(
    filter?: Partial<Pick<LedgerDraft, "variantId" | "orderId" | "cartId" | "type">>,
  ): Promise<LedgerDoc[]>;
  /** The live reservations, of one cart or of all. */
  activeReservations(cartId?: string): Promise<(ReservationAnswer & { cartId: string })[]>;
  findConversion(orderId: string): Promise<ConversionDoc | null>;
  /** Lets the live reservations of a cart (or all) lapse now; answers how many. */
  lapse(cartId?: string): Promise<number>;
  statistics(): Promise<ConversionStatistics>;
  /** Violations of I23; empty when every variant's numbers add up. */
  imbalances(): Promise<Imbalance[]>;
  /** Back to the seed: stock, no reservations, no sales. */
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
  /** Units of every variant that the seed does not single out. */
  defaultStock?: number;
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

/** A real small inventory service on MongoDB. Its database is emptied and seeded at each start. */
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
    findConversion: (orderId) => store.conversions.findOne({ _id: orderId }),
    lapse: async (cartId) => {
      const count = await lapseNow(store, cartId);
      lapses.note(new Date(0));
      await lapses.settle();
      return count;
    },
    statistics: () => readStatistics(store),
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
