/** What an inspection means for the refund of a return. */
import { RETURN_REASON_TEXTS, type ReturnReason } from "../../utils/constants.js";
import { type Paise, ZERO_PAISE } from "../../utils/money.js";

interface Id {
  equals(other: unknown): boolean;
}

interface Inspected<LineId extends Id> {
  readonly orderItemId: LineId;
  readonly quantityPassed: number;
}

export const isAnyPassed = (items: readonly { readonly quantityPassed: number }[]): boolean =>
  items.some(({ quantityPassed }) => quantityPassed > 0);

/** Units that are taken back and refunded. */
export const passedUnits = <LineId extends Id>(items: readonly Inspected<LineId>[]) =>
  items
    .filter(({ quantityPassed }) => quantityPassed > 0)
    .map(({ orderItemId, quantityPassed }) => ({ orderItemId, quantity: quantityPassed }));

/**
 * What the customer pays for the way back: the fee, once, or nothing when the seller is at fault for any of the goods that
 * passed. Their parcel had to come back anyway.
 */
export function returnShippingOf<LineId extends Id>(
  returned: readonly { readonly orderItemId: LineId; readonly reason: ReturnReason }[],
  inspected: readonly Inspected<LineId>[],
  fee: Paise,
): Paise {
  const passed = passedUnits(inspected);
  const isSellerAtFault = returned.some(
    ({ orderItemId, reason }) =>
      RETURN_REASON_TEXTS[reason].sellerAtFault &&
      passed.some((item) => item.orderItemId.equals(orderItemId)),
  );
  return isSellerAtFault ? ZERO_PAISE : fee;
}
