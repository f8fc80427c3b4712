import { api, type Order, type Return } from "../api.js";
import { METHOD_NAMES, momentOf, rupees, sentence, units } from "../format.js";
import {
  Field,
  type FormEvent,
  LineList,
  Loading,
  Page,
  TotalsList,
  useAction,
  useLoaded,
  valuesOf,
} from "../parts.js";
import { ProblemNote } from "../problems.js";
import { navigate } from "../router.js";
import { useShop } from "../shop.js";
import { Backstage } from "./backstage.js";
import { OrderState } from "./orders.js";
import { InvoiceLink } from "./thanks.js";

type Change = Order["timeline"][number];

/** The changes that a customer cares about, by type and new state. */
const EVENTS: Readonly<Record<string, string>> = {
  "order:pending": "Order received",
  "order:confirmed": "Order confirmed",
  "order:processing": "Being packed",
  "order:shipped": "Handed to the courier",
  "order:delivered": "Delivered",
  "order:cancelled": "Order cancelled",
  "order:returned": "Returned",
  "payment:paid": "Payment received",
  "payment:refunded": "Money sent back",
  "payment:failed": "Payment failed",
  "owner:customer": "Moved to your account",
  "cancellation:cancelled": "A part of it was cancelled",
};

const eventText = ({ type, to }: Change): string | undefined => EVENTS[`${type}:${to}`];

function Timeline({ changes }: { changes: readonly Change[] }) {
  const shown = changes.filter((change) => eventText(change) !== undefined);
  return (
    <ol class="timeline">
      {shown.map((change) => (
        <li key={`${change.type}${change.to}${change.at}`}>
          <strong>{eventText(change)}</strong>
          <span class="hint">{momentOf(change.at)}</span>
        </li>
      ))}
    </ol>
  );
}

function Parcels({ order }: { order: Order }) {
  if (order.shipments.length === 0) return null;
  return (
    <section aria-labelledby="parcels">
      <h2 id="parcels">{order.shipments.length === 1 ? "Your parcel" : "Your parcels"}</h2>
      {order.shipments.map((parcel) => (
        <div key={parcel.id} class="parcel">
          <p>
            <strong>{sentence(parcel.status)}</strong>
            {parcel.carrier && ` · ${parcel.carrier}`}
            {parcel.trackingNumber && <span class="hint">Tracking number {parcel.trackingNumber}</span>}
          </p>
          <ul class="hint">
            {parcel.events.map(({ status, at, location }) => (
              <li key={status + at}>
                {momentOf(at)}: {sentence(status)}
                {location && `, ${location}`}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

/** Why customers cancel; the API takes any text. */
const CANCEL_REASONS = [
  "I ordered by mistake",
  "It takes too long",
  "I found it elsewhere",
  "I changed my mind",
];

interface ChangeProps {
  order: Order;
  onChanged: () => void;
}

function Cancel({ order, onChanged }: ChangeProps) {
  const { say } = useShop();
  const { isBusy, problem, run, repeat } = useAction();
  const isPartlyShipped = order.shipments.length > 0;
  const cancel = async (event: FormEvent) => {
    event.preventDefault();
    const { reason = "", more } = valuesOf(event.currentTarget);
    const isDone = await run(() => api.cancel(order.orderNumber, more ? `${reason}: ${more}` : reason));
    if (isDone) say(isPartlyShipped ? "What was not shipped is cancelled." : "The order is cancelled.");
    if (isDone) onChanged();
  };
  return (
    <details class="act">
      <summary>{isPartlyShipped ? "Cancel what is not shipped" : "Cancel the order"}</summary>
      <form onSubmit={cancel}>
        <div class="field">
          <label for="reason">Why?</label>
          <select id="reason" name="reason">
            {CANCEL_REASONS.map((reason) => (
              <option key={reason}>{reason}</option>
            ))}
          </select>
        </div>
        <Field label="Anything else" name="more" required={false} maxLength={400} />
        <p class="hint">
          {order.paidAmount > 0
            ? "What you paid for it goes back the way it came, usually within five working days."
            : "You have not paid yet, so there is nothing to send back."}
        </p>
        <ProblemNote problem={problem} onRepeat={repeat} />
        <button type="submit" class="danger" disabled={isBusy}>
          {isPartlyShipped ? "Cancel the rest" : "Cancel the order"}
        </button>
      </form>
    </details>
  );
}

function Reorder({ order }: { order: Order }) {
  const { setCart, say } = useShop();
  const { isBusy, problem, run, repeat } = useAction();
  const reorder = () =>
    run(async () => {
      const { cart, skipped } = await api.reorder(order.orderNumber);
      setCart(cart);
      say(
        skipped.length === 0
          ? "Everything is in your cart."
          : `Not available now: ${skipped.map(({ name }) => name).join(", ")}.`,
      );
      navigate("/cart");
    });
  return (
    <>
      <button type="button" disabled={isBusy} onClick={reorder}>
        Order again
      </button>
      <ProblemNote problem={problem} onRepeat={repeat} />
    </>
  );
}

const RETURN_STATES: Readonly<Record<Return["status"], string>> = {
  requested: "We are looking at your request.",
  approved: "Approved: the courier picks it up.",
  rejected: "We could not accept it.",
  received: "It has arrived, and is being checked.",
  completed: "Done: the money is on its way to you.",
};

function Returns({ found }: { found: readonly Return[] }) {
  if (found.length === 0) return null;
  return (
    <section aria-labelledby="returns">
      <h2 id="returns">Returns</h2>
      {found.map((returned) => (
        <div key={returned.id} class="parcel" data-return={returned.id}>
          <p>
            <strong>{RETURN_STATES[returned.status]}</strong> {returned.rejectionReason}
            <span class="hint">
              {returned.items.map(({ name, quantity }) => `${quantity} × ${name}`).join(", ")}
              {returned.returnNumber && ` · ${returned.returnNumber}`}
            </span>
          </p>
          {returned.refundBreakdown && <p>Refund: {rupees(returned.refundBreakdown.total)}</p>}
          {returned.images.length > 0 && (
            <ul class="photos">
              {returned.images.map(({ id, url }, index) => (
                <li key={id}>
                  <img
                    src={url}
                    alt={`What you sent us, ${index + 1} of ${returned.images.length}`}
                    loading="lazy"
                  />
                </li>
              ))}
            </ul>
          )}
        </div>
      ))}
    </section>
  );
}

const payLine = (order: Order): string => {
  const method = order.payment?.method ? METHOD_NAMES[order.payment.method] : "";
  if (order.refundedAmount > 0)
    return `${rupees(order.paidAmount)} paid, ${rupees(order.refundedAmount)} sent back`;
  if (order.paidAmount > 0) return `${rupees(order.paidAmount)} paid by ${method}`;
  return order.status === "cancelled"
    ? "Nothing was paid"
    : `${rupees(order.totals.amountDue)} to pay: ${method}`;
};

/** The returns of an order that the link of a mail opened are shown after signing in only. */
async function loadOrder(orderNumber: string, token?: string) {
  const order = await api.order(orderNumber, token);
  const returns = token ? [] : (await api.returns()).filter((found) => found.orderNumber === orderNumber);
  return { order, returns };
}

export function OrderPage({ orderNumber, token }: { orderNumber: string; token?: string }) {
  const { pictureOf, customer } = useShop();
  const { value, problem, reload } = useLoaded(`${orderNumber}-${customer?.email}`, () =>
    loadOrder(orderNumber, token),
  );
  const back = { to: "/orders", text: "Your orders" };
  if (!value) {
    return (
      <Page title="Order" back={back}>
        {problem?.link ? <ProblemNote problem={problem} /> : <Loading problem={problem} onRepeat={reload} />}
      </Page>
    );
  }
  const { order, returns } = value;
  const { shippingAddress: to } = order;
  const cancelled = order.items.reduce((sum, { quantityCancelled }) => sum + quantityCancelled, 0);
  return (
    <Page title={`Order ${order.orderNumber}`} back={back} class="two-columns order">
      <div>
        <p>
          <OrderState status={order.status} /> {order.cancellationReason && <q>{order.cancellationReason}</q>}
        </p>
        {cancelled > 0 && order.status !== "cancelled" && (
          <p class="note warn">{units(cancelled, "unit was", "units were")} cancelled.</p>
        )}
        <Timeline changes={order.timeline} />
        <Parcels order={order} />
        <Returns found={returns} />
        {!token && (
          <section class="acts" aria-label="What you can do">
            {order.canReturn && (
              <a class="button" href={`/orders/${order.orderNumber}/return`}>
                Return something
              </a>
            )}
            <Reorder order={order} />
            {order.canCancel && <Cancel order={order} onChanged={reload} />}
          </section>
        )}
        <Backstage order={order} returns={returns} onChanged={reload} />
      </div>
      <aside class="panel" aria-label="What you ordered">
        <LineList lines={order.items} pictureOf={pictureOf} />
        <TotalsList totals={order.totals} />
        <p class="paid">{payLine(order)}</p>
        <InvoiceLink key={order.status} orderNumber={order.orderNumber} {...(token ? { token } : {})} />
        <h2>Delivery address</h2>
        <address>
          {to.name}
          <br />
          {to.line1}
          {to.line2 && `, ${to.line2}`}
          <br />
          {to.city} {to.pincode}, {to.state}
          <br />
          {to.phone}
        </address>
      </aside>
    </Page>
  );
}
