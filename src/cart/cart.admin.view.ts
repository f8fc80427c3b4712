import Joi from "joi";
import type { AbandonedProduct, CartCounts, CartItemDoc } from "../../models/index.js";
import { CART_SOURCES } from "../../utils/constants.js";
import { shareOf } from "../../utils/helpers.js";
import { toRupees } from "../../utils/money.js";
import { listView, moment, momentOrNull, nullable, rupees } from "../../utils/view-schemas.js";
import { CartItemView, CartView, toCartItemView, toCartView } from "../../utils/views/cart.view.js";
import { count, id, seriesPeriod, text, textOrNull } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";
import type { CartDetails, ListedCart, VersionedCartSettings } from "./cart.admin.service.js";
import type { CartAnalytics } from "./cart.analytics.service.js";

/** Carts as administrators see them. The guest id is left out: it is a credential. */

const source = Joi.string().valid(...CART_SOURCES);
export const toAbandonedCartView = (cart: ListedCart) => ({
  id: cart._id.toHexString(),
  userId: cart.userId ?? null,
  value: toRupees(cart.grandTotal),
  currency: cart.currency,
  itemCount: cart.itemCount,
  totalQuantity: cart.totalQuantity,
  source: cart.source,
  abandonedAt: cart.abandonedAt,
  reminderSentAt: cart.reminderSentAt,
  createdAt: cart.createdAt,
  updatedAt: cart.updatedAt,
});

const AbandonedCartView = viewOf<ReturnType<typeof toAbandonedCartView>>("AbandonedCart", {
  id,
  userId: textOrNull,
  value: rupees,
  currency: text,
  itemCount: count,
  totalQuantity: count,
  source,
  abandonedAt: momentOrNull,
  reminderSentAt: momentOrNull,
  createdAt: moment,
  updatedAt: moment,
});

export const AbandonedCartListView = listView(AbandonedCartView);

/** The share of abandoned carts among those that have ended; 0 when none has, so that charts can draw it. */
const rateOf = ({ abandoned, converted }: CartCounts): number => shareOf(abandoned, abandoned + converted);

/** Rounded to the paisa. */
const averageOf = ({ carts, value }: CartCounts): number =>
  carts === 0 ? 0 : Math.round(value / carts) / 100;

const toCountsView = (counts: CartCounts) => ({
  carts: counts.carts,
  abandoned: counts.abandoned,
  converted: counts.converted,
  abandonmentRate: rateOf(counts),
  abandonedValue: toRupees(counts.abandonedValue),
  averageCartValue: averageOf(counts),
});

const toAbandonedProductView = ({ productId, name, quantity, value }: AbandonedProduct) => ({
  productId,
  name,
  quantity,
  value: toRupees(value),
});

export const toCartAnalyticsView = ({ total, series, topAbandonedProducts }: CartAnalytics) => ({
  ...toCountsView(total),
  series: series.map(({ period, ...counts }) => ({ period, ...toCountsView(counts) })),
  topAbandonedProducts: topAbandonedProducts.map(toAbandonedProductView),
});

const countsFields = {
  carts: count.description("Carts with items that were created in this period"),
  abandoned: count,
  converted: count,
  abandonmentRate: Joi.number()
    .min(0)
    .max(1)
    .description("Share of abandoned carts among those that were abandoned or ordered"),
  abandonedValue: rupees,
  averageCartValue: rupees,
};

type AnalyticsFields = ReturnType<typeof toCartAnalyticsView>;

const CartPeriodView = viewOf<AnalyticsFields["series"][number]>("CartPeriod", {
  period: seriesPeriod,
  ...countsFields,
});

const AbandonedProductView = viewOf<ReturnType<typeof toAbandonedProductView>>("AbandonedProduct", {
  productId: text,
  name: text,
  quantity: count,
  value: rupees,
});

export const CartAnalyticsView = viewOf<AnalyticsFields>("CartAnalytics", {
  ...countsFields,
  series: Joi.array().items(CartPeriodView),
  topAbandonedProducts: Joi.array().items(AbandonedProductView),
});

export const toCartSettingsView = (settings: VersionedCartSettings) => ({
  cartExpiryDays: settings.cartExpiryDays,
  maxLines: settings.maxLines,
  maxPerVariant: settings.maxPerVariant,
  reservationTtlMinutes: settings.reservationTtlMinutes,
  version: settings.version,
});

export const CartSettingsView = viewOf<VersionedCartSettings>("CartSettings", {
  cartExpiryDays: count,
  maxLines: count,
  maxPerVariant: count,
  reservationTtlMinutes: count,
  version: count.description("Sent with a change, it is refused after another change"),
});

const toReservationView = ({ reservationId, reservationExpiresAt, variantId, quantity }: CartItemDoc) =>
  reservationId === null ? null : { reservationId, expiresAt: reservationExpiresAt, variantId, quantity };

const ReservationView = viewOf<NonNullable<ReturnType<typeof toReservationView>>>("Reservation", {
  reservationId: text,
  expiresAt: momentOrNull,
  variantId: text,
  quantity: count,
});

const toAdminCartItemView = (line: CartItemDoc) => ({
  ...toCartItemView(line),
  reservation: toReservationView(line),
});

/** A cart as it is stored; stock and prices are not checked. */
export function toAdminCartView({ cart, lines, user }: CartDetails) {
  const { sessionId: _guestId, ...view } = toCartView({ cart, lines });
  return {
    ...view,
    items: lines.map(toAdminCartItemView),
    reservations: lines.map(toReservationView).filter((reservation) => reservation !== null),
    userId: cart.userId ?? null,
    user: user && { id: user.id, name: user.name, email: user.email, phone: user.phone, status: user.status },
    source: cart.source,
    convertedOrderId: cart.convertedOrderId?.toHexString() ?? null,
    mergedIntoCartId: cart.mergedIntoCartId?.toHexString() ?? null,
    checkoutInProgress: cart.placing?.toHexString() ?? null,
    abandonedAt: cart.abandonedAt,
    reminderSentAt: cart.reminderSentAt,
    createdAt: cart.createdAt,
    updatedAt: cart.updatedAt,
  };
}

const UserView = Joi.object({
  id: text.required(),
  name: textOrNull.required(),
  email: textOrNull.required(),
  phone: textOrNull.required(),
  status: text.required(),
}).meta({ className: "User" });

export const AdminCartView = CartView.keys({
  sessionId: Joi.forbidden(),
  items: Joi.array()
    .items(
      CartItemView.keys({ reservation: nullable(ReservationView).required() }).meta({
        className: "AdminCartItem",
      }),
    )
    .required(),
  reservations: Joi.array()
    .items(ReservationView)
    .required()
    .description("Those of its items, in their order"),
  userId: textOrNull.required(),
  user: nullable(UserView).required(),
  source: source.required(),
  convertedOrderId: id.allow(null).required(),
  mergedIntoCartId: id.allow(null).required(),
  checkoutInProgress: id.allow(null).required(),
  abandonedAt: momentOrNull.required(),
  reminderSentAt: momentOrNull.required(),
  createdAt: moment.required(),
  updatedAt: moment.required(),
}).meta({ className: "AdminCart" });
