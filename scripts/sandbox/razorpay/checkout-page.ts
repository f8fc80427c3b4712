import type { AttemptResult, Outcome } from "./control-types.js";
import type { OrderEntity, PaymentMethod } from "./types.js";

/** The shop's name on the page. */
const MERCHANT = "Vedic Store";

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

type Choice = readonly [label: string, detail: string];

const METHOD_CHOICES: Record<PaymentMethod, Choice> = {
  upi: ["UPI", "Pays from success@razorpay"],
  card: ["Card", "Pays with an HDFC Visa card ending in 1007"],
  netbanking: ["Netbanking", "Pays from an HDFC Bank account"],
  wallet: ["Wallet", "Pays from a MobiKwik wallet"],
};

const OUTCOME_CHOICES: Record<Outcome, Choice> = {
  success: ["Payment succeeds", "The shop gets a signature and webhooks"],
  fail: ["The bank declines", "The buyer can try again"],
  cancel: ["The buyer cancels", "On the bank's page"],
  pending: ["Not finished yet", "Stays open until the bank answers"],
  late: ["No answer in time", "Fails now; the money may still arrive"],
  authorize_only: ["Authorised only", "The gateway captures later"],
};

const STYLE = `
:root{color-scheme:light dark;--page:#eef2f8;--card:#fff;--ink:#131a2b;--dim:#5a6479;--line:#d5dceb;--brand:#2451d6;--soft:#edf2ff;--head:#10225c;--good:#0b7a45;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--page:#0c111d;--card:#161d2d;--ink:#eef1f8;--dim:#a3aec4;--line:#2f3a52;--brand:#86a5ff;--soft:#1c2745;--head:#15245a;--good:#5ed49a;--bad:#ff9d94}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
.banner{background:#ffd24d;color:#3b2a00;text-align:center;padding:.5rem 1rem;font-size:.875rem}
main{width:100%;max-width:52rem;margin:auto;padding:1.5rem 1rem}
.card{display:grid;grid-template-columns:17rem 1fr;background:var(--card);border-radius:16px;overflow:hidden;box-shadow:0 12px 40px rgba(16,34,92,.16)}
.side{background:var(--head);color:#fff;padding:1.75rem 1.5rem;display:flex;flex-direction:column;gap:1.5rem}
.shop{display:flex;align-items:center;gap:.75rem;font-weight:600}
.logo{width:2.5rem;height:2.5rem;border-radius:10px;background:#fff;color:#10225c;display:grid;place-items:center;font-weight:800;font-size:1.1rem}
.side p,.main p,h1{margin:0}.label{font-size:.8rem;opacity:.8}
.amount{font-size:2rem;line-height:1.2;font-weight:700;font-variant-numeric:tabular-nums}
dl{margin:0;display:grid;gap:.75rem;font-size:.9rem}dt{opacity:.75;font-size:.8rem}dd{margin:0;overflow-wrap:anywhere;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.82rem}
.main{padding:1.75rem 1.5rem;display:grid;gap:1.25rem;align-content:start;min-width:0}
.main h1{font-size:1.35rem;line-height:1.25}.main form{display:grid;gap:1.25rem}
fieldset{border:0;margin:0;padding:0;min-width:0}legend{padding:0 0 .5rem;font-weight:600;font-size:.9rem;color:var(--dim)}
.tabs{display:grid;grid-template-columns:repeat(4,1fr);gap:.5rem}
label{position:relative;display:block;border:1px solid var(--line);border-radius:10px;cursor:pointer;padding:.6rem .75rem}
.tabs label{text-align:center;font-weight:600;font-size:.92rem;padding:.75rem .25rem}
label input{position:absolute;opacity:0;inset:0;width:100%;height:100%;margin:0;cursor:pointer}
label:hover{border-color:var(--brand)}label:has(:checked){border-color:var(--brand);background:var(--soft);box-shadow:inset 0 0 0 1px var(--brand)}
label:has(:focus-visible),button:focus-visible,a:focus-visible{outline:3px solid var(--brand);outline-offset:2px}
.main .hint{display:none;margin:.6rem 0 0;color:var(--dim);font-size:.88rem}
${Object.keys(METHOD_CHOICES)
  .map((method) => `.main form:has([value=${method}]:checked) .hint.${method}`)
  .join(",")}{display:block}
.choices{display:grid;grid-template-columns:1fr 1fr;gap:.5rem}.choices b{display:block;font-size:.94rem}.choices span{color:var(--dim);font-size:.84rem}
button{width:100%;border:0;border-radius:10px;padding:.9rem;font:inherit;font-weight:700;color:#fff;background:#2451d6;cursor:pointer}button:hover{background:#1b40ad}
.wait{color:var(--brand)}.good{color:var(--good)}.bad{color:var(--bad)}.main dt{color:var(--dim);opacity:1}
.mark{width:3.25rem;height:3.25rem;border-radius:50%;display:grid;place-items:center;border:3px solid;font-size:1.5rem;font-weight:700}
.foot{text-align:center;color:var(--dim);font-size:.82rem;margin:1rem 0 0}
@media(max-width:40rem){.card{grid-template-columns:1fr}.side{padding:1.25rem;gap:.9rem}.main{padding:1.25rem}.tabs{grid-template-columns:1fr 1fr}.choices{grid-template-columns:1fr}}
`;

/** Nothing is loaded from elsewhere: the page works offline. */
const page = ({
  title,
  side,
  main,
}: {
  title: string;
  side: string;
  main: string;
}): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head>
<body><div class="banner" role="note"><strong>Test mode.</strong> This is the sandbox's gateway. No real money moves.</div>
<main><div class="card"><section class="side" aria-label="Order">
<div class="shop"><span class="logo" aria-hidden="true">V</span>${MERCHANT}</div>
${side}</section>
<section class="main">${main}</section></div>
<p class="foot">A stand-in for Razorpay Checkout, served by the sandbox on this machine.</p></main></body></html>
`;

/** @param labels by field; a field without one is shown by its own name */
const definitions = (fields: Record<string, string>, labels: Record<string, string> = {}): string =>
  `<dl>${Object.entries(fields)
    .map(
      ([id, value]) =>
        `<div><dt>${escapeHtml(labels[id] ?? id)}</dt><dd id="${escapeHtml(id)}">${escapeHtml(value)}</dd></div>`,
    )
    .join("")}</dl>`;

const hidden = (fields: Record<string, string>): string =>
  Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join("\n");

/** `₹1,23,456.00`; other currencies by their code. */
const formatAmount = ({ amount, currency }: OrderEntity): string =>
  new Intl.NumberFormat("en-IN", { style: "currency", currency }).format(amount / 100);

const radio = (name: string, value: string, isFirst: boolean): string =>
  `<input type="radio" name="${name}" value="${value}"${isFirst ? " checked" : ""} required>`;

function orderFacts(order: OrderEntity): string {
  const facts = { order_id: order.id, receipt: order.receipt ?? "–", status: order.status };
  return `<div><p class="label">${order.status === "paid" ? "Amount paid" : "Amount to pay"}</p><p class="amount" id="amount">${escapeHtml(formatAmount(order))}</p></div>
${definitions(facts, { order_id: "Order", receipt: "Receipt", status: "Status" })}`;
}

const paidPage = (order: OrderEntity): string =>
  page({
    title: `Paid – ${MERCHANT}`,
    side: orderFacts(order),
    main: `<div class="mark good" aria-hidden="true">✓</div><h1 class="good">This order is paid</h1>
<p>The gateway accepts no second payment for it. You can close this page.</p>`,
  });

/** The page on which a buyer pays one order by hand. */
export function paymentForm(order: OrderEntity, callbackUrl: string | null): string {
  if (order.status === "paid") return paidPage(order);
  const tabs = Object.entries(METHOD_CHOICES).map(
    ([value, [label]], index) => `<label>${radio("method", value, index === 0)}${label}</label>`,
  );
  const hints = Object.entries(METHOD_CHOICES).map(
    ([value, [, detail]]) => `<p class="hint ${value}">${detail}</p>`,
  );
  const outcomes = Object.entries(OUTCOME_CHOICES).map(
    ([value, [label, detail]], index) =>
      `<label>${radio("outcome", value, index === 0)}<b>${label}</b><span>${detail}</span></label>`,
  );
  return page({
    title: `Pay ${formatAmount(order)} to ${MERCHANT}`,
    side: orderFacts(order),
    main: `<h1>Payment</h1><form method="post">
<fieldset><legend>Pay with</legend><div class="tabs">${tabs.join("")}</div>${hints.join("")}</fieldset>
<fieldset><legend>What happens (test mode)</legend><div class="choices">${outcomes.join("")}</div></fieldset>
${callbackUrl === null ? "" : hidden({ callback_url: callbackUrl })}
<button type="submit">Pay ${escapeHtml(formatAmount(order))}</button></form>`,
  });
}

interface PaymentResult {
  order: OrderEntity;
  attempt: AttemptResult;
  /** What Checkout posts to the shop. */
  fields: Record<string, string>;
  callbackUrl: string | null;
}

interface Ending {
  tone: "good" | "bad" | "wait";
  mark: string;
  heading: string;
  advice: string;
}

function endingOf({ error, signature }: AttemptResult): Ending {
  if (error) return { tone: "bad", mark: "✕", heading: "Payment failed", advice: error.description };
  if (signature === undefined) {
    const advice = "The bank has not answered yet. The gateway sends the shop a webhook when it does.";
    return { tone: "wait", mark: "…", heading: "Payment pending", advice };
  }
  const advice = "The shop verifies the signature below and places the order. You can close this page.";
  return { tone: "good", mark: "✓", heading: "Payment successful", advice };
}

/** A form that sends itself to the shop, as Checkout does; without a shop, a failure can be tried again. */
function nextStep({ attempt, fields, callbackUrl }: PaymentResult): string {
  if (callbackUrl === null)
    return attempt.error ? `<form method="get"><button type="submit">Try again</button></form>` : "";
  return `<form id="callback" method="post" action="${escapeHtml(callbackUrl)}">
${hidden(fields)}
<button type="submit">Back to the shop</button></form>
<script>document.getElementById("callback").submit();</script>`;
}

/** The outcome, and the fields that the shop receives. */
export function resultPage(result: PaymentResult): string {
  const { tone, mark, heading, advice } = endingOf(result.attempt);
  return page({
    title: `${heading} – ${MERCHANT}`,
    side: orderFacts(result.order),
    main: `<div class="mark ${tone}" aria-hidden="true">${mark}</div><h1 class="${tone}" role="status">${heading}</h1>
<p>${escapeHtml(advice)}</p>${definitions(result.fields)}${nextStep(result)}`,
  });
}
