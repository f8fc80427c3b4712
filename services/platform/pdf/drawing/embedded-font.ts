import * as fontkit from "fontkit";
import type { FontFace } from "../text/fonts.js";
import type { Glyph } from "../text/shape.js";

/** The character code of a glyph is at most 16 bits. */
const hex16 = (value: number): string => value.toString(16).padStart(4, "0");

/** Text as UTF-16 in hexadecimal digits. */
export const utf16Hex = (text: string): string =>
  Array.from({ length: text.length }, (_, index) => hex16(text.charCodeAt(index))).join("");

/** Symbolic: the character codes are our own. */
const FLAGS = 4;
/** A CMap lists at most 100 characters per block. */
const BLOCK = 100;

/** Parsing takes longer than drawing a page. */
const parsed = new Map<FontFace, fontkit.Font>();

function parse(face: FontFace): fontkit.Font {
  const font = parsed.get(face) ?? fontkit.create(face.bytes);
  parsed.set(face, font);
  return font;
}

/**
 * The part of a font that a document uses. pdfkit's own font shapes text itself, which fails for some Indian scripts,
 * and knows one text per glyph. Here each pair of glyph and text has a character code of its own, because the same
 * glyph stands for different characters in different syllables.
 */
export class EmbeddedFont {
  readonly reference: PDFKit.PDFKitReference;
  private readonly codes = new Map<string, number>();
  /** By character code; code 0 is the missing glyph. */
  private readonly glyphs: Pick<Glyph, "id" | "width" | "text">[] = [{ id: 0, width: 0, text: "" }];

  constructor(
    private readonly document: PDFKit.PDFDocument,
    private readonly face: FontFace,
    /** Its name in the resources of pages, unique in the document. */
    readonly name: string,
  ) {
    this.reference = document.ref({});
  }

  /** The glyph's character code, as four hexadecimal digits. */
  encode({ id, width, text }: Glyph): string {
    const key = `${id}:${text}`;
    const known = this.codes.get(key);
    if (known !== undefined) return hex16(known);
    const code = this.glyphs.push({ id, width, text }) - 1;
    this.codes.set(key, code);
    return hex16(code);
  }

  /** Writes the font, after the last page. */
  end(): void {
    const font = parse(this.face);
    const subset = font.createSubset();
    const glyphOfCode = Buffer.alloc(this.glyphs.length * 2);
    for (const [code, { id }] of this.glyphs.entries()) {
      glyphOfCode.writeUInt16BE(subset.includeGlyph(id), code * 2);
    }
    const name = `${this.tag()}+${font.postscriptName}`;
    const descendant = this.object({
      Type: "Font",
      Subtype: "CIDFontType2",
      BaseFont: name,
      CIDSystemInfo: { Registry: new String("Adobe"), Ordering: new String("Identity"), Supplement: 0 },
      FontDescriptor: this.descriptor(font, name, subset.encode()),
      CIDToGIDMap: this.stream(glyphOfCode),
      W: [0, this.glyphs.map(({ width }) => Math.round(width))],
    });
    Object.assign(this.reference.data, {
      Type: "Font",
      Subtype: "Type0",
      BaseFont: name,
      Encoding: "Identity-H",
      DescendantFonts: [descendant],
      ToUnicode: this.stream(Buffer.from(this.characterMap())),
    });
    this.reference.end(undefined);
  }

  /** A subset's name begins with six letters, different for each subset of a document. */
  private tag(): string {
    return Array.from(hex16(Number(this.name.slice(1))).padStart(6, "0"), (digit) =>
      String.fromCharCode(65 + Number.parseInt(digit, 16)),
    ).join("");
  }

  private descriptor(font: fontkit.Font, name: string, file: Uint8Array): PDFKit.PDFKitReference {
    const scale = 1000 / font.unitsPerEm;
    const { minX, minY, maxX, maxY } = font.bbox;
    return this.object({
      Type: "FontDescriptor",
      FontName: name,
      Flags: FLAGS,
      FontBBox: [minX, minY, maxX, maxY].map((length) => Math.round(length * scale)),
      ItalicAngle: 0,
      Ascent: Math.round(font.ascent * scale),
      Descent: Math.round(font.descent * scale),
      CapHeight: Math.round((font.capHeight || font.ascent) * scale),
      StemV: 0,
      FontFile2: this.stream(Buffer.from(file)),
    });
  }

  /** Tells readers which text the codes stand for. */
  private characterMap(): string {
    const rows = this.glyphs
      .map(({ text }, code) => ({ code, text }))
      .filter(({ text }) => text !== "")
      .map(({ code, text }) => `<${hex16(code)}> <${utf16Hex(text)}>`);
    const blocks = Array.from({ length: Math.ceil(rows.length / BLOCK) }, (_, index) =>
      rows.slice(index * BLOCK, (index + 1) * BLOCK),
    );
    return [
      "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
      "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
      "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
      "1 begincodespacerange <0000> <ffff> endcodespacerange",
      ...blocks.map((block) => `${block.length} beginbfchar\n${block.join("\n")}\nendbfchar`),
      "endcmap CMapName currentdict /CMap defineresource pop end end",
    ].join("\n");
  }

  private object(data: object): PDFKit.PDFKitReference {
    const reference = this.document.ref(data);
    reference.end(undefined);
    return reference;
  }

  private stream(bytes: Buffer): PDFKit.PDFKitReference {
    const reference = this.document.ref({});
    reference.end(bytes);
    return reference;
  }
}
