/**
 * The return GSTR-1 as the JSON file of the GST portal (docs/rules/invoices.md, "Returns"). Amounts are integer paise
 * until `portal-format.ts` writes them.
 */
import { INVOICE_TYPE } from "../../../utils/constants.js";
import type { Gstr1, IssuedDocuments, IssuedSeries, ReturnFigures } from "./gstr1.types.js";
import { buildListedTables } from "./listed-tables.js";
import { isRegistered, signGroups } from "./return-amounts.js";
import { buildB2cs, buildHsn, buildNil } from "./summed-tables.js";

export type * from "./gstr1.types.js";

/** Table 13: every number that was issued, also of documents that are in no other table. None is ever cancelled. */
function buildIssued(series: readonly IssuedSeries[]): IssuedDocuments[] {
  const toRow = (doc_num: IssuedDocuments["doc_num"], type: IssuedSeries["type"]): IssuedDocuments => ({
    doc_num,
    docs: series
      .filter((one) => one.type === type)
      .map(({ from, to, total }, index) => {
        return { num: index + 1, from, to, totnum: total, cancel: 0, net_issue: total };
      }),
  });
  const rows = [toRow(1, INVOICE_TYPE.SALE), toRow(5, INVOICE_TYPE.CREDIT_NOTE)];
  return rows.filter(({ docs }) => docs.length > 0);
}

/** @param period MMYYYY */
export function buildGstr1(
  { gstin, period }: { gstin: string; period: string },
  { groups, listed, series }: ReturnFigures,
): Gstr1 {
  const signed = signGroups(groups);
  const { b2b, b2cl, cdnr, cdnur } = buildListedTables(listed);
  return {
    ...{ gstin, fp: period, b2b, b2cl, b2cs: buildB2cs(signed), cdnr, cdnur, nil: buildNil(signed) },
    hsn: {
      hsn_b2b: buildHsn(signed.filter(isRegistered)),
      hsn_b2c: buildHsn(signed.filter((row) => !isRegistered(row))),
    },
    doc_issue: { doc_det: buildIssued(series) },
  };
}
