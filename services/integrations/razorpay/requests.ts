import { logger } from "../../../config/logger.config.js";
import { countContractFault } from "../../../config/metrics.config.js";
import { sha256Hex } from "../../../utils/helpers.js";
import type { Failure, Result } from "../../../utils/result.js";
import { cutToBytes } from "../../../utils/text.js";
import type { GatewayPage, ListRequest } from "../payment-gateway.js";
import { mapRazorpayPage } from "./fields.js";

/** Small parts of the requests to Razorpay, and the answers that need no request. */

/** The gateway's largest page. */
export const PAGE_SIZE = 100;
/** A page begins with the end of the page before: where a list lags, its entries are some places higher. */
export const PAGE_OVERLAP = 10;

/** Ids are put into paths unencoded, so anything else is refused here. */
export const isId = (prefix: "order" | "pay" | "rfnd" | "disp" | "setl", id: string) =>
  new RegExp(`^${prefix}_[A-Za-z0-9]{14}$`).test(id);

export function refused(code: string, error: string): Failure {
  return { success: false, outcome: "refused", code, error, statusCode: 400, service: "razorpay" };
}

export function notWhatWasAsked(error: string): Failure {
  return {
    success: false,
    outcome: "unknown",
    code: "BAD_RESPONSE",
    error,
    statusCode: 502,
    service: "razorpay",
  };
}

export const INVALID_ID = refused("INVALID_ID", "not an id of the gateway");
export const INVALID_AMOUNT = refused("INVALID_AMOUNT", "the amount must be positive");
export const INVALID_CURSOR = refused("INVALID_CURSOR", "not a cursor of this list");
export const withoutEmpty = (fields: Record<string, string | null | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value ? [[name, value]] : [])));

/** In UTF-8 bytes, because the gateway counts bytes: ten Indic letters are thirty of them. */
const MAX_BYTES = { receipt: 40, note: 256, description: 255 };

/** An order or a refund is found by its receipt. One cut short could be another's, so a hash replaces it. */
export const toReceipt = (receipt: string): string =>
  Buffer.byteLength(receipt) <= MAX_BYTES.receipt ? receipt : sha256Hex(receipt).slice(0, MAX_BYTES.receipt);

export const toNotes = (notes: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(notes).map(([name, note]) => [
      cutToBytes(withoutEmoji(name), MAX_BYTES.note),
      cutToBytes(withoutEmoji(note), MAX_BYTES.note),
    ]),
  );

/** A text that the gateway shows to the customer. */
export const toDescription = (text: string): string => cutToBytes(withoutEmoji(text), MAX_BYTES.description);

/** The gateway answers 500 to texts with an emoji. */
const withoutEmoji = (text: string): string => text.replace(/\p{Emoji_Presentation}|\uFE0F|\u20E3/gu, "");

/** The gateway's range has whole seconds and includes both ends; ours excludes `to`. */
export const toRange = ({ from, to }: ListRequest) => ({
  from: Math.ceil(from.getTime() / 1_000),
  to: Math.ceil(to.getTime() / 1_000) - 1,
});

/** How many entries the pages before had. Null for a text that is no such cursor. */
export function toSkip(cursor = "0"): number | null {
  return /^\d{1,9}$/.test(cursor) ? Number(cursor) : null;
}

/** Entities that cannot be read are left out with an alarm: one of them must not hide the others. */
export function readPage<T>(answer: unknown, skip: number, mapItem: (item: unknown) => T): GatewayPage<T> {
  const { items, unreadable } = mapRazorpayPage(answer, mapItem);
  reportUnreadable(unreadable);
  const count = items.length + unreadable.length;
  return { items, count, next: count < PAGE_SIZE ? null : String(skip + count - PAGE_OVERLAP) };
}

/** Reads the page of a list at its cursor. */
export async function listByPages<T>(
  { cursor, ...list }: ListRequest,
  ask: (query: { from: number; to: number; skip: number; count: number }) => Promise<Result<GatewayPage<T>>>,
): Promise<Result<GatewayPage<T>>> {
  const skip = toSkip(cursor);
  return skip === null ? INVALID_CURSOR : ask({ ...toRange(list), skip, count: PAGE_SIZE });
}

/** Entities of a list that could not be read are left out; an operator must check them. */
export function reportUnreadable(reasons: readonly string[]): void {
  for (const reason of reasons) {
    countContractFault({ service: "razorpay", status: 200 });
    logger.error({ service: "razorpay", reason }, "> The gateway listed an entry that cannot be read");
  }
}
