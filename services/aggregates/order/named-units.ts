import type { OrderItemDoc } from "../../../models/index.js";
import { assertOwnLines, type NamedUnits } from "../../../utils/line-units.js";
import { openUnits } from "../../calculations/fulfilment.js";

export interface WantedUnits {
  line: OrderItemDoc;
  quantity: number;
}

/**
 * How many units of each line a request names. A line that is named twice is summed.
 * @throws ValidationError for a line that is not among these
 */
export function sumNamedUnits(lines: readonly OrderItemDoc[], items: readonly NamedUnits[]): WantedUnits[] {
  assertOwnLines(lines, items);
  return lines.map((line) => {
    const named = items.filter(({ orderItemId }) => orderItemId.equals(line._id));
    return { line, quantity: named.reduce((sum, { quantity }) => sum + quantity, 0) };
  });
}

/** Lines of which more units are wanted than are open, as the details of a refusal. */
export const beyondOpenUnits = (wanted: readonly WantedUnits[]) =>
  wanted
    .filter(({ line, quantity }) => quantity > openUnits(line))
    .map(({ line, quantity }) => ({
      ...{ orderItemId: line._id.toHexString(), name: line.name },
      ...{ quantity, open: openUnits(line) },
    }));
