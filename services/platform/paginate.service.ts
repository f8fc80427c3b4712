import { type Model, type ProjectionType, type QueryFilter, trusted } from "mongoose";
import { MAX_DEPTH_OF_PAGES } from "../../utils/request-schemas.js";

/** Which page of a list, as `listQuery()` of `utils/request-schemas.ts` validates it. */
export interface PageRequest {
  /** From 1. */
  page: number;
  limit: number;
  /** Newest first by default. */
  sortOrder?: "asc" | "desc";
}

export interface PageSource<D> {
  model: Model<D>;
  /** Called once per query, because Mongoose rewrites a filter that it has run. */
  filter: () => QueryFilter<D>;
  /** Needs an index whose keys are the filter's equalities followed by this field. */
  sortBy: keyof D & string;
  projection?: ProjectionType<D>;
  /** The index to use, where the planner could choose another one. */
  hint?: string;
}

export interface Page<T> {
  items: T[];
  /** Counted up to `MAX_DEPTH_OF_PAGES`; `toListView` says when the count was capped. */
  total: number;
}

/** One page of a list. Pages beyond `MAX_DEPTH_OF_PAGES` are empty: skipping rows costs as much as reading them. */
export async function paginate<D, T = D>(
  { model, filter, sortBy, projection, hint }: PageSource<D>,
  { page, limit, sortOrder }: PageRequest,
): Promise<Page<T>> {
  const skip = (page - 1) * limit;
  const byIndex = (index: string | undefined) => (index ? { hint: index } : {});
  const find = () =>
    model
      .find(filter(), projection, byIndex(hint))
      .sort({ [sortBy]: sortOrder === "asc" ? 1 : -1 })
      .skip(skip)
      .limit(limit)
      .lean<T[]>();
  const [items, total] = await Promise.all([
    skip < MAX_DEPTH_OF_PAGES ? find() : [],
    model.countDocuments(filter(), {
      limit: MAX_DEPTH_OF_PAGES,
      ...byIndex(hint ?? countingIndex(filter())),
    }),
  ]);
  return { items, total };
}

/** Without a condition the planner would read the documents to count them. */
const countingIndex = (filter: object): string | undefined =>
  Object.keys(filter).length === 0 ? "_id_" : undefined;

/** As `dateRange`, always with a beginning, so that an index can count without reading documents. */
export const dateRangeFromStart = ({ dateFrom = new Date(0), dateTo }: { dateFrom?: Date; dateTo?: Date }) =>
  trusted({ $gte: dateFrom, ...(dateTo ? { $lte: dateTo } : {}) });

/** The condition of a date range, both ends included; null when neither end is given. */
export function dateRange({ dateFrom, dateTo }: { dateFrom?: Date; dateTo?: Date }) {
  if (!dateFrom && !dateTo) return null;
  return trusted({ ...(dateFrom ? { $gte: dateFrom } : {}), ...(dateTo ? { $lte: dateTo } : {}) });
}
