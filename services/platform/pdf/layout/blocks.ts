import { type Canvas, layoutText, lineHeight, type StyledLine, type TextStyle } from "../drawing/canvas.js";
import type { FlowItem } from "./paginate.js";

/** Draws a block whose upper edge is at `y`. */
export type Draw = (canvas: Canvas, y: number) => void;
export type Block = FlowItem<Draw>;

/** Text at a place within the width of a page. */
export interface PlacedText {
  line: StyledLine;
  x: number;
  align?: "left" | "right";
}

export const drawText = (canvas: Canvas, { line, x, align }: PlacedText, y: number): void =>
  canvas.line(line, align === "right" ? x - line.width : x, y);

/** Lines of a text, one block each, so that a page may end between any two. */
export const textBlocks = (
  text: string,
  style: TextStyle,
  { x, width }: { x: number; width: number },
): Block[] =>
  layoutText(text, style, width).map((line) => ({
    height: lineHeight(style),
    content: (canvas, y) => canvas.line(line, x, y),
  }));

/** Texts that stand on one line. */
export type Row = readonly PlacedText[];

/** Columns of lines, side by side: the first lines of all, then the second lines, … */
export function besides(columns: readonly (readonly Row[])[]): Row[] {
  const count = Math.max(0, ...columns.map((rows) => rows.length));
  return Array.from({ length: count }, (_, index) => columns.flatMap((rows) => rows[index] ?? []));
}

/** The lines of a text as rows at one place. */
export const rowsOf = (text: string, style: TextStyle, { x, width }: { x: number; width: number }): Row[] =>
  layoutText(text, style, width).map((line) => [{ line, x }]);

/** Rows as blocks of equal height, on a background if there is one. */
export const rowBlocks = (rows: readonly Row[], height: number, background?: Draw): Block[] =>
  rows.map((row) => ({
    height,
    content: (canvas, y) => {
      background?.(canvas, y);
      for (const text of row) drawText(canvas, text, y);
    },
  }));

/** Empty space. */
export const space = (height: number, content: Draw = () => undefined): Block => ({ height, content });
