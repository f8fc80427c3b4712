/**
 * Renders documents from the sources and reads their text, for tests: jest cannot load the modules that shape text
 * and read PDFs. Input and output are v8-serialised, on the standard streams.
 */
import { createRequire } from "node:module";
import { buffer } from "node:stream/consumers";
import { deserialize, serialize } from "node:v8";
import { getDocument } from "pdfjs-dist/legacy/build/pdf.mjs";
import type { PrintedDocument } from "../../../services/platform/pdf/pdf.types.js";
import { renderDocument } from "../../../services/platform/pdf/render.js";
import { shape } from "../../../services/platform/pdf/text/shape.js";
import type { ChildRequest, ChildResponse, TextItem } from "./render-in-child.js";

const FONTS = `${createRequire(import.meta.url)
  .resolve("pdfjs-dist/package.json")
  .replace("package.json", "")}standard_fonts/`;

async function readPages(pdf: Buffer): Promise<TextItem[][]> {
  const options = { data: new Uint8Array(pdf), verbosity: 0, standardFontDataUrl: FONTS };
  const document = await getDocument(options).promise;
  const pages: TextItem[][] = [];
  for (let number = 1; number <= document.numPages; number += 1) {
    const { items } = await (await document.getPage(number)).getTextContent();
    pages.push(
      items.flatMap((item) =>
        "str" in item && item.str.trim() !== ""
          ? [{ text: item.str, x: item.transform[4], y: item.transform[5], width: item.width }]
          : [],
      ),
    );
  }
  return pages;
}

async function answer({ documents, pdfs, texts }: ChildRequest): Promise<ChildResponse> {
  const rendered: ChildResponse["rendered"] = [];
  for (const document of documents satisfies PrintedDocument[]) {
    const pdf = await renderDocument(document);
    rendered.push({ pdf, pages: await readPages(pdf) });
  }
  const read: ChildResponse["read"] = [];
  for (const pdf of pdfs) read.push(await readPages(pdf));
  const shaped = texts.map(({ text, bold, rtl }) =>
    shape(text, { bold, rtl }).map(({ face, glyphs }) => ({ font: face.key, glyphs: [...glyphs] })),
  );
  return { rendered, read, shaped };
}

process.stdout.write(serialize(await answer(deserialize(await buffer(process.stdin)))));
