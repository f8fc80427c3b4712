import type { ClientSession } from "mongoose";
import {
  Payment,
  type PaymentDoc,
  type RefundBankAccount,
  type RefundDoc,
  type RefundPart,
} from "../../../models/index.js";
import {
  REFUND_DESTINATION,
  REFUND_SOURCE,
  REFUND_STATUS,
  type RefundDestination,
} from "../../../utils/constants.js";
import type { NamedUnits } from "../../../utils/line-units.js";
import { addPaise, ZERO_PAISE } from "../../../utils/money.js";
import { leftOfInvoice } from "../../calculations/credit-amounts.js";
import { fits } from "../../calculations/refund-amounts.js";
import {
  getRefundFacts,
  leftOfGoods,
  type RefundFacts,
  sourcesOf,
  toCreditedRefund,
  wasCompleted,
} from "./refund-facts.js";
import {
  assertNotDisputed,
  assertRefundable,
  exceedsPaid,
  notRefundable,
  price,
  type RefundTerms,
  split,
  toContent,
} from "./refund-terms.js";
import { priceReturned } from "./returned-goods.js";

/** Approves a refund with another destination, or for fewer units than were asked for. */
export interface RefundChange {
  /** Of the audit row: `refund.process`, … */
  action: string;
  destination: RefundDestination;
  items?: readonly NamedUnits[];
  bankAccount?: RefundBankAccount;
}

export type ApprovalTerms = Pick<RefundTerms, "parts" | "items" | "shippingAmount">;

/**
 * What decides about a refund, itself left out. Null for money that became no order.
 * @throws RuleError NOT_REFUNDABLE, PAYMENT_DISPUTED
 */
export async function factsOf(refund: RefundDoc, tx: ClientSession): Promise<RefundFacts | null> {
  const { orderId, paymentId, _id } = refund;
  if (orderId) {
    const facts = await getRefundFacts(orderId, { except: _id }, tx);
    assertRefundable(facts);
    return facts;
  }
  assertNotDisputed(await Payment.findById(paymentId).session(tx).orFail().lean<PaymentDoc>());
  return null;
}

/**
 * What is approved: the request as it was shown, or the change.
 * @throws RuleError REFUND_EXCEEDS_PAID, NOT_REFUNDABLE; ValidationError for a line of another order
 */
export function approvalTerms(
  refund: RefundDoc,
  facts: RefundFacts | null,
  change: RefundChange | undefined,
): ApprovalTerms {
  if (change?.items && !facts) throw notRefundable("no_order", "There is no order; refund all of it");
  if (change?.items && wasCompleted(refund))
    throw notRefundable("credited", "It was completed before, and may be credited; refund all of it");
  const { amount, items, shippingAmount } =
    change?.items && facts ? fewerUnits(refund, facts, change.items) : refund;
  const terms = { items, shippingAmount, parts: partsOf({ ...refund, amount }, facts, change) };
  if (facts) assertRoom(terms, facts);
  return terms;
}

/** Never more than was asked for: a larger amount is a request of its own. */
function fewerUnits(refund: RefundDoc, facts: RefundFacts, items: readonly NamedUnits[]) {
  const priced = price(facts, { kind: "items", items, includeShipping: false });
  if (priced.amount > refund.amount) throw exceedsPaid(refund.amount);
  return { amount: priced.amount, ...toContent(priced) };
}

function partsOf(
  refund: RefundDoc,
  facts: RefundFacts | null,
  change: RefundChange | undefined,
): RefundPart[] {
  const destination = change?.destination ?? refund.destination;
  if (!facts || refund.status === REFUND_STATUS.FAILED) return [ownPart(refund, destination)];
  return change ? split(facts, { amount: refund.amount, destination }) : refund.parts;
}

/** A refund that was approved before keeps its source; only money of a payment may go elsewhere. */
export function ownPart(refund: RefundDoc, wished: RefundDestination): RefundPart {
  const { source, paymentId, amount, userId } = refund;
  const destination = source === REFUND_SOURCE.PAYMENT ? wished : refund.destination;
  if (destination === REFUND_DESTINATION.STORE_CREDIT && !userId)
    throw notRefundable("no_account", "A guest has no store credit; choose another destination");
  return { source, paymentId, amount, destination };
}

/**
 * A refund is approved later than it was priced. Goods that came back or were cancelled meanwhile were paid for, and are
 * not paid for twice.
 * @throws RuleError REFUND_EXCEEDS_PAID when a source, or what was sold, has less left than the refund takes
 */
export function assertRoom(terms: ApprovalTerms, facts: RefundFacts): void {
  assertGoods(terms, facts);
  assertSources(terms, facts);
}

function assertSources({ parts }: ApprovalTerms, facts: RefundFacts): void {
  const sources = sourcesOf(facts);
  for (const { source, paymentId, amount } of parts) {
    const id = paymentId?.toHexString() ?? null;
    const own = sources.find((candidate) => candidate.source === source && candidate.paymentId === id);
    if (!own || own.left < amount) throw exceedsPaid(own?.left);
  }
}

function assertGoods({ parts, items, shippingAmount }: ApprovalTerms, facts: RefundFacts): void {
  const goods = leftOfGoods(facts);
  const amount = addPaise(...parts.map((part) => part.amount));
  if (fits(goods, toCreditedRefund({ amount, shippingAmount, items }))) return;
  if (items.length === 0) throw exceedsPaid(leftOfInvoice(goods));
  const left = priceReturned(facts, items, { includeCharges: shippingAmount > 0 });
  throw exceedsPaid(left?.amount ?? ZERO_PAISE);
}
