import { connectDatabase, disconnectDatabase } from "../config/database.config.js";
import { config } from "../config/env.config.js";
import { rotateKeys } from "../services/flows/rotate-keys.flow.js";

/**
 * `npm run rotate-keys`: encrypts every stored bank account with the first key of `ENCRYPTION_KEY`. Run it once all
 * instances have been started with the new key in front of the old one. Repeatable; exits with 1 while the old key is needed.
 */
async function main(): Promise<number> {
  await connectDatabase(config.mongodbUri);
  try {
    const { accounts, renewed, left } = await rotateKeys();
    console.log(`${renewed} of ${accounts} bank accounts were encrypted again with the first key.`);
    if (left > 0) {
      console.error(`${left} still need another key: keep all keys in ENCRYPTION_KEY, and run this again.`);
      return 1;
    }
    console.log(
      "Every bank account now needs the first key only. Once every running instance has it first, the other keys can be removed from ENCRYPTION_KEY.",
    );
    return 0;
  } finally {
    await disconnectDatabase();
  }
}

process.exitCode = await main();
