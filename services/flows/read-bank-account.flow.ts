import { Refund, type RefundDoc } from "../../models/index.js";
import { REFUND_DESTINATION, REFUND_STATUS } from "../../utils/constants.js";
import { RuleError } from "../../utils/errors.js";
import type { Paise } from "../../utils/money.js";
import { accountNumberOf, type BankDetails } from "../aggregates/refund/bank-account.js";
import { refundNotFound } from "../aggregates/refund/decide-refund.js";
import { recordAuditAlone } from "../platform/audit.service.js";

export interface Transfer extends BankDetails {
  refundNumber: string;
  orderNumber: string | null;
  amount: Paise;
}

/**
 * What a person needs to make the transfer of a refund: the only way to the whole account number. It is audited first.
 * @param by who asks: a person at the command line
 * @throws NotFoundError REFUND_NOT_FOUND; RuleError INVALID_STATUS_TRANSITION unless it awaits a bank transfer,
 *   BANK_ACCOUNT_REQUIRED; DecryptionError
 */
export async function readBankAccount(refundNumber: string, by: string): Promise<Transfer> {
  const refund = await Refund.findOne({ refundNumber }).lean<RefundDoc>();
  if (!refund) throw refundNotFound();
  const { _id, orderNumber, amount, status, destination, bankAccount } = refund;
  if (status !== REFUND_STATUS.PROCESSING || destination !== REFUND_DESTINATION.BANK_TRANSFER) {
    throw new RuleError("INVALID_STATUS_TRANSITION", "This refund does not await a bank transfer");
  }
  if (!bankAccount) throw new RuleError("BANK_ACCOUNT_REQUIRED", "Its bank account is not known yet");
  await recordAuditAlone({
    actor: { type: "system", id: by },
    action: "refund.read-account",
    resourceType: "refund",
    resourceId: _id.toHexString(),
  });
  const { accountHolder, ifsc } = bankAccount;
  const accountNumber = accountNumberOf(bankAccount, refund);
  return { refundNumber, orderNumber, amount, accountHolder, accountNumber, ifsc };
}
