import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readBlock } from "../../scripts/docs/generated-block.js";
import { guardsPage } from "../../scripts/docs/guards-page.js";
import { removalsOf, withoutGuard } from "../../scripts/guards/guard.js";
import { GUARDS } from "../../scripts/guards/table/index.js";

/** The table of `npm run test:guards` fits the code, which the command itself takes too long to show. */
const PROJECT = resolve(__dirname, "../..");
const read = (file: string) => readFileSync(join(PROJECT, file), "utf8");

test("When a guard is in the table, then its text is in its file, once", () => {
  expect(GUARDS.length).toBeGreaterThan(90);
  for (const removal of GUARDS.flatMap(removalsOf)) {
    expect(withoutGuard(read(removal.file), removal)).not.toBe(read(removal.file));
  }
});

test("When a text is missing or there twice, then the table is stale", () => {
  const removal = { file: "a.ts", text: "guard", replacement: "" };
  expect(() => withoutGuard("nothing", removal)).toThrow("0 times");
  expect(() => withoutGuard("guard guard", removal)).toThrow("2 times");
  expect(withoutGuard("a guard", removal)).toBe("a ");
});

test("When a guard has a name, then no other guard has it", () => {
  const names = GUARDS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test("When an index is unique, then it is in the table", () => {
  const UNIQUE = /unique: true/g;
  const missing = readdirSync(join(PROJECT, "models"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .flatMap((name) => {
      const source = read(`models/${name}`);
      const removed = GUARDS.filter(({ file }) => file === `models/${name}`).map(({ text }) => {
        const from = source.indexOf(text);
        return { from, to: from + text.length };
      });
      return [...source.matchAll(UNIQUE)]
        .filter(({ index }) => !removed.some(({ from, to }) => from <= index && index < to))
        .map(({ index }) => `models/${name}: ${source.slice(index - 60, index)}`);
    });
  expect(missing).toEqual([]);
});

test("When the table or a result has changed, then the page has changed with it", () => {
  expect(readBlock(read("docs/reliability.md"), "guards")).toBe(guardsPage());
});
