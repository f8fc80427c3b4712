/**
 * Replaces what differs from run to run in a recorded exchange (ids, times, tokens, addresses of servers) and the
 * people of the tests by stable samples, so that a new recording differs only where the API does.
 */

/** When the samples happen: a Sunday afternoon in India. */
const SAMPLE_NOW = Date.parse("2026-11-29T10:00:00.000Z");
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** By field: a number that depends on the machine. */
const MEASURED: Readonly<Record<string, number>> = { uptime: 86_400, latencyMs: 3, durationMs: 40 };

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
const GATEWAY_ID = /(?<![A-Za-z])(order|pay|rfnd|evt|setl|disp|acc)_[A-Za-z0-9]{10,}/g;
const NUMBER = /(?<![A-Z])(ORD|REF|RET|INV|CN)-\d{4}-\d{6}/g;
const LOCAL_SERVER = /http:\/\/(?:127\.0\.0\.1|localhost):\d+/g;
const GUEST_ID = "hT3vQ8nXk0mZ5bY1rW7cJd.sample".replace(".", "_");

/** The n-th sample of a kind, in the order of their first appearance. */
class Numbered {
  private readonly seen = new Map<string, number>();
  of(value: string): number {
    const known = this.seen.get(value) ?? this.seen.size + 1;
    this.seen.set(value, known);
    return known;
  }
}

const roundTo = (step: number, value: number): number => Math.round(value / step) * step;

/** @param now when the exchange took place */
export function sampleValues(now: number): (value: unknown) => unknown {
  const ids = new Numbered();
  const gatewayIds = new Numbered();
  const numbers = new Numbered();
  const shift = (time: number) => new Date(SAMPLE_NOW + roundTo(MINUTE_MS, time - now));
  const shiftDay = (day: string) =>
    new Date(SAMPLE_NOW + roundTo(DAY_MS, Date.parse(day) - now)).toISOString().slice(0, 10);

  const sampleText = (text: string): string => {
    const people = PEOPLE.reduce((known, [pattern, sample]) => known.replace(pattern, sample), text);
    return people
      .replace(ISO_TIME, (time) => shift(Date.parse(time)).toISOString())
      .replace(DAY, shiftDay)
      .replace(DIGEST, "5f".repeat(32))
      .replace(UUID, "3b241101-e2bb-4255-8caf-4136c566a962")
      .replace(OBJECT_ID, (id) => `6927a1c0e4b0f3d2a1c0${String(ids.of(id)).padStart(4, "0")}`)
      .replace(
        GATEWAY_ID,
        (id, kind: string) => `${kind}_Sample${String(gatewayIds.of(id)).padStart(8, "0")}`,
      )
      .replace(
        NUMBER,
        (number, series: string) => `${series}-2026-${String(numbers.of(number)).padStart(6, "0")}`,
      )
      .replace(LOCAL_SERVER, "http://localhost:3003")
      .replace(/([?&](?:token|signature)=)[^&"\s]+/g, "$1sample")
      .replace(/([?&]expires=)\d+/g, "$11764410400");
  };

  const sample = (value: unknown, field: string): unknown => {
    if (typeof value === "string")
      return field === "sessionId" && value.length < 65 && !/^[0-9a-f]{24}$/.test(value)
        ? GUEST_ID
        : sampleText(value);
    if (typeof value === "number") return MEASURED[field] ?? value;
    if (Array.isArray(value)) return value.map((item) => sample(item, field));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [sampleText(key), sample(item, key)]),
    );
  };
  return (value) => sample(value, "");
}
