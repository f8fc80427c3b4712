import type {
  Funnel,
  Health,
  Jobs,
  Messages,
  OrderAnalysis,
  PaymentAnalysis,
  RefundAnalysis,
  Reports,
  Summary,
} from "./api-types.js";
import { prepareDialogs } from "./dialog.js";
import { bodyOf, byId, fill, problem } from "./dom.js";
import { Feed, type FeedState } from "./feed.js";
import { agoText, duration, indianDay, keepAgoTrue } from "./format.js";
import { showHealth } from "./panels/health.js";
import { showJobs } from "./panels/jobs.js";
import { prepareSearch, showOrderInAddress } from "./panels/order.js";
import { showOutbox } from "./panels/outbox.js";
import { showFunnel, showMethods, showOrders, showRates } from "./panels/plots.js";
import { showReports } from "./panels/reconciliation.js";
import { showToday } from "./panels/today.js";
import { showWaiting } from "./panels/waiting.js";
import { currentToken, forgetToken, keepToken, takeReason, takeTokenFromAddress } from "./session.js";

/** The page for operators: what it reads, how often, and which sections show it. */

const FAST_MS = 5_000;
const STEADY_MS = 10_000;
/** The analyses of a range change slowly and cost more. */
const SLOW_MS = 20_000;
const TICK_MS = 1_000;

/** The chosen range, from its first day in India until now. */
const range = (): string => {
  const days = Number(byId("range", HTMLSelectElement).value);
  return `dateFrom=${indianDay(days - 1)}&groupBy=day`;
};
/** From midnight until this time of the day. */
const yesterdayByNow = (): string =>
  `dateFrom=${indianDay(1)}&dateTo=${new Date(Date.now() - 86_400_000).toISOString()}&groupBy=day`;

const summary = new Feed<Summary>(() => "/api/admin/ops/summary", FAST_MS, shown("waiting", showMoney));
const health = new Feed<Health>(() => "/api/health", FAST_MS, shown("health", showHealth));
const jobs = new Feed<Jobs>(() => "/api/admin/jobs", STEADY_MS, shown("jobs", showAllJobs));
const dead = new Feed<Messages>(
  () => "/api/admin/outbox?state=dead&limit=10",
  FAST_MS,
  shown("outbox", showMessages),
);
const pending = new Feed<Messages>(
  () => "/api/admin/outbox?state=pending&sortOrder=asc&limit=5",
  FAST_MS,
  shown("outbox", showMessages),
);
const reports = new Feed<Reports>(
  () => "/api/admin/payments/reconciliations?limit=1",
  SLOW_MS,
  shown("reconciliation", showReports),
);
const orders = new Feed<OrderAnalysis>(
  () => `/api/admin/orders/analytics?${range()}`,
  SLOW_MS,
  shown("orders", showOrders),
);
const yesterday = new Feed<OrderAnalysis>(
  () => `/api/admin/orders/analytics?${yesterdayByNow()}`,
  SLOW_MS,
  shown("today", showFigures),
);
const payments = new Feed<PaymentAnalysis>(
  () => `/api/admin/payments/analytics?${range()}`,
  SLOW_MS,
  shown("methods", showPayments),
);
const funnel = new Feed<Funnel>(
  () => `/api/admin/checkouts/funnel?${range()}`,
  SLOW_MS,
  shown("funnel", showCheckouts),
);
const refunds = new Feed<RefundAnalysis>(
  () => `/api/admin/refunds/analytics?dateFrom=${indianDay()}&groupBy=day`,
  SLOW_MS,
  shown("today", showFigures),
);

const ranged = [orders, payments, funnel];
const feeds = [summary, health, jobs, dead, pending, reports, yesterday, refunds, ...ranged];

/** What a feed does after each read: shows its data, or why its section has none; and leaves when the token has ended. */
function shown<T>(section: string, show: (data: T) => void) {
  return ({ data, failure }: FeedState<T>): void => {
    if (failure?.kind === "signed-out") {
      signOut(failure.message);
      return;
    }
    if (failure && (data === null || failure.kind === "forbidden"))
      fill(bodyOf(section), problem(failure.message));
    else if (data !== null && !failure) show(data);
    showWaiting({
      summary: summary.state.data,
      health: health.state.data,
      jobs: jobs.state.data,
      reports: reports.state.data,
    });
    showFigures();
    showState();
  };
}

function showFigures(): void {
  showToday({
    orders: orders.state.data,
    yesterday: yesterday.state.data,
    payments: payments.state.data,
    funnel: funnel.state.data,
    refunds: refunds.state.data,
    summary: summary.state.data,
  });
}

function showMoney(): void {
  if (dead.state.data || pending.state.data) showMessages();
}

function showAllJobs(data: Jobs): void {
  showJobs(data, () => restart(jobs, summary));
}

function showMessages(): void {
  const backlog = { summary: summary.state.data, dead: dead.state.data, pending: pending.state.data };
  showOutbox(backlog, () => restart(dead, pending, summary));
}

function showRatesIfKnown(): void {
  if (payments.state.data && funnel.state.data) showRates(payments.state.data, funnel.state.data);
}

function showPayments(data: PaymentAnalysis): void {
  showMethods(data);
  showRatesIfKnown();
}

function showCheckouts(data: Funnel): void {
  showFunnel(data);
  showRatesIfKnown();
}

let isPaused = false;

const isRunning = (): boolean =>
  currentToken() !== null && !isPaused && document.visibilityState === "visible";

/** Also redraws what an action has changed, before the answer is there. */
function restart(...chosen: readonly { start(): void }[]): void {
  if (jobs.state.data) showAllJobs(jobs.state.data);
  if (dead.state.data || pending.state.data) showMessages();
  for (const feed of chosen) if (isRunning()) feed.start();
}

function startOrStop(): void {
  for (const feed of feeds) {
    if (isRunning()) feed.start();
    else feed.stop();
  }
  showState();
}

/** How fresh the figures are, in the bar; the sections keep what they had. */
function showState(): void {
  const live = byId("live");
  const { at, failure } = summary.state;
  const isOld = feeds.some((feed) => feed.isOld());
  live.className = `live ${isPaused || at === null ? "plain" : failure || isOld ? "old" : "fresh"}`;
  live.textContent = stateText(at, failure?.message ?? null, isOld);
  byId("board").classList.toggle("old", isOld && !isPaused);
}

function stateText(at: number | null, failure: string | null, isOld: boolean): string {
  if (currentToken() === null) return "Not signed in";
  const updated = at === null ? "" : `updated ${agoText(at)}`;
  if (isPaused) return `Paused, ${updated || "nothing read yet"}`;
  if (failure) {
    const wait = summary.nextAt === null ? 0 : summary.nextAt - Date.now();
    return `${failure} ${wait > 1_000 ? `Next try in ${duration(wait)}.` : "Trying again."}${updated ? ` Old data, ${updated}.` : ""}`;
  }
  if (at === null) return "Reading …";
  return isOld ? `Some data is old, ${updated}` : `Live, ${updated}`;
}

function signIn(): void {
  byId("sign-in").hidden = true;
  byId("board").hidden = false;
  byId("session").hidden = false;
  startOrStop();
  void showOrderInAddress();
}

/** A new page: nothing that this person has seen stays in it. */
function signOut(reason: string | null): void {
  if (currentToken() === null) return;
  forgetToken(reason);
  window.location.reload();
}

function askForToken(): void {
  const reason = takeReason();
  const told = byId("sign-in-reason");
  told.hidden = reason === null;
  told.textContent = reason ?? "";
  byId("sign-in").hidden = false;
  byId("token").focus();
}

function prepare(): void {
  byId("sign-in-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = byId("token", HTMLTextAreaElement);
    keepToken(typed.value);
    typed.value = "";
    signIn();
  });
  byId("sign-out").addEventListener("click", () => signOut(null));
  const pause = byId("pause");
  pause.addEventListener("click", () => {
    isPaused = !isPaused;
    pause.setAttribute("aria-pressed", String(isPaused));
    startOrStop();
  });
  byId("range").addEventListener("change", () => restart(...ranged));
  document.addEventListener("visibilitychange", startOrStop);
  setInterval(() => {
    keepAgoTrue();
    if (document.visibilityState === "visible") showState();
  }, TICK_MS);
  prepareDialogs();
  prepareSearch();
}

takeTokenFromAddress();
prepare();
if (currentToken() === null) askForToken();
else signIn();
