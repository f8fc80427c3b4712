import { invalidField } from "./errors.js";
import type { Collection } from "./types.js";
import type { Fields } from "./validation.js";

const EARLIEST = 946684800;
const LATEST = 4765046400;

interface Page {
  count: number;
  skip: number;
  from: number;
  to: number;
}

export const collection = <T>(items: T[]): Collection<T> => ({
  entity: "collection",
  count: items.length,
  items,
});

function readQueryInteger(query: Fields, field: string): number | undefined {
  const value = query[field];
  if (value === undefined || value === "") return undefined;
  if (typeof value !== "string" || !/^-?\d+$/.test(value)) {
    throw invalidField(`The ${field} must be an integer.`, field);
  }
  return Number(value);
}

function readTime(query: Fields, field: "from" | "to"): number | undefined {
  const time = readQueryInteger(query, field);
  if (time !== undefined && (time < EARLIEST || time > LATEST)) {
    throw invalidField(`${field} must be between ${EARLIEST} and ${LATEST}`, field);
  }
  return time;
}

/** The rules of all lists: default 10 rows, at most `maximum` (100; 1000 for the recon report). */
export function readPage(query: Fields, maximum = 100): Page {
  const count = readQueryInteger(query, "count") ?? 10;
  if (count < 1) throw invalidField("The count must be at least 1.", "count");
  if (count > maximum) throw invalidField(`The count may not be greater than ${maximum}.`, "count");
  const skip = readQueryInteger(query, "skip") ?? 0;
  if (skip < 0) throw invalidField("The skip must be at least 0.", "skip");
  return { count, skip, from: readTime(query, "from") ?? 0, to: readTime(query, "to") ?? LATEST };
}

/** `authorized=0|1`. */
export function readFlag(query: Fields, field: string): boolean | undefined {
  const value = readQueryInteger(query, field);
  if (value === undefined) return undefined;
  if (value !== 0 && value !== 1) throw invalidField(`The ${field} field must be true or false.`, field);
  return value === 1;
}

/** The gateway reads `expand[]=x` only and ignores the SDK's `expand[expand]=x`. */
export function readExpand(query: Fields): Set<string> {
  const value = query["expand[]"];
  const names = Array.isArray(value) ? value : [value];
  return new Set(names.filter((name): name is string => typeof name === "string"));
}

interface Listed {
  createdMs: number;
  entity: { created_at: number };
}

interface Selection<T extends Listed> {
  page: Page;
  /** Omits rows created after this (ms). */
  visibleUntilMs?: number;
  matches?: (row: T) => boolean;
}

/** Newest first. Rows are in order of creation, so the loop stops at the end of the page. */
export function selectPage<T extends Listed>(rows: readonly T[], selection: Selection<T>): T[] {
  const { page, visibleUntilMs = Number.POSITIVE_INFINITY, matches = () => true } = selection;
  const chosen: T[] = [];
  let skipped = 0;
  for (let index = rows.length - 1; index >= 0 && chosen.length < page.count; index -= 1) {
    const row = rows[index];
    if (!row || row.createdMs > visibleUntilMs) continue;
    if (row.entity.created_at < page.from || row.entity.created_at > page.to || !matches(row)) continue;
    if (skipped < page.skip) skipped += 1;
    else chosen.push(row);
  }
  return chosen;
}
