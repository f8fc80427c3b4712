/** How a refund is split over the sources that an order was paid from. Amounts are positive paise. */
import {
  GATEWAY_MINIMUM_PAISE,
  REFUND_DESTINATION,
  REFUND_SOURCE,
  type RefundDestination,
  type RefundSource,
} from "../../utils/constants.js";
import { minPaise, type Paise, subtractPaise } from "../../utils/money.js";

/** Money that an order was paid with. */
export interface MoneySource {
  source: RefundSource;
  /** Of the source `payment`. */
  paymentId: string | null;
  /** Received, less what refunds have taken or will take. */
  left: Paise;
  /** A gateway can return it to where it came from. */
  isAtGateway: boolean;
}

export interface SplitWish {
  amount: Paise;
  destination: RefundDestination;
  /** A guest has no store credit. */
  canHoldCredit: boolean;
}

export interface SplitPart {
  source: RefundSource;
  paymentId: string | null;
  destination: RefundDestination;
  amount: Paise;
}

/**
 * Takes the amount from the sources in their order, and says where each part goes.
 * @returns null when the sources have less than the amount
 */
export function splitRefund(wish: SplitWish, sources: readonly MoneySource[]): SplitPart[] | null {
  const parts: SplitPart[] = [];
  let rest = wish.amount;
  for (const source of sources) {
    const amount = minPaise(source.left, rest);
    if (amount <= 0) continue;
    rest = subtractPaise(rest, amount);
    const { source: from, paymentId } = source;
    parts.push({ source: from, paymentId, destination: destinationOf(source, { ...wish, amount }), amount });
  }
  return rest === 0 ? parts : null;
}

/** Store credit goes back as store credit, and points as points, whatever is wished for the money. */
function destinationOf(
  { source, isAtGateway }: MoneySource,
  { amount, destination, canHoldCredit }: SplitWish,
): RefundDestination {
  if (source === REFUND_SOURCE.STORE_CREDIT) return REFUND_DESTINATION.STORE_CREDIT;
  if (source === REFUND_SOURCE.POINTS) return REFUND_DESTINATION.ORIGINAL;
  if (destination !== REFUND_DESTINATION.ORIGINAL) return destination;
  if (!isAtGateway) return REFUND_DESTINATION.BANK_TRANSFER;
  return destinationThroughGateway(amount, canHoldCredit);
}

/** Of money that the gateway received. It refunds no less than ₹1. @param canHoldCredit the customer has an account */
export function destinationThroughGateway(amount: Paise, canHoldCredit: boolean): RefundDestination {
  if (amount >= GATEWAY_MINIMUM_PAISE) return REFUND_DESTINATION.ORIGINAL;
  return canHoldCredit ? REFUND_DESTINATION.STORE_CREDIT : REFUND_DESTINATION.BANK_TRANSFER;
}

/** What of a refund's lines and charges belongs to each of its parts. */
export interface PartContent {
  items: { id: string; units: number; amount: Paise }[];
  chargesAmount: Paise;
}

/**
 * Spreads lines and charges over parts, in their order: a line that two parts pay for has its units in the first.
 * A round-off belongs to no line; it stays in the part where it falls.
 */
export function spreadContent(amounts: readonly Paise[], content: PartContent): PartContent[] {
  const lines = content.items.map((item) => ({ ...item }));
  let charges = content.chargesAmount;
  return amounts.map((amount) => {
    let room = amount;
    const items: PartContent["items"] = [];
    for (const line of lines) {
      const taken = minPaise(line.amount, room);
      if (taken <= 0 && !(line.amount === 0 && line.units > 0)) continue;
      items.push({ id: line.id, units: line.units, amount: taken });
      line.amount = subtractPaise(line.amount, taken);
      line.units = 0;
      room = subtractPaise(room, taken);
    }
    const chargesAmount = minPaise(charges, room);
    charges = subtractPaise(charges, chargesAmount);
    return { items, chargesAmount };
  });
}
