import type { Response } from "express";
import type { AdminInput } from "../../middlewares/described-router.js";
import { HTTP_STATUS, sendFile, sendResponse } from "../../utils/http.js";
import { indianDayOf } from "../../utils/periods.js";
import * as filingService from "./filing.service.js";
import type * as schemas from "./filing.validation.js";
import { toTaxSummaryCsv, toTaxSummaryView } from "./filing.view.js";

export async function getTaxSummary(
  { query: { dateFrom: from, dateTo: to, format } }: AdminInput<typeof schemas.getTaxSummarySchema>,
  res: Response,
): Promise<void> {
  const summary = await filingService.getTaxSummary({ from, to });
  if (format === "json")
    return sendResponse(res, HTTP_STATUS.OK, "The tax summary", toTaxSummaryView(summary, { from, to }));
  await sendFile(res, {
    name: `tax-summary_${indianDayOf(from)}_${indianDayOf(to)}.csv`,
    contentType: "text/csv; charset=utf-8",
    body: Buffer.from(toTaxSummaryCsv(summary)),
  });
}

export async function getGstr1(
  { query: { period } }: AdminInput<typeof schemas.getGstr1Schema>,
  res: Response,
): Promise<void> {
  const gstr1 = await filingService.getGstr1(period);
  await sendFile(res, {
    name: `GSTR1_${gstr1.gstin}_${period}.json`,
    contentType: "application/json",
    body: Buffer.from(JSON.stringify(gstr1)),
  });
}
