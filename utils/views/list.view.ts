/** How far totals are counted and pages go (`api.md`, Lists). */
export const MOST_COUNTED = 10_000;

export interface ListPage {
  page: number;
  limit: number;
  /** Counted with `MOST_COUNTED` as the limit. */
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
      totalCapped: total >= MOST_COUNTED ? true : undefined,
    },
  };
}
