import { admin, describedRouter, file } from "../../middlewares/described-router.js";
import * as controller from "./reconciliation.controller.js";
import * as schemas from "./reconciliation.validation.js";
import { ReportDetailView, ReportListView, ReportView } from "./reconciliation.view.js";

/** Mounted before the routes with `/:paymentId`, which would take `reconciliations` for an id. */
const reconciliation = describedRouter({ base: "/api/admin/payments", tag: "Payments" });

/**
 * @route POST /api/admin/payments/reconcile
 * @description Compares a range of days with the gateway's books, and repairs what differs if asked to
 * @access Admin (payments:reconcile)
 */
reconciliation.post(
  "/reconcile",
  {
    summary: "Reconcile with the gateway",
    description:
      "202: the reconciliation runs in the background within seconds; read its progress from `GET /api/admin/payments/reconciliations/:reportId`. 200: the same range is being reconciled already, and that report is the answer. Days are days in India, both included. `repair` applies the gateway's state.",
    access: admin("payments:reconcile"),
    schemas: schemas.reconcileSchema,
    answers: { 200: ReportView, 202: ReportView },
    idempotency: "optional",
  },
  controller.reconcile,
);

/**
 * @route GET /api/admin/payments/reconciliations
 * @description Reports, newest first
 * @access Admin (payments:read)
 */
reconciliation.get(
  "/reconciliations",
  {
    summary: "Reconciliations",
    access: admin("payments:read"),
    schemas: schemas.listReconciliationsSchema,
    answers: { 200: ReportListView },
  },
  controller.listReconciliations,
);

/**
 * @route GET /api/admin/payments/reconciliations/:reportId
 * @description A report with its breaks, those with the most money at risk first; as CSV with all of them
 * @access Admin (payments:read)
 */
reconciliation.get(
  "/reconciliations/:reportId",
  {
    summary: "A reconciliation",
    description:
      "`breaks` is a list with pages; `class` selects one class, or the settlement rows `transfer`, `adjustment` and `other`. `format=csv` streams all of them.",
    access: admin("payments:read"),
    schemas: schemas.getReconciliationSchema,
    answers: { 200: file("text/csv", ReportDetailView) },
    refuses: ["NOT_FOUND"],
  },
  controller.getReconciliation,
);

export { reconciliation };
