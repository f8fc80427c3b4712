import Joi from "joi";
import { REPORT_STATES } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { RECONCILIATION_ITEM_KINDS, type ReconciliationItemKind } from "../../utils/constants.js";
import {
  dateRangeKeys,
  listQuery,
  objectId,
  type PageQuery,
  pageKeys,
  withinRange,
} from "../../utils/request-schemas.js";
import type { ReportListQuery } from "./reconciliation.service.js";

/** The request schemas of the reconciliation handlers, named after them. */

export interface ReconcileBody {
  dateFrom: Date;
  dateTo: Date;
  repair: boolean;
}

/** There is nothing to compare in the future. */
const begun: Joi.CustomValidator<Date> = (dateFrom, helpers) =>
  dateFrom > now() ? helpers.message({ custom: '"dateFrom" is in the future' }) : dateFrom;

export const reconcileSchema = {
  body: withinRange(
    Joi.object<ReconcileBody>({
      // Dates in a body are text, as those in a query are.
      dateFrom: dateRangeKeys.dateFrom.custom(begun).prefs({ convert: true }).required(),
      dateTo: dateRangeKeys.dateTo.prefs({ convert: true }).required(),
      repair: Joi.boolean().default(false),
    }),
  ).required(),
};

export const listReconciliationsSchema = {
  query: listQuery<ReportListQuery>(["createdAt"], { state: Joi.string().valid(...REPORT_STATES) }),
};

export interface ReportQuery extends PageQuery<"amountAtRisk"> {
  class?: ReconciliationItemKind;
  format: "json" | "csv";
}

export const getReconciliationSchema = {
  params: Joi.object<{ reportId: string }, true>({ reportId: objectId().required() }),
  query: Joi.object<ReportQuery>({
    ...pageKeys(["amountAtRisk"]),
    class: Joi.string().valid(...RECONCILIATION_ITEM_KINDS),
    format: Joi.string().valid("json", "csv").default("json"),
  }),
};
