import { readReturnFigures, readSummedFigures } from "../../services/aggregates/invoice/return-figures.js";
import { buildGstr1, type Gstr1 } from "../../services/calculations/gstr1/gstr1.js";
import { summariseReturns, type TaxSummary } from "../../services/calculations/gstr1/tax-summary.js";
import { getSettings } from "../../services/platform/settings.service.js";
import { type Span, spanOfMonth } from "../../utils/periods.js";

/** What the documents of a span of time add up to, of every registration. */
export const getTaxSummary = async (span: Span): Promise<TaxSummary> =>
  summariseReturns(await readSummedFigures(span));

/**
 * The return of a month for the registration of the settings. Documents that another GSTIN issued belong to its own
 * return.
 * @param period MMYYYY
 */
export async function getGstr1(period: string): Promise<Gstr1> {
  const { gstin } = await getSettings("company");
  const span = spanOfMonth(Number(period.slice(2)), Number(period.slice(0, 2)));
  return buildGstr1({ gstin, period }, await readReturnFigures({ ...span, gstin }));
}
