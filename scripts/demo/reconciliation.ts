import { randomUUID } from "node:crypto";
import { at, listAt, numberAt, textAt } from "../support/json.js";
import { check, heading, narrate, narrateOutside, rupees, table } from "../support/print.js";
import { type Stage, waitFor } from "./scenes.js";
import { Storefront } from "./storefront.js";

const PATH = "/api/admin/payments";
const HOUR_SECONDS = 3_600;
const REFUND_PAISE = 5_000;

/** Somebody refunded in the gateway's dashboard and the webhook was lost: finance finds it, and repairs it. */
export async function financeReconciles(stage: Stage): Promise<void> {
  heading("15 · Finance reconciles the books with the gateway's");
  const finance = new Storefront(stage.serviceUrl, stage.sandbox.tokens.finance);
  const refundId = refundUnseen(stage);
  const found = await reconcile(finance, false);
  const planted = listAt(found, "breaks.items");
  showBreaks(planted);
  check(
    planted.length === 1 && textAt(planted[0], "gatewayId") === refundId,
    "the report has exactly the refund that we do not know",
  );
  narrate("Reports change nothing. The same range again, with repair:");
  const repaired = listAt(await reconcile(finance, true), "breaks.items");
  showBreaks(repaired);
  check(
    textAt(repaired[0], "repair.outcome") === "repaired",
    `repaired: ${textAt(repaired[0], "repair.note")}`,
  );
}

function showBreaks(breaks: readonly unknown[]): void {
  table(
    ["class", "what", "at risk", "note", "repair"],
    breaks.map((item) => [
      ...[textAt(item, "class"), textAt(item, "gatewayId"), rupees(numberAt(item, "amountAtRisk"))],
      ...[textAt(item, "note"), String(at(item, "repair.outcome") ?? "none")],
    ]),
  );
}

/** An hour ago, because what is younger than a quarter of an hour is left to the next run. */
function refundUnseen({ sandbox }: Stage): string {
  const { razorpay } = sandbox.control;
  const paymentId = razorpay.ledger().captures[0]?.paymentId ?? "";
  razorpay.configure({ webhooks: { drop: "all" } });
  const { id, created_at } = razorpay.refundInDashboard(paymentId, REFUND_PAISE);
  razorpay.tamper(id, { created_at: created_at - HOUR_SECONDS });
  razorpay.configure({ webhooks: { drop: "none" } });
  narrateOutside(`an hour ago, somebody refunded ${rupees(REFUND_PAISE / 100)} in the dashboard (${id})`);
  narrateOutside("its webhook was lost");
  return id;
}

/** @returns the finished report with its breaks */
async function reconcile(finance: Storefront, repair: boolean): Promise<unknown> {
  const dayOf = (ms: number) => new Date(ms + 5.5 * HOUR_SECONDS * 1_000).toISOString().slice(0, 10);
  const range = { dateFrom: dayOf(Date.now() - 2 * HOUR_SECONDS * 1_000), dateTo: dayOf(Date.now()) };
  const started = await finance.call({
    method: "POST",
    path: `${PATH}/reconcile`,
    body: { ...range, repair },
    key: randomUUID(),
  });
  const path = `${PATH}/reconciliations/${textAt(started.data, "id")}`;
  await waitFor("the report is complete", async () => {
    const { data } = await finance.call({ method: "GET", path, silent: true });
    return at(data, "report.state") !== "running";
  });
  return (await finance.call({ method: "GET", path, summarize: describe })).data;
}

function describe(data: unknown): string {
  const { length } = listAt(data, "breaks.items");
  const compared = numberAt(data, "report.payments.compared") + numberAt(data, "report.refunds.compared");
  const left = rupees(numberAt(data, "report.amountLeft"));
  return `${textAt(data, "report.state")}: compared ${compared}, breaks ${length}, left at risk ${left}`;
}
