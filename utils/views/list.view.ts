import { MAX_DEPTH_OF_PAGES } from "../request-schemas.js";

export interface ListPage {
  page: number;
  limit: number;
  /** Counted with `MAX_DEPTH_OF_PAGES` as the limit. */
  total: number;
}

/** The answer of a list; its schema is `listView(item)` of `utils/view-schemas.ts`. */
export function toListView<T>(items: readonly T[], { page, limit, total }: ListPage) {
  return {
    items,
    pagination: {
      page,
      limit,
      total,
      totalPages: Math.ceil(total / limit),
      totalCapped: total >= MAX_DEPTH_OF_PAGES ? true : undefined,
    },
  };
}
