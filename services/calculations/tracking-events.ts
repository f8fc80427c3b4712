/** The events of a parcel, gathered from webhooks and from the shipping service's list. */

export interface ParcelEvent {
  status: string;
  location: string | null;
  at: Date;
  description: string | null;
}

/** A webhook and the list report the same event with times that differ a little. */
const SAME_WITHIN_MS = 60_000;
/** No parcel has more; a carrier that repeats itself does not fill the document. */
const MOST_EVENTS = 200;

const isSame = (one: ParcelEvent, other: ParcelEvent): boolean =>
  one.status === other.status && Math.abs(one.at.getTime() - other.at.getTime()) <= SAME_WITHIN_MS;

/** All events, oldest first, each once. Of two reports of one event, the one with a location is kept. */
export function mergeEvents(known: readonly ParcelEvent[], reported: readonly ParcelEvent[]): ParcelEvent[] {
  const events: ParcelEvent[] = [...known];
  for (const event of reported) {
    const index = events.findIndex((other) => isSame(event, other));
    if (index < 0) events.push(event);
    else if (events[index]?.location === null) events[index] = event;
  }
  return events.sort((a, b) => a.at.getTime() - b.at.getTime()).slice(-MOST_EVENTS);
}
