import type { BreakClass } from "../../../utils/constants.js";
import { type Paise, paise } from "../../../utils/money.js";

/** How one payment, refund or settlement differs at the gateway and here. */
export interface Finding {
  kind: BreakClass;
  localStatus: string | null;
  gatewayStatus: string | null;
  localAmount: Paise | null;
  gatewayAmount: Paise | null;
  /** Money that may be lost, or owed to a customer, because of it. */
  amountAtRisk: Paise;
  note: string;
}

/** The difference of two amounts, never negative. */
export const gapBetween = (left: Paise, right: Paise): Paise => paise(Math.abs(left - right));

export const largerOf = (left: Paise, right: Paise): Paise => (left > right ? left : right);
