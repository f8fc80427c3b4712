import Joi from "joi";
import { type Paise, toRupees } from "../../utils/money.js";
import { rupees } from "../../utils/view-schemas.js";
import { text, textOrNull } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";

/** What a card shows of the catalog's variant. */
interface VariantOnCard {
  id: string;
  sku: string;
  name: string;
  attributes: Record<string, string>;
  imageUrl: string | null;
  salePrice: Paise;
  mrp: Paise;
  status: "active" | "inactive";
}

interface ProductOnCard {
  id: string;
  name: string;
  slug: string;
  images: readonly string[];
  variants: readonly VariantOnCard[];
}

const toVariantView = (variant: VariantOnCard) => ({
  variantId: variant.id,
  sku: variant.sku,
  name: variant.name,
  attributes: variant.attributes,
  imageUrl: variant.imageUrl,
  unitPrice: toRupees(variant.salePrice),
  unitMrp: toRupees(variant.mrp),
});

const VariantView = viewOf<ReturnType<typeof toVariantView>>("RecommendedVariant", {
  variantId: text,
  sku: text,
  name: text,
  attributes: Joi.object().pattern(Joi.string(), Joi.string().allow("")),
  imageUrl: textOrNull,
  unitPrice: rupees,
  unitMrp: rupees,
});

/** A product as a storefront shows it on a card, with what can be added to the cart at once. */
export const toRecommendationView = (product: ProductOnCard) => ({
  id: product.id,
  name: product.name,
  slug: product.slug,
  imageUrl: product.images[0] ?? null,
  variants: product.variants.filter(({ status }) => status === "active").map(toVariantView),
});

export const RecommendationView = viewOf<ReturnType<typeof toRecommendationView>>("Recommendation", {
  id: text,
  name: text,
  slug: text,
  imageUrl: textOrNull,
  variants: Joi.array().items(VariantView),
});
