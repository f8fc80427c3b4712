import { h } from "./dom.js";

/** Figures and times as people in India read them. */

const TIME_ZONE = "Asia/Kolkata";
const LOCALE = "en-IN";

const wholeRupees = new Intl.NumberFormat(LOCALE, {
  style: "currency",
  currency: "INR",
  maximumFractionDigits: 0,
});
const exactRupees = new Intl.NumberFormat(LOCALE, { style: "currency", currency: "INR" });
const numbers = new Intl.NumberFormat(LOCALE);
const shares = new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: 1 });
const moments = new Intl.DateTimeFormat(LOCALE, {
  timeZone: TIME_ZONE,
  dateStyle: "medium",
  timeStyle: "medium",
});
const days = new Intl.DateTimeFormat(LOCALE, { timeZone: "UTC", day: "numeric", month: "short" });
/** Writes a day as `2026-11-29`. */
const isoDays = new Intl.DateTimeFormat("en-CA", { timeZone: TIME_ZONE });

export const money = (rupees: number): string =>
  (Number.isInteger(rupees) ? wholeRupees : exactRupees).format(rupees);
export const number = (value: number): string => numbers.format(value);
export const share = (value: number): string => shares.format(value);
export const moment = (iso: string): string => moments.format(new Date(iso));
/** @param day as `2026-11-29` */
export const shortDay = (day: string): string => days.format(new Date(`${day}T00:00:00Z`));

const DAY_MS = 86_400_000;

/** A day in India, as the API takes and gives it. */
export const indianDay = (daysAgo = 0): string => isoDays.format(new Date(Date.now() - daysAgo * DAY_MS));

/** `order_sync` → `Order sync`. */
export function words(name: string): string {
  const text = name
    .replace(/[_-]/g, " ")
    .replace(/([a-z])([A-Z])/g, (_all, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `1 order`, `2 orders`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : many}`;

const UNITS = [
  { ms: DAY_MS, name: "d" },
  { ms: 3_600_000, name: "h" },
  { ms: 60_000, name: "min" },
  { ms: 1_000, name: "s" },
] as const;

/** In its largest unit: `3 min`. */
export function duration(ms: number): string {
  const unit = UNITS.find((each) => ms >= each.ms);
  return unit ? `${number(Math.floor(ms / unit.ms))} ${unit.name}` : `${Math.max(0, Math.round(ms))} ms`;
}

const JUST_NOW_MS = 1_500;

export function agoText(at: number): string {
  const passed = Date.now() - at;
  if (Math.abs(passed) < JUST_NOW_MS) return "just now";
  return passed < 0 ? `in ${duration(-passed)}` : `${duration(passed)} ago`;
}

/** A time as it passes: `keepAgoTrue` updates it every second. */
export const ago = (iso: string): HTMLElement =>
  h("time", { datetime: iso, title: moment(iso), "data-ago": true }, agoText(Date.parse(iso)));

export function keepAgoTrue(): void {
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[data-ago]")) {
    const text = agoText(Date.parse(element.dateTime));
    if (element.textContent !== text) element.textContent = text;
  }
}

const METHOD_NAMES: Readonly<Record<string, string>> = {
  upi: "UPI",
  card: "Card",
  netbanking: "Net banking",
  wallet: "Wallet",
  cod: "Cash on delivery",
};

export const methodName = (method: string | null): string =>
  method === null ? "Not known yet" : (METHOD_NAMES[method] ?? words(method));
