import Joi from "joi";
import { settingDefinitions } from "../../services/platform/settings.service.js";
import {
  analyticsQuery,
  foreignId,
  type ListQuery,
  listQuery,
  objectId,
  rupeeAmount,
} from "../../utils/request-schemas.js";
import { CART_SETTINGS, type CartSettings } from "./cart.admin.service.js";

/** The request schemas of the admin handlers, named after them. */

interface AbandonedCartFilters {
  userId?: string;
  /** Rupees. */
  minValue?: number;
  maxValue?: number;
}

export const listAbandonedCartsSchema = {
  query: listQuery<ListQuery<"abandonedAt"> & AbandonedCartFilters>(["abandonedAt"], {
    userId: foreignId(),
    minValue: rupeeAmount(),
    maxValue: rupeeAmount(),
  }),
};

export const getAnalyticsSchema = { query: analyticsQuery() };

export const getCartByIdSchema = {
  params: Joi.object<{ cartId: string }, true>({ cartId: objectId().required() }),
};

type PutCartSettingsBody = Partial<CartSettings> & {
  /** The version that `GET /api/admin/settings/cart` returned. Left out: any version is overwritten. */
  version?: number;
};

const definitions = settingDefinitions("cart");
const settingKeys = Object.fromEntries(CART_SETTINGS.map((name) => [name, definitions[name]?.schema]));

export const putCartSettingsSchema = {
  body: Joi.object<PutCartSettingsBody>({ ...settingKeys, version: Joi.number().integer().min(0) })
    .or(...CART_SETTINGS)
    .required(),
};
