import Joi from "joi";
import {
  catalogId,
  itemToBuyKeys,
  type ListQuery,
  listQuery,
  objectId,
  unitsToBuy,
  wholeNumber,
} from "../../utils/request-schemas.js";
import { couponCode } from "../../utils/text-schemas.js";

/** The request schemas of the handlers, named after them. */

interface AddItemBody {
  productId: string;
  variantId: string;
  quantity: number;
  bundleId?: string;
}

export const addItemSchema = {
  body: Joi.object<AddItemBody, true>({
    ...itemToBuyKeys(),
    bundleId: catalogId(),
  }).required(),
};

const itemParams = Joi.object<{ itemId: string }, true>({ itemId: objectId().required() });

export const updateItemSchema = {
  params: itemParams,
  body: Joi.object<{ quantity: number }, true>({ quantity: unitsToBuy().required() }).required(),
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

const savedItemParams = Joi.object<{ savedItemId: string }, true>({ savedItemId: objectId().required() });

export const moveToCartSchema = { params: savedItemParams };

export const deleteSavedItemSchema = { params: savedItemParams };

/** The catalog returns at most 20 related products. */
export const getRecommendationsSchema = {
  query: Joi.object<{ limit: number }, true>({
    limit: wholeNumber().min(1).max(20).default(8),
  }),
};
