import { encode } from "uqr";
import type { Box, Canvas } from "../drawing/canvas.js";

/** Empty modules around the code, so that scanners find it (ISO/IEC 18004). */
const QUIET = 4;

/** Draws a QR code (error correction M) as filled rectangles; dark modules that touch share one. */
export function drawQrCode(canvas: Canvas, text: string, area: Box): void {
  const { data, size } = encode(text, { ecc: "M", border: 0 });
  const module = area.width / (size + 2 * QUIET);
  const boxes = data.flatMap((row, index) =>
    stretches(row).map(({ start, length }) => ({
      x: area.x + (QUIET + start) * module,
      y: area.y + (QUIET + index) * module,
      width: length * module,
      height: module,
    })),
  );
  canvas.fill(area, "#ffffff");
  canvas.fillAll(boxes, "#000000");
}

/** Where a row is dark. */
function stretches(row: readonly boolean[]): { start: number; length: number }[] {
  const found: { start: number; length: number }[] = [];
  for (const [index, isDark] of row.entries()) {
    const last = found.at(-1);
    if (!isDark) continue;
    if (last && last.start + last.length === index) last.length += 1;
    else found.push({ start: index, length: 1 });
  }
  return found;
}
