import type { Paise } from "../../utils/money.js";
import { date, moneyFromZero, oneOf, optionalDate, optionalText, text } from "./fields.js";
import { definePart } from "./schema.js";

export const DISPUTE_STATUSES = ["open", "under_review", "won", "lost", "closed"] as const;
export type DisputeStatus = (typeof DISPUTE_STATUSES)[number];

/** A claim of the customer's bank on a payment. While one is open or under review, refunds are blocked. */
export interface Dispute {
  /** The gateway's id. */
  id: string;
  status: DisputeStatus;
  phase: string | null;
  reason: string | null;
  amount: Paise;
  /** What the gateway has taken back; 0 until the dispute is lost. */
  amountDeducted: Paise;
  /** Evidence must be sent by then. */
  respondBy: Date | null;
  openedAt: Date;
  /** When it was won, lost or closed. */
  closedAt: Date | null;
  /** The gateway's time of the newest report. */
  reportedAt: Date;
}

export const disputePart = definePart<Dispute>({
  id: text,
  status: oneOf(DISPUTE_STATUSES, "open"),
  phase: optionalText,
  reason: optionalText,
  amount: moneyFromZero,
  amountDeducted: moneyFromZero,
  respondBy: optionalDate,
  openedAt: date,
  closedAt: optionalDate,
  reportedAt: date,
});

export const isOpenDispute = ({ status }: Pick<Dispute, "status">): boolean =>
  status === "open" || status === "under_review";

/** Of several disputes the one that matters most to staff: an open one, otherwise the newest. */
export function findMainDispute(disputes: readonly Dispute[]): Dispute | null {
  const newestFirst = [...disputes].sort((a, b) => b.openedAt.getTime() - a.openedAt.getTime());
  return newestFirst.find(isOpenDispute) ?? newestFirst[0] ?? null;
}
