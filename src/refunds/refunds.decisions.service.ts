import type { Types } from "mongoose";
import type { RefundDoc } from "../../models/index.js";
import { type BankDetails, toBankAccount } from "../../services/aggregates/refund/bank-account.js";
import * as decisions from "../../services/flows/decide-refund.flow.js";
import { performRefund } from "../../services/flows/perform-refund/perform-refund.flow.js";
import * as requests from "../../services/flows/request-refund.flow.js";
import { REFUND_DESTINATION, type RefundDestination, type ReturnReason } from "../../utils/constants.js";
import { isUnanswered, RuleError } from "../../utils/errors.js";
import { toObjectId } from "../../utils/helpers.js";
import { type LineUnitsBody, toNamedUnits } from "../../utils/line-units.js";
import { rupeesToPaise } from "../../utils/money.js";
import { type AdminPrincipal, actorOf } from "../../utils/principal.js";
import { getRefund } from "./refunds.admin.service.js";
import { toUnitsWish } from "./refunds.service.js";

/** What administrators start and decide. Approving with another amount or destination is still approving. */

export { confirmBankTransfer } from "../../services/flows/bank-transfer.flow.js";
export { approveRefund, rejectRefund, retryRefund } from "../../services/flows/decide-refund.flow.js";

/** As validated: at most one of units and amount, and a whole bank account or none. */
export interface RefundDraft extends Partial<BankDetails> {
  orderId: string;
  reason: ReturnReason;
  notes?: string;
  destination: RefundDestination;
  items?: readonly LineUnitsBody[];
  /** Rupees. */
  amount?: number;
  includeShipping?: boolean;
}

/** Starts a refund, which waits for approval. @throws as `requestRefund` of the flow */
export function createRefund(
  draft: RefundDraft,
  { by, requestKey }: { by: AdminPrincipal; requestKey: string | null },
): Promise<RefundDoc> {
  const { reason, notes = null, destination } = draft;
  const orderId = toObjectId(draft.orderId);
  const details = bankDetailsIn(draft);
  const bankAccount = details && toBankAccount(details, { orderId, paymentId: null });
  const wish = wishOf(draft);
  return requests.requestRefund({
    ...{ orderId, wish, destination, reason, notes, bankAccount, requestKey },
    by: actorOf(by),
  });
}

function wishOf({ items, amount, includeShipping = false }: RefundDraft) {
  if (items) return toUnitsWish(items, includeShipping);
  if (amount !== undefined) return { kind: "amount" as const, amount: rupeesToPaise(amount) };
  return { kind: "rest" as const };
}

function bankDetailsIn({ accountHolder, accountNumber, ifsc }: Partial<BankDetails>): BankDetails | null {
  return accountHolder && accountNumber && ifsc ? { accountHolder, accountNumber, ifsc } : null;
}

export interface Decision {
  refundId: Types.ObjectId;
  adminId: string;
}

const approveAs = ({ refundId, adminId }: Decision, change: decisions.RefundChange): Promise<RefundDoc> =>
  decisions.approveRefund({ refundId, adminId, notes: null, change });

/** The whole amount to where the money came from. @throws as `approveRefund` */
export const processRefund = (decision: Decision): Promise<RefundDoc> =>
  approveAs(decision, { action: "refund.process", destination: REFUND_DESTINATION.ORIGINAL });

/**
 * Fewer units than were asked for, to where the money came from.
 * @throws RuleError NOT_REFUNDABLE for money that became no order, and for a refund that was completed before; as `approveRefund`
 */
export const processPartialRefund = (
  decision: Decision,
  items: readonly LineUnitsBody[],
): Promise<RefundDoc> =>
  approveAs(decision, {
    action: "refund.process-partial",
    destination: REFUND_DESTINATION.ORIGINAL,
    items: toNamedUnits(items),
  });

/** @throws RuleError BANK_ACCOUNT_REQUIRED when neither the request nor the refund has one; as `approveRefund` */
export async function refundByBankTransfer(
  decision: Decision,
  account: Partial<BankDetails>,
): Promise<RefundDoc> {
  const details = bankDetailsIn(account);
  const refund = await getRefund(decision.refundId);
  if (!details && !refund.bankAccount)
    throw new RuleError("BANK_ACCOUNT_REQUIRED", "Send the bank account that the money goes to");
  return approveAs(decision, {
    action: "refund.bank-transfer",
    destination: REFUND_DESTINATION.BANK_TRANSFER,
    ...(details ? { bankAccount: toBankAccount(details, refund) } : {}),
  });
}

/**
 * To the customer's store credit, at once. When the engagement service does not answer, the refund stays `processing`, and
 * the outbox completes it.
 * @throws as `approveRefund`
 */
export async function refundToStoreCredit(decision: Decision): Promise<RefundDoc> {
  const destination = REFUND_DESTINATION.STORE_CREDIT;
  const approved = await approveAs(decision, { action: "refund.store-credit", destination });
  try {
    await performRefund(approved._id);
  } catch (error) {
    if (!isUnanswered(error)) throw error;
  }
  return getRefund(approved._id);
}
