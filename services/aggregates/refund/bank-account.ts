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

/** What the ciphertext is bound to. The parts of one refund have the same order, and so the same account. */
type AccountOwner = Pick<RefundDoc, "orderId" | "paymentId">;

/** Money that became no order belongs to its payment. */
const contextOf = ({ orderId, paymentId }: AccountOwner): string =>
  `refund-account:${(orderId ?? paymentId)?.toHexString()}`;

const SHOWN_DIGITS = 4;

/** The stored form of a bank account. @param owner the refund, or its order */
export function toBankAccount(details: BankDetails, owner: AccountOwner): RefundBankAccount {
  const { accountHolder, accountNumber, ifsc } = details;
  return {
    accountHolder,
    accountNumber: encryptText(accountNumber, contextOf(owner)),
    last4: accountNumber.slice(-SHOWN_DIGITS),
    ifsc,
  };
}

/** The account number, for a rotation of keys and for the person who pays. @throws DecryptionError */
export const accountNumberOf = (account: RefundBankAccount, owner: AccountOwner): string =>
  decryptText(account.accountNumber, contextOf(owner));

/** The same account, encrypted with the first key. @throws DecryptionError */
export const reencrypted = (account: RefundBankAccount, owner: AccountOwner): string =>
  encryptText(accountNumberOf(account, owner), contextOf(owner));
