import { type Types, trusted } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { Refund, type RefundBankAccount, type RefundDoc } from "../../models/index.js";
import { REFUND_DESTINATION, REFUND_STATUS } from "../../utils/constants.js";
import { InvalidStatusTransitionError, RuleError, ValidationError } from "../../utils/errors.js";
import { isDuplicateKey } from "../../utils/helpers.js";
import { type Actor, adminActor } from "../../utils/principal.js";
import { refundMachine } from "../../utils/state-machines.js";
import { recordCompletion } from "../aggregates/refund/complete-refund.js";
import { refundNotFound } from "../aggregates/refund/decide-refund.js";
import { recordAudit } from "../platform/audit.service.js";
import { refundChanged } from "../platform/changed-meanwhile.js";
import { inTransaction } from "../platform/transaction.service.js";

/** Refunds that a person pays from the shop's bank account. */

const { PENDING, PROCESSING, COMPLETED, FAILED } = REFUND_STATUS;
const { BANK_TRANSFER } = REFUND_DESTINATION;

export interface TransferConfirmation {
  refundId: Types.ObjectId;
  adminId: string;
  /** The bank's reference of the transfer; belongs to one refund. */
  utr: string;
}

/**
 * Records that the transfer was made: the refund is completed. Repeating the same confirmation changes nothing.
 * @throws NotFoundError REFUND_NOT_FOUND; RuleError INVALID_STATUS_TRANSITION unless it is a bank transfer under way,
 *   BANK_ACCOUNT_REQUIRED; ValidationError for the reference of another refund
 */
export async function confirmBankTransfer(confirmation: TransferConfirmation): Promise<RefundDoc> {
  const { refundId, adminId, utr } = confirmation;
  const refund = await readRefund(refundId);
  if (isConfirmed(refund, utr)) return refund;
  if (refund.status !== PROCESSING || refund.destination !== BANK_TRANSFER) throw notNow(refund);
  if (!refund.bankAccount) {
    throw new RuleError("BANK_ACCOUNT_REQUIRED", "The bank account of this refund is not known yet");
  }
  const by = adminActor(adminId);
  const audit = {
    ...{ action: "refund.confirm-transfer", resourceType: "refund" },
    ...{ before: { status: PROCESSING }, after: { status: COMPLETED, utr } },
  };
  try {
    const completed = await inTransaction((tx) =>
      recordCompletion(refund, { utr, by, note: `transferred: ${utr}`, audit }, tx),
    );
    return completed ?? (await sameConfirmation(confirmation));
  } catch (error) {
    if (isDuplicateKey(error)) throw utrTaken();
    throw error;
  }
}

const isConfirmed = (refund: RefundDoc, utr: string): boolean =>
  refund.status === COMPLETED && refund.utr === utr;

/** Another request was faster: the same one, or another decision. */
async function sameConfirmation({ refundId, utr }: TransferConfirmation): Promise<RefundDoc> {
  const current = await readRefund(refundId);
  if (isConfirmed(current, utr)) return current;
  throw notNow(current);
}

const notNow = ({ status }: RefundDoc) =>
  new InvalidStatusTransitionError(status, COMPLETED, refundMachine.next[status]);

const utrTaken = () =>
  new ValidationError([{ in: "body", path: "utr", message: '"utr" is already recorded for another refund' }]);

async function readRefund(refundId: Types.ObjectId): Promise<RefundDoc> {
  const refund = await Refund.findById(refundId).lean<RefundDoc>();
  if (!refund) throw refundNotFound();
  return refund;
}

const tooLate = ({ status }: RefundDoc) =>
  new RuleError("INVALID_STATUS_TRANSITION", "The bank account of this refund can no longer be changed", {
    ...{ from: status, to: status, allowed: refundMachine.next[status] },
  });

/** What the audit log shows of an account. */
const toShown = ({ last4, ifsc }: RefundBankAccount) => ({ last4, ifsc });

export interface AccountChange {
  refundId: Types.ObjectId;
  bankAccount: RefundBankAccount;
  by: Actor<"customer"> | (Actor<"admin"> & { id: string });
}

/**
 * Stores where a transfer goes. Once a transfer is under way its account stays: the money may be on its way there.
 * @throws NotFoundError REFUND_NOT_FOUND; RuleError INVALID_STATUS_TRANSITION when it is too late
 */
export async function setBankAccount({ refundId, bankAccount, by }: AccountChange): Promise<RefundDoc> {
  const refund = await readRefund(refundId);
  const { status, destination, bankAccount: before } = refund;
  const awaitsAccount = status === PROCESSING && destination === BANK_TRANSFER && before === null;
  if (status !== PENDING && status !== FAILED && !awaitsAccount) throw tooLate(refund);
  const seen = {
    _id: refundId,
    status,
    destination,
    bankAccount: before === null ? null : trusted({ $ne: null }),
  };
  const changed = await inTransaction(async (tx) => {
    const stored = await Refund.findOneAndUpdate(seen, { $set: { bankAccount } }, { returnDocument: "after" })
      .session(tx)
      .lean<RefundDoc>();
    if (stored && by.type === "admin") {
      const about = {
        action: "refund.set-account",
        resourceType: "refund",
        resourceId: refundId.toHexString(),
      };
      const shown = { before: before && toShown(before), after: toShown(bankAccount) };
      await recordAudit({ actor: by, ...about, ...shown }, tx);
    }
    return stored;
  });
  if (!changed) throw refundChanged(refundId);
  const { refundNumber } = changed;
  logger.info(
    { refundId: refundId.toHexString(), refundNumber, by: by.type },
    "> Bank account of a refund stored",
  );
  return changed;
}
