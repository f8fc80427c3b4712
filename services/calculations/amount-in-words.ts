/** Amounts as invoices show them: grouped as in India, and in words. */
import { type Paise, toDecimalRupees } from "../../utils/money.js";

const PAISE_PER_RUPEE = 100;

const SMALL = [
  ...["", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven"],
  ...["Twelve", "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen"],
];
const TENS = ["", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"];

/** The units above a hundred, largest first. */
const UNITS = [
  { size: 10_000_000, name: "Crore" },
  { size: 100_000, name: "Lakh" },
  { size: 1_000, name: "Thousand" },
  { size: 100, name: "Hundred" },
] as const;

/** A whole number from 0, as separate words. Crores are counted by the same rules: "Two Lakh Crore". */
function wordsOf(count: number): string[] {
  const unit = UNITS.find(({ size }) => count >= size);
  if (unit) {
    const rest = count % unit.size;
    return [...wordsOf((count - rest) / unit.size), unit.name, ...wordsOf(rest)];
  }
  const tens = count < SMALL.length ? [SMALL[count]] : [TENS[Math.floor(count / 10)], SMALL[count % 10]];
  return tens.filter((word) => word !== undefined && word !== "") as string[];
}

const phrase = (count: number): string => wordsOf(count).join(" ") || "Zero";

/**
 * An amount in words: `20501075` → "Rupees Two Lakh Five Thousand Ten and Seventy Five Paise Only".
 * @param amount paise; the payable amount, after rounding
 */
export function amountInWords(amount: Paise): string {
  const magnitude = Math.abs(amount);
  const fraction = magnitude % PAISE_PER_RUPEE;
  const rupees = (magnitude - fraction) / PAISE_PER_RUPEE;
  const paiseWords = fraction === 0 ? "" : ` and ${phrase(fraction)} Paise`;
  return `${amount < 0 ? "Minus " : ""}Rupees ${phrase(rupees)}${paiseWords} Only`;
}

/** An amount of paise for print, grouped as in India (the last three digits, then pairs): `11800000` → `1,18,000.00`. */
export const formatAmount = (amount: Paise): string =>
  toDecimalRupees(amount).replace(/\B(?=(?:\d{2})*\d{3}\.)/g, ",");
