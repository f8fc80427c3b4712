import { ORDERS_BY_CREATION_INDEX, Order } from "../../../models/index.js";
import { dayNumberExpression } from "../../../utils/periods.js";

export interface PlacedOnDay {
  /** Number of the day in India (`utils/periods.ts`). */
  day: number;
  orders: number;
}

/** How many orders were placed on each day of a range, from an index alone. */
export async function countPlacedOrders({
  dateFrom,
  dateTo,
}: {
  dateFrom: Date;
  dateTo: Date;
}): Promise<PlacedOnDay[]> {
  const days = await Order.aggregate<{ _id: number; orders: number }>([
    { $match: { createdAt: { $gte: dateFrom, $lte: dateTo } } },
    { $group: { _id: dayNumberExpression("$createdAt"), orders: { $sum: 1 } } },
  ]).hint(ORDERS_BY_CREATION_INDEX);
  return days.map(({ _id, orders }) => ({ day: _id, orders }));
}
