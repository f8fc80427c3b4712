import { OUTCOMES } from "./control-types.js";
import type { OrderEntity } from "./types.js";
import { PAYMENT_METHODS } from "./types.js";

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<style>body{font-family:sans-serif;max-width:40rem;margin:2rem auto}dt{font-weight:bold}</style></head>
<body><h1>${escapeHtml(title)}</h1>
${body}
</body></html>
`;

const options = (values: readonly string[]): string =>
  values.map((value) => `<option value="${value}">${value}</option>`).join("");

const hidden = (fields: Record<string, string>): string =>
  Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join("\n");

const definitions = (fields: Record<string, string>): string =>
  Object.entries(fields)
    .map(
      ([name, value]) => `<dt>${escapeHtml(name)}</dt><dd id="${escapeHtml(name)}">${escapeHtml(value)}</dd>`,
    )
    .join("\n");

/** The buyer's page of one order, to pay by hand. */
export function paymentForm(order: OrderEntity, callbackUrl: string | null): string {
  const facts = {
    order_id: order.id,
    amount: `${order.currency} ${(order.amount / 100).toFixed(2)}`,
    receipt: order.receipt ?? "",
    status: order.status,
  };
  return page(
    "Razorpay sandbox checkout",
    `<dl>${definitions(facts)}</dl>
<form method="post">
<p><label>Method <select name="method">${options(PAYMENT_METHODS)}</select></label></p>
<p><label>Outcome <select name="outcome">${options(OUTCOMES)}</select></label></p>
${callbackUrl === null ? "" : hidden({ callback_url: callbackUrl })}
<p><button type="submit">Pay</button></p>
</form>`,
  );
}

/** What came of it; with a callback URL, on its way there as a form, as Checkout does. */
export function resultPage(fields: Record<string, string>, callbackUrl: string | null): string {
  const forward =
    callbackUrl === null
      ? ""
      : `<form id="callback" method="post" action="${escapeHtml(callbackUrl)}">
${hidden(fields)}
<p><button type="submit">Back to the shop</button></p></form>
<script>document.getElementById("callback").submit();</script>`;
  return page("Razorpay sandbox result", `<dl>${definitions(fields)}</dl>\n${forward}`);
}
