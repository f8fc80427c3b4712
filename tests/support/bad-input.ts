import type Joi from "joi";

/** Input of attackers and broken clients, and helpers to put it into requests. */

/** Fields that only the service may set. */
export const ASSIGNED_FIELDS: Readonly<Record<string, unknown>> = {
  status: "completed",
  paymentStatus: "paid",
  paidAmount: 100_000,
  userId: "user-mallory",
  grandTotal: 1,
  isFreeGift: true,
  unitPrice: 0.01,
  role: "admin",
  approvedById: "admin-admin",
};

/** Query operators where a value belongs. */
const OPERATORS: readonly object[] = [
  { $ne: null },
  { $gt: "" },
  { $regex: "^a" },
  { $where: "sleep(1000)" },
];

/** Numbers that JSON.stringify cannot produce. `toJsonText` writes what stands between the @ signs. */
const BEYOND_NUMBERS = "@1e309@";
const UNSAFE_INTEGER = "@9007199254740993@";
const NEGATIVE_ZERO = "@-0@";
const WRITTEN_NUMBER = /"@([-\de]+)@"/g;

/** JSON, with the numbers above. */
export const toJsonText = (value: unknown): string => JSON.stringify(value).replaceAll(WRITTEN_NUMBER, "$1");

const WRONG_VALUES: Readonly<Record<string, readonly unknown[]>> = {
  string: [5, true, ["x"], "a\u0000b", "\ud800", ...OPERATORS],
  number: ["5", " 7 ", true, [5], BEYOND_NUMBERS, UNSAFE_INTEGER, NEGATIVE_ZERO, ...OPERATORS],
  boolean: ["true", 1, [true], ...OPERATORS],
  array: ["x", {}, ...OPERATORS],
  object: ["x", [], ...OPERATORS],
};
/** Wrong for a field of any type. */
const WRONG_ANYWHERE: readonly unknown[] = [["x"], ...OPERATORS];

/** The way from a body to one of its fields: names and list indexes. */
export type Path = readonly (string | number)[];

/** One field of a body, as its schema describes it. */
export interface Field {
  path: Path;
  type: string;
  nullable: boolean;
}

/** The parts of Joi's `describe()` that are used here. */
interface Described {
  type?: string;
  allow?: unknown[];
  keys?: Record<string, Described>;
  items?: Described[];
}

function walk({ type = "any", allow = [], keys = {}, items = [] }: Described, path: Path): Field[] {
  const inside = [
    ...Object.entries(keys).flatMap(([name, field]) => walk(field, [...path, name])),
    ...items.slice(0, 1).flatMap((item) => walk(item, [...path, 0])),
  ];
  return path.length === 0 ? inside : [{ path, type, nullable: allow.includes(null) }, ...inside];
}

/** Every field of a body, including those inside objects and lists. */
export const fieldsOf = (schema: Joi.ObjectSchema | undefined): Field[] =>
  schema ? walk(schema.describe() as Described, []) : [];

/** The objects of a schema that declare keys, starting with the body itself. */
export const objectsOf = (schema: Joi.ObjectSchema | undefined): { path: Path; keys: string[] }[] => {
  const fields = fieldsOf(schema);
  const keysAt = (path: Path) =>
    fields
      .filter(
        (field) => field.path.length === path.length + 1 && path.every((key, i) => field.path[i] === key),
      )
      .map(({ path: own }) => String(own.at(-1)));
  const inner = fields.filter(({ type, path }) => type === "object" && keysAt(path).length > 0);
  return [{ path: [] }, ...inner].map(({ path }) => ({ path, keys: keysAt(path) }));
};

export function wrongValuesFor({ type, nullable }: Field): unknown[] {
  return [...(WRONG_VALUES[type] ?? WRONG_ANYWHERE), ...(nullable ? [] : [null])];
}

type Container = Record<string | number, unknown>;
const isContainer = (value: unknown): value is Container => typeof value === "object" && value !== null;

const parentOf = (body: unknown, path: Path): unknown =>
  path.slice(0, -1).reduce<unknown>((at, key) => (isContainer(at) ? at[key] : undefined), body);

export const hasParentOf = (body: object, path: Path): boolean => isContainer(parentOf(body, path));

/**
 * A copy of the body with another value at the path.
 * @throws Error when the body has no parent for it: then the example body is not complete enough
 */
export function withValue(body: object, path: Path, value: unknown): object {
  const copy = structuredClone(body);
  const parent = parentOf(copy, path);
  const last = path.at(-1);
  if (!isContainer(parent) || last === undefined) {
    throw new Error(`the valid body has nothing at ${path.slice(0, -1).join(".")}`);
  }
  parent[last] = value;
  return copy;
}

/** A raw body and its documented refusal. */
export interface RawBody {
  what: string;
  text: string | Buffer;
  /** The content type; undefined sends none. */
  type?: string;
  headers?: Record<string, string>;
  status: 400 | 413 | 415;
  code: "VALIDATION_ERROR" | "MALFORMED_JSON" | "PAYLOAD_TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE";
}

const JSON_TYPE = "application/json";
const DEPTH = 15_000;

const malformed = (what: string, text: string | Buffer): RawBody => ({
  what,
  text,
  type: JSON_TYPE,
  status: 400,
  code: "MALFORMED_JSON",
});
const invalid = (what: string, text: string): RawBody => ({
  what,
  text,
  type: JSON_TYPE,
  status: 400,
  code: "VALIDATION_ERROR",
});
const unsupported = (text: string, type?: string, headers?: Record<string, string>): RawBody => ({
  what: `${type ?? "no type"} ${JSON.stringify(headers ?? {})}`,
  text,
  type,
  headers,
  status: 415,
  code: "UNSUPPORTED_MEDIA_TYPE",
});

/** The body with its first field repeated, or null for a body without fields. */
function withRepeatedField(body: object): string | null {
  const [first] = Object.entries(body);
  if (!first) return null;
  const field = `${JSON.stringify(first[0])}:${JSON.stringify(first[1])}`;
  return `{${field},${JSON.stringify(body).slice(1)}`;
}

/**
 * Bodies that no route accepts.
 * @param valid a body that the route accepts
 * @param limit of the route, in bytes
 */
export function rawBodies(valid: object, limit: number): RawBody[] {
  const text = JSON.stringify(valid);
  const twice = withRepeatedField(valid);
  const withField = (field: string) => (text === "{}" ? `{${field}}` : `${text.slice(0, -1)},${field}}`);
  return [
    unsupported(text, "text/plain"),
    unsupported(text),
    unsupported("<order/>", "application/xml"),
    unsupported("a=b", "application/x-www-form-urlencoded"),
    unsupported("--x--", "multipart/form-data; boundary=x"),
    unsupported(text, "application/json; charset=utf-99"),
    unsupported(text, JSON_TYPE, { "Content-Encoding": "gzip" }),
    malformed("cut off", `${text.slice(0, -1)}`),
    malformed("NaN", withField('"x":NaN')),
    malformed("Infinity", withField('"x":Infinity')),
    malformed("broken UTF-8", Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d])),
    invalid("lists 15,000 deep", withField(`"x":${"[".repeat(DEPTH)}${"]".repeat(DEPTH)}`)),
    invalid("objects 15,000 deep", `${'{"x":'.repeat(DEPTH)}1${"}".repeat(DEPTH)}`),
    invalid("a list", `[${text}]`),
    invalid("a text", JSON.stringify(text)),
    invalid("null", "null"),
    invalid("__proto__", withField('"__proto__":{"polluted":true}')),
    invalid("constructor.prototype", withField('"constructor":{"prototype":{"polluted":true}}')),
    ...(twice ? [invalid("a key twice", twice)] : []),
    {
      what: "10 % over the limit",
      text: withField(`"x":"${"x".repeat(limit * 1.1)}"`),
      type: JSON_TYPE,
      status: 413,
      code: "PAYLOAD_TOO_LARGE",
    },
  ];
}

/** Invisible characters that must not reach a terminal, a log or a mail. Line breaks are legal in some texts. */
export const UNSEEN_TEXTS: readonly string[] = [
  "card 4111\u001b[31m",
  "card 4111\u0007",
  "\u009bcard 4111",
  "card\u200b 4111",
];
/** Matches them in JSON. */
export const UNSEEN = /\\u001b|\\u0007|\u009b|\u200b/;

export const BAD_QUANTITIES: readonly unknown[] = [
  0,
  -1,
  1.5,
  1e9,
  "1",
  null,
  BEYOND_NUMBERS,
  [1],
  { $gt: 0 },
];

/** A guest id has 22 to 64 characters of base64url. */
export const BAD_SESSION_IDS: readonly string[] = [
  '{"$gt":""}',
  "[object Object]",
  "short",
  "x".repeat(65),
  "x".repeat(10_000),
  `${"x".repeat(30)}; drop`,
];

/** Wrong values in place of an id, as they are written in the URL. */
export const BAD_PATH_VALUES: readonly string[] = [
  "..%2f..%2fetc%2fpasswd",
  "..%5c",
  "..%5c%2f..",
  "a%0d%0aSet-Cookie:x",
  "[object%20Object]",
  "%7B%22$ne%22:null%7D",
  "abcdefghijkl",
  "0123456789abcdef012345678",
  "x".repeat(2000),
];
/** Values that no route accepts, whatever its parameter is. */
export const BROKEN_PATH_VALUES: readonly string[] = ["%00", "%E0%A4%A"];

/** Query parameters that no route has. */
const BAD_QUERIES: readonly string[] = [
  "debug=1",
  "status[$ne]=x",
  "%24where=1",
  "__proto__=x",
  "constructor=x",
  "sort=__proto__",
];

const BAD_PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  page: ["page=-1", "page=0", "page=1e9", "page=1.5", "page=Infinity"],
  limit: ["limit=1000000", "limit=0", "limit=-1", "limit=many", "limit[]=5"],
  sortBy: ["sortBy=__proto__", "sortBy=$where", "sortBy="],
  sortOrder: ["sortOrder=-1"],
  dateFrom: [
    "dateFrom=yesterday",
    "dateFrom=1926-01-01&dateTo=2026-01-01",
    "dateFrom=2026-02-01&dateTo=2026-01-01",
  ],
};

/** Unusual spellings that a lenient parser would accept as a number or a date. */
const BAD_SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  number: ["", "1e1", "%205", "5%20", "%2B5", "0x10", "5.", "1_0", "-0", "1%C2%A0", "%D9%A5"],
  date: ["", "2026-13-45", "2026-02-30", "2026", "2026-W01", "2026-200", "%202026-01-01", "1767225600000"],
};

/** Invalid queries for the parameters that a route declares. */
export function badQueriesFor(schema: Joi.ObjectSchema | undefined): string[] {
  const keys = (schema?.describe() as Described | undefined)?.keys ?? {};
  const own = Object.entries(keys).flatMap(([name, { type = "any" }]) => [
    ...(BAD_SPELLINGS[type] ?? []).map((typed) => `${name}=${typed}`),
    `${name}=a&${name}=b`,
    `${name}[$ne]=x`,
    `${name}=a%00b`,
    `${name}=${"x".repeat(2000)}`,
    ...(BAD_PARAMETERS[name] ?? []),
  ]);
  return [...BAD_QUERIES, ...own];
}

/** A key has 8 to 255 printable ASCII characters. */
export const BAD_IDEMPOTENCY_KEYS: readonly string[] = [
  "x",
  "1234567",
  "x".repeat(300),
  "x".repeat(10_000),
  // "schlüssel-1" sent in UTF-8: Node reads header bytes as latin1.
  Buffer.from("schlüssel-1", "utf8").toString("latin1"),
  "1234\t5678",
];
