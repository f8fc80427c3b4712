import type { Funnel, OrderAnalysis, PaymentAnalysis, RefundAnalysis, Summary } from "../api-types.js";
import { bodyOf, fill, h, type Tone } from "../dom.js";
import { ago, money, number, plural, share } from "../format.js";

/** The figures of today, beside those of yesterday by the same time. */

export interface Today {
  orders: OrderAnalysis | null;
  yesterday: OrderAnalysis | null;
  payments: PaymentAnalysis | null;
  funnel: Funnel | null;
  refunds: RefundAnalysis | null;
  summary: Summary | null;
}

interface Tile {
  name: string;
  figure: string;
  below: readonly (Node | string)[];
  tone?: Tone;
}

const tileOf = ({ name, figure, below, tone = "plain" }: Tile): HTMLElement =>
  h(
    "div",
    { class: `tile ${tone}`, "data-tile": name },
    h("dt", {}, name),
    h("dd", { class: "figure" }, figure),
    h("dd", { class: "muted" }, ...below),
  );

function orderTiles({ orders, yesterday }: Pick<Today, "orders" | "yesterday">): Tile[] {
  const today = orders?.series.at(-1);
  if (!today) return [];
  const before = (text: string) => (yesterday ? [`${text} yesterday by now`] : []);
  return [
    { name: "Orders", figure: number(today.orders), below: before(number(yesterday?.orders ?? 0)) },
    { name: "Revenue", figure: money(today.revenue), below: before(money(yesterday?.revenue ?? 0)) },
    {
      name: "Average order",
      figure: money(today.averageOrderValue),
      below: before(money(yesterday?.averageOrderValue ?? 0)),
    },
    {
      name: "Cancelled",
      figure: number(today.cancelled),
      below: [`${share(today.cancellationRate)} of today's orders`],
    },
  ];
}

function rateTiles({ payments, funnel, refunds }: Pick<Today, "payments" | "funnel" | "refunds">): Tile[] {
  const paid = payments?.series.at(-1);
  const begun = funnel?.series.at(-1);
  const refunded = refunds?.series.at(-1);
  const isDecided = paid && paid.succeeded + paid.failed > 0;
  return [
    paid && {
      name: "Payment success",
      figure: isDecided ? share(paid.successRate) : "–",
      below: [`${number(paid.succeeded)} succeeded, ${number(paid.failed)} failed`],
    },
    begun && {
      name: "Conversion",
      figure: begun.steps[0]?.count ? share(begun.conversionRate) : "–",
      below: [
        `${number(begun.steps.at(-1)?.count ?? 0)} of ${plural(begun.steps[0]?.count ?? 0, "checkout")}`,
      ],
    },
    refunded && {
      name: "Refunded",
      figure: money(refunded.amount + refunded.withoutOrder.amount),
      below: [plural(refunded.refunds + refunded.withoutOrder.refunds, "refund")],
    },
  ].filter((tile) => tile !== undefined && tile !== null);
}

function moneyTile({ moneyWithoutOrder }: Summary): Tile {
  const { count, amount, oldestAt, overdueCount } = moneyWithoutOrder;
  const below = oldestAt
    ? [`${plural(count, "payment")}, the oldest `, ago(oldestAt)]
    : ["Every capture has an order or a refund"];
  const tone = overdueCount > 0 ? "bad" : count > 0 ? "fair" : "good";
  return { name: "Money without an order", figure: money(amount), below, tone };
}

export function showToday(today: Today): void {
  const tiles = [
    ...orderTiles(today),
    ...rateTiles(today),
    ...(today.summary ? [moneyTile(today.summary)] : []),
  ];
  if (tiles.length > 0) fill(bodyOf("today"), h("dl", { class: "tiles" }, ...tiles.map(tileOf)));
}
