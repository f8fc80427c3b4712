import type { RefundBankAccount, RefundDoc } from "../../../models/index.js";
import { decryptText, encryptText } from "../../../utils/encryption.js";

/** Where a refund is paid by bank transfer. The account number is stored encrypted, and shown as its last digits. */

/** As the customer or an admin sends it. */
export interface BankDetails {
  accountHolder: string;
  /** 9 to 18 digits. */
  accountNumber: string;
  ifsc: string;
}

/** The parts of one refund have the same order, and so the same account. */
type AccountOwner = Pick<RefundDoc, "orderId" | "paymentId">;

/** What the ciphertext is bound to: the order, or the payment of money that became no order. */
export const accountContextOf = ({ orderId, paymentId }: AccountOwner): string =>
  `refund-account:${(orderId ?? paymentId)?.toHexString()}`;

const SHOWN_DIGITS = 4;

/** The stored form of a bank account. @param owner the refund, or its order */
export function toBankAccount(details: BankDetails, owner: AccountOwner): RefundBankAccount {
  const { accountHolder, accountNumber, ifsc } = details;
  return {
    accountHolder,
    accountNumber: encryptText(accountNumber, accountContextOf(owner)),
    last4: accountNumber.slice(-SHOWN_DIGITS),
    ifsc,
  };
}

/** For the person who pays. @throws DecryptionError */
export const accountNumberOf = (account: RefundBankAccount, owner: AccountOwner): string =>
  decryptText(account.accountNumber, accountContextOf(owner));
