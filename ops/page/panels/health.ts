import type { Health } from "../api-types.js";
import { bodyOf, chip, fill, h, muted, table } from "../dom.js";
import { duration, words } from "../format.js";

/** The database and the services that this one calls. */

const latency = (ms: number | null): string => (ms === null ? "–" : `${Math.round(ms)} ms`);

const NAMES: Readonly<Record<Health["status"], string>> = {
  ok: "All up",
  degraded: "Degraded",
  down: "Down",
};
const TONES = { ok: "good", degraded: "fair", down: "bad" } as const;

export function showHealth({ status, database, upstreams, version, uptime }: Health): void {
  const rows = [
    [
      "Database",
      chip(database.status, database.status === "up" ? "good" : "bad"),
      muted("–"),
      latency(database.latencyMs),
    ],
    ...Object.entries(upstreams).map(([name, upstream]) => [
      words(name),
      chip(upstream.status, upstream.status === "up" ? "good" : "bad"),
      chip(upstream.breaker, upstream.breaker === "closed" ? "plain" : "bad"),
      latency(upstream.latencyMs),
    ]),
  ];
  fill(
    bodyOf("health"),
    h(
      "p",
      {},
      chip(NAMES[status], TONES[status]),
      " ",
      muted(`Version ${version}, up for ${duration(uptime * 1_000)}`),
    ),
    table({
      caption: "Database and neighbours",
      head: ["Name", "State", "Breaker", "Latency"],
      rows,
      figures: [3],
    }),
  );
}
