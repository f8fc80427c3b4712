import { admin as adminWith, describedRouter } from "../../middlewares/described-router.js";
import * as controller from "./bulk-update.controller.js";
import * as schemas from "./bulk-update.validation.js";
import { BulkOutcomeView } from "./bulk-update.view.js";

const bulkUpdate = describedRouter({ base: "/api/admin/orders", tag: "Orders" });

/**
 * @route POST /api/admin/orders/bulk-update
 * @description Sets the status of up to 5,000 orders, from JSON rows or a CSV file
 * @access Admin (orders:write)
 */
bulkUpdate.post(
  "/bulk-update",
  {
    summary: "Set the status of many orders",
    description:
      "`rows`, or a form whose `file` is CSV with the columns `orderNumber`, `status` and `note`. Each row is judged by the state of its order at its turn; one that fails does not affect the others. Safe to repeat.",
    access: adminWith("orders:write"),
    schemas: schemas.bulkUpdateSchema,
    answers: { 200: BulkOutcomeView },
    bodyLimit: "large",
  },
  controller.bulkUpdate,
);

export { bulkUpdate };
