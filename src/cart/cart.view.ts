import Joi from "joi";
import type { CartDoc, SavedItemDoc } from "../../models/index.js";
import { CURRENCY } from "../../utils/constants.js";
import { type Paise, toRupees } from "../../utils/money.js";
import { moment, nullable, rupees } from "../../utils/view-schemas.js";
import { type AvailabilityView, availabilityView, toAvailabilityView } from "../../utils/views/cart.view.js";
import { count, id, productFields, text, textOrNull } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";

/** Views of this module alone; those of a cart, which other modules show too, are in `utils/views`. */

type MiniCartSource = Pick<CartDoc, "itemCount" | "totalQuantity" | "grandTotal" | "currency">;

export const toMiniCartView = (cart: MiniCartSource | null) => ({
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

interface SavedItemSource {
  saved: SavedItemDoc;
  /** Null while the inventory service is unavailable. */
  availability: AvailabilityView | null;
}

/** The price is that of the moment it was saved; moving it back to the cart takes the price of that moment. */
export const toSavedItemView = ({ saved, availability }: SavedItemSource) => ({
  id: saved._id.toHexString(),
  productId: saved.productId,
  variantId: saved.variantId,
  bundleId: saved.bundleId ?? undefined,
  sku: saved.sku,
  name: saved.name,
  imageUrl: saved.imageUrl,
  attributes: saved.attributes,
  quantity: saved.quantity,
  unitPrice: toRupees(saved.unitPrice),
  unitMrp: toRupees(saved.unitMrp),
  availability: availability && toAvailabilityView(availability),
  savedAt: saved.savedAt,
});

export const SavedItemView = viewOf<ReturnType<typeof toSavedItemView>>(
  "SavedItemView",
  {
    id,
    ...productFields,
    quantity: Joi.number().integer().min(1),
    unitPrice: rupees,
    unitMrp: rupees,
    availability: nullable(availabilityView),
    savedAt: moment,
  },
  { bundleId: text },
);

interface RecommendedVariant {
  id: string;
  sku: string;
  name: string;
  attributes: Record<string, string>;
  imageUrl: string | null;
  salePrice: Paise;
  mrp: Paise;
  status: "active" | "inactive";
}

interface RecommendedProduct {
  id: string;
  name: string;
  slug: string;
  images: readonly string[];
  variants: readonly RecommendedVariant[];
}

const toRecommendedVariantView = (variant: RecommendedVariant) => ({
  variantId: variant.id,
  sku: variant.sku,
  name: variant.name,
  attributes: variant.attributes,
  imageUrl: variant.imageUrl,
  unitPrice: toRupees(variant.salePrice),
  unitMrp: toRupees(variant.mrp),
});

const RecommendedVariantView = viewOf<ReturnType<typeof toRecommendedVariantView>>("RecommendedVariant", {
  variantId: text,
  sku: text,
  name: text,
  attributes: Joi.object().pattern(Joi.string(), Joi.string().allow("")),
  imageUrl: textOrNull,
  unitPrice: rupees,
  unitMrp: rupees,
});

/** A product as a card of a storefront, with the variants that can be added to the cart. */
export const toRecommendationView = (product: RecommendedProduct) => ({
  id: product.id,
  name: product.name,
  slug: product.slug,
  imageUrl: product.images[0] ?? null,
  variants: product.variants.filter(({ status }) => status === "active").map(toRecommendedVariantView),
});

export const RecommendationView = viewOf<ReturnType<typeof toRecommendationView>>("Recommendation", {
  id: text,
  name: text,
  slug: text,
  imageUrl: textOrNull,
  variants: Joi.array().items(RecommendedVariantView),
});
