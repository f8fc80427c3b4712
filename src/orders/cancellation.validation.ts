import Joi from "joi";
import { REFUND_DESTINATIONS, type RefundDestination } from "../../utils/constants.js";
import { objectId, orderNumber, wholeNumber } from "../../utils/request-schemas.js";
import { reasonText } from "../../utils/text-schemas.js";

/** One request schema per handler, named after it. */

export const cancelOrderSchema = {
  params: Joi.object<{ orderNumber: string }, true>({ orderNumber: orderNumber().required() }),
  body: Joi.object<{ reason: string }, true>({ reason: reasonText().required() }).required(),
};

export interface CancelByAdminBody {
  reason: string;
  items?: { orderItemId: string; quantity: number }[];
  allowAfterShipment?: boolean;
  refund?: boolean | RefundDestination;
}

const MOST_LINES = 200;

export const cancelByAdminSchema = {
  params: Joi.object<{ orderId: string }, true>({ orderId: objectId().required() }),
  body: Joi.object<CancelByAdminBody>({
    reason: reasonText().required(),
    items: Joi.array()
      .items(
        Joi.object({
          orderItemId: objectId().required(),
          quantity: wholeNumber().min(1).max(1_000_000).required(),
        }),
      )
      .min(1)
      .max(MOST_LINES)
      .unique("orderItemId"),
    allowAfterShipment: Joi.boolean(),
    refund: Joi.alternatives().try(Joi.boolean(), Joi.string().valid(...REFUND_DESTINATIONS)),
  }).required(),
};
