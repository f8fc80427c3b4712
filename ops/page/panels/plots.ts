import type { Funnel, OrderAnalysis, PaymentAnalysis } from "../api-types.js";
import { bodyOf, fill, h, muted, table } from "../dom.js";
import { methodName, money, number, share, words } from "../format.js";
import { DayPlot } from "../plot.js";

/** What the analyses say over the chosen range: plots, the funnel, the methods of payment. */

const plots = new Map<string, DayPlot>();

/** A plot stays; only its figures change. */
function plotIn(section: string, title: string): DayPlot {
  const known = plots.get(section);
  if (known) return known;
  const plot = new DayPlot(title);
  plots.set(section, plot);
  fill(bodyOf(section), plot.figure);
  return plot;
}

export function showOrders({ series }: OrderAnalysis): void {
  plotIn("orders", "Orders and revenue").show({
    days: series.map(({ period }) => period),
    series: [
      { name: "Orders", as: "bars", format: number, values: series.map(({ orders }) => orders) },
      { name: "Revenue", as: "line", format: money, values: series.map(({ revenue }) => revenue) },
    ],
  });
}

const WHOLE = [0, 1] as const;

export function showRates(payments: PaymentAnalysis, funnel: Funnel): void {
  const conversions = new Map(funnel.series.map(({ period, conversionRate }) => [period, conversionRate]));
  const days = payments.series.map(({ period }) => period);
  const rate = { as: "line", format: share, range: WHOLE } as const;
  plotIn("rates", "Payment success and conversion").show({
    days,
    series: [
      { ...rate, name: "Payment success", values: payments.series.map(({ successRate }) => successRate) },
      { ...rate, name: "Conversion", values: days.map((day) => conversions.get(day) ?? 0) },
    ],
  });
}

const STEP_NAMES: Readonly<Record<string, string>> = {
  initiated: "Started",
  address_entered: "Address entered",
  payment_pending: "Payment chosen",
  completed: "Ordered",
};

/** A bar beside the figure repeats it for the eye. */
function barOf(part: number): HTMLElement {
  const filled = h("span", {});
  filled.style.width = `${Math.round(part * 100)}%`;
  return h("span", { class: "bar-of", "aria-hidden": "true" }, filled);
}

export function showFunnel({ steps, series }: Funnel): void {
  const today = series.at(-1)?.steps;
  const all = steps[0]?.count ?? 0;
  const rows = steps.map(({ status, count }, index) => [
    STEP_NAMES[status] ?? words(status),
    [barOf(all === 0 ? 0 : count / all), number(count)],
    all === 0 ? "–" : share(count / all),
    number(today?.[index]?.count ?? 0),
  ]);
  const head = ["Step", "Checkouts", "Share", "Today"];
  fill(bodyOf("funnel"), table({ caption: "Checkout funnel", head, rows, figures: [1, 2, 3] }));
}

export function showMethods({ byMethod }: PaymentAnalysis): void {
  const rows = byMethod.map(({ method, succeeded, failed, open, successRate, revenue }) => [
    methodName(method),
    succeeded + failed === 0 ? "–" : share(successRate),
    [
      number(succeeded),
      muted(` of ${number(succeeded + failed)}${open > 0 ? `, ${number(open)} open` : ""}`),
    ],
    money(revenue),
  ]);
  const head = ["Method", "Success", "Succeeded", "Revenue"];
  const list = table({ caption: "Payments by method", head, rows, figures: [1, 2, 3] });
  fill(bodyOf("methods"), rows.length > 0 ? list : h("p", {}, "No payments in this range."));
}
