import Joi from "joi";
import { ORDER_STATUSES, type OrderStatus } from "../../utils/constants.js";
import type { LineUnitsBody } from "../../utils/line-units.js";
import { dayOrInstant, foreignId, lineUnitKeys, objectId } from "../../utils/request-schemas.js";
import { line, staffNote } from "../../utils/text-schemas.js";

/** The request schemas of the handlers, named after them. */

const params = Joi.object<{ orderId: string }, true>({ orderId: objectId().required() });

/** As many as a cart may have lines. */
const MAX_ITEMS = 200;

export interface ShipOrderBody {
  items?: LineUnitsBody[];
  methodId?: string;
}

export const shipOrderSchema = {
  params,
  body: Joi.object<ShipOrderBody>({
    // A line that is named twice is summed.
    items: Joi.array().items(Joi.object(lineUnitKeys())).min(1).max(MAX_ITEMS),
    methodId: foreignId(),
  }).required(),
};

export interface ChangeStatusBody {
  status: OrderStatus;
  note?: string;
}

const status = () =>
  Joi.string<OrderStatus>()
    .valid(...ORDER_STATUSES)
    .required();

export const changeStatusSchema = {
  params,
  body: Joi.object<ChangeStatusBody>({ status: status(), note: staffNote() }).required(),
};

export interface ChangeSellerStatusBody extends ChangeStatusBody {
  trackingNumber?: string;
  estimatedDelivery?: Date;
}

export const changeSellerStatusSchema = {
  params: Joi.object<{ orderId: string; sellerId: string }, true>({
    orderId: objectId().required(),
    sellerId: foreignId().required(),
  }),
  body: Joi.object<ChangeSellerStatusBody>({
    status: status(),
    note: staffNote(),
    trackingNumber: line(100),
    estimatedDelivery: dayOrInstant().prefs({ convert: true }),
  }).required(),
};
