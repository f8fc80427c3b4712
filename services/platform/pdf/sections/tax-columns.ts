import type { InvoiceLine } from "../../../../models/index.js";
import { stateByCode } from "../../../../utils/gst/states.js";
import type { Paise } from "../../../../utils/money.js";
import { formatAmount } from "../../../calculations/amount-in-words.js";
import type { Cell } from "../layout/columns.js";
import type { PrintedDocument } from "../pdf.types.js";

type Invoice = PrintedDocument["invoice"];
type TaxedRow = Pick<InvoiceLine, "cgst" | "sgst" | "utgst" | "igst" | "rateBps">;

export interface TaxHead {
  name: "CGST" | "SGST" | "UTGST" | "IGST";
  amountOf: (row: Omit<TaxedRow, "rateBps">) => Paise;
  /** The head's part of a row's rate. */
  share: number;
}

const CGST: TaxHead = { name: "CGST", amountOf: ({ cgst }) => cgst, share: 0.5 };
const SGST: TaxHead = { name: "SGST", amountOf: ({ sgst }) => sgst, share: 0.5 };
const UTGST: TaxHead = { name: "UTGST", amountOf: ({ utgst }) => utgst, share: 0.5 };
const IGST: TaxHead = { name: "IGST", amountOf: ({ igst }) => igst, share: 1 };

/**
 * A document without any taxed row shows no tax: a bill of supply must not (CGST Rule 49). A gift without value is not
 * taxed, whatever the rate of such goods.
 */
export const isTaxed = ({ lines }: Invoice): boolean =>
  lines.some(({ rateBps, total }) => rateBps > 0 && total > 0);

/** The heads that the document charges; none on a bill of supply. */
export function taxHeadsOf(invoice: Invoice): TaxHead[] {
  if (!isTaxed(invoice)) return [];
  if (invoice.supplyType === "inter_state") return [IGST];
  const state = stateByCode(invoice.supplier.stateCode);
  return [CGST, state?.isUnionTerritoryWithoutLegislature ? UTGST : SGST];
}

/** Basis points as percent: `250` → `2.5%`. */
export const formatRate = (bps: number): string => `${Number((bps / 100).toFixed(3))}%`;

/** The amount, with the rate below it. */
export const taxCell = (head: TaxHead, row: TaxedRow): Cell => ({
  text: formatAmount(head.amountOf(row)),
  note: formatRate(row.rateBps * head.share),
});
