import fc from "fast-check";
import {
  type FlowItem,
  type PageSpace,
  type Placed,
  paginate,
  type TableHeader,
} from "../../../services/platform/pdf/layout/paginate.js";

const SPACE: PageSpace = { firstTop: 40, top: 60, bottom: 800 };
const header: TableHeader<string> = { height: 24, content: "header" };

const row = (content: string, height: number): FlowItem<string> => ({
  height,
  content,
  table: header,
  split: (available) => {
    const lines = Math.floor(available / 10);
    if (lines < 1) return null;
    return { part: row(`${content}+`, lines * 10), rest: row(content, height - lines * 10) };
  },
});
const totals = (height: number): FlowItem<string> => ({ height, content: "totals", gapBefore: 12 });

const contents = (page: readonly Placed<string>[]): string[] => page.map(({ content }) => content);
const rowsIn = (pages: Placed<string>[][]): string[] =>
  pages.flatMap(contents).filter((content) => /^\d+$/.test(content));

/** No two items share space, and none stands outside the page. */
function expectNoOverlap(pages: Placed<string>[][]): void {
  for (const [index, page] of pages.entries()) {
    let bottom = index === 0 ? SPACE.firstTop : SPACE.top;
    for (const { y, height } of page) {
      expect(y).toBeGreaterThanOrEqual(bottom - 0.01);
      bottom = y + height;
    }
    expect(bottom).toBeLessThanOrEqual(SPACE.bottom + 0.01);
  }
}

describe("page breaks", () => {
  it("When any rows are placed, then none is lost, doubled or divided, and each page of rows begins with the header", () => {
    const heights = fc.array(fc.integer({ min: 14, max: 700 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(heights, fc.integer({ min: 50, max: 300 }), (rows, last) => {
        const items = rows.map((height, index) => row(String(index), height));
        const pages = paginate([...items, totals(last)], SPACE);
        expect(rowsIn(pages)).toEqual(rows.map((_, index) => String(index)));
        for (const page of pages) {
          const listed = contents(page);
          expect(listed.length).toBeGreaterThan(0);
          const firstRow = listed.findIndex((content) => /^\d/.test(content));
          if (firstRow >= 0) expect(listed.slice(0, firstRow)).toEqual(["header"]);
          expect(listed.filter((content) => content === "header").length).toBeLessThanOrEqual(1);
        }
        expect(contents(pages.at(-1) ?? [])).toContain("totals");
        expectNoOverlap(pages);
      }),
    );
  });

  it("When the totals fit exactly, then they stay on the page; one point more, and they go to the next", () => {
    // Header 24, twenty rows of 30, gap 12: 636 of the 760 points.
    const rows = Array.from({ length: 20 }, (_, index) => row(String(index), 30));
    expect(paginate([...rows, totals(124)], SPACE)).toHaveLength(1);
    const pages = paginate([...rows, totals(125)], SPACE);
    expect(pages).toHaveLength(2);
    expect(pages[1]).toEqual([{ content: "totals", y: SPACE.top, height: 125 }]);
  });

  it("When a row is taller than a page, then it begins where it is and continues below the repeated header", () => {
    const pages = paginate([row("0", 100), row("1", 1_500), row("2", 30)], SPACE);
    expect(pages.map(contents)).toEqual([
      ["header", "0", "1+"],
      ["header", "1+"],
      ["header", "1", "2"],
    ]);
    expectNoOverlap(pages);
  });

  it("When a row fits on a page but not on the rest of this one, then it is not divided", () => {
    const pages = paginate([row("0", 600), row("1", 600)], SPACE);
    expect(pages.map(contents)).toEqual([
      ["header", "0"],
      ["header", "1"],
    ]);
  });

  it("When an item has to stay with the next, then both move together", () => {
    const heading: FlowItem<string> = { height: 12, content: "heading", keepWithNext: true };
    const pages = paginate([row("0", 720), heading, { height: 20, content: "text" }], SPACE);
    expect(pages.map(contents)).toEqual([
      ["header", "0"],
      ["heading", "text"],
    ]);
  });

  it("When kept items are taller than a page, then they are placed one after the other", () => {
    const lines = Array.from({ length: 100 }, (_, index): FlowItem<string> => {
      return { height: 10, content: `line ${index}`, keepWithNext: true };
    });
    const pages = paginate(lines, SPACE);
    expect(pages).toHaveLength(2);
    expectNoOverlap(pages);
  });

  it("When an item that cannot be divided is taller than a page, then it is an error", () => {
    expect(() => paginate([totals(2_000)], SPACE)).toThrow(RangeError);
  });
});
