import Joi from "joi";
import { now } from "../../utils/clock.js";
import { dayNumberOf, periodStart, type Span, spanOfMonth } from "../../utils/periods.js";
import { dateRangeKeys, withinRange } from "../../utils/request-schemas.js";

/** The request schemas of the filing handlers, named after them. */

export interface TaxSummaryQuery {
  dateFrom: Date;
  dateTo: Date;
  format: "json" | "csv";
}

/** The month in India of a moment: `["2026", "11"]`. */
const monthOf = (at: Date): string[] => periodStart(dayNumberOf(at), "month").split("-").slice(0, 2);

function currentMonth(): Span {
  const [year, month] = monthOf(now()).map(Number);
  return spanOfMonth(year ?? 0, month ?? 1);
}

/** Without dates: the current month. With one date: the range that begins or ends with it in its month. */
const withDefaultRange = Joi.object<TaxSummaryQuery>({
  ...dateRangeKeys,
  format: Joi.string().valid("json", "csv").default("json"),
}).custom((query: Partial<TaxSummaryQuery>) => {
  const month = currentMonth();
  return { ...query, dateFrom: query.dateFrom ?? month.from, dateTo: query.dateTo ?? month.to };
});

export const getTaxSummarySchema = { query: withinRange(withDefaultRange) };

export interface Gstr1Query {
  /** MMYYYY, as the portal names it. */
  period: string;
}

/** GST began in July 2017. */
const FIRST_MONTH = "201707";

const period = Joi.string()
  .pattern(/^(0[1-9]|1[0-2])\d{4}$/, "a month such as 112026")
  .custom((value: string, helpers) => {
    const sortable = value.slice(2) + value.slice(0, 2);
    if (sortable < FIRST_MONTH) return helpers.message({ custom: '"period" is before July 2017' });
    if (sortable > monthOf(now()).join(""))
      return helpers.message({ custom: '"period" has not started yet' });
    return value;
  });

export const getGstr1Schema = {
  query: Joi.object<Gstr1Query, true>({ period: period.required() }),
};
