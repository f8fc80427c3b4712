import type { Health, Jobs, Reports, Summary } from "../api-types.js";
import { bodyOf, chip, fill, h, type Tone } from "../dom.js";
import { duration, money, plural, words } from "../format.js";

/** What an operator should look at, the worst first, with a link to where it is shown. */

export interface Known {
  summary: Summary | null;
  health: Health | null;
  jobs: Jobs | null;
  reports: Reports | null;
}

interface Concern {
  tone: Tone;
  text: string;
  /** The section with more. */
  section: string;
}

/** The worker polls every second; a message that waits this long is a sign of trouble. */
const LAG_S = 60;

const bad = (section: string, text: string): Concern => ({ tone: "bad", section, text });
const fair = (section: string, text: string): Concern => ({ tone: "fair", section, text });

function aboutSummary({ moneyWithoutOrder, outbox, waiting }: Summary): Concern[] {
  const { overdueCount, overdueAmount } = moneyWithoutOrder;
  return [
    overdueCount > 0 &&
      bad(
        "today",
        `${money(overdueAmount)} without an order or a refund for more than 15 minutes (${plural(overdueCount, "payment")})`,
      ),
    outbox.dead > 0 && bad("outbox", `${plural(outbox.dead, "dead message")} in the outbox`),
    outbox.lagSeconds > LAG_S && bad("outbox", `The outbox is ${duration(outbox.lagSeconds * 1_000)} behind`),
    waiting.payments > 0 && fair("methods", `${plural(waiting.payments, "payment")} to look at`),
    waiting.refunds > 0 && fair("today", `${plural(waiting.refunds, "refund")} to look at`),
    waiting.webhooks > 0 && fair("methods", `${plural(waiting.webhooks, "flagged webhook")}`),
    waiting.refundsToApprove > 0 && fair("today", `${plural(waiting.refundsToApprove, "refund")} to approve`),
    waiting.returnsToDecide > 0 && fair("today", `${plural(waiting.returnsToDecide, "return")} to decide`),
  ].filter((concern) => concern !== false);
}

function aboutHealth({ database, upstreams }: Health): Concern[] {
  const down = Object.entries(upstreams).filter(([, { status }]) => status !== "up");
  return [
    ...(database.status === "up" ? [] : [bad("health", "The database is down")]),
    ...down.map(([name]) => bad("health", `${words(name)} is down`)),
  ];
}

const aboutJobs = ({ items }: Jobs): Concern[] =>
  items
    .filter(({ lastRuns }) => lastRuns[0]?.state === "failed" || lastRuns[0]?.state === "abandoned")
    .map(({ name }) => bad("jobs", `The last run of ${name} failed`));

function aboutReports({ items }: Reports): Concern[] {
  const newest = items[0];
  if (newest?.state === "failed") return [bad("reconciliation", "The last reconciliation failed")];
  if (!newest || newest.amountLeft <= 0) return [];
  return [bad("reconciliation", `Reconciliation: ${money(newest.amountLeft)} at risk`)];
}

const itemOf = ({ tone, text, section }: Concern): HTMLElement => {
  const urgency = chip(tone === "bad" ? "Urgent" : "To do", tone);
  return h("li", {}, urgency, " ", h("a", { href: `#${section}`, "data-key": text }, text));
};

export function showWaiting({ summary, health, jobs, reports }: Known): void {
  if (!summary && !health) return;
  const concerns = [
    ...(health ? aboutHealth(health) : []),
    ...(summary ? aboutSummary(summary) : []),
    ...(jobs ? aboutJobs(jobs) : []),
    ...(reports ? aboutReports(reports) : []),
  ].sort((left, right) => Number(right.tone === "bad") - Number(left.tone === "bad"));
  const none = h("p", {}, chip("All clear", "good"), " Nothing waits for a person.");
  const list = h("ul", { class: "concerns" }, ...concerns.map(itemOf));
  fill(bodyOf("waiting"), concerns.length === 0 ? none : list);
}
