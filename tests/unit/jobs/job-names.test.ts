import { jobs } from "../../../scripts/jobs/index.js";
import { JOB_NAMES } from "../../../utils/constants.js";

it("When a job has a name, then it exists: no job is announced that cannot run", () => {
  expect(jobs.map(({ name }) => name).sort()).toEqual([...JOB_NAMES].sort());
});
