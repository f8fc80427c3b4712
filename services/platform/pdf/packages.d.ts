/** Packages without usable declarations of their own; only what is used here. */

declare module "bidi-js" {
  interface EmbeddingLevels {
    /** One per UTF-16 unit. Odd levels are read from right to left. */
    levels: Uint8Array;
  }
  interface Bidi {
    getEmbeddingLevels(text: string, baseDirection: "ltr" | "rtl" | "auto"): EmbeddingLevels;
  }
  /** The package's own declaration describes an ES module; Node loads its CommonJS file. */
  export default function bidiFactory(): Bidi;
}

declare module "linebreak" {
  export default class LineBreaker {
    constructor(text: string);
    /** The next place where a line may end, after the blanks before it. */
    nextBreak(): { position: number; required: boolean } | null;
  }
}

declare module "fontkit" {
  interface Subset {
    /** @returns the glyph's number in the subset */
    includeGlyph(glyph: number): number;
    encode(): Uint8Array;
  }
  interface Font {
    postscriptName: string;
    unitsPerEm: number;
    ascent: number;
    descent: number;
    capHeight: number;
    bbox: { minX: number; minY: number; maxX: number; maxY: number };
    createSubset(): Subset;
  }
  export function create(bytes: Uint8Array): Font;
}
