import type { Response } from "express";
import type { StaffInput } from "../../middlewares/described-router.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import * as jobsService from "./jobs.service.js";
import type * as schemas from "./jobs.validation.js";
import { toJobRunView, toJobsView } from "./jobs.view.js";

export async function listJobs(_input: StaffInput, res: Response): Promise<void> {
  sendResponse(res, HTTP_STATUS.OK, "Jobs and their last runs", toJobsView(await jobsService.listJobs()));
}

export async function runJob(input: StaffInput<typeof schemas.runJobSchema>, res: Response): Promise<void> {
  const run = await jobsService.runByHand(input.params.name, input.principal);
  sendResponse(res, HTTP_STATUS.OK, "The job has run", toJobRunView(run));
}
