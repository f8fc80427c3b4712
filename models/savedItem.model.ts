import { model, type Types } from "mongoose";
import type { Paise } from "../utils/money.js";
import { date, money, optionalCount, ownerId, quantity } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";
import { type ItemSnapshot, itemSnapshotFields } from "./parts/snapshots.js";

/** An item saved for later by a customer (`userId`) or a guest (`sessionId`). Merging carts moves it to the customer. */
export interface SavedItemDoc extends ItemSnapshot {
  _id: Types.ObjectId;
  userId?: string;
  sessionId?: string;
  quantity: number;
  unitPrice: Paise;
  unitMrp: Paise;
  /** The catalog's limit for the variant, if it has one: more could never be moved back to the cart. */
  maxPerOrder?: number | null;
  savedAt: Date;
  createdAt: Date;
  updatedAt: Date;
}

const schema = defineSchema<SavedItemDoc>("savedItems", {
  userId: ownerId,
  sessionId: ownerId,
  ...itemSnapshotFields,
  quantity,
  unitPrice: money,
  unitMrp: money,
  maxPerOrder: optionalCount,
  savedAt: date,
});

schema.index(
  { userId: 1, productId: 1, variantId: 1 },
  { unique: true, partialFilterExpression: { userId: { $gt: "" } } },
);
schema.index(
  { sessionId: 1, productId: 1, variantId: 1 },
  { unique: true, partialFilterExpression: { sessionId: { $gt: "" } } },
);
schema.index({ userId: 1, savedAt: -1 });
schema.index({ sessionId: 1, savedAt: -1 });

export const SavedItem = model<SavedItemDoc>("SavedItem", schema);
