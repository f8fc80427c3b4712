/** How the portal writes amounts, rates and days. Paise become rupees here and nowhere else. */
import { type Paise, paise, toRupees } from "../../../utils/money.js";
import { indianDayOf } from "../../../utils/periods.js";
import type { PortalAmounts, ReturnAmounts } from "./gstr1.types.js";

export const toPortalRupees = (amount: Paise): number => toRupees(amount);

/** UTGST is reported in the field of SGST. There is no cess on these goods. */
export function toPortalAmounts({ taxableValue, igst, cgst, sgst, utgst }: ReturnAmounts): PortalAmounts {
  return {
    txval: toPortalRupees(taxableValue),
    iamt: toPortalRupees(igst),
    camt: toPortalRupees(cgst),
    samt: toPortalRupees(paise(sgst + utgst)),
    csamt: 0,
  };
}

/** The fields of tables that list supplies across states only. */
export const acrossStates = ({ txval, iamt, csamt }: PortalAmounts) => ({ txval, iamt, csamt });
export const withinState = ({ txval, camt, samt, csamt }: PortalAmounts) => ({ txval, camt, samt, csamt });

/** The day in India, as DD-MM-YYYY. */
export const toPortalDate = (at: Date): string => indianDayOf(at).split("-").reverse().join("-");

/** Sorts rows by a text of theirs. */
export const byText =
  <R>(textOf: (row: R) => string) =>
  (one: R, other: R): number => {
    const [a, b] = [textOf(one), textOf(other)];
    return a < b ? -1 : a > b ? 1 : 0;
  };

/** As text that sorts by number. */
export const sortableRate = (rateBps: number): string => String(rateBps).padStart(5, "0");
