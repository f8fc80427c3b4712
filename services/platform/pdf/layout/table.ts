import { type Canvas, layoutText, lineHeight, type StyledLine } from "../drawing/canvas.js";
import { type Block, type Draw, drawText } from "./blocks.js";
import { type Cell, fitColumns, PADDING, type PlacedColumn, type Styles, type Table } from "./columns.js";
import type { TableHeader } from "./paginate.js";

/** The rows of a table, under a header that is repeated on each of their pages. */
export function tableBlocks(table: Table): Block[] {
  const { styles, columns } = fitColumns(table);
  const header = headerOf(columns, styles, table);
  return table.rows.map((cells) => {
    const content = columns.map((column, index) => cellLines(cells[index] ?? { text: "" }, styles, column));
    return rowBlock(content, { columns, header, table });
  });
}

function cellLines({ text, note }: Cell, styles: Styles, column: PlacedColumn): StyledLine[] {
  const inner = column.width - 2 * PADDING.x;
  return [...layoutText(text, styles.text, inner), ...layoutText(note ?? "", styles.note, inner)];
}

function headerOf(columns: readonly PlacedColumn[], styles: Styles, table: Table): TableHeader<Draw> {
  const content = columns.map(({ header, width }) =>
    layoutText(header, styles.header, width - 2 * PADDING.x),
  );
  const height = Math.max(...content.map(heightOf)) + 2 * PADDING.y;
  return {
    height,
    content: (canvas, y) => {
      const { primary, tint } = table.theme;
      canvas.fill({ x: table.x, y, width: table.width, height }, table.isSecondary ? tint : primary);
      drawCells(canvas, content, columns, y);
    },
  };
}

const heightOf = (lines: readonly StyledLine[]): number =>
  lines.reduce((sum, { style }) => sum + lineHeight(style), 0);

function drawCells(
  canvas: Canvas,
  content: readonly (readonly StyledLine[])[],
  columns: readonly PlacedColumn[],
  top: number,
): void {
  for (const [index, column] of columns.entries()) {
    const x = column.align === "right" ? column.x + column.width - PADDING.x : column.x + PADDING.x;
    let y = top + PADDING.y;
    for (const line of content[index] ?? []) {
      drawText(canvas, { line, x, align: column.align }, y);
      y += lineHeight(line.style);
    }
  }
}

interface RowContext {
  columns: readonly PlacedColumn[];
  header: TableHeader<Draw>;
  table: Table;
}

function rowBlock(content: readonly StyledLine[][], context: RowContext): Block {
  const { columns, header, table } = context;
  const height = Math.max(...content.map(heightOf)) + 2 * PADDING.y;
  return {
    height,
    table: header,
    content: (canvas, y) => {
      drawCells(canvas, content, columns, y);
      canvas.rule(table.x, y + height, table.width, table.theme.line);
    },
    split: (available) => {
      const cuts = content.map((lines) => countFitting(lines, available - 2 * PADDING.y));
      if (Math.max(...cuts) === 0) return null;
      return {
        part: rowBlock(
          content.map((lines, index) => lines.slice(0, cuts[index])),
          context,
        ),
        rest: rowBlock(
          content.map((lines, index) => lines.slice(cuts[index])),
          context,
        ),
      };
    },
  };
}

/** How many lines fit into a height. */
function countFitting(lines: readonly StyledLine[], available: number): number {
  let used = 0;
  return lines.filter(({ style }) => {
    used += lineHeight(style);
    return used <= available;
  }).length;
}
