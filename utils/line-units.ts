import type { Types } from "mongoose";
import { ValidationError } from "./errors.js";
import { toObjectId } from "./helpers.js";

/** Units of lines of an order, as a request names them: to refund, to credit, to cancel or to ship. */

export interface LineUnitsBody {
  orderItemId: string;
  quantity: number;
}

export interface NamedUnits {
  orderItemId: Types.ObjectId;
  quantity: number;
}

export const toNamedUnits = (items: readonly LineUnitsBody[]): NamedUnits[] =>
  items.map(({ orderItemId, quantity }) => ({ orderItemId: toObjectId(orderItemId), quantity }));

/** @throws ValidationError for a line of another order */
export function assertOwnLines(
  lines: readonly { _id: Types.ObjectId }[],
  items: readonly Pick<NamedUnits, "orderItemId">[],
): void {
  const unknown = items.findIndex(({ orderItemId }) => !lines.some(({ _id }) => _id.equals(orderItemId)));
  if (unknown < 0) return;
  const path = `items.${unknown}.orderItemId`;
  throw new ValidationError([{ in: "body", path, message: `"${path}" is not a line of this order` }]);
}
