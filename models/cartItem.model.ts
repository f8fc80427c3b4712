import { model, type Types } from "mongoose";
import { date, optionalCount, optionalDate, optionalText, reference } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";
import { type ItemSnapshot, itemSnapshotFields, type LinePrice, linePriceFields } from "./parts/snapshots.js";

/** One variant in a cart. Price and description are those of the moment it was added. */
export interface CartItemDoc extends ItemSnapshot, LinePrice {
  _id: Types.ObjectId;
  cartId: Types.ObjectId;
  /** The catalog's limit for the variant, if it has one. */
  maxPerOrder: number | null;
  /** May lapse before the line is removed; the next change of the line and the checkout start reserve it again. */
  reservationId: string | null;
  reservationExpiresAt: Date | null;
  addedAt: Date;
  createdAt: Date;
  updatedAt: Date;
}

const schema = defineSchema<CartItemDoc>("cartItems", {
  cartId: reference,
  ...itemSnapshotFields,
  ...linePriceFields,
  maxPerOrder: optionalCount,
  reservationId: optionalText,
  reservationExpiresAt: optionalDate,
  addedAt: date,
});

// Also serves "the lines of this cart". The gift flag tells a gift from a bought unit of the same variant.
schema.index({ cartId: 1, productId: 1, variantId: 1, isFreeGift: 1 }, { unique: true });

export const CartItem = model<CartItemDoc>("CartItem", schema);
