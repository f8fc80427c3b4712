import { admin as adminWith, describedRouter } from "../../middlewares/described-router.js";
import * as controller from "./jobs.controller.js";
import * as schemas from "./jobs.validation.js";
import { JobRunView, JobsView } from "./jobs.view.js";

const admin = describedRouter({ base: "/api/admin/jobs", tag: "Operations" });

/**
 * @route GET /api/admin/jobs
 * @description Every scheduled job with its last runs
 * @access Admin (jobs)
 */
admin.get(
  "/",
  { summary: "Scheduled jobs and their last runs", access: adminWith("jobs"), answers: { 200: JobsView } },
  controller.listJobs,
);

/**
 * @route POST /api/admin/jobs/:name/run
 * @description Runs a job now and answers with the run
 * @access Admin (jobs)
 */
admin.post(
  "/:name/run",
  {
    summary: "Run a job now",
    access: adminWith("jobs"),
    schemas: schemas.runJobSchema,
    answers: { 200: JobRunView },
    refuses: ["JOB_NOT_FOUND", "REQUEST_IN_PROGRESS"],
  },
  controller.runJob,
);

export { admin };
