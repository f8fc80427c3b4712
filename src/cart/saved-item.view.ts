import Joi from "joi";
import type { SavedItemDoc } from "../../models/index.js";
import { toRupees } from "../../utils/money.js";
import { moment, nullable, rupees } from "../../utils/view-schemas.js";
import { type AvailabilityView, availabilityView, toAvailabilityView } from "../../utils/views/cart.view.js";
import { id, productFields, text } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";

interface SavedItemSource {
  saved: SavedItemDoc;
  /** Null: inventory cannot be asked. */
  availability: AvailabilityView | null;
}

/** Its price is that of the moment it was saved; moved back, it costs what it costs then. */
export const toSavedItemView = ({ saved, availability }: SavedItemSource) => ({
  id: saved._id.toHexString(),
  productId: saved.productId,
  variantId: saved.variantId,
  bundleId: saved.bundleId ?? undefined,
  sku: saved.sku,
  name: saved.name,
  imageUrl: saved.imageUrl,
  attributes: saved.attributes,
  quantity: saved.quantity,
  unitPrice: toRupees(saved.unitPrice),
  unitMrp: toRupees(saved.unitMrp),
  availability: availability && toAvailabilityView(availability),
  savedAt: saved.savedAt,
});

export const SavedItemView = viewOf<ReturnType<typeof toSavedItemView>>(
  "SavedItemView",
  {
    id,
    ...productFields,
    quantity: Joi.number().integer().min(1),
    unitPrice: rupees,
    unitMrp: rupees,
    availability: nullable(availabilityView),
    savedAt: moment,
  },
  { bundleId: text },
);
