import type { Facts } from "./facts.js";

/** A rule of `reliability.md` §2 that the data breaks. */
export interface Violation {
  /** `I7` */
  invariant: string;
  problem: string;
  /** What to look at: document ids, gateway ids, numbers. */
  ids: string[];
}

/** One invariant, asked of everything that was read. */
export type Check = (facts: Facts) => Violation[];

export const violation = (invariant: string, problem: string, ...ids: readonly unknown[]): Violation => ({
  invariant,
  problem,
  ids: ids.map(String),
});

/** In the order of their first appearance. */
export function groupBy<T>(rows: readonly T[], keyOf: (row: T) => unknown): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = String(keyOf(row));
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

export const sumOf = <T>(rows: readonly T[], amountOf: (row: T) => number): number =>
  rows.reduce((sum, row) => sum + amountOf(row), 0);

/** Keys that more than one row has. */
export const duplicatesOf = <T>(rows: readonly T[], keyOf: (row: T) => unknown): [string, T[]][] =>
  [...groupBy(rows, keyOf)].filter(([, group]) => group.length > 1);
