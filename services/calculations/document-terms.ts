/** What tax law derives from a document's date, its parties and its value. */
import { INVOICE_TYPE, type ReturnTable, type SupplyType } from "../../utils/constants.js";
import { parseGstin } from "../../utils/gst/gstin.js";
import { type StateCode, toCurrentStateCode } from "../../utils/gst/states.js";
import { type Paise, paise } from "../../utils/money.js";
import { indianDayOf } from "../../utils/periods.js";

/** The year in which the financial year (April to March) of a moment begins, in Asia/Kolkata. */
function financialYearStart(at: Date): number {
  const [year = 0, month = 0] = indianDayOf(at).split("-").map(Number);
  return month < 4 ? year - 1 : year;
}

/** `2026-27` for anything from 1 April 2026 to 31 March 2027, Indian time. */
export function financialYear(at: Date): string {
  const start = financialYearStart(at);
  return `${start}-${String((start + 1) % 100).padStart(2, "0")}`;
}

/**
 * Whether a credit note still reduces the tax: until 30 November after the financial year of its invoice (CGST Act
 * s. 34(2)). Later notes return money only.
 */
export const hasGstEffect = (noteIssuedAt: Date, invoiceIssuedAt: Date): boolean =>
  indianDayOf(noteIssuedAt) <= `${financialYearStart(invoiceIssuedAt) + 1}-11-30`;

/** Whether invoices to this GSTIN are listed one by one in the returns (table B2B). */
export function isBusinessBuyer(gstin: string | null): boolean {
  const parsed = gstin === null ? null : parseGstin(gstin);
  return parsed?.ok === true && parsed.isBusinessBuyer;
}

export interface BuyerPlace {
  gstin: string | null;
  /** A registered buyer's own premises in another state than the GSTIN's. */
  deliveredToOwnPremises: boolean;
  deliveryState: StateCode;
}

/**
 * The place of supply (IGST Act s. 10(1)): where the goods are delivered. For a registered buyer it is the state of the
 * GSTIN, because the goods may go to a third party for that buyer, unless they go to the buyer's own premises. Embassies
 * and bodies of the United Nations (UIN) count as unregistered.
 */
export function decidePlaceOfSupply({ gstin, deliveredToOwnPremises, deliveryState }: BuyerPlace): StateCode {
  const parsed = gstin === null || deliveredToOwnPremises ? null : parseGstin(gstin);
  const isRegistered = parsed?.ok === true && parsed.isBusinessBuyer && parsed.kind !== "uin";
  const decides = isRegistered && parsed.stateCode !== "99" ? parsed.stateCode : deliveryState;
  return toCurrentStateCode(decides);
}

/** Sales to consumers in other states above this are listed one by one: ₹1,00,000 since August 2024. */
const LARGE_SALE_ABOVE: Paise = paise(1_00_000_00);

export interface ReturnedSale {
  gstin: string | null;
  supplyType: SupplyType;
  /** With tax. */
  grandTotal: Paise;
}

/** The table of GSTR-1 for the taxable rows of a sale. */
export function saleTable({ gstin, supplyType, grandTotal }: ReturnedSale): ReturnTable {
  if (isBusinessBuyer(gstin)) return "b2b";
  return supplyType === "inter_state" && grandTotal > LARGE_SALE_ABOVE ? "b2cl" : "b2cs";
}

/** The table of GSTR-1 for a credit note: it follows the table of its invoice. */
export function creditNoteTable(invoiceTable: ReturnTable): ReturnTable {
  if (invoiceTable === "b2b") return "cdnr";
  return invoiceTable === "b2cl" ? "cdnur" : "b2cs";
}

/** Rule 46(b) of the CGST Rules: at most 16 characters. */
export const MAX_NUMBER_LENGTH = 16;

const SERIES_PREFIX = { [INVOICE_TYPE.SALE]: "INV", [INVOICE_TYPE.CREDIT_NOTE]: "CN" } as const;

/** `INV-2026`: one series per type and calendar year. */
export const seriesOf = (type: keyof typeof SERIES_PREFIX, year: number): string =>
  `${SERIES_PREFIX[type]}-${year}`;
