import { get, messageOf } from "../api.js";
import type { FoundOrders, Order, Returns } from "../api-types.js";
import { byId, chip, fill, h, muted, problem, type Tone, table } from "../dom.js";
import { ago, methodName, moment, money, number, plural, words } from "../format.js";
import { orderInAddress, orderLink } from "../links.js";
import { type OrderEvent, toEvents } from "./order-events.js";

/** Finding an order, and its history. */

const FOUND_SHOWN = 10;

/** Statuses that are an end one does not wish for, and those that are one. */
const TONES: Readonly<Record<string, Tone>> = {
  ...{ delivered: "good", completed: "good", paid: "good", captured: "good", fulfilled: "good" },
  ...{ cancelled: "bad", failed: "bad", rejected: "bad", refused: "bad", returned: "fair", refunded: "fair" },
};
const statusChip = (status: string): HTMLElement => chip(words(status), TONES[status] ?? "plain");

const search = (text: string): Promise<FoundOrders> =>
  get<FoundOrders>(`/api/admin/orders/search?limit=${FOUND_SHOWN}&q=${encodeURIComponent(text)}`);

async function find(text: string): Promise<void> {
  const found = byId("found");
  fill(found, muted("Searching …"));
  try {
    const { items, pagination } = await search(text);
    const only = items.length === 1 ? items[0] : undefined;
    if (only) {
      fill(found);
      window.location.hash = `order=${only.orderNumber}`;
      return;
    }
    const rows = items.map((order) => [
      [orderLink(order.orderNumber), h("small", { class: "muted" }, order.customerName ?? order.email)],
      statusChip(order.status),
      ago(order.placedAt),
      money(order.totals.grandTotal),
    ]);
    const head = ["Order", "Status", "Placed", "Total"];
    fill(
      found,
      h(
        "p",
        { role: "status" },
        items.length === 0 ? `No order fits “${text}”.` : `${plural(pagination.total, "order")} found.`,
      ),
      items.length > 0 ? table({ caption: "Orders found", head, rows, figures: [3] }) : null,
    );
  } catch (error) {
    fill(found, problem(messageOf(error)));
  }
}

const fact = (name: string, ...value: readonly (Node | string)[]): HTMLElement[] => [
  h("dt", {}, name),
  h("dd", {}, ...value),
];

const factsOf = (order: Order): HTMLElement =>
  h(
    "dl",
    { class: "facts" },
    ...fact(
      "Status",
      statusChip(order.status),
      " ",
      statusChip(order.paymentStatus),
      " ",
      statusChip(order.fulfillmentStatus),
    ),
    ...fact("Placed", moment(order.placedAt), " ", muted(ago(order.placedAt), ` by ${order.source}`)),
    ...fact("Customer", `${order.customerName ?? "Guest"} `, muted(`${order.email}, ${order.phone}`)),
    ...fact("Total", money(order.totals.grandTotal)),
    ...fact(
      "Paid",
      money(order.paidAmount),
      ...(order.refundedAmount > 0 ? [`, ${money(order.refundedAmount)} refunded`] : []),
    ),
    ...fact("Invoice", order.invoiceNumber ?? "Not issued yet"),
    ...(order.cancellationReason ? fact("Cancelled", order.cancellationReason) : []),
  );

const linesOf = ({ items }: Order): HTMLElement =>
  table({
    caption: "Lines",
    head: ["Line", "Quantity", "Amount"],
    rows: items.map((item) => {
      const parts = Object.entries({
        delivered: item.quantityFulfilled,
        cancelled: item.quantityCancelled,
        returned: item.quantityReturned,
      });
      const below = parts
        .filter(([, count]) => count > 0)
        .map(([name, count]) => `${count} ${name}`)
        .join(", ");
      return [
        [item.name, h("small", { class: "muted" }, item.sku)],
        [number(item.quantity), below ? h("small", { class: "muted" }, below) : null],
        money(item.lineTotal),
      ];
    }),
    figures: [1, 2],
  });

const paymentsOf = ({ payments }: Order): HTMLElement =>
  table({
    caption: "Payments",
    head: ["Payment", "Status", "Amount"],
    rows: payments.map((payment) => [
      [
        methodName(payment.method),
        h("small", { class: "muted key-text" }, payment.gatewayPaymentId ?? payment.gateway),
      ],
      [
        statusChip(payment.status),
        payment.errorMessage ? h("small", { class: "error-text" }, payment.errorMessage) : null,
      ],
      [
        money(payment.amount),
        payment.refundedAmount > 0
          ? h("small", { class: "muted" }, `${money(payment.refundedAmount)} refunded`)
          : null,
      ],
    ]),
    figures: [2],
  });

const refundsOf = ({ refunds }: Order): HTMLElement =>
  table({
    caption: "Refunds",
    head: ["Refund", "Status", "Amount"],
    rows: refunds.map((refund) => [
      [refund.refundNumber, h("small", { class: "muted" }, words(refund.systemReason ?? refund.reason))],
      [
        statusChip(refund.status),
        refund.failureReason ? h("small", { class: "error-text" }, refund.failureReason) : null,
      ],
      [money(refund.amount), h("small", { class: "muted" }, words(refund.destination))],
    ]),
    figures: [2],
  });

const returnsOf = ({ items }: Returns): HTMLElement =>
  table({
    caption: "Returns",
    head: ["Return", "Status", "Units"],
    rows: items.map((each) => [
      [each.returnNumber ?? "No number yet", h("small", { class: "muted" }, words(each.reason))],
      statusChip(each.status),
      number(each.items.reduce((sum, { quantity }) => sum + quantity, 0)),
    ]),
    figures: [2],
  });

const parcelsOf = ({ shipments }: Order): HTMLElement =>
  table({
    caption: "Parcels",
    head: ["Parcel", "Status", "Units"],
    rows: shipments.map((parcel) => [
      [
        parcel.carrier ?? "Parcel",
        h("small", { class: "muted key-text" }, parcel.trackingNumber ?? "no tracking number"),
      ],
      statusChip(parcel.status),
      number(parcel.items.reduce((sum, { quantity }) => sum + quantity, 0)),
    ]),
    figures: [2],
  });

const eventOf = ({ at, about, what, note, by }: OrderEvent): HTMLElement =>
  h(
    "li",
    {},
    h("time", { datetime: at, class: "muted" }, moment(at)),
    h(
      "span",
      {},
      h("b", {}, about),
      ` ${what}`,
      note ? h("small", {}, note) : null,
      by ? h("small", { class: "muted" }, `by ${by}`) : null,
    ),
  );

/** A part with a heading, or nothing when there is none of it. */
const part = (title: string, list: readonly unknown[], content: () => HTMLElement): HTMLElement | null =>
  list.length === 0 ? null : h("div", { class: "part" }, h("h3", {}, title), content());

function contentOf(order: Order, returns: Returns): (HTMLElement | null)[] {
  const events = toEvents(order, returns);
  return [
    factsOf(order),
    h(
      "div",
      { class: "parts" },
      part("Lines", order.items, () => linesOf(order)),
      part("Payments", order.payments, () => paymentsOf(order)),
      part("Refunds", order.refunds, () => refundsOf(order)),
      part("Returns", returns.items, () => returnsOf(returns)),
      part("Parcels", order.shipments, () => parcelsOf(order)),
    ),
    part("History", events, () => h("ol", { class: "history" }, ...events.map(eventOf))),
  ];
}

function closeOrder(): void {
  byId("order").hidden = true;
  if (orderInAddress() !== null) window.history.pushState(null, "", window.location.pathname);
  byId("find-query").focus();
}

const frame = (orderNumber: string, ...content: readonly (HTMLElement | null)[]): void =>
  fill(
    byId("order"),
    h(
      "div",
      { class: "title" },
      h("h2", { id: "order-title" }, `Order ${orderNumber}`),
      h("button", { type: "button", "data-key": "close-order", click: closeOrder }, "Close"),
    ),
    ...content,
  );

/** @throws CallFailed */
async function readOrder(orderNumber: string): Promise<[Order, Returns] | null> {
  const [listed] = (await search(orderNumber)).items;
  if (listed?.orderNumber !== orderNumber) return null;
  return Promise.all([
    get<Order>(`/api/admin/orders/${listed.id}`),
    get<Returns>(`/api/admin/returns?limit=100&sortOrder=asc&orderNumber=${orderNumber}`),
  ]);
}

/** Shows the order that the address names, or none. */
export async function showOrderInAddress(): Promise<void> {
  const section = byId("order");
  const orderNumber = orderInAddress();
  section.hidden = orderNumber === null;
  if (orderNumber === null) return;
  frame(orderNumber, muted("Reading …"));
  section.focus();
  try {
    const found = await readOrder(orderNumber);
    // Another one may have been opened meanwhile.
    if (orderInAddress() !== orderNumber) return;
    if (found) frame(orderNumber, ...contentOf(...found));
    else frame(orderNumber, problem("There is no such order."));
  } catch (error) {
    if (orderInAddress() === orderNumber) frame(orderNumber, problem(messageOf(error)));
  }
}

export function prepareSearch(): void {
  byId("find-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void find(byId("find-query", HTMLInputElement).value.trim());
  });
  window.addEventListener("hashchange", () => void showOrderInAddress());
}
