import { type Types, trusted } from "mongoose";
import { Cart, type CartDoc } from "../../models/index.js";
import type { CartState } from "../../services/aggregates/cart/cart-draft.js";
import { loadCartState } from "../../services/aggregates/cart/cart-reads.js";
import { changeSettings, type SettingsChangeRequest } from "../../services/flows/change-settings.flow.js";
import { getUser, type User } from "../../services/integrations/auth-integration.service.js";
import { type Page, paginate } from "../../services/platform/paginate.service.js";
import { getVersionedSettings, type SettingsOf } from "../../services/platform/settings.service.js";
import { type Paise, rupeesToPaise } from "../../utils/money.js";
import type { ListQuery } from "../../utils/request-schemas.js";

/** Dates: when the cart was abandoned. */
export interface AbandonedCartQuery extends ListQuery<"abandonedAt"> {
  userId?: string;
  /** Rupees. */
  minValue?: number;
  maxValue?: number;
}

const LISTED = {
  ...{ userId: 1, grandTotal: 1, currency: 1, itemCount: 1, totalQuantity: 1, source: 1 },
  ...{ abandonedAt: 1, reminderSentAt: 1, createdAt: 1, updatedAt: 1 },
} as const;
export type ListedCart = Pick<CartDoc, "_id" | Exclude<keyof typeof LISTED, "userId">> & { userId?: string };

/** Abandoned carts by the time they were abandoned, newest first by default. Emptied carts are worth 0. */
export const listAbandonedCarts = (query: AbandonedCartQuery): Promise<Page<ListedCart>> =>
  paginate(
    { model: Cart, filter: () => abandonedFilter(query), sortBy: "abandonedAt", projection: LISTED },
    query,
  );

/** Owner and value are keys of the index by date, so that carts that do not fit are never read. */
function abandonedFilter({ userId, dateFrom, dateTo, minValue, maxValue }: AbandonedCartQuery) {
  const dates = between(dateFrom, dateTo);
  const values = between(toPaise(minValue), toPaise(maxValue));
  return {
    status: "abandoned" as const,
    ...(userId ? { userId } : {}),
    ...(dates ? { abandonedAt: dates } : {}),
    ...(values ? { grandTotal: values } : {}),
  };
}

const toPaise = (rupees: number | undefined): Paise | undefined =>
  rupees === undefined ? undefined : rupeesToPaise(rupees);

function between<T>(from: T | undefined, to: T | undefined) {
  if (from === undefined && to === undefined) return null;
  return trusted({
    ...(from === undefined ? {} : { $gte: from }),
    ...(to === undefined ? {} : { $lte: to }),
  });
}

export interface CartFile extends CartState {
  /** Null for a guest, for an unknown user, and while the Auth service cannot be asked. */
  user: User | null;
}

/** @throws NotFoundError CART_NOT_FOUND */
export async function getCartById(cartId: Types.ObjectId): Promise<CartFile> {
  const state = await loadCartState(cartId);
  const answer = state.cart.userId ? await getUser(state.cart.userId) : null;
  return { ...state, user: answer?.success ? answer.data : null };
}

/** The settings of carts that this module's own page shows; all of them are under `/api/admin/settings/cart`. */
export const CART_SETTINGS = [
  "cartExpiryDays",
  "maxLines",
  "maxPerVariant",
  "reservationTtlMinutes",
] as const satisfies readonly (keyof SettingsOf<"cart">)[];
export type CartSettings = Pick<SettingsOf<"cart">, (typeof CART_SETTINGS)[number]>;

/** Fresh, so that an admin sees what was stored a moment ago. */
export const getCartSettings = async (): Promise<CartSettings> => (await getVersionedSettings("cart")).values;

/** @throws as `changeSettings` */
export async function updateCartSettings(change: {
  values: Partial<CartSettings>;
  version?: number;
  by: SettingsChangeRequest<"cart">["by"];
}): Promise<CartSettings> {
  return (await changeSettings({ ...change, group: "cart" })).values;
}
