import Joi from "joi";
import { config } from "../../config/env.config.js";
import type { Paise } from "../../utils/money.js";
import { toRupees } from "../../utils/money.js";
import type { Result } from "../../utils/result.js";
import { id, nothing, quantity, refusal, rupees } from "./contract.js";
import { apiPath, createHttpClient } from "./http-client.service.js";

/** Wishlist, loyalty points, store credit and messages. */

const engagementClient = createHttpClient({ name: "engagement", baseUrl: config.upstreams.engagement });

export interface LoyaltyBalance {
  points: number;
  /** Worth of one point. */
  pointValue: Paise;
}

export interface Redemption {
  redemptionId: string;
  points: number;
  discountAmount: Paise;
}

const points = quantity;
const pointsSchema = Joi.object<{ points: number }>({ points });
const loyaltyBalanceSchema = Joi.object<LoyaltyBalance>({ points, pointValue: rupees });
const redemptionSchema = Joi.object<Redemption>({ redemptionId: id, points, discountAmount: rupees });
const issuedSchema = Joi.object<{ creditId: string; balance: Paise }>({ creditId: id, balance: rupees });
const sentSchema = Joi.object<{ notificationId: string }>({ notificationId: id });
const balanceSchema = Joi.object<{ balance: Paise }>({ balance: rupees });

/** Adding an item that is already on the list succeeds. */
export function addToWishlist(entry: {
  userId: string;
  productId: string;
  variantId: string;
  /** The cart line that moves there. */
  cartItemId: string;
}): Promise<Result<unknown>> {
  const { userId, productId, variantId, cartItemId } = entry;
  return engagementClient.write({
    method: "POST",
    path: apiPath`/api/wishlist/add`,
    body: { userId, productId, variantId },
    idempotencyKey: `${cartItemId}:wishlist`,
    schema: nothing,
  });
}

/** Credits points for a delivered order; idempotent by order. */
export function earnLoyalty(earning: {
  userId: string;
  orderId: string;
  orderAmount: Paise;
}): Promise<Result<{ points: number }>> {
  const { userId, orderId, orderAmount } = earning;
  return engagementClient.write({
    method: "POST",
    path: apiPath`/api/loyalty/earn`,
    body: { userId, orderId, orderAmount: toRupees(orderAmount) },
    idempotencyKey: `${orderId}:loyalty-earn`,
    schema: pointsSchema,
  });
}

export function getLoyaltyBalance(userId: string): Promise<Result<LoyaltyBalance>> {
  return engagementClient.get({
    path: apiPath`/api/loyalty/balance`,
    query: { userId },
    schema: loyaltyBalanceSchema,
  });
}

export interface RedeemRequest {
  userId: string;
  orderId: string;
  points: number;
  /** As shown to the customer: points × the worth of one point. */
  expectedDiscount: Paise;
}

/**
 * Redeems points for an order; idempotent by order.
 * @returns refused `INSUFFICIENT_POINTS`, or `POINT_VALUE_CHANGED` when their worth differs from what was shown:
 * they are redeemed then, and a caller that does not continue must call `reverseLoyalty`.
 */
export async function redeemLoyalty(request: RedeemRequest): Promise<Result<Redemption>> {
  const { userId, orderId, points: wanted, expectedDiscount } = request;
  const result = await engagementClient.write({
    method: "POST",
    path: apiPath`/api/loyalty/redeem`,
    refusals: [refusal(409, "INSUFFICIENT_POINTS")],
    body: { userId, orderId, points: wanted },
    idempotencyKey: `${orderId}:loyalty-redeem`,
    schema: redemptionSchema,
  });
  if (!result.success) return result;
  const isAsShown = result.data.points === wanted && result.data.discountAmount === expectedDiscount;
  if (isAsShown) return result;
  return {
    success: false,
    outcome: "refused",
    code: "POINT_VALUE_CHANGED",
    error: "the worth of the points differs from what was shown",
    statusCode: 409,
    service: engagementClient.name,
  };
}

export interface LoyaltyReversal {
  userId: string;
  orderId: string;
  /** Absent: all that the order redeemed. */
  points?: number;
  /** Idempotent by this. */
  reference: string;
}

/** Returns redeemed points. @returns how many */
export function reverseLoyalty(reversal: LoyaltyReversal): Promise<Result<{ points: number }>> {
  const { userId, orderId, reference } = reversal;
  return engagementClient.write({
    method: "POST",
    path: apiPath`/api/loyalty/reverse`,
    body: {
      userId,
      orderId,
      ...(reversal.points !== undefined && { points: reversal.points }),
      reference,
    },
    idempotencyKey: `${orderId}:loyalty-reverse:${reference}`,
    schema: pointsSchema,
  });
}

export function getStoreCreditBalance(userId: string): Promise<Result<{ balance: Paise }>> {
  return engagementClient.get({
    path: apiPath`/api/store-credits/balance`,
    query: { userId },
    schema: balanceSchema,
  });
}

export interface StoreCreditChange {
  userId: string;
  amount: Paise;
  /** Idempotent by this. */
  reference: string;
}

/** Issues store credit: a refund, or what an order that was undone had deducted. */
export function issueStoreCredit(
  issue: StoreCreditChange & { reason: string },
): Promise<Result<{ creditId: string; balance: Paise }>> {
  const { userId, amount, reason, reference } = issue;
  return engagementClient.write({
    method: "POST",
    path: apiPath`/api/store-credits/issue`,
    body: { userId, amount: toRupees(amount), reason, reference },
    idempotencyKey: `${reference}:credit-issue`,
    schema: issuedSchema,
  });
}

/** Deducts store credit. @returns refused `INSUFFICIENT_CREDIT` when there is too little */
export function deductStoreCredit(deduction: StoreCreditChange): Promise<Result<{ balance: Paise }>> {
  const { userId, amount, reference } = deduction;
  return engagementClient.write({
    method: "POST",
    path: apiPath`/api/store-credits/deduct`,
    refusals: [refusal(409, "INSUFFICIENT_CREDIT")],
    body: { userId, amount: toRupees(amount), reference },
    idempotencyKey: `${reference}:credit-deduct`,
    schema: balanceSchema,
  });
}

export const NOTIFICATION_TEMPLATES = [
  "order_confirmed",
  "order_cancelled",
  "order_shipped",
  "order_delivered",
  "payment_failed",
  "payment_refunded_late",
  "refund_requested_admin",
  "refund_approved",
  "refund_rejected",
  "refund_completed",
  "return_requested_admin",
  "return_approved",
  "return_rejected",
  "return_pickup_scheduled",
  "return_received",
  "return_inspection_failed",
  "order_returned_to_origin",
  "payment_dispute_admin",
  "refund_attention_admin",
  "invoice",
  "cart_abandoned",
  "checkout_abandoned",
  "seller_new_order",
] as const;
export type NotificationTemplate = (typeof NOTIFICATION_TEMPLATES)[number];

export interface Notification {
  channels: readonly ("email" | "sms" | "whatsapp")[];
  to: { userId?: string | undefined; email?: string | undefined; phone?: string | undefined };
  template: NotificationTemplate;
  /** Amounts in rupees, as the templates show them. */
  data: Record<string, unknown>;
  attachments?: readonly { filename: string; contentType: string; url: string }[];
  /** The receiver sends one message per key. */
  dedupeKey: string;
}

export function sendNotification(notification: Notification): Promise<Result<{ notificationId: string }>> {
  return engagementClient.write({
    method: "POST",
    path: apiPath`/api/notifications/send`,
    body: notification,
    idempotencyKey: notification.dedupeKey,
    schema: sentSchema,
  });
}
