import mongoose from "mongoose";
import { config } from "../../config/env.config.js";
import { findViolations } from "./index.js";
import { toLine, type Violation } from "./invariants.js";
import { remoteBooks } from "./remote-books.js";

const SANDBOX_CONTROL = "http://127.0.0.1:3010";

/**
 * `npm run check:invariants [control URL]`: tests every invariant of a purchase against the database of
 * MONGODB_URI and the books of the running sandbox. Prints each violation with its ids and exits with 1.
 */
async function main(): Promise<number> {
  const client = await mongoose.mongo.MongoClient.connect(config.mongodbUri);
  try {
    const violations = await findViolations(client.db(), {
      control: remoteBooks(process.argv[2] ?? SANDBOX_CONTROL),
    });
    process.stdout.write(toReport(violations));
    return violations.length === 0 ? 0 : 1;
  } finally {
    await client.close();
  }
}

function toReport(violations: readonly Violation[]): string {
  if (violations.length === 0) return "Every invariant holds.\n";
  return `${violations.map(toLine).join("\n")}\n${violations.length} violations\n`;
}

process.exitCode = await main();
