import { Types } from "mongoose";
import type { ReturnDoc } from "../../../models/index.js";
import { RETURN_REASONS, RETURN_STATUSES } from "../../../utils/constants.js";
import { paise } from "../../../utils/money.js";

/** A stored return of an order that need not exist, for lists and analyses. */
export type AnyReturn = ReturnDoc;

const below = (count: number): number => Math.floor(Math.random() * count);
export const pick = <T>(values: readonly T[]): T => {
  const value = values[below(values.length)];
  if (value === undefined) throw new Error("nothing to pick from");
  return value;
};

/** More than the analysis lists. */
const SKUS = Array.from({ length: 25 }, (_unused, index) => `SKU-${String(index).padStart(2, "0")}`);

const anyItems = (): ReturnDoc["items"] =>
  Array.from({ length: 1 + below(3) }, () => {
    const sku = pick(SKUS);
    const product = { productId: `product-${sku}`, sku, name: `Product ${sku}` };
    const reason = pick(RETURN_REASONS);
    return { ...product, orderItemId: new Types.ObjectId(), quantity: 1 + below(4), reason, condition: null };
  });

let made = 0;

/** Random, but for what is given. */
export function anyReturn(given: Partial<ReturnDoc> = {}): AnyReturn {
  made += 1;
  const { createdAt = new Date(), status = pick(RETURN_STATUSES) } = given;
  const isApproved = status !== "requested" && status !== "rejected";
  const total = paise(1 + below(100_000));
  return {
    ...{ _id: new Types.ObjectId(), orderId: new Types.ObjectId(), orderNumber: "ORD-2020-000001" },
    returnNumber: isApproved ? `RET-2020-${String(made).padStart(6, "0")}` : null,
    ...{ userId: "user-of-old", status, reason: pick(RETURN_REASONS), items: anyItems() },
    ...{ images: [], customerNotes: null, requestKey: null, adminNotes: [], rejectionReason: null },
    ...{ isReturnToOrigin: Math.random() < 0.2, pickup: null, receivedAt: null },
    ...{ inspectionStatus: "pending", inspection: null },
    // Also known before a return is completed; only then is it refunded.
    refundBreakdown: isApproved ? { items: total, returnShipping: paise(0), total } : null,
    ...{ refundId: null, refundNumber: null, approvedById: null },
    ...{ approvedAt: isApproved ? createdAt : null, completedAt: null, history: [] },
    ...{ createdAt, updatedAt: createdAt },
    ...given,
  };
}
