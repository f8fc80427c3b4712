/**
 * Where everything stands: pure arithmetic with heights, so that the rules of page breaks can be tested without a PDF.
 * All lengths are points (1/72 inch), counted from the top of the page.
 */

/** A row of columns that is repeated on every page on which rows of its table stand. */
export interface TableHeader<T> {
  height: number;
  content: T;
}

/** Something that is drawn in one piece. */
export interface FlowItem<T> {
  height: number;
  content: T;
  /** Distance to what stands above; dropped on top of a page. */
  gapBefore?: number;
  /** The table of which this is a row. Rows of one table share the object. */
  table?: TableHeader<T>;
  /** Stays on the page of the next item: a heading is never the last line of a page. */
  keepWithNext?: boolean;
  /**
   * Divides an item that is taller than a page.
   * @returns a part of at most `height` and the rest; null when not even the first line fits
   */
  split?: (height: number) => { part: FlowItem<T>; rest: FlowItem<T> } | null;
}

export interface Placed<T> {
  content: T;
  /** Distance of its upper edge from the top of the page. */
  y: number;
  height: number;
}

/** The space for items: on the first page, and on the others. */
export interface PageSpace {
  firstTop: number;
  top: number;
  bottom: number;
}

/** Sums of floating-point heights differ in the last digits. */
const TOLERANCE = 0.01;

/**
 * Places items on pages in their order. An item is divided only if no page could hold it.
 * @throws RangeError when a page cannot hold an item that has no `split`
 */
export function paginate<T>(items: readonly FlowItem<T>[], space: PageSpace): Placed<T>[][] {
  const pages = new PageFiller<T>(space);
  for (let index = 0; index < items.length; ) {
    const group = groupAt(items, index);
    if (!pages.fits(group) && !pages.isEmpty) pages.startPage();
    for (const item of group) pages.add(item);
    index += group.length;
  }
  return pages.placed;
}

/** An item with those that it has to stay with. */
function groupAt<T>(items: readonly FlowItem<T>[], start: number): FlowItem<T>[] {
  let end = start;
  while (items[end]?.keepWithNext && end + 1 < items.length) end += 1;
  return items.slice(start, end + 1);
}

class PageFiller<T> {
  readonly placed: Placed<T>[][] = [[]];
  private y: number;
  /** The table whose header stands on this page above the next row. */
  private table: TableHeader<T> | undefined;

  constructor(private readonly space: PageSpace) {
    this.y = space.firstTop;
  }

  get isEmpty(): boolean {
    return this.page.length === 0;
  }

  /** Also true for items that have to be divided anyway: they begin where they are. */
  fits(group: readonly FlowItem<T>[]): boolean {
    const needed = this.heightOf(group, this.table, this.isEmpty);
    if (this.y + needed <= this.space.bottom + TOLERANCE) return true;
    const onNewPage = this.heightOf(group, undefined, true);
    return group.length === 1 && onNewPage > this.space.bottom - this.space.top + TOLERANCE;
  }

  add(item: FlowItem<T>): void {
    if (this.fitsHere(item)) {
      this.place(item);
      return;
    }
    const division = item.split?.(this.space.bottom - this.y - this.leadOf(item));
    if (division) {
      this.place(division.part);
      this.startPage();
      this.add(division.rest);
      return;
    }
    if (this.isEmpty && this.y <= this.space.top) {
      throw new RangeError(`no page holds an item of ${item.height} points`);
    }
    this.startPage();
    this.add(item);
  }

  startPage(): void {
    this.placed.push([]);
    this.y = this.space.top;
    this.table = undefined;
  }

  private get page(): Placed<T>[] {
    return this.placed.at(-1) ?? [];
  }

  private fitsHere(item: FlowItem<T>): boolean {
    return this.y + this.leadOf(item) + item.height <= this.space.bottom + TOLERANCE;
  }

  private place(item: FlowItem<T>): void {
    if (!this.isEmpty) this.y += item.gapBefore ?? 0;
    if (item.table && item.table !== this.table) this.put(item.table);
    this.table = item.table;
    this.put(item);
  }

  private put({ content, height }: { content: T; height: number }): void {
    this.page.push({ content, y: this.y, height });
    this.y += height;
  }

  /** What stands between the end of the page so far and the item: a gap, and the header of its table. */
  private leadOf(item: FlowItem<T>, table = this.table, isFirst = this.isEmpty): number {
    const gap = isFirst ? 0 : (item.gapBefore ?? 0);
    return gap + (item.table && item.table !== table ? item.table.height : 0);
  }

  private heightOf(
    group: readonly FlowItem<T>[],
    before: TableHeader<T> | undefined,
    isFirst: boolean,
  ): number {
    let total = 0;
    let table = before;
    for (const [index, item] of group.entries()) {
      total += this.leadOf(item, table, isFirst && index === 0) + item.height;
      table = item.table;
    }
    return total;
  }
}
