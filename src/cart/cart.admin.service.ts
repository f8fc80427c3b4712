import { type Types, trusted } from "mongoose";
import { Cart, type CartDoc } from "../../models/index.js";
import type { CartState } from "../../services/aggregates/cart/cart-draft.js";
import { getCartState } from "../../services/aggregates/cart/cart-reads.js";
import { changeSettings, type SettingsChangeRequest } from "../../services/flows/change-settings.flow.js";
import { getUser, type User } from "../../services/integrations/auth-integration.service.js";
import { type Page, paginate } from "../../services/platform/paginate.service.js";
import {
  getVersionedSettings,
  type SettingsOf,
  type VersionedSettings,
} from "../../services/platform/settings.service.js";
import { CART_STATUS } from "../../utils/constants.js";
import { type Paise, rupeesToPaise } from "../../utils/money.js";
import type { ListQuery } from "../../utils/request-schemas.js";

/** Dates: range of `abandonedAt`. */
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

/** Abandoned carts by `abandonedAt`, newest first by default. Emptied carts are among them, with a value of 0. */
export const listAbandonedCarts = (query: AbandonedCartQuery): Promise<Page<ListedCart>> =>
  paginate(
    { model: Cart, filter: () => abandonedFilter(query), sortBy: "abandonedAt", projection: LISTED },
    query,
  );

/** Owner and value are in the index by date, so that carts that do not match are never fetched. */
function abandonedFilter({ userId, dateFrom, dateTo, minValue, maxValue }: AbandonedCartQuery) {
  const dates = between(dateFrom, dateTo);
  const values = between(optionalPaise(minValue), optionalPaise(maxValue));
  return {
    status: CART_STATUS.ABANDONED,
    ...(userId ? { userId } : {}),
    ...(dates ? { abandonedAt: dates } : {}),
    ...(values ? { grandTotal: values } : {}),
  };
}

const optionalPaise = (rupees: number | undefined): Paise | undefined =>
  rupees === undefined ? undefined : rupeesToPaise(rupees);

function between<T>(from: T | undefined, to: T | undefined) {
  if (from === undefined && to === undefined) return null;
  return trusted({
    ...(from === undefined ? {} : { $gte: from }),
    ...(to === undefined ? {} : { $lte: to }),
  });
}

export interface CartDetails extends CartState {
  /** Null for a guest, for an unknown user, and while the Auth service is unavailable. */
  user: User | null;
}

/** @throws NotFoundError CART_NOT_FOUND */
export async function getCartById(cartId: Types.ObjectId): Promise<CartDetails> {
  const state = await getCartState(cartId);
  const answer = state.cart.userId ? await getUser(state.cart.userId) : null;
  return { ...state, user: answer?.success ? answer.data : null };
}

/** The settings that `/api/admin/carts/settings` shows; `/api/admin/settings/cart` has all of them. */
export const CART_SETTINGS = [
  "cartExpiryDays",
  "maxLines",
  "maxPerVariant",
  "reservationTtlMinutes",
] as const satisfies readonly (keyof SettingsOf<"cart">)[];
export type CartSettings = Pick<SettingsOf<"cart">, (typeof CART_SETTINGS)[number]>;

export interface VersionedCartSettings extends CartSettings {
  /** Of all settings of the group. */
  version: number;
}

const toCartSettings = ({ values, version }: VersionedSettings<"cart">): VersionedCartSettings => ({
  ...values,
  version,
});

/** Bypasses the cache, so that an admin sees the latest change. */
export const getCartSettings = async (): Promise<VersionedCartSettings> =>
  toCartSettings(await getVersionedSettings("cart"));

/** @throws as `changeSettings` */
export async function updateCartSettings(change: {
  values: Partial<CartSettings>;
  version?: number;
  by: SettingsChangeRequest<"cart">["by"];
}): Promise<VersionedCartSettings> {
  return toCartSettings(await changeSettings({ ...change, group: "cart" }));
}
