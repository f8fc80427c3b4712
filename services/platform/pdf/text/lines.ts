/** Breaks text into lines. All lengths are thousandths of the font size. */
import bidiFactory from "bidi-js";
import LineBreaker from "linebreak";
import { type Family, splitGraphemes, toPrintable } from "./itemise.js";
import type { GlyphRun, ShapeOptions } from "./shape.js";

export interface TextLine {
  /** From left to right. */
  runs: readonly GlyphRun[];
  width: number;
}

export interface LineOptions {
  bold: boolean;
  /** No line is wider, except for a single character. */
  maxWidth: number;
}

export type Shaper = (text: string, options: ShapeOptions) => readonly GlyphRun[];

/** A run with its depth of embedding: odd in text that is read from right to left. */
interface LevelRun {
  run: GlyphRun;
  level: number;
}

/** What stays together on a line, and the blanks that vanish at a line's end. */
interface Piece {
  start: number;
  end: number;
  runs: LevelRun[];
  width: number;
  blanks: LevelRun[];
  blankWidth: number;
}

const bidi = bidiFactory();
/** The blocks of scripts from right to left. Without their letters, everything has level 0. */
const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
/** bidi-js takes the halves of a surrogate pair for Latin letters. Emoji have no direction. */
const EMOJI = /[\p{Extended_Pictographic}\u{1F1E6}-\u{1F1FF}\u{1F3FB}-\u{1F3FF}]/gu;
const NEUTRAL = (emoji: string): string => "\u263A".repeat(emoji.length);

/** The lines of a text. Line feeds end a line; an empty text has no lines. */
export function breakLines(text: string, options: LineOptions, shape: Shaper): TextLine[] {
  if (text.trim() === "") return [];
  return text.split(/\r\n|[\n\r\u2028\u2029]/).flatMap((paragraph) => {
    return new ParagraphBreaker(toPrintable(paragraph), options, shape).lines();
  });
}

class ParagraphBreaker {
  private readonly levels: Uint8Array;

  constructor(
    private readonly text: string,
    private readonly options: LineOptions,
    private readonly shape: Shaper,
  ) {
    this.levels = RIGHT_TO_LEFT.test(text)
      ? bidi.getEmbeddingLevels(text.replace(EMOJI, NEUTRAL), "auto").levels
      : new Uint8Array(text.length);
  }

  lines(): TextLine[] {
    const lines: TextLine[] = [];
    let line: Piece[] = [];
    let width = 0;
    const finish = () => {
      lines.push(toLine(line));
      line = [];
      width = 0;
    };
    for (const whole of this.pieces()) {
      if (line.length > 0 && width + whole.width > this.options.maxWidth) finish();
      const parts = whole.width > this.options.maxWidth ? this.divide(whole) : [whole];
      for (const [index, piece] of parts.entries()) {
        if (index > 0) finish();
        line.push(piece);
        width += piece.width + piece.blankWidth;
      }
    }
    finish();
    return lines;
  }

  private pieces(): Piece[] {
    const pieces: Piece[] = [];
    const breaker = new LineBreaker(this.text);
    let start = 0;
    for (let next = breaker.nextBreak(); next; next = breaker.nextBreak()) {
      pieces.push(this.piece(start, next.position));
      start = next.position;
    }
    return pieces;
  }

  /** A word that is wider than a line, as parts that fit. */
  private divide(word: Piece): Piece[] {
    const parts: Piece[] = [];
    let start = word.start;
    let end = word.start;
    for (const grapheme of splitGraphemes(this.text.slice(word.start, word.end))) {
      const next = end + grapheme.length;
      if (end > start && this.piece(start, next).width > this.options.maxWidth) {
        parts.push(this.piece(start, end));
        start = end;
      }
      end = next;
    }
    return [...parts, this.piece(start, word.end)];
  }

  private piece(start: number, end: number): Piece {
    const visibleEnd = start + this.text.slice(start, end).trimEnd().length;
    const runs = this.shapeRange(start, visibleEnd);
    // Blanks in the font of their word keep its line in one piece for readers.
    const blanks = this.shapeRange(visibleEnd, end, runs.at(-1)?.run.face.family);
    return { start, end, runs, width: widthOf(runs), blanks, blankWidth: widthOf(blanks) };
  }

  /** Text of one level is shaped together. */
  private shapeRange(start: number, end: number, preferred?: Family): LevelRun[] {
    const runs: LevelRun[] = [];
    for (let from = start; from < end; ) {
      const level = this.levels[from] ?? 0;
      let to = from + 1;
      while (to < end && this.levels[to] === level) to += 1;
      const rtl = level % 2 === 1;
      const options = { bold: this.options.bold, rtl, ...(preferred && { preferred }) };
      for (const run of this.shape(this.text.slice(from, to), options)) runs.push({ run, level });
      from = to;
    }
    return runs;
  }
}

const widthOf = (runs: readonly LevelRun[]): number => runs.reduce((sum, { run }) => sum + run.width, 0);

function toLine(pieces: readonly Piece[]): TextLine {
  const runs = pieces.flatMap((piece, index) =>
    index === pieces.length - 1 ? piece.runs : [...piece.runs, ...piece.blanks],
  );
  return { runs: inVisualOrder(runs).map(({ run }) => run), width: widthOf(runs) };
}

/** Rule L2 of the Unicode bidirectional algorithm: from the deepest level up, everything at or above it is reversed. */
function inVisualOrder(runs: readonly LevelRun[]): LevelRun[] {
  const ordered = [...runs];
  const deepest = Math.max(0, ...runs.map(({ level }) => level));
  for (let depth = deepest; depth > 0; depth -= 1) {
    for (let start = 0; start < ordered.length; start += 1) {
      let end = start;
      while ((ordered[end]?.level ?? -1) >= depth) end += 1;
      if (end > start) ordered.splice(start, end - start, ...ordered.slice(start, end).reverse());
      start = Math.max(start, end);
    }
  }
  return ordered;
}
