import { userInfo } from "node:os";
import { connectDatabase, disconnectDatabase } from "../config/database.config.js";
import { config } from "../config/env.config.js";
import { readBankAccount } from "../services/flows/read-bank-account.flow.js";
import { AppError } from "../utils/errors.js";
import { toRupees } from "../utils/money.js";

/**
 * `npm run bank-account <refund number>`: what the bank needs to know for the transfer of a refund. The API never shows
 * the whole account number; who reads it here is in the audit log.
 */
async function main(): Promise<number> {
  const refundNumber = process.argv[2];
  if (!refundNumber) {
    console.error("Usage: npm run bank-account REF-2026-000001");
    return 2;
  }
  await connectDatabase(config.mongodbUri);
  try {
    const transfer = await readBankAccount(refundNumber, userInfo().username);
    const { accountHolder, accountNumber, ifsc, amount, orderNumber } = transfer;
    console.log(`${refundNumber} of ${orderNumber ?? "no order"}: Rs ${toRupees(amount).toFixed(2)}`);
    console.log(`to ${accountHolder}, account ${accountNumber}, IFSC ${ifsc}`);
    console.log("Then confirm it with its UTR: POST /api/admin/refunds/<id>/bank-transfer/confirm");
    return 0;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    console.error(error.message);
    return 1;
  } finally {
    await disconnectDatabase();
  }
}

process.exitCode = await main();
