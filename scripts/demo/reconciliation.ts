import type { Client, Schemas } from "../../clients/typescript/index.js";
import { check, heading, narrate, narrateOutside, rupees, table } from "../support/print.js";
import { type Stage, waitFor } from "./scenes.js";
import { Storefront } from "./storefront.js";

interface Report {
  report: Schemas["ReconciliationReport"];
  breaks: { items: Schemas["ReconciliationItem"][] };
}

const HOUR_SECONDS = 3_600;
const REFUND_PAISE = 5_000;

/** Somebody refunded in the gateway's dashboard and the webhook was lost: finance finds it, and repairs it. */
export async function financeReconciles(stage: Stage): Promise<void> {
  heading("15 · Finance reconciles the books with the gateway's");
  const finance = new Storefront(stage.serviceUrl, stage.sandbox.tokens.finance);
  const refundId = refundUnseen(stage);
  const planted = (await reconcile(finance, false)).breaks.items;
  showBreaks(planted);
  check(
    planted.length === 1 && planted[0]?.gatewayId === refundId,
    "the report has exactly the refund that we do not know",
  );
  narrate("Reports change nothing. The same range again, with repair:");
  const repaired = (await reconcile(finance, true)).breaks.items;
  showBreaks(repaired);
  const repair = repaired[0]?.repair;
  check(repair?.outcome === "repaired", `repaired: ${repair?.note}`);
}

function showBreaks(breaks: Report["breaks"]["items"]): void {
  table(
    ["class", "what", "at risk", "note", "repair"],
    breaks.map((item) => [
      ...[item.class, item.gatewayId ?? "", rupees(item.amountAtRisk)],
      ...[item.note ?? "", item.repair?.outcome ?? "none"],
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
async function reconcile(finance: Storefront, repair: boolean): Promise<Report> {
  const dayOf = (ms: number) => new Date(ms + 5.5 * HOUR_SECONDS * 1_000).toISOString().slice(0, 10);
  const range = { dateFrom: dayOf(Date.now() - 2 * HOUR_SECONDS * 1_000), dateTo: dayOf(Date.now()) };
  const { id: reportId } = await finance.show((api) =>
    api.post("/api/admin/payments/reconcile", { body: { ...range, repair } }),
  );
  const read = (api: Client) =>
    api.get("/api/admin/payments/reconciliations/{reportId}", { params: { path: { reportId } } });
  await waitFor("the report is complete", async () => {
    return asReport((await read(finance.api)).data).report.state !== "running";
  });
  return asReport(await finance.show(read, (data) => describe(asReport(data))));
}

/** The same call answers with CSV when it is asked for. */
function asReport(data: Report | Blob): Report {
  if (data instanceof Blob) throw new Error("CSV was not asked for");
  return data;
}

function describe({ report, breaks }: Report): string {
  const compared = report.payments.compared + report.refunds.compared;
  const left = rupees(report.amountLeft);
  return `${report.state}: compared ${compared}, breaks ${breaks.items.length}, left at risk ${left}`;
}
