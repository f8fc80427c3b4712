/** What a report says about a dispute, as far as its order among the reports matters. */
export interface DisputeStanding {
  status: "open" | "under_review" | "won" | "lost" | "closed";
  phase: string | null;
  reportedAt: Date;
}

/** A dispute moves through the phases in this order. Unknown phases count as the first. */
const PHASES = ["fraud", "retrieval", "chargeback", "pre_arbitration", "arbitration"];
/** Within a phase an ended dispute does not open again. */
const RANK = { open: 0, under_review: 0, closed: 1, won: 2, lost: 3 } as const;

/**
 * Whether a report says something newer than what is known. Events arrive in any order, so their arrival decides
 * nothing: a lost dispute stays lost, because its amount has been deducted; then the later phase counts, then an
 * ended dispute over an open one, then the gateway's time. The order is total, so that every order of arrival ends in
 * the same state.
 */
export function isNewerReport(report: DisputeStanding, known: DisputeStanding): boolean {
  const mine = keysOf(report);
  const theirs = keysOf(known);
  const decisive = mine.findIndex((key, index) => key !== theirs[index]);
  return decisive >= 0 && (mine[decisive] ?? 0) > (theirs[decisive] ?? 0);
}

function keysOf({ status, phase, reportedAt }: DisputeStanding): readonly number[] {
  return [
    status === "lost" ? 1 : 0,
    Math.max(PHASES.indexOf(phase ?? ""), 0),
    RANK[status],
    reportedAt.getTime(),
    // Of two reports of the same second: a dispute is opened before it is reviewed.
    status === "under_review" ? 1 : 0,
  ];
}
