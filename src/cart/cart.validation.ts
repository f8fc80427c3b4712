import Joi from "joi";
import { type ListQuery, listQuery, wholeNumber } from "../../utils/request-schemas.js";
import { couponCode } from "../../utils/text-schemas.js";

/** The request schemas of the handlers, named after them. */

/** Ids of the catalog; they become parts of URLs. */
const externalId = Joi.string()
  .min(1)
  .max(64)
  .pattern(/^[A-Za-z0-9._:-]+$/, "an id");
const documentId = Joi.string().hex().length(24);
/** Far above any limit that a shop would set; the actual limit is a setting. */
const quantity = Joi.number().integer().min(1).max(10_000);

interface AddItemBody {
  productId: string;
  variantId: string;
  quantity: number;
  bundleId?: string;
}

export const addItemSchema = {
  body: Joi.object<AddItemBody, true>({
    productId: externalId.required(),
    variantId: externalId.required(),
    quantity: quantity.required(),
    bundleId: externalId,
  }).required(),
};

const itemParams = Joi.object<{ itemId: string }, true>({ itemId: documentId.required() });

export const updateItemSchema = {
  params: itemParams,
  body: Joi.object<{ quantity: number }, true>({ quantity: quantity.required() }).required(),
};

export const removeItemSchema = { params: itemParams };

export const applyCouponSchema = {
  body: Joi.object<{ couponCode: string }, true>({ couponCode: couponCode().required() }).required(),
};

export const removeCouponSchema = {
  params: Joi.object<{ code: string }, true>({ code: couponCode().required() }),
};

export const saveForLaterSchema = { params: itemParams };

export const moveToWishlistSchema = { params: itemParams };

export const listSavedItemsSchema = { query: listQuery<ListQuery<"savedAt">>(["savedAt"]) };

const savedItemParams = Joi.object<{ savedItemId: string }, true>({ savedItemId: documentId.required() });

export const moveToCartSchema = { params: savedItemParams };

export const deleteSavedItemSchema = { params: savedItemParams };

/** The catalog returns at most 20 related products. */
export const getRecommendationsSchema = {
  query: Joi.object<{ limit: number }, true>({
    limit: wholeNumber().min(1).max(20).default(8),
  }),
};
