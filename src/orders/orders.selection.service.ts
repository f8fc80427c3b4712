import { type QueryFilter, trusted } from "mongoose";
import {
  emailSearchKey,
  ORDERS_BY_CREATION_INDEX,
  ORDERS_BY_KEY_INDEX,
  ORDERS_BY_STATUS_INDEX,
  ORDERS_BY_TOTAL_INDEX,
  ORDERS_BY_USER_INDEX,
  Order,
  type OrderDoc,
  phoneSearchKey,
  sellerSearchKey,
  tagSearchKey,
} from "../../models/index.js";
import { dateRangeFromStart, type Page } from "../../services/platform/paginate.service.js";
import {
  FULFILLMENT_STATUSES,
  type FulfillmentStatus,
  ORDER_SOURCES,
  ORDER_STATUSES,
  type OrderSource,
  type OrderStatus,
  PAYMENT_STATUSES,
  type PaymentStatus,
} from "../../utils/constants.js";
import { type DateRangeQuery, MAX_DEPTH_OF_PAGES, type PageQuery } from "../../utils/request-schemas.js";

/** Dates: when the order was placed. */
export interface OrderFilters extends DateRangeQuery {
  status?: OrderStatus;
  paymentStatus?: PaymentStatus;
  fulfillmentStatus?: FulfillmentStatus;
  source?: OrderSource;
  userId?: string;
  email?: string;
  /** In the stored form. */
  phone?: string;
  tag?: string;
  sellerId?: string;
}

export type OrderSortField = "createdAt" | "grandTotal" | "status";

/** Which orders, and the index that finds them. By creation it reads them in their order, without sorting. */
export interface OrderSelection {
  /** Called once per query, because Mongoose rewrites a filter that it has run. */
  filter: () => QueryFilter<OrderDoc>;
  hint: string;
}

const searchKeysOf = ({ email, phone, tag, sellerId }: OrderFilters): string[] => [
  ...(email === undefined ? [] : [emailSearchKey(email)]),
  ...(phone === undefined ? [] : [phoneSearchKey(phone)]),
  ...(tag === undefined ? [] : [tagSearchKey(tag)]),
  ...(sellerId === undefined ? [] : [sellerSearchKey(sellerId)]),
];

function plainly(filters: OrderFilters): QueryFilter<OrderDoc> {
  const { status, paymentStatus, fulfillmentStatus, source, userId } = filters;
  const keys = searchKeysOf(filters);
  return {
    ...(status ? { status } : {}),
    ...(paymentStatus ? { paymentStatus } : {}),
    ...(fulfillmentStatus ? { fulfillmentStatus } : {}),
    ...(source ? { source } : {}),
    ...(userId === undefined ? {} : { userId }),
    ...(keys.length > 0 ? { searchKeys: trusted({ $all: keys }) } : {}),
    createdAt: dateRangeFromStart(filters),
  };
}

/** A leading field that is not filtered is given all its values: the database then merges their ranges. */
const anyOf = <T extends string>(values: readonly T[]) => trusted({ $in: [...values] });

const anyStatus = () => ({
  status: anyOf(ORDER_STATUSES),
  paymentStatus: anyOf(PAYMENT_STATUSES),
  fulfillmentStatus: anyOf(FULFILLMENT_STATUSES),
  source: anyOf(ORDER_SOURCES),
});

/** Of the filters, the one that leaves the fewest orders decides the index; the others are compared in the index or in the few orders that are left. */
export function selectOrders(filters: OrderFilters): OrderSelection {
  const filter = () => plainly(filters);
  if (filters.userId !== undefined) return { filter, hint: ORDERS_BY_USER_INDEX };
  if (searchKeysOf(filters).length > 0) return { filter, hint: ORDERS_BY_KEY_INDEX };
  const { status, paymentStatus, fulfillmentStatus, source } = filters;
  if (!status && !paymentStatus && !fulfillmentStatus && !source)
    return { filter, hint: ORDERS_BY_CREATION_INDEX };
  return { filter: () => ({ ...anyStatus(), ...plainly(filters) }), hint: ORDERS_BY_STATUS_INDEX };
}

/** The index that has the orders in the order of the field. By status, orders of the same status follow in the index's order. */
const IN_ORDER_OF = {
  createdAt: null,
  grandTotal: ORDERS_BY_TOTAL_INDEX,
  status: ORDERS_BY_STATUS_INDEX,
} as const satisfies Record<OrderSortField, string | null>;

type Direction = 1 | -1;

/** `hint` has this order already where `isWindow` is false. */
function sortOf(field: OrderSortField, direction: Direction, isWindow: boolean): Record<string, Direction> {
  if (field === "createdAt") return { createdAt: direction };
  if (field === "grandTotal") return { grandTotal: direction, createdAt: direction };
  return isWindow ? { status: direction, createdAt: -1, _id: -1 } : { status: direction };
}

const NOT_LISTED = { editHistory: 0, internalNotes: 0 } as const;

export type OrderListQuery = OrderFilters & PageQuery<OrderSortField>;

/**
 * One page of orders. The count comes first: when it stays below `MAX_DEPTH_OF_PAGES`, so few orders are sorted in
 * memory; otherwise they are read in the order of the sort field, where the wanted ones lie so close together that
 * little else is read.
 */
export async function pageOfOrders(query: OrderListQuery): Promise<Page<OrderDoc>> {
  const { page, limit, sortBy, sortOrder } = query;
  const { filter, hint } = selectOrders(query);
  const skip = (page - 1) * limit;
  const total = await Order.countDocuments(filter(), { hint, limit: MAX_DEPTH_OF_PAGES });
  if (skip >= total || skip >= MAX_DEPTH_OF_PAGES) return { items: [], total };
  const inOrder = IN_ORDER_OF[sortBy];
  const isWindow = inOrder === null || total < MAX_DEPTH_OF_PAGES;
  const items = await Order.find(isWindow ? filter() : plainly(query), NOT_LISTED, {
    hint: isWindow ? hint : inOrder,
  })
    .sort(sortOf(sortBy, sortOrder === "asc" ? 1 : -1, isWindow))
    .skip(skip)
    .limit(limit)
    .lean<OrderDoc[]>();
  return { items, total };
}
