import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** What is delivered with the service may be used in a service that is not open source. */
const PROJECT = resolve(__dirname, "../..");

/** None of them asks for more than its notice; LGPL does not reach beyond a library that is linked at run time. */
const ALLOWED = [
  ...["MIT", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "BlueOak-1.0.0"],
  // The fonts.
  "OFL-1.1",
  // libvips, which sharp loads as a shared library.
  "LGPL-3.0-or-later",
];
/** Packages whose package.json names no licence, and where it is. */
const NAMED_ELSEWHERE: Readonly<Record<string, string>> = { "node_modules/png-js": "LICENSE" };

interface Locked {
  dev?: boolean;
  license?: string;
}

const readJson = (path: string) => JSON.parse(readFileSync(join(PROJECT, path), "utf8"));

/** The packages of a production installation on any platform, by their place. */
const { packages }: { packages: Record<string, Locked> } = readJson("package-lock.json");
const delivered = Object.entries(packages).filter(([path, { dev }]) => path !== "" && !dev);

/** Binaries for other platforms are not installed here; the lock file knows their licence. */
function licenceOf([path, { license }]: [string, Locked]): string | undefined {
  const manifest = join(path, "package.json");
  return existsSync(join(PROJECT, manifest)) ? readJson(manifest).license : license;
}

const isAllowed = (licence = "none"): boolean =>
  licence
    .replace(/[()]/g, "")
    .split(" OR ")
    .some((choice) => choice.split(" AND ").every((part) => ALLOWED.includes(part)));

test("When a package is delivered, then its licence is on the list", () => {
  expect(delivered.length).toBeGreaterThan(100);
  const refused = delivered
    .filter(([path]) => !(path in NAMED_ELSEWHERE))
    .filter((entry) => !isAllowed(licenceOf(entry)))
    .map((entry) => `${entry[0]}: ${licenceOf(entry)}`);
  expect(refused).toEqual([]);
});

test("When the list of parts is made, then it has every package of the service, with licences", () => {
  const { sbom } = readJson("package.json").scripts;
  const [, command] = sbom.split(" && ");
  const [program, ...options] = command.replace(/ > .*$/, "").split(" ");
  const output = execFileSync(program, options, { cwd: PROJECT, encoding: "utf8", maxBuffer: 2 ** 26 });
  const { bomFormat, components } = JSON.parse(output);
  expect(bomFormat).toBe("CycloneDX");
  const named = components.map(({ name }: { name: string }) => name);
  expect(named).toEqual(expect.arrayContaining(Object.keys(readJson("package.json").dependencies)));
  expect(components.filter(({ licenses }: { licenses?: unknown }) => licenses).length).toBeGreaterThan(100);
});

test("When a package names its licence in a file, then it is one that is allowed", () => {
  for (const [path, file] of Object.entries(NAMED_ELSEWHERE)) {
    expect(licenceOf([path, {}])).toBeUndefined();
    expect(readFileSync(join(PROJECT, path, file), "utf8")).toContain("MIT");
  }
});

test.each(["GPL-3.0", "AGPL-3.0-only", "UNLICENSED", "MIT AND GPL-2.0", undefined])(
  "When a licence is %s, then it is refused",
  (licence) => expect(isAllowed(licence)).toBe(false),
);
