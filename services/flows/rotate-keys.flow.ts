import { type Types, trusted } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { Refund, type RefundDoc } from "../../models/index.js";
import { DecryptionError, ownCipher, type TextCipher } from "../../utils/encryption.js";
import { accountContextOf } from "../aggregates/refund/bank-account.js";

export interface RotationResult {
  /** Bank accounts that are stored. */
  accounts: number;
  /** Encrypted again with the first key. */
  renewed: number;
  /** Still encrypted with another key: changed meanwhile, or no key fits. */
  left: number;
}

const BATCH = 500;
type Account = Pick<RefundDoc, "_id" | "orderId" | "paymentId" | "bankAccount">;

/**
 * Encrypts every stored bank account with the first key of `ENCRYPTION_KEY`. Repeatable, and safe beside the running
 * service: an account that changes meanwhile keeps its new value and counts as left until the next run.
 */
export async function rotateKeys(cipher: TextCipher = ownCipher): Promise<RotationResult> {
  const result: RotationResult = { accounts: 0, renewed: 0, left: 0 };
  for (let batch = await findAccounts(null); batch.length > 0; batch = await findAccounts(lastOf(batch))) {
    for (const refund of batch) {
      const outcome = await renew(refund, cipher);
      result.accounts += 1;
      if (outcome !== "current") result[outcome] += 1;
    }
  }
  return result;
}

const lastOf = (batch: readonly Account[]): Types.ObjectId | null => batch.at(-1)?._id ?? null;

/** In the order of their ids: a refund keeps its place, whatever happens to it. */
function findAccounts(after: Types.ObjectId | null): Promise<Account[]> {
  return Refund.find(
    { ...(after ? { _id: trusted({ $gt: after }) } : {}), bankAccount: trusted({ $ne: null }) },
    { orderId: 1, paymentId: 1, bankAccount: 1 },
  )
    .sort({ _id: 1 })
    .limit(BATCH)
    .lean<Account[]>();
}

async function renew(refund: Account, cipher: TextCipher): Promise<"current" | "renewed" | "left"> {
  const { _id, bankAccount } = refund;
  if (!bankAccount || cipher.isCurrent(bankAccount.accountNumber)) return "current";
  const old = bankAccount.accountNumber;
  const context = accountContextOf(refund);
  try {
    const renewed = cipher.encrypt(cipher.decrypt(old, context), context);
    const { modifiedCount } = await Refund.updateOne(
      { _id, "bankAccount.accountNumber": old },
      { $set: { "bankAccount.accountNumber": renewed } },
      { timestamps: false },
    );
    return modifiedCount === 1 ? "renewed" : "left";
  } catch (error) {
    if (!(error instanceof DecryptionError)) throw error;
    logger.error({ err: error, refundId: _id.toHexString() }, "> A bank account cannot be decrypted");
    return "left";
  }
}
