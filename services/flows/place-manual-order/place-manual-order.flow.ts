import type { Types } from "mongoose";
import { logger } from "../../../config/logger.config.js";
import { Order, type OrderDoc, Payment } from "../../../models/index.js";
import { OverloadedError, ValidationError } from "../../../utils/errors.js";
import { isDuplicateKey } from "../../../utils/helpers.js";
import { generateUniqueOrderNumber } from "../../platform/order-number.service.js";
import { commitManualOrder } from "./commit-order.step.js";
import { type ManualOrderRequest, type PreparedSale, prepareSale } from "./prepare-sale.step.js";
import { giveBackGoods, takeGoods } from "./take-goods.step.js";

export type { ManualOrderRequest, ManualPaymentMethod } from "./prepare-sale.step.js";

/**
 * An order that an administrator enters, without a cart and a checkout.
 *
 *   prepare  checks and prices it, as a checkout does
 *   take     outside, by the new order's id: stock, coupon; stored before it: how to give both back
 *   commit   one transaction: order, lines, history, payment, audit row, one outbox row
 *
 * @returns the order's id; a repeat of a request with an idempotency key finds the order of the first
 * @throws as `prepareSale`, `takeGoods` and `commitManualOrder`; ValidationError for a reference of another payment
 */
export async function placeManualOrder(request: ManualOrderRequest): Promise<Types.ObjectId> {
  const done = await findOrderOf(request);
  if (done) return done._id;
  const prepared = await prepareSale(request);
  await takeGoods(prepared);
  const order = await commit(prepared);
  const { _id: orderId, orderNumber } = order;
  logger.info(
    { orderNumber, orderId: orderId.toHexString(), adminId: request.by.adminId },
    "> Manual order placed",
  );
  return orderId;
}

const findOrderOf = async ({ requestKey }: ManualOrderRequest): Promise<OrderDoc | null> =>
  requestKey === null ? null : Order.findOne({ requestKey }).lean<OrderDoc>();

async function commit(prepared: PreparedSale): Promise<OrderDoc> {
  const { request } = prepared;
  try {
    return await commitManualOrder(prepared, await generateUniqueOrderNumber());
  } catch (error) {
    const isTooLate = error instanceof OverloadedError;
    if (!isTooLate && !isDuplicateKey(error)) throw error;
    // Too late: the message that undoes has run, perhaps before the coupon was claimed.
    await giveBackGoods(prepared);
    if (isTooLate) throw error;
    // Another run of this request was faster.
    const done = await findOrderOf(request);
    if (done) return done;
    const { paymentReference: reference } = request;
    if (reference && (await Payment.exists({ "receipt.reference": reference }))) throw referenceTaken();
    throw error;
  }
}

const referenceTaken = () =>
  new ValidationError([
    {
      in: "body",
      path: "paymentReference",
      message: '"paymentReference" is already recorded for another payment',
    },
  ]);
