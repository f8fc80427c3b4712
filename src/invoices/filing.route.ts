import { admin, describedRouter, file } from "../../middlewares/described-router.js";
import * as controller from "./filing.controller.js";
import * as schemas from "./filing.validation.js";
import { TaxSummaryView } from "./filing.view.js";

const filing = describedRouter({ base: "/api/admin/invoices", tag: "Invoices" });

/**
 * @route GET /api/admin/invoices/tax-summary
 * @description Tax by HSN code and rate for B2B, B2C and credit notes, and the documents issued
 * @access Admin (invoices:read)
 */
filing.get(
  "/tax-summary",
  {
    summary: "Tax summary of invoices and credit notes",
    description:
      "Dates are days in India, both included; without them, the current month. Amounts of credit notes are negative: `b2b`, `b2c` and `creditNotes` add up to `totals`. `format=csv` has the same rows and a row of totals.",
    access: admin("invoices:read"),
    schemas: schemas.getTaxSummarySchema,
    answers: { 200: file("text/csv", TaxSummaryView) },
    rateClass: "search",
  },
  controller.getTaxSummary,
);

/**
 * @route GET /api/admin/invoices/gstr1
 * @description The return GSTR-1 of a month as the JSON file of the GST portal
 * @access Admin (invoices:read)
 */
filing.get(
  "/gstr1",
  {
    summary: "GSTR-1 of a month",
    description:
      "The file that the GST portal imports, for the GSTIN of the settings. `period` is MMYYYY; the current month may be requested before it ends.",
    access: admin("invoices:read"),
    schemas: schemas.getGstr1Schema,
    answers: { 200: file("application/json") },
    // An accountant downloads the months of a quarter, or of a year, one after the other.
    rateClass: "search",
  },
  controller.getGstr1,
);

export { filing };
