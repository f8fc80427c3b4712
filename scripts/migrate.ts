import {
  connectDatabase,
  disconnectDatabase,
  prepareCollections,
  prepareIndexes,
} from "../config/database.config.js";
import { config } from "../config/env.config.js";
import {
  applyMigrations,
  listMigrations,
  MigrationRefusedError,
  revertMigrations,
} from "../services/platform/migrations.service.js";

const USAGE = `Usage: npm run migrate             applies what is pending, and makes the indexes of this version
       npm run migrate:list        lists the migrations, and when each was applied
       npm run migrate:down        reverts the newest
       npm run migrate:down <name> reverts all back to and including this one`;

async function main([direction, name]: string[]): Promise<number> {
  if (direction !== "up" && direction !== "down" && direction !== "list") {
    console.error(USAGE);
    return 2;
  }
  // Building an index of a large collection takes longer than any request.
  await connectDatabase(config.mongodbUri, { socketTimeoutMS: 0 });
  try {
    await prepareCollections();
    if (direction === "up") await up();
    else if (direction === "down") await down(name);
    else await list();
    return 0;
  } catch (error) {
    if (!(error instanceof MigrationRefusedError)) throw error;
    console.error(error.message);
    return 1;
  } finally {
    await disconnectDatabase();
  }
}

async function up(): Promise<void> {
  const applied = await applyMigrations();
  await prepareIndexes();
  console.log(applied.length === 0 ? "Nothing is pending." : `Applied: ${applied.join(", ")}`);
}

async function down(name: string | undefined): Promise<void> {
  const reverted = await revertMigrations(name ?? null);
  console.log(reverted.length === 0 ? "Nothing is applied." : `Reverted: ${reverted.join(", ")}`);
}

async function list(): Promise<void> {
  for (const { name, description, appliedAt } of await listMigrations()) {
    console.log(`${appliedAt?.toISOString() ?? "pending".padEnd(24)}  ${name}`);
    console.log(`${" ".repeat(26)}${description ?? "of a later version of the service"}`);
  }
}

process.exitCode = await main(process.argv.slice(2));
