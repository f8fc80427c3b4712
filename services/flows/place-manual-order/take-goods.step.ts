import type { Types } from "mongoose";
import { Order } from "../../../models/index.js";
import { tidyUp } from "../../../utils/async.js";
import { OutcomeUnknownError, RuleError } from "../../../utils/errors.js";
import { isRefused, type Result, unwrap } from "../../../utils/result.js";
import { couponInvalid } from "../../aggregates/cart/promotions.js";
import * as inventory from "../../integrations/inventory-integration.service.js";
import { recordCouponUsage, reverseCouponUsage } from "../../integrations/pricing-integration.service.js";
import { enqueueOutbox } from "../../platform/outbox.service.js";
import type { PreparedSale } from "./prepare-sale.step.js";

/**
 * Stock and coupon are taken before the order is stored. The message that gives both back is stored before that, and the
 * transaction of the order withdraws it: so after a crash at any line there is an order, or nothing is taken.
 */
export const UNDO_MESSAGE = "manual-order.undo";

/** Longer than any request runs. */
const UNDO_AFTER_MS = 60_000;

export const undoKeyOf = (orderId: Types.ObjectId): string => `${UNDO_MESSAGE}:${orderId.toHexString()}`;

const couponCodesOf = ({ sale }: PreparedSale): string[] => sale.coupons.map(({ code }) => code);

/**
 * Takes the stock and claims the coupon for the order's id.
 * @throws RuleError OUT_OF_STOCK with the short `items`, COUPON_INVALID: what was taken is given back; the typed upstream
 *   errors when an outcome is unknown: then the message gives it back
 */
export async function takeGoods(prepared: PreparedSale): Promise<void> {
  const { orderId } = prepared;
  const payload = { orderId: orderId.toHexString(), couponCodes: couponCodesOf(prepared) };
  const dedupeKey = undoKeyOf(orderId);
  await enqueueOutbox([{ type: UNDO_MESSAGE, dedupeKey, payload, delayMs: UNDO_AFTER_MS }]);
  try {
    await takeStock(prepared);
    await claimCoupon(prepared);
  } catch (error) {
    if (error instanceof RuleError) await giveBackGoods(prepared);
    throw error;
  }
}

async function takeStock({ orderId, lines }: PreparedSale): Promise<void> {
  const quantities = new Map<string, number>();
  for (const { variantId, quantity } of lines)
    quantities.set(variantId, (quantities.get(variantId) ?? 0) + quantity);
  const result = await inventory.convertReservationsToSale({
    cartId: null,
    orderId: orderId.toHexString(),
    items: [...quantities].map(([variantId, quantity]) => ({ variantId, quantity })),
  });
  if (isRefused(result)) {
    const items = inventory.shortItemsOf(result);
    throw new RuleError("OUT_OF_STOCK", "There is not enough stock for this order", { items });
  }
  requireAnswer(result);
}

async function claimCoupon({ orderId, sale, request }: PreparedSale): Promise<void> {
  const { userId, email, phone } = request;
  const buyer = { ...(userId ? { userId } : {}), email, phone };
  for (const { code, discountAmount } of sale.coupons) {
    const usage = { code, ...buyer, orderId: orderId.toHexString(), discountAmount };
    const result = await recordCouponUsage(usage);
    if (isRefused(result)) throw couponInvalid(code, result.code);
    requireAnswer(result);
  }
}

function requireAnswer<T>(result: Result<T>): void {
  if (!result.success && result.outcome === "unknown") throw new OutcomeUnknownError(result.service);
  unwrap(result);
}

/** At once, after a definite refusal. The message does it again: a call that was slow may still take effect. */
export function giveBackGoods(prepared: PreparedSale): Promise<void> {
  const goods = { orderId: prepared.orderId, couponCodes: couponCodesOf(prepared) };
  return tidyUp(Promise.allSettled(manualOrderReversals.map(({ reverse }) => reverse(goods))));
}

export interface TakenGoods {
  orderId: Types.ObjectId;
  couponCodes: readonly string[];
}

interface GoodsReversal {
  name: string;
  reverse(goods: TakenGoods): Promise<void>;
}

/** Run by the outbox when the message was not withdrawn. Idempotent by the order's id. */
export const manualOrderReversals: readonly GoodsReversal[] = [
  {
    name: "stock",
    async reverse({ orderId }) {
      if (await isPlaced(orderId)) return;
      unwrap(await inventory.voidConversion(orderId.toHexString()));
    },
  },
  {
    name: "coupon",
    async reverse({ orderId, couponCodes }) {
      if (await isPlaced(orderId)) return;
      for (const code of couponCodes) {
        unwrap(await reverseCouponUsage({ code, orderId: orderId.toHexString() }));
      }
    },
  },
];

/** A reversal must never affect a placed order. */
const isPlaced = async (orderId: Types.ObjectId): Promise<boolean> =>
  (await Order.exists({ _id: orderId })) !== null;
