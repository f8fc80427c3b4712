/**
 * Replaces what differs from run to run in a recorded exchange (ids, times, signatures, addresses of servers) and the
 * people of the tests by stable samples, so that a new recording differs only where the API does.
 */

/** When the samples happen: a Sunday afternoon in India. */
const SAMPLE_NOW = Date.parse("2026-11-29T10:00:00.000Z");
/** Unix seconds. */
export const SAMPLE_SECONDS = SAMPLE_NOW / 1000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const INDIA_MS = 330 * MINUTE_MS;
/** What is older has been sent or seeded as it is. */
const OLD_MS = 14 * DAY_MS;

/** By field: a number that depends on the machine or the clock. */
const NUMBERS: Readonly<Record<string, number>> = {
  ...{ uptime: 86_400, latencyMs: 3, durationMs: 40, lagSeconds: 2 },
  created_at: SAMPLE_SECONDS,
};

/** By field: a text without a form of its own. */
const TEXTS: Readonly<Record<string, string>> = {
  signature: "sample",
  token: "sample",
  expires: String(SAMPLE_SECONDS),
};

const PEOPLE: readonly [RegExp, string][] = [
  [/(?:other\.)?canary\.person@example\.in/g, "meera@example.com"],
  [/Canary Person/g, "Meera Nair"],
  [/14, Canary Cross, Indiranagar/g, "22 Temple Street, Malleswaram"],
  [/\+?(?:91)?9812345670/g, "+919845012345"],
  [/918273645546372/g, "50100012345678"],
];

const ISO_TIME = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g;
const DAY = /(?<![\w-])\d{4}-\d{2}-\d{2}(?![\w-])/g;
const OBJECT_ID = /(?<![0-9a-f])[0-9a-f]{24}(?![0-9a-f])/g;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** Hex digests, and the guest ids and signatures that the service mints. */
const DIGEST = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g;
/** The gateway's and the neighbours' ids. */
const FOREIGN_ID =
  /(?<![A-Za-z])([a-z]{2,5})_(?:[A-Za-z0-9]{14}|[A-Za-z0-9]{18}|[0-9a-f]{16})(?![A-Za-z0-9])/g;
/** An event's id has no prefix. */
const EVENT_ID = /^[A-Za-z0-9]{14}$/;
const NUMBER = /(?<![A-Z])(ORD|REF|RET|INV|CN)-\d{4}-\d{6}/g;
const UTR = /\bN[0-9a-f]{15}\b/gi;
const LOCAL_SERVER = /http:\/\/(?:127\.0\.0\.1|localhost):\d+/g;
const GUEST_ID = "hT3vQ8nXk0mZ5bY1rW7cJd_sample";

/** The n-th sample of a kind, in the order of their first appearance. */
class Numbered {
  private readonly seen = new Map<string, number>();
  of(value: string, width: number): string {
    const known = this.seen.get(value) ?? this.seen.size + 1;
    this.seen.set(value, known);
    return String(known).padStart(width, "0");
  }
}

const indianDay = (time: number): number => Math.floor((time + INDIA_MS) / DAY_MS);

/** Moves the times of an exchange to the samples' day; beginnings and ends of Indian days stay what they are. */
function timesAt(now: number): { time(text: string): string; day(text: string): string } {
  const days = (indianDay(SAMPLE_NOW) - indianDay(now)) * DAY_MS;
  const shift = (at: number): number => {
    const isEdgeOfDay = indianDay(at - 1) !== indianDay(at) || indianDay(at + 1) !== indianDay(at);
    return isEdgeOfDay ? at + days : SAMPLE_NOW + Math.round((at - now) / MINUTE_MS) * MINUTE_MS;
  };
  const isOld = (at: number): boolean => now - at > OLD_MS;
  return {
    time: (text) => {
      const at = Date.parse(text);
      return isOld(at) ? text : new Date(shift(at)).toISOString();
    },
    day: (text) => {
      const at = Date.parse(text);
      return isOld(at) ? text : new Date(at + days).toISOString().slice(0, 10);
    },
  };
}

/** @param now when the exchange took place */
export function sampleValues(now: number): (value: unknown) => unknown {
  const [ids, foreignIds, numbers, references] = [
    new Numbered(),
    new Numbered(),
    new Numbered(),
    new Numbered(),
  ];
  const { time, day } = timesAt(now);

  const sampleText = (text: string): string =>
    PEOPLE.reduce((known, [pattern, sample]) => known.replace(pattern, sample), text)
      .replace(ISO_TIME, time)
      .replace(DAY, day)
      .replace(DIGEST, "5f".repeat(32))
      .replace(UUID, "3b241101-e2bb-4255-8caf-4136c566a962")
      .replace(OBJECT_ID, (id) => `6927a1c0e4b0f3d2a1c0${ids.of(id, 4)}`)
      .replace(FOREIGN_ID, (id, kind: string) => `${kind}_Sample${foreignIds.of(id, 8)}`)
      .replace(NUMBER, (number, series: string) => `${series}-2026-${numbers.of(number, 6)}`)
      .replace(UTR, (utr) => `N${references.of(utr.toUpperCase(), 15)}`)
      .replace(LOCAL_SERVER, "http://localhost:3003")
      .replace(/([?&](?:token|signature)=)[^&"\s]+/g, "$1sample")
      .replace(/([?&]expires=)\d+/g, `$1${SAMPLE_SECONDS}`);

  const sampleField = (text: string, field: string): string => {
    if (field === "sessionId" && text.match(OBJECT_ID) === null) return GUEST_ID;
    if (field === "eventId" && EVENT_ID.test(text)) return `evt${foreignIds.of(text, 11)}`;
    return TEXTS[field] ?? sampleText(text);
  };

  const sample = (value: unknown, field: string): unknown => {
    if (typeof value === "string") return sampleField(value, field);
    if (typeof value === "number") return NUMBERS[field] ?? value;
    if (Array.isArray(value)) return value.map((item) => sample(item, field));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [sampleText(key), sample(item, key)]),
    );
  };
  return (value) => sample(value, "");
}
