import type { RefundDoc } from "../../models/index.js";
import { type Check, duplicatesOf, type Finding, finding, groupBy, sumOf } from "./invariants.js";

/** Refunds that no gateway makes: store credit and points, which engagement keeps, and bank transfers. */

const isCompleted = ({ status }: RefundDoc): boolean => status === "completed";
const report = (refund: RefundDoc, problems: readonly string[]): Finding[] =>
  problems.map((problem) => finding(problem, refund.refundNumber));

const REFERENCE = /^refund:([0-9a-f]{24})$/;

/** Store credit and points were given back once for each refund, and for nothing else. */
const refundCredit: Check = ({ books, refunds }) => {
  const credits = books.credits
    .filter(({ type }) => type === "issued")
    .map(({ amount, ...entry }) => ({ ...entry, given: Math.round(amount * 100) }));
  const points = books.loyalty
    .filter(({ type }) => type === "reversed")
    .map((entry) => ({ ...entry, given: entry.points }));
  const toCredit = refunds.filter(({ destination }) => destination === "store_credit");
  const toPoints = refunds.filter(({ source }) => source === "points");
  return [
    ...compareGiven("paise of store credit", credits, { refunds: toCredit, owed: ({ amount }) => amount }),
    ...compareGiven("points", points, { refunds: toPoints, owed: ({ points: own }) => own ?? 0 }),
  ];
};

interface Given {
  userId: string;
  reference?: string;
  given: number;
}

function compareGiven(
  what: string,
  entries: readonly Given[],
  { refunds, owed }: { refunds: readonly RefundDoc[]; owed: (refund: RefundDoc) => number },
): Finding[] {
  const ofRefunds = entries.filter(({ reference = "" }) => REFERENCE.test(reference));
  const entriesOf = groupBy(ofRefunds, ({ reference = "" }) => REFERENCE.exec(reference)?.[1]);
  const known = new Map(refunds.map((refund) => [refund._id.toHexString(), refund]));
  const unequal = refunds.filter(isCompleted).flatMap((refund) => {
    const own = entriesOf.get(refund._id.toHexString()) ?? [];
    const given = sumOf(own, (entry) => entry.given);
    const toOwner = own.every(({ userId }) => userId === refund.userId);
    if (given === owed(refund) && toOwner) return [];
    const problem = `${given} ${what} given back${toOwner ? "" : " to another customer"}, ${owed(refund)} owed`;
    return report(refund, [problem]);
  });
  // The answer about one that is under way may have been lost.
  const unowed = [...entriesOf].flatMap(([id]) => {
    const refund = known.get(id);
    return refund?.status === "processing" || refund?.status === "completed"
      ? []
      : [finding(`${what} given back for no refund`, id)];
  });
  return [...unequal, ...unowed, ...twiceGiven(what, ofRefunds)];
}

const twiceGiven = (what: string, entries: readonly Given[]): Finding[] =>
  duplicatesOf(entries, ({ reference }) => reference).map(([reference]) =>
    finding(`${what} given back twice`, reference),
  );

/** A completed transfer names the bank's reference, once; account numbers are stored encrypted with a known key. */
const bankTransfers: Check = ({ refunds, accountNumberOf }) => {
  const twice = duplicatesOf(
    refunds.filter(({ utr }) => utr),
    ({ utr }) => utr,
  ).map(([, rows]) =>
    finding("several refunds have the same UTR", ...rows.map(({ refundNumber }) => refundNumber)),
  );
  const problems = refunds.flatMap((refund) => {
    const { bankAccount } = refund;
    const isReadable = !bankAccount || accountNumberOf(refund)?.slice(-4) === bankAccount.last4;
    return report(refund, [
      ...transferProblems(refund),
      ...(isReadable ? [] : ["its account number cannot be decrypted"]),
    ]);
  });
  return [...twice, ...problems];
};

function transferProblems(refund: RefundDoc): string[] {
  const { destination, utr, bankAccount } = refund;
  const isPaid = destination === "bank_transfer" && isCompleted(refund);
  const problems: string[] = [];
  if (isPaid && !utr) problems.push("the transfer has no UTR");
  if (isPaid && !bankAccount) problems.push("the transfer has no account");
  if (utr && !isPaid) problems.push("it has a UTR without a completed transfer");
  return problems;
}

export const refundChannelChecks = { refundCredit, bankTransfers };
