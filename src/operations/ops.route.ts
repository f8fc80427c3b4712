import { admin as adminWith, describedRouter, open, page } from "../../middlewares/described-router.js";
import * as controller from "./ops.controller.js";
import { OpsSummaryView } from "./ops.view.js";

const pages = describedRouter({ base: "/ops", tag: "Operations" });

/**
 * @route GET /ops
 * @description The page for operators; it holds no data and asks for an admin's token
 * @access Public
 */
pages.get(
  "/",
  {
    summary: "The page for operators",
    description:
      "Orders, money, funnel, payments, outbox, jobs, reconciliation and neighbours, read from `/api/admin` with the admin's token.",
    access: open(),
    answers: { 200: page("text/html") },
  },
  controller.getOpsPage,
);

const admin = describedRouter({ base: "/api/admin/ops", tag: "Operations" });

/**
 * @route GET /api/admin/ops/summary
 * @description Money without an order, the backlog of the outbox, and what waits for a person
 * @access Admin (payments:read)
 */
admin.get(
  "/summary",
  {
    summary: "What an operator looks at first",
    description: "The figures of the page for operators that no other operation has.",
    access: adminWith("payments:read"),
    answers: { 200: OpsSummaryView },
  },
  controller.getSummary,
);

export { admin, pages };
