/** How the shop writes money, dates and the values of closed lists. */

const whole = new Intl.NumberFormat("en-IN", {
  style: "currency",
  currency: "INR",
  maximumFractionDigits: 0,
});
const exact = new Intl.NumberFormat("en-IN", { style: "currency", currency: "INR" });

/** Paise are shown where there are any. */
export const rupees = (amount: number): string => (Number.isInteger(amount) ? whole : exact).format(amount);

const day = new Intl.DateTimeFormat("en-IN", { day: "numeric", month: "long", timeZone: "Asia/Kolkata" });
const moment = new Intl.DateTimeFormat("en-IN", {
  day: "numeric",
  month: "short",
  hour: "numeric",
  minute: "2-digit",
  timeZone: "Asia/Kolkata",
});

export const dayOf = (at: string): string => day.format(new Date(at));
export const momentOf = (at: string): string => moment.format(new Date(at));

export const units = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** `out_for_delivery` → `Out for delivery` */
export const sentence = (value: string): string => {
  const words = value.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export const deliveryDays = ({
  estimatedDaysMin: from,
  estimatedDaysMax: to,
}: {
  estimatedDaysMin: number;
  estimatedDaysMax: number;
}): string => {
  if (to === 0) return "Today";
  if (from === 0) return `Within ${units(to, "day")}`;
  return from === to ? units(to, "day") : `${from}–${to} days`;
};

export const METHOD_NAMES: Readonly<Record<string, string>> = {
  upi: "UPI",
  card: "Card",
  netbanking: "Netbanking",
  wallet: "Wallet",
  cod: "Cash on delivery",
  bank_transfer: "Bank transfer",
  manual: "Paid to the shop",
};
