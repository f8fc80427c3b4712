import { Types } from "mongoose";
import { createRandom } from "../../../scripts/sandbox/shared/random.js";

/** Random carts and checkouts, and their analyses counted by hand. */

const DAY_MS = 86_400_000;
const INDIA_MS = 19_800_000;
const FIRST = Date.parse("2026-01-01T00:00:00Z");
const SPREAD_DAYS = 60;
const random = createRandom(7);
export const below = (most: number): number => Math.floor(random() * most);
const pick = <T>(words: readonly T[]): T => words[below(words.length)] as T;

export interface Line {
  cartId: Types.ObjectId;
  productId: string;
  variantId: string;
  name: string;
  quantity: number;
  lineTotal: number;
  isFreeGift: boolean;
}
export interface Cart {
  _id: Types.ObjectId;
  /** Owners of their own: only one active cart each. */
  userId: string;
  status: string;
  createdAt: Date;
  updatedAt: Date;
  grandTotal: number;
  itemCount: number;
  mergedIntoCartId: Types.ObjectId | null;
}
export type StepField = "initiatedAt" | "addressEnteredAt" | "paymentPendingAt" | "completedAt";
export interface Session {
  _id: Types.ObjectId;
  cartId: Types.ObjectId;
  status: string;
  createdAt: Date;
  updatedAt: Date;
  steps: Record<StepField, Date | null>;
}
export interface CartWithLines {
  cart: Cart;
  lines: Line[];
}

const anyTime = () => new Date(FIRST + below(SPREAD_DAYS * DAY_MS));

export function randomCart(createdAt = anyTime()): CartWithLines {
  const _id = new Types.ObjectId();
  const status = pick(["active", "abandoned", "abandoned", "converted", "converted"]);
  const isMerged = status === "converted" && below(4) === 0;
  const lines = Array.from({ length: below(4) }, (_, index) => randomLine(_id, index));
  const cart = {
    _id,
    userId: `user-${_id.toHexString()}`,
    status,
    createdAt,
    updatedAt: createdAt,
    grandTotal: lines.reduce((sum, { lineTotal }) => sum + lineTotal, 0),
    itemCount: lines.length,
    mergedIntoCartId: isMerged ? new Types.ObjectId() : null,
  };
  return { cart, lines };
}

function randomLine(cartId: Types.ObjectId, index: number): Line {
  const product = below(14) + index * 14;
  const quantity = 1 + below(5);
  const isFreeGift = below(9) === 0;
  return {
    ...{ cartId, quantity, isFreeGift },
    productId: `prod-${product}`,
    variantId: `var-${index}`,
    name: `Product ${product}`,
    lineTotal: isFreeGift ? 0 : quantity * (100 + below(90_000)),
  };
}

export function randomSession(createdAt = anyTime()): Session {
  const steps = below(4);
  const at = (step: number) => (steps >= step ? new Date(createdAt.getTime() + step * 60_000) : null);
  return {
    _id: new Types.ObjectId(),
    cartId: new Types.ObjectId(),
    status: "failed",
    createdAt,
    updatedAt: createdAt,
    steps: { initiatedAt: createdAt, addressEnteredAt: at(1), paymentPendingAt: at(2), completedAt: at(3) },
  };
}

/** With the calendar instead of arithmetic on days. */
export function startOf(at: Date, groupBy: string): string {
  const local = new Date(at.getTime() + INDIA_MS);
  local.setUTCHours(0, 0, 0, 0);
  if (groupBy === "week") local.setUTCDate(local.getUTCDate() - ((local.getUTCDay() + 6) % 7));
  if (groupBy === "month") local.setUTCDate(1);
  return local.toISOString().slice(0, 10);
}

export const RANGES = [
  ["2026-01-01T00:00:00Z", "2026-03-05T23:59:59Z"],
  ["2026-01-14T18:30:00.000Z", "2026-02-20T05:17:23.456Z"],
  // Days as they begin and end in India, and nothing but parts of two days.
  ["2026-01-31T18:30:00.000Z", "2026-02-28T18:29:59.999Z"],
  ["2026-02-10T20:00:00Z", "2026-02-12T15:00:00Z"],
] as const;
export const CASES = RANGES.flatMap(([from, to]) =>
  ["day", "week", "month"].map((groupBy) => [groupBy, from, to] as const),
);

export const within = <T extends { createdAt: Date }>(documents: T[], from: string, to: string): T[] =>
  documents.filter(({ createdAt }) => createdAt >= new Date(from) && createdAt <= new Date(to));

/** Every period of the range, with what was made in it. */
export function periodsOf<T extends { createdAt: Date }>(
  documents: T[],
  { groupBy, from, to }: { groupBy: string; from: string; to: string },
): Map<string, T[]> {
  const periods = new Map<string, T[]>();
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS / 2)
    periods.set(startOf(new Date(at), groupBy), []);
  periods.set(startOf(new Date(to), groupBy), []);
  for (const document of documents) periods.get(startOf(document.createdAt, groupBy))?.push(document);
  return periods;
}

const worthOf = (some: Cart[]) => some.reduce((sum, { grandTotal }) => sum + grandTotal, 0);
const share = (part: number, whole: number) =>
  whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 10_000;

export function countsOf(all: Cart[]) {
  const counted = all.filter(({ itemCount, mergedIntoCartId }) => itemCount > 0 && !mergedIntoCartId);
  const abandoned = counted.filter(({ status }) => status === "abandoned");
  const converted = counted.filter(({ status }) => status === "converted");
  return {
    carts: counted.length,
    abandoned: abandoned.length,
    converted: converted.length,
    abandonmentRate: share(abandoned.length, abandoned.length + converted.length),
    abandonedValue: worthOf(abandoned) / 100,
    averageCartValue: counted.length === 0 ? 0 : Math.round(worthOf(counted) / counted.length) / 100,
  };
}

export function topProducts(all: Cart[], lines: Line[]) {
  const ids = new Set(all.filter(({ status }) => status === "abandoned").map(({ _id }) => _id.toHexString()));
  const sums = new Map<string, { productId: string; name: string; quantity: number; value: number }>();
  for (const line of lines) {
    if (line.isFreeGift || !ids.has(line.cartId.toHexString())) continue;
    const { productId, name } = line;
    const sum = sums.get(productId) ?? { productId, name, quantity: 0, value: 0 };
    sum.quantity += line.quantity;
    sum.value += line.lineTotal;
    sums.set(productId, sum);
  }
  return [...sums.values()]
    .sort((a, b) => b.quantity - a.quantity || b.value - a.value || (a.productId < b.productId ? -1 : 1))
    .slice(0, 10)
    .map((sum) => ({ ...sum, value: sum.value / 100 }));
}

export const STEPS = [
  ["initiated", "initiatedAt"],
  ["address_entered", "addressEnteredAt"],
  ["payment_pending", "paymentPendingAt"],
  ["completed", "completedAt"],
] as const;

export function funnelOf(all: Session[]) {
  const counts = STEPS.map(([, field]) => all.filter(({ steps }) => steps[field] !== null).length);
  const steps = STEPS.map(([status], index) => {
    const count = counts[index] ?? 0;
    const dropOff = index === 3 ? 0 : count - (counts[index + 1] ?? 0);
    return { status, count, dropOff, dropOffRate: share(dropOff, count) };
  });
  return { steps, conversionRate: share(counts[3] ?? 0, counts[0] ?? 0) };
}
