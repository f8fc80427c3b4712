/** A part of a page that a program writes: everything between its two marks. */

const marksOf = (name: string) => [`<!-- generated: ${name} -->`, `<!-- end of ${name} -->`] as const;

/** @throws Error when the page lacks the marks */
function splitAt(page: string, name: string): [before: string, block: string, after: string] {
  const [begin, end] = marksOf(name);
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page has no part "${name}"`);
  const start = from + begin.length;
  return [page.slice(0, start), page.slice(start, to), page.slice(to)];
}

export const readBlock = (page: string, name: string): string => splitAt(page, name)[1].trim();

export function replaceBlock(page: string, { name, text }: { name: string; text: string }): string {
  const [before, , after] = splitAt(page, name);
  return `${before}\n${text}\n${after}`;
}
