/** Tables 4, 5 and 9: documents that are listed by their numbers, each with one item per rate. */
import { bpsToGstPercent } from "../../../utils/gst/rate.js";
import type { Gstr1, ListedDocument, PortalAmounts, PortalItem } from "./gstr1.types.js";
import { acrossStates, byText, toPortalAmounts, toPortalDate, toPortalRupees } from "./portal-format.js";
import { hasValue, sumRows } from "./return-amounts.js";

const whole = (amounts: PortalAmounts): PortalAmounts => amounts;

/** One item per rate; rows at 0 % belong to table 8. */
function toItems<A>({ rows }: ListedDocument, pick: (amounts: PortalAmounts) => A): PortalItem<A>[] {
  const taxed = rows.filter(({ rateBps }) => rateBps > 0);
  return sumRows(taxed, ({ rateBps }) => String(rateBps))
    .filter(hasValue)
    .sort((one, other) => one.rateBps - other.rateBps)
    .map((row, index) => ({
      num: index + 1,
      itm_det: { rt: bpsToGstPercent(row.rateBps), ...pick(toPortalAmounts(row)) },
    }));
}

/** The documents of a table that have something to list, by a key of theirs. */
function groupListed<T extends { itms: readonly unknown[] }>(
  documents: readonly ListedDocument[],
  keyOf: (document: ListedDocument) => string,
  toEntry: (document: ListedDocument) => T,
): { key: string; entries: T[] }[] {
  const groups = new Map<string, T[]>();
  for (const document of documents) {
    const entry = toEntry(document);
    if (entry.itms.length === 0) continue;
    const key = keyOf(document);
    const entries = groups.get(key);
    if (entries) entries.push(entry);
    else groups.set(key, [entry]);
  }
  return [...groups].map(([key, entries]) => ({ key, entries })).sort(byText(({ key }) => key));
}

const gstinOf = ({ buyer }: ListedDocument): string => buyer.gstin ?? "";
const stateOf = ({ placeOfSupply }: ListedDocument): string => placeOfSupply;

const invoiceFields = ({ invoiceNumber, issuedAt, grandTotal }: ListedDocument) => ({
  inum: invoiceNumber,
  idt: toPortalDate(issuedAt),
  val: toPortalRupees(grandTotal),
});

const noteFields = ({ invoiceNumber, issuedAt, grandTotal, placeOfSupply }: ListedDocument) => ({
  ntty: "C" as const,
  nt_num: invoiceNumber,
  nt_dt: toPortalDate(issuedAt),
  val: toPortalRupees(grandTotal),
  pos: placeOfSupply,
});

/** Sales by an operator or under reverse charge do not exist here. */
const registeredFields = (document: ListedDocument) => ({
  rchrg: "N" as const,
  inv_typ: document.buyer.isSez ? ("SEWP" as const) : ("R" as const),
  itms: toItems(document, whole),
});

export function buildListedTables(
  listed: readonly ListedDocument[],
): Pick<Gstr1, "b2b" | "b2cl" | "cdnr" | "cdnur"> {
  const inTable = (table: ListedDocument["returnTable"]) =>
    listed.filter(({ returnTable }) => returnTable === table);
  const b2b = groupListed(inTable("b2b"), gstinOf, (document) => {
    return { ...invoiceFields(document), pos: document.placeOfSupply, ...registeredFields(document) };
  });
  const b2cl = groupListed(inTable("b2cl"), stateOf, (document) => {
    return { ...invoiceFields(document), itms: toItems(document, acrossStates) };
  });
  const cdnr = groupListed(inTable("cdnr"), gstinOf, (document) => {
    return { ...noteFields(document), ...registeredFields(document) };
  });
  const cdnur = groupListed(
    inTable("cdnur"),
    () => "",
    (document) => {
      return { typ: "B2CL" as const, ...noteFields(document), itms: toItems(document, acrossStates) };
    },
  );
  return {
    b2b: b2b.map(({ key, entries }) => ({ ctin: key, inv: entries })),
    b2cl: b2cl.map(({ key, entries }) => ({ pos: key, inv: entries })),
    cdnr: cdnr.map(({ key, entries }) => ({ ctin: key, nt: entries })),
    cdnur: cdnur.flatMap(({ entries }) => entries),
  };
}
