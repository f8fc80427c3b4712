import type { CartDoc } from "../../models/index.js";
import { CURRENCY } from "../../utils/constants.js";
import { toRupees } from "../../utils/money.js";
import { rupees } from "../../utils/view-schemas.js";
import { count, text } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";

/** The views of a cart that other modules show too live in `utils/views`. */
export {
  AppliedCouponView,
  CartItemView,
  CartView,
  NoticeView,
  toCartItemView,
  toCartView,
  toEmptyCartView,
  toNoticeView,
} from "../../utils/views/cart.view.js";
export {
  SavedItemView,
  toSavedItemView,
} from "./saved-item.view.js";

export type MiniCart = Pick<CartDoc, "itemCount" | "totalQuantity" | "grandTotal" | "currency">;

export const toMiniCartView = (cart: MiniCart | null) => ({
  itemCount: cart?.itemCount ?? 0,
  totalQuantity: cart?.totalQuantity ?? 0,
  grandTotal: cart ? toRupees(cart.grandTotal) : 0,
  currency: cart?.currency ?? CURRENCY,
});

export const MiniCartView = viewOf<ReturnType<typeof toMiniCartView>>("MiniCart", {
  itemCount: count,
  totalQuantity: count,
  grandTotal: rupees,
  currency: text,
});
