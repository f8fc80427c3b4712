import Joi from "joi";
import type {
  CatalogProduct,
  CatalogVariant,
} from "../../services/integrations/catalog-integration.service.js";
import { toRupees } from "../../utils/money.js";
import { rupees } from "../../utils/view-schemas.js";
import { text, textOrNull } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";

const toVariantView = (variant: CatalogVariant) => ({
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
export const toRecommendationView = (product: CatalogProduct) => ({
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
