import { type QueryFilter, trusted } from "mongoose";
import {
  emailSearchKey,
  ORDERS_BY_KEY_INDEX,
  Order,
  type OrderDoc,
  phoneEndSearchKey,
  phoneSearchKey,
} from "../../models/index.js";
import type { Page } from "../../services/platform/paginate.service.js";
import { MAX_DEPTH_OF_PAGES } from "../../utils/request-schemas.js";

const ORDER_NUMBER = /^ORD-\d{4}-\d{6,9}$/i;
/** Digits, and what people write between them. */
const DIALLED = /^\+?[\d\s\-().]+$/;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const startingWith = (key: string): RegExp => new RegExp(`^${escaped(key)}`);

/**
 * The beginnings of the search keys that are meant. Digits are the beginning of a phone number, with or without the
 * country code, or its end, or the beginning of an e-mail address.
 */
export function searchPatterns(typed: string): RegExp[] {
  const digits = typed.replace(/\D/g, "");
  const email = startingWith(emailSearchKey(typed));
  if (!DIALLED.test(typed) || digits === "") return [email];
  const national = digits.replace(/^0+/, "");
  const starts = national === "" ? [digits] : [digits, national, `91${national}`];
  const keys = [...starts.map(phoneSearchKey), phoneEndSearchKey(digits)];
  return [...new Set(keys)].map(startingWith).concat(email);
}

export interface SearchQuery {
  /** An order number, the beginning of an e-mail address, or the beginning or end of a phone number. */
  q: string;
  page: number;
  limit: number;
}

/**
 * The orders that are meant, newest first. Of a text that fits more than `MAX_DEPTH_OF_PAGES` orders, so many are found
 * and sorted.
 */
export async function searchOrders({ q, page, limit }: SearchQuery): Promise<Page<OrderDoc>> {
  if (ORDER_NUMBER.test(q)) {
    const order = await Order.findOne({ orderNumber: q.toUpperCase() }).lean<OrderDoc>();
    return { items: order && page === 1 ? [order] : [], total: order ? 1 : 0 };
  }
  const filter = (): QueryFilter<OrderDoc> => ({ searchKeys: trusted({ $in: searchPatterns(q) }) });
  const total = await Order.countDocuments(filter(), {
    hint: ORDERS_BY_KEY_INDEX,
    limit: MAX_DEPTH_OF_PAGES,
  });
  const skip = (page - 1) * limit;
  if (skip >= total || skip >= MAX_DEPTH_OF_PAGES) return { items: [], total };
  const found = await Order.aggregate<Pick<OrderDoc, "_id">>([
    { $match: filter() },
    { $limit: MAX_DEPTH_OF_PAGES },
    { $project: { createdAt: 1 } },
    { $sort: { createdAt: -1, _id: -1 } },
    { $skip: skip },
    { $limit: limit },
  ]).hint(ORDERS_BY_KEY_INDEX);
  const ids = found.map(({ _id }) => _id);
  const orders = await Order.find({ _id: trusted({ $in: ids }) }).lean<OrderDoc[]>();
  const byId = new Map(orders.map((order) => [order._id.toHexString(), order]));
  return { items: ids.flatMap((id) => byId.get(id.toHexString()) ?? []), total };
}
