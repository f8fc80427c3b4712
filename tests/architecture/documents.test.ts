import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { routesOf } from "../../config/express.config.js";
import { JOB_NAMES } from "../../utils/constants.js";

/** What the documents name has to exist: pages and their headings, commands, calls and jobs. */
const PROJECT = resolve(__dirname, "../..");
const NOT_OURS = new Set(["node_modules", "dist", "coverage", "results"]);

function documentsBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return NOT_OURS.has(entry.name) || entry.name.startsWith(".") ? [] : documentsBelow(path);
    }
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

const FENCED = /^ *```[\s\S]*?^ *```/gm;
const CODE = /`[^`\n]*`/g;
const textOf = (path: string): string => readFileSync(path, "utf8");
/** Without code, in which brackets and number signs mean something else. */
const proseOf = (path: string): string => textOf(path).replace(FENCED, "").replace(CODE, "");

/** The anchors that a code host makes from headings: lower case, words joined by hyphens, no other signs. */
function anchorsOf(path: string): string[] {
  const withoutFences = textOf(path).replace(FENCED, "");
  const headings = [...withoutFences.matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
  const named = [...withoutFences.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id);
  return [...headings, ...named];
}

/** @returns what is wrong with a link; null if it leads somewhere */
function faultOf(link: string, from: string): string | null {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? from : resolve(dirname(from), path);
  if (!existsSync(target)) return "does not exist";
  if (anchor === undefined) return null;
  if (!statSync(target).isFile()) return "a folder has no headings";
  return anchorsOf(target).includes(anchor) ? null : "has no such heading";
}

const linksIn = (prose: string): string[] =>
  [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/.test(link));

/** `GET /api/orders` in a sentence; `get /api/orders`, `send POST /api/…` and `$S/api/…` in a command. */
const CALLS = [
  /\b(GET|POST|PUT|DELETE) (\/(?:api|metrics)[^\s`"'|),;]*)/g,
  /\bsend (POST|PUT|DELETE) ["']?(\/api[^\s"'|)]*)/g,
  /(?:\bget |\$[SI])()["']?(\/(?:api|metrics)[^\s"'|)`]*)/g,
];

interface Call {
  /** Empty: not said. */
  method: string;
  path: string;
}

const callsIn = (text: string): Call[] =>
  CALLS.flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, method = "", path = ""]) => ({
      method: method.toLowerCase(),
      path: path.replace(/\?.*$/, "").replace(/[./:]+$/, ""),
    })),
  );

/** Stands for an id: `<id>`, `:orderNumber`, `$C`, `…`. */
const PLACEHOLDER = /^(?:<|:|\$|…)/;

function isRoute({ method, path }: Call): boolean {
  const parts = path.split("/");
  return routes.some((route) => {
    const pattern = route.path.split("/");
    if (method !== "" && method !== route.method) return false;
    if (pattern.length !== parts.length) return false;
    return pattern.every((expected, index) => {
      const part = parts[index] ?? "";
      return PLACEHOLDER.test(part)
        ? expected.startsWith(":")
        : expected === part || expected.startsWith(":");
    });
  });
}

const documents = documentsBelow(PROJECT);
const routes = routesOf();
const report = (path: string, problem: string): string => `${relative(PROJECT, path)}: ${problem}`;

describe("The documents", () => {
  test("When they link to a page or a heading, then it exists", () => {
    const dead = documents.flatMap((path) =>
      linksIn(proseOf(path)).flatMap((link) => {
        const fault = faultOf(link, path);
        return fault === null ? [] : [report(path, `${link} ${fault}`)];
      }),
    );

    expect(dead).toEqual([]);
  });

  test("When they name a command of npm, then package.json has it", () => {
    const { scripts } = JSON.parse(textOf(join(PROJECT, "package.json")));

    const unknown = documents.flatMap((path) =>
      [...textOf(path).matchAll(/\bnpm run ([a-z][\w-]*(?::[\w-]+)*)/g)]
        .map(([, name = ""]) => name)
        .filter((name) => !(name in scripts))
        .map((name) => report(path, `npm run ${name}`)),
    );

    expect(unknown).toEqual([]);
  });

  test("When they name a call, then a route answers it", () => {
    const unknown = documents.flatMap((path) =>
      callsIn(textOf(path))
        .filter((call) => !isRoute(call))
        .map((call) => report(path, `${call.method} ${call.path}`)),
    );

    expect(unknown).toEqual([]);
  });

  test("When they run a job, then it exists", () => {
    const known: readonly string[] = JOB_NAMES;

    const unknown = documents.flatMap((path) =>
      [...textOf(path).matchAll(/(?:admin\/jobs\/|npm run job )([a-z][a-z-]*)/g)]
        .map(([, name = ""]) => name)
        .filter((name) => !known.includes(name))
        .map((name) => report(path, name)),
    );

    expect(unknown).toEqual([]);
  });
});

test("When there is a job, then the operators' page says what it keeps true", () => {
  const rows = textOf(join(PROJECT, "docs/operations/README.md")).match(/^\| `.*$/gm) ?? [];

  expect(JOB_NAMES.filter((name) => !rows.some((row) => row.includes(`\`${name}\``)))).toEqual([]);
});

describe("The checks of the documents", () => {
  const page = join(PROJECT, "docs/glossary.md");

  test.each([
    ["a missing page", "no-such-page.md"],
    ["a missing heading", "recovery.md#no-such-heading"],
    ["a heading of a folder", "rules#money"],
  ])("When a page links to %s, then it is found", (_what, link) => {
    expect(linksIn(`See [this](${link}).`)).toEqual([link]);
    expect(faultOf(link, page)).not.toBeNull();
  });

  test.each([
    "GET /api/no-such-call",
    "POST /api/health",
    "send PUT /api/admin/jobs '{}'",
    "curl $S/api/orders/$N/no-such-part",
  ])("When a page names %s, then it is found", (text) => {
    expect(callsIn(text).filter((call) => !isRoute(call))).not.toEqual([]);
  });
});
