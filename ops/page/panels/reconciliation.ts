import { get, messageOf } from "../api.js";
import type { Report, ReportDetail, Reports } from "../api-types.js";
import { bodyOf, chip, fill, h, muted, problem, table } from "../dom.js";
import { ago, moment, money, number, plural, words } from "../format.js";
import { orderLink } from "../links.js";

/** The newest comparison with the gateway's books, and what it found. */

const BREAKS_SHOWN = 20;

const breaksTable = ({ breaks }: Report): HTMLElement =>
  table({
    caption: "Breaks by class",
    head: ["Class", "Found", "Repaired", "At risk"],
    rows: breaks.map((each) => [
      words(each.class),
      number(each.count),
      number(each.repaired),
      money(each.amountLeft),
    ]),
    figures: [1, 2, 3],
  });

/** The single breaks are read when they are asked for. */
function detailsOf({ id }: Report): HTMLElement {
  const list = h("div", {}, muted("Reading …"));
  const read = async () => {
    try {
      const { breaks } = await get<ReportDetail>(
        `/api/admin/payments/reconciliations/${id}?limit=${BREAKS_SHOWN}`,
      );
      const rows = breaks.items.map((item) => [
        [words(item.class), h("small", { class: "muted key-text" }, item.gatewayId)],
        item.orderNumber ? orderLink(item.orderNumber, `break-${item.id}`) : muted("–"),
        [
          `${item.localStatus ?? "not here"} / ${item.gatewayStatus ?? "not there"}`,
          item.note ? h("small", { class: "muted" }, item.note) : null,
        ],
        money(item.amountAtRisk),
      ]);
      const head = ["Break", "Order", "Here / gateway", "At risk"];
      fill(list, table({ caption: "Breaks, those with the most money first", head, rows, figures: [3] }));
    } catch (error) {
      fill(list, problem(messageOf(error)));
    }
  };
  const details = h(
    "details",
    { "data-key": `breaks-${id}` },
    h("summary", {}, "The single breaks"),
    h("div", { class: "scroll" }, list),
  );
  details.addEventListener("toggle", () => {
    if (details.open) void read();
  });
  return details;
}

function stateOf(report: Report): HTMLElement {
  const found = report.breaks.reduce((sum, { count }) => sum + count, 0);
  if (report.state === "failed") return chip("Failed", "bad");
  if (report.state !== "completed")
    return chip(`${words(report.state)} ${report.progress.done} of ${report.progress.total}`, "plain");
  return found === 0
    ? chip("No breaks", "good")
    : chip(plural(found, "break"), report.amountLeft > 0 ? "bad" : "fair");
}

let shown = "";

export function showReports({ items }: Reports): void {
  const newest = items[0];
  const text = JSON.stringify(newest ?? null);
  // Otherwise the opened breaks would be read again with every update.
  if (text === shown) return;
  shown = text;
  const none = h("p", {}, "There has been no reconciliation yet. It runs every night.");
  fill(bodyOf("reconciliation"), ...(newest ? contentOf(newest) : [none]));
}

function contentOf(report: Report): HTMLElement[] {
  const { payments, refunds, dateFrom, dateTo, breaks, error } = report;
  const compared = plural(payments.compared + refunds.compared, "payment and refund", "payments and refunds");
  return [
    h("p", {}, stateOf(report), " ", muted("started ", ago(report.startedAt))),
    h("p", {}, `${compared} from ${moment(dateFrom)} to ${moment(dateTo)}.`),
    ...(error ? [problem(error)] : []),
    ...(breaks.length > 0 ? [breaksTable(report), detailsOf(report)] : []),
  ];
}
