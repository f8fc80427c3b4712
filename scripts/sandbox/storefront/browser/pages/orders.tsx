import { useState } from "preact/hooks";
import { api, type OrderSummary } from "../api.js";
import { momentOf, rupees, units } from "../format.js";
import { Loading, Page, useLoaded } from "../parts.js";
import { session } from "../session.js";
import { useShop } from "../shop.js";

/** The state of an order in one word, and how it looks. */
export const ORDER_STATES: Readonly<Record<OrderSummary["status"], readonly [text: string, tone: string]>> = {
  pending: ["Waiting for confirmation", "warn"],
  confirmed: ["Confirmed", "good"],
  processing: ["Being packed", "good"],
  shipped: ["On its way", "good"],
  delivered: ["Delivered", "good"],
  cancelled: ["Cancelled", "bad"],
  returned: ["Returned", "warn"],
};

export function OrderState({ status }: { status: OrderSummary["status"] }) {
  const [text, tone] = ORDER_STATES[status];
  return <span class={`state ${tone}`}>{text}</span>;
}

function OrderCard({ order }: { order: OrderSummary }) {
  const { pictureOf } = useShop();
  const count = order.items.reduce((sum, { quantity }) => sum + quantity, 0);
  return (
    <li>
      <a class="order-card" href={`/orders/${order.orderNumber}`}>
        <span class="order-pictures">
          {order.items.slice(0, 3).map(({ id, productId }) => (
            <span key={id} class="thumb">
              {pictureOf(productId)}
            </span>
          ))}
        </span>
        <span>
          <strong>{order.orderNumber}</strong>
          <span class="hint">
            {momentOf(order.placedAt)} · {units(count, "item")}
          </span>
        </span>
        <OrderState status={order.status} />
        <strong>{rupees(order.totals.grandTotal)}</strong>
      </a>
    </li>
  );
}

export function OrdersPage() {
  const { customer } = useShop();
  const [page, setPage] = useState(1);
  const isKnown = customer !== null || session.guestId() !== null;
  const orders = useLoaded(`${customer?.email}-${page}`, async () =>
    isKnown ? await api.orders(page) : null,
  );
  if (orders.value === undefined) {
    return (
      <Page title="Your orders">
        <Loading problem={orders.problem} onRepeat={orders.reload} />
      </Page>
    );
  }
  const items = orders.value?.items ?? [];
  const totalPages = orders.value?.pagination.totalPages ?? 1;
  return (
    <Page title="Your orders" class="narrow">
      {!customer && (
        <p class="note">
          You see what you ordered as a guest in this browser. Sign in to see the orders of your account.
        </p>
      )}
      {items.length === 0 && (
        <p class="empty">
          There are none yet. <a href="/">Find something good</a>
        </p>
      )}
      <ul class="orders">
        {items.map((order) => (
          <OrderCard key={order.id} order={order} />
        ))}
      </ul>
      {totalPages > 1 && (
        <nav class="pager" aria-label="Pages">
          <button type="button" disabled={page <= 1} onClick={() => setPage(page - 1)}>
            Newer
          </button>
          <span>
            Page {page} of {totalPages}
          </span>
          <button type="button" disabled={page >= totalPages} onClick={() => setPage(page + 1)}>
            Older
          </button>
        </nav>
      )}
    </Page>
  );
}
