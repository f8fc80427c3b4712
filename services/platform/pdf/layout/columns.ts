/** How wide the columns of a table are, and how large its letters. All lengths are points. */
import { type TextStyle, textWidth } from "../drawing/canvas.js";
import { body, bold, type Theme } from "../drawing/theme.js";

/** What a cell says, and what it adds in smaller letters below. */
export interface Cell {
  text: string;
  note?: string;
}

export interface TableColumn {
  header: string;
  align: "left" | "right";
  /** The column that takes what the others leave. Without one, they share it. */
  isFlexible?: boolean;
}

export interface Table {
  columns: readonly TableColumn[];
  rows: readonly (readonly Cell[])[];
  x: number;
  width: number;
  theme: Theme;
  /** A table that supports another: its header is not as loud. */
  isSecondary?: boolean;
}

/** Around the contents of a cell. */
export const PADDING = { x: 3.5, y: 3.5 } as const;
/** The flexible column stays at least this wide: about 25 letters. */
const MIN_FLEXIBLE = 104;
/** With so much space left for it, headers stand in one line. */
const ROOMY = 190;
/** Letters become smaller until the amounts fit. */
const SIZES = [8, 7.5, 7, 6.5, 6, 5.5, 5] as const;

export interface Styles {
  text: TextStyle;
  note: TextStyle;
  header: TextStyle;
}

const stylesOf = ({ theme, isSecondary }: Table, size: number): Styles => ({
  text: { ...body(theme), size },
  note: { size: size * 0.875, colour: theme.muted },
  header: {
    ...bold(theme),
    size: Math.min(size, 7.5),
    colour: isSecondary ? theme.accent : theme.onPrimary,
  },
});

/** A column with its place, in points. */
export interface PlacedColumn extends TableColumn {
  x: number;
  width: number;
}

/** The largest letters with which the flexible column keeps its width. */
export function fitColumns(table: Table): { styles: Styles; columns: PlacedColumn[] } {
  for (const size of SIZES) {
    const styles = stylesOf(table, size);
    const cells = table.columns.map((column, index) => widthOfCells(table, column, index, styles));
    for (const { split, enough } of HEADERS) {
      const widths = table.columns.map((column, index) =>
        Math.max(cells[index] ?? 0, widthOfHeader(column, split, styles)),
      );
      const rest = table.width - total(widths);
      if (rest >= enough) return { styles, columns: placeColumns(table, widths, rest) };
    }
  }
  return squeeze(table);
}

/** Headers in one line where there is room, otherwise in two. */
const HEADERS = [
  { split: (header: string) => [header], enough: ROOMY },
  { split: inTwoLines, enough: MIN_FLEXIBLE },
] as const;

/** The division into two lines of which the longer one is shortest. */
function inTwoLines(header: string): string[] {
  const words = header.split(" ");
  const divisions = words.map((_, index) => [words.slice(0, index).join(" "), words.slice(index).join(" ")]);
  const longest = (lines: readonly string[]) => Math.max(...lines.map(({ length }) => length));
  return divisions.reduce(
    (best, division) => (longest(division) < longest(best) ? division : best),
    [header],
  );
}

const total = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width, 0);

/** Amounts of too many digits: they share what the flexible column leaves, and break. */
function squeeze(table: Table): { styles: Styles; columns: PlacedColumn[] } {
  const styles = stylesOf(table, SIZES.at(-1) ?? SIZES[0]);
  const widths = table.columns.map((column, index) => widthOfCells(table, column, index, styles));
  const factor = (table.width - MIN_FLEXIBLE) / total(widths);
  return {
    styles,
    columns: placeColumns(
      table,
      widths.map((width) => width * factor),
      MIN_FLEXIBLE,
    ),
  };
}

/** 0 for the flexible column. */
function widthOfHeader(column: TableColumn, split: (header: string) => string[], { header }: Styles): number {
  if (column.isFlexible) return 0;
  return Math.max(...split(column.header).map((part) => textWidth(part, header))) + 2 * PADDING.x + 0.01;
}

/** The width of the widest cell; 0 for the flexible column. */
function widthOfCells({ rows }: Table, column: TableColumn, index: number, styles: Styles): number {
  if (column.isFlexible) return 0;
  const widths = rows.flatMap((cells) => {
    const cell = cells[index];
    return [textWidth(cell?.text ?? "", styles.text), textWidth(cell?.note ?? "", styles.note)];
  });
  return Math.max(0, ...widths) + 2 * PADDING.x + 0.01;
}

function placeColumns(table: Table, widths: readonly number[], flexible: number): PlacedColumn[] {
  let x = table.x;
  const hasFlexible = table.columns.some(({ isFlexible }) => isFlexible);
  const share = hasFlexible ? 0 : flexible / table.columns.length;
  return table.columns.map((column, index) => {
    const width = column.isFlexible ? flexible : (widths[index] ?? 0) + share;
    const placed = { ...column, x, width };
    x += width;
    return placed;
  });
}
