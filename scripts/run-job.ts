import { connectDatabase, disconnectDatabase } from "../config/database.config.js";
import { config } from "../config/env.config.js";
import { listJobs, runJobNow } from "../services/platform/job-registry.service.js";
import { prepareMigratedDatabase } from "../services/platform/migrations.service.js";
import { AppError } from "../utils/errors.js";
import { prepareJobs } from "./scheduled-jobs.js";

/** `npm run job <name>`: runs one scheduled job once, against the database of the environment. */
async function main(): Promise<number> {
  prepareJobs();
  const name = process.argv[2];
  if (!name) {
    console.error(
      `Usage: npm run job <name>\n\n${listJobs()
        .map((job) => `  ${job.name.padEnd(22)} ${job.description}`)
        .join("\n")}`,
    );
    return 2;
  }
  await connectDatabase(config.mongodbUri);
  await prepareMigratedDatabase();
  try {
    const run = await runJobNow(name);
    console.log(
      JSON.stringify({ job: run.job, state: run.state, result: run.result, error: run.error }, null, 2),
    );
    return run.state === "completed" ? 0 : 1;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    console.error(error.message);
    return 1;
  } finally {
    await disconnectDatabase();
  }
}

process.exitCode = await main();
