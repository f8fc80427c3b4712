import type { Types } from "mongoose";
import type { CartItemDoc } from "../../../models/index.js";
import type { CartSource, Notice } from "../../../utils/constants.js";
import type { Owner } from "../../../utils/principal.js";
import { type CartState, idOf } from "./cart-draft.js";
import { type CartChange, changeCart } from "./change-cart.js";
import { changeOwnCart } from "./open-cart.js";
import {
  type Availability,
  availabilityOf,
  forgetStockLevels,
  noticesOf,
  readStockLevels,
} from "./stock-levels.js";

/** A cart with the availability of its lines and its notices. */
export interface CurrentCart extends CartState {
  /** By the line's id; null while the inventory service is unavailable. */
  availability: ReadonlyMap<string, Availability | null>;
  notices: Notice[];
}

export async function withStock(state: CartState): Promise<CurrentCart> {
  const stock = await readStockLevels(state.lines);
  const availability = new Map(state.lines.map((line) => [idOf(line), availabilityOf(line, stock)]));
  return { ...state, availability, notices: noticesOf(state, stock) };
}

/** As `changeCart`, with the stock after the change. */
export const changeAndRead = (cartId: Types.ObjectId, work: CartChange): Promise<CurrentCart> =>
  readAfter((change) => changeCart(cartId, change), work);

/** As `changeOwnCart`, with the stock after the change. */
export const changeOpenCart = (
  opening: { owner: Owner; source: CartSource },
  work: CartChange,
): Promise<CurrentCart> => readAfter((change) => changeOwnCart(opening, change), work);

async function readAfter(
  write: (change: CartChange) => Promise<CartState>,
  work: CartChange,
): Promise<CurrentCart> {
  const touched: CartItemDoc[] = [];
  const state = await write(async (draft) => {
    touched.push(...draft.storedLines);
    await work(draft);
  });
  forgetStockLevels([...touched, ...state.lines]);
  return withStock(state);
}
