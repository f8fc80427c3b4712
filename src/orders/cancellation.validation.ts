import Joi from "joi";
import { REFUND_DESTINATIONS, type RefundDestination } from "../../utils/constants.js";
import type { LineUnitsBody } from "../../utils/line-units.js";
import { objectId, orderNumber, unitsOfLines } from "../../utils/request-schemas.js";
import { reasonText } from "../../utils/text-schemas.js";

/** One request schema per handler, named after it. */

export const cancelOrderSchema = {
  params: Joi.object<{ orderNumber: string }, true>({ orderNumber: orderNumber().required() }),
  body: Joi.object<{ reason: string }, true>({ reason: reasonText().required() }).required(),
};

export interface CancelByAdminBody {
  reason: string;
  items?: LineUnitsBody[];
  allowAfterShipment?: boolean;
  refund?: boolean | RefundDestination;
}

const MOST_LINES = 200;

export const cancelByAdminSchema = {
  params: Joi.object<{ orderId: string }, true>({ orderId: objectId().required() }),
  body: Joi.object<CancelByAdminBody>({
    reason: reasonText().required(),
    items: unitsOfLines(MOST_LINES),
    allowAfterShipment: Joi.boolean(),
    refund: Joi.alternatives().try(Joi.boolean(), Joi.string().valid(...REFUND_DESTINATIONS)),
  }).required(),
};
