/** Tables 7, 8 and 12: sums over all documents, less credit notes. */
import { bpsToGstPercent } from "../../../utils/gst/rate.js";
import { paise } from "../../../utils/money.js";
import type { B2csRow, Gstr1, HsnRow, NilRow, ReturnGroup } from "./gstr1.types.js";
import {
  acrossStates,
  byText,
  sortableRate,
  toPortalAmounts,
  toPortalRupees,
  withinState,
} from "./portal-format.js";
import { hasValue, isRegistered, sumRows } from "./return-amounts.js";

/** The portal's limit for `desc`. */
const DESCRIPTION_LENGTH = 30;

/** Table 7: other sales to consumers, less their credit notes. A month with more notes than sales is below zero. */
export function buildB2cs(signed: readonly ReturnGroup[]): B2csRow[] {
  const rows = signed.filter(({ returnTable, rateBps }) => returnTable === "b2cs" && rateBps > 0);
  const keyOf = ({ supplyType, placeOfSupply, rateBps }: ReturnGroup) =>
    `${supplyType === "intra_state" ? 1 : 2}:${placeOfSupply}:${sortableRate(rateBps)}`;
  return sumRows(rows, keyOf)
    .filter(hasValue)
    .sort(byText(keyOf))
    .map((row) => {
      const place = { typ: "OE" as const, pos: row.placeOfSupply, rt: bpsToGstPercent(row.rateBps) };
      return row.supplyType === "intra_state"
        ? { sply_ty: "INTRA", ...place, ...withinState(toPortalAmounts(row)) }
        : { sply_ty: "INTER", ...place, ...acrossStates(toPortalAmounts(row)) };
    });
}

/** Table 8: everything at 0 %, less credit notes. The catalog does not tell exempt goods from nil-rated ones. */
export function buildNil(signed: readonly ReturnGroup[]): Gstr1["nil"] {
  const toRow = (sply_ty: NilRow["sply_ty"], isIntra: boolean, isB2b: boolean): NilRow => {
    const value = signed
      .filter(({ rateBps, supplyType }) => rateBps === 0 && (supplyType === "intra_state") === isIntra)
      .filter((row) => isRegistered(row) === isB2b)
      .reduce((sum, { taxableValue }) => sum + taxableValue, 0);
    return { sply_ty, nil_amt: toPortalRupees(paise(value)), expt_amt: 0, ngsup_amt: 0 };
  };
  return {
    inv: [
      toRow("INTRB2B", false, true),
      toRow("INTRB2C", false, false),
      toRow("INTRAB2B", true, true),
      toRow("INTRAB2C", true, false),
    ],
  };
}

/** Characters as people count them: a letter with its marks is cut as a whole. */
const characters = new Intl.Segmenter("en", { granularity: "grapheme" });

function shorten(description: string): string {
  let short = "";
  for (const { segment } of characters.segment(description)) {
    if (short.length + segment.length > DESCRIPTION_LENGTH) break;
    short += segment;
  }
  return short.trim();
}

/** Table 12, by HSN code, unit and rate, less credit notes. Rows at 0 % are in it too. */
export function buildHsn(signed: readonly ReturnGroup[]): HsnRow[] {
  const keyOf = ({ hsnCode, uqc, rateBps }: ReturnGroup) =>
    `${hsnCode ?? ""}:${uqc}:${sortableRate(rateBps)}`;
  // The first name of a code's goods describes it, in whatever order the groups come.
  const named = signed.toSorted(byText(({ description }) => description));
  return sumRows(named, keyOf)
    .filter((row) => row.quantity !== 0 || hasValue(row))
    .sort(byText(keyOf))
    .map((row, index) => ({
      num: index + 1,
      hsn_sc: row.hsnCode ?? "",
      desc: shorten(row.description),
      uqc: row.uqc,
      qty: row.quantity,
      rt: bpsToGstPercent(row.rateBps),
      ...toPortalAmounts(row),
    }));
}
