import type { Order, Returns } from "../api-types.js";
import { money, words } from "../format.js";

/** Everything that happened to an order, out of the histories of its parts. */
export interface OrderEvent {
  at: string;
  /** Order, Payment, Refund REF-…, … */
  about: string;
  what: string;
  note: string | null;
  by: string | null;
}

interface Change {
  from: string | null;
  to: string;
  at: string;
  note: string | null;
  changedByType?: string;
  changedById?: string | null;
}

const moveOf = ({ from, to }: Change): string =>
  from ? `${words(from)} → ${words(to).toLowerCase()}` : words(to);

const byWhom = ({ changedByType, changedById }: Change): string | null =>
  changedByType ? [changedByType, changedById].filter(Boolean).join(" ") : null;

const eventsOf = (about: string, changes: readonly Change[]): OrderEvent[] =>
  changes.map((change) => ({
    about,
    at: change.at,
    what: moveOf(change),
    note: change.note,
    by: byWhom(change),
  }));

const notesOf = ({ internalNotes, edits }: Order): OrderEvent[] => [
  ...internalNotes.map(({ note, at, byName, by }) => ({
    about: "Note",
    at,
    what: note,
    note: null,
    by: byName ?? by,
  })),
  ...edits.map(({ at, by, after }) => ({
    about: "Edit",
    at,
    what: `Changed ${Object.keys(after ?? {})
      .map(words)
      .join(", ")
      .toLowerCase()}`,
    note: null,
    by,
  })),
];

const EVENT_TYPES: Readonly<Record<string, string>> = { fulfillment: "Fulfilment", shipment: "Parcel" };

/** Oldest first. */
export function toEvents(order: Order, returns: Returns): OrderEvent[] {
  const events = [
    ...order.statusHistory.flatMap((change) =>
      eventsOf(EVENT_TYPES[change.type] ?? words(change.type), [change]),
    ),
    ...order.payments.flatMap((payment) =>
      eventsOf(`Payment of ${money(payment.amount)}`, payment.statusHistory),
    ),
    ...order.refunds.flatMap((refund) => eventsOf(`Refund ${refund.refundNumber}`, refund.timeline)),
    ...returns.items.flatMap((each) => eventsOf(`Return ${each.returnNumber ?? ""}`.trim(), each.timeline)),
    ...notesOf(order),
  ];
  return events.sort((left, right) => left.at.localeCompare(right.at));
}
