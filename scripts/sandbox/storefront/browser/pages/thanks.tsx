import { useEffect, useState } from "preact/hooks";
import { ApiError, api } from "../api.js";
import { dayOf, METHOD_NAMES, rupees } from "../format.js";
import { LineList, Loading, Page, TotalsList, useLoaded } from "../parts.js";
import { useShop } from "../shop.js";

type Invoice = Awaited<ReturnType<typeof api.invoice>>;

const INVOICE_TRIES = 20;
const BETWEEN_TRIES_MS = 1_500;

/** The invoice is issued seconds after the order. Null: not yet; undefined: still asking. */
export function useInvoice(orderNumber: string, token?: string): Invoice | null | undefined {
  const [invoice, setInvoice] = useState<Invoice | null>();
  useEffect(() => {
    let isOpen = true;
    async function ask(): Promise<void> {
      for (let tries = 0; isOpen && tries < INVOICE_TRIES; tries += 1) {
        try {
          return setInvoice(await api.invoice(orderNumber, token));
        } catch (error) {
          if (!(error instanceof ApiError && error.code === "INVOICE_NOT_READY")) break;
        }
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_TRIES_MS));
      }
      if (isOpen) setInvoice(null);
    }
    void ask();
    return () => {
      isOpen = false;
    };
  }, [orderNumber, token]);
  return invoice;
}

export function InvoiceLink({ orderNumber, token }: { orderNumber: string; token?: string }) {
  const invoice = useInvoice(orderNumber, token);
  if (invoice) {
    return (
      <a class="button" href={invoice.pdfUrl} target="_blank" rel="noreferrer">
        Invoice {invoice.invoiceNumber} (PDF)
      </a>
    );
  }
  return (
    <span class="hint" role="status">
      {invoice === undefined ? "The invoice is being made…" : "There is no invoice yet."}
    </span>
  );
}

/** What the customer sees after the purchase. */
export function ThanksPage({ orderNumber }: { orderNumber: string }) {
  const { pictureOf, reloadCart, customer } = useShop();
  const { value: order, problem, reload } = useLoaded(orderNumber, () => api.confirmation(orderNumber));
  // Once per order, whose items have left the cart
  useEffect(() => void reloadCart().catch(() => undefined), [orderNumber]);
  if (!order) {
    return (
      <Page title="Your order">
        <Loading problem={problem} onRepeat={reload} />
      </Page>
    );
  }
  const { estimatedDelivery, payment } = order;
  const paidBy = payment?.method ? METHOD_NAMES[payment.method] : null;
  return (
    <Page title="Thank you" class="two-columns thanks">
      <div>
        <p class="lead">
          Your order <strong data-testid="order-number">{order.orderNumber}</strong> is{" "}
          {order.status === "pending" ? "received" : "confirmed"}. We have sent a mail to {order.email}.
        </p>
        <ul class="facts">
          {order.paidAmount > 0 && (
            <li>
              <strong>{rupees(order.paidAmount)}</strong> paid{paidBy && ` by ${paidBy}`}.
            </li>
          )}
          {order.totals.amountDue > order.paidAmount && (
            <li>
              Please have <strong>{rupees(order.totals.amountDue - order.paidAmount)}</strong> ready when it
              arrives.
            </li>
          )}
          {estimatedDelivery?.from && estimatedDelivery.to && (
            <li>
              It arrives between {dayOf(estimatedDelivery.from)} and {dayOf(estimatedDelivery.to)}, at{" "}
              {order.shippingAddress.line1}, {order.shippingAddress.city}.
            </li>
          )}
        </ul>
        <div class="ways">
          <InvoiceLink orderNumber={order.orderNumber} />
          <a href={`/orders/${order.orderNumber}`}>See your order</a>
          <a href="/">Continue shopping</a>
        </div>
        {!customer && (
          <p class="hint">
            You ordered as a guest: this browser remembers the order. When you sign in, it moves to your
            account.
          </p>
        )}
      </div>
      <aside class="panel" aria-label="Your order">
        <LineList lines={order.items} pictureOf={pictureOf} />
        <TotalsList totals={order.totals} />
      </aside>
    </Page>
  );
}
