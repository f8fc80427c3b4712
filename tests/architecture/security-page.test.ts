import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The table of attacks in docs/security.md names tests that exist. */
const PROJECT = resolve(__dirname, "../..");
const page = readFileSync(join(PROJECT, "docs/security.md"), "utf8");
const ATTACKS = 46;

interface Row {
  name: string;
  tests: { path: string; title: string }[];
}

const rows: Row[] = [...page.matchAll(/^\| (S\d+) \|(.*)\|$/gm)].map(([, name = "", cells = ""]) => ({
  name,
  tests: [...cells.matchAll(/\]\(\.\.\/([^)]+)\) “([^”]+)”/g)].map(([, path = "", title = ""]) => ({
    path,
    title,
  })),
}));

test("When an attack is in the table, then a test shows that it fails", () => {
  const names = Array.from({ length: ATTACKS }, (_unused, index) => `S${index + 1}`);
  expect(rows.map(({ name }) => name)).toEqual(names);
  expect(rows.filter(({ tests }) => tests.length === 0)).toEqual([]);
});

test("When the table names a test, then it is in that file", () => {
  const missing = rows
    .flatMap(({ name, tests }) => tests.map((test) => ({ name, ...test })))
    .filter(({ path, title }) => {
      const file = join(PROJECT, path);
      return !existsSync(file) || !readFileSync(file, "utf8").includes(title);
    });
  expect(missing).toEqual([]);
});

test("When the page links to a file, then the file exists", () => {
  const links = [...page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link = ""]) => link);
  expect(links.length).toBeGreaterThan(50);
  expect(links.filter((link) => !existsSync(join(PROJECT, "docs", link)))).toEqual([]);
});
