/** The payment link in the QR code of an unpaid invoice (NPCI UPI linking specification 1.6). */
import { type Paise, toDecimalRupees } from "../../utils/money.js";

export interface UpiPayment {
  /** The payee's UPI address. */
  vpa: string;
  payeeName: string;
  /** Appears in the payee's statement; must be unique for the claim. Everything but letters and digits is removed. */
  reference: string;
  note: string;
  /** Paise: the outstanding balance. */
  amount: Paise;
}

const VPA = /^[A-Za-z0-9.\-_]{2,256}@[A-Za-z][A-Za-z0-9]{1,64}$/;
const MAX_REFERENCE = 35;
const MAX_NOTE = 50;

/**
 * `upi://pay?pa=…&pn=…&tr=…&tn=…&am=…&cu=INR`. The `@` of the address stays unescaped, as the specification wants it.
 * @returns null when there is nothing to pay or the address is not a UPI address
 */
export function upiLink({ vpa, payeeName, reference, note, amount }: UpiPayment): string | null {
  if (amount <= 0 || !VPA.test(vpa)) return null;
  const parts = [
    `pa=${vpa}`,
    `pn=${encodeURIComponent(payeeName)}`,
    `tr=${reference.replace(/[^A-Za-z0-9]/g, "").slice(0, MAX_REFERENCE)}`,
    `tn=${encodeURIComponent(note.slice(0, MAX_NOTE))}`,
    `am=${toDecimalRupees(amount)}`,
    "cu=INR",
  ];
  return `upi://pay?${parts.join("&")}`;
}
