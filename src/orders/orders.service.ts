import type { Types } from "mongoose";
import {
  type CheckoutSessionDoc,
  Order,
  type OrderDoc,
  OrderStatusHistory,
  type OrderStatusHistoryDoc,
  Payment,
  type PaymentDoc,
} from "../../models/index.js";
import { assertComplete } from "../../services/aggregates/checkout/refresh-before-payment.js";
import {
  assertWritable,
  checkoutNotFound,
  hasExpired,
} from "../../services/aggregates/checkout-session/session-access.js";
import { loadOrder, loadOrders, type OrderOverview } from "../../services/aggregates/order/load-order.js";
import { choosePayment } from "../../services/flows/choose-payment.flow.js";
import {
  getSessionToPlace,
  type PlacedOrder,
  placeOrder,
  type SessionToPlace,
} from "../../services/flows/place-order/place-order.flow.js";
import { settlePayment } from "../../services/flows/settle-payment.flow.js";
import { paymentGateway } from "../../services/integrations/payment-gateway.service.js";
import { dateRange, type Page, paginate } from "../../services/platform/paginate.service.js";
import { now } from "../../utils/clock.js";
import { CHECKOUT_STATUS, type OrderStatus } from "../../utils/constants.js";
import { CheckoutExpiredError, InvoiceNotReadyError, NotFoundError, RuleError } from "../../utils/errors.js";
import { isOwnedBy, type Owner, ownerFilter } from "../../utils/principal.js";
import type { ListQuery } from "../../utils/request-schemas.js";
import { unwrap } from "../../utils/result.js";

export { type Reordered, reorder } from "../../services/flows/reorder.flow.js";
export { loadOrder, type OrderOverview };

export interface OrderRequest {
  owner: Owner;
  checkoutSessionId: Types.ObjectId;
  termsAccepted: boolean;
  /** The payment that the client made; must belong to this session. */
  paymentId?: Types.ObjectId;
}

/**
 * Places the order of a session that is paid, COD, or covered by credit and points. A repeat returns the same order.
 * @throws NotFoundError for a session that is not the caller's, or a payment that is not the session's;
 *   RuleError TERMS_NOT_ACCEPTED, PAYMENT_REQUIRED, CHECKOUT_INCOMPLETE; ConflictError with the code the session
 *   failed with; CheckoutExpiredError.
 */
export async function place(request: OrderRequest): Promise<OrderOverview & { created: boolean }> {
  const { owner, checkoutSessionId } = request;
  const session = await getSessionToPlace(checkoutSessionId);
  const { checkout } = session;
  if (!isOwnedBy(checkout, owner)) throw checkoutNotFound();
  if (request.paymentId) await assertPaymentOf(checkout, request.paymentId);
  const isOpen = checkout.status !== CHECKOUT_STATUS.COMPLETED && checkout.status !== CHECKOUT_STATUS.FAILED;
  const isAsRead = !isOpen || (await makeReady(checkout, request)) === "ready";
  const placed = await placeOrAskGateway(session, { ...request, isAsRead });
  return { ...(placed.overview ?? (await loadOrder(placed.order))), created: placed.created };
}

/**
 * A client may call before the gateway's webhook arrives, and without `verify`. Then the gateway is asked, so that a
 * customer who has paid does not get PAYMENT_REQUIRED. Who has not paid in time can no longer do so.
 */
async function placeOrAskGateway(
  session: SessionToPlace,
  { checkoutSessionId, termsAccepted, isAsRead }: OrderRequest & { isAsRead: boolean },
): Promise<PlacedOrder> {
  const attempt = (read: { seen?: SessionToPlace }) =>
    placeOrder({
      checkoutSessionId,
      ...read,
      termsAcceptedAt: termsAccepted ? now() : null,
      waitForOthers: true,
    });
  try {
    return await attempt(isAsRead ? { seen: session } : {});
  } catch (error) {
    const isUnpaid = error instanceof RuleError && error.code === "PAYMENT_REQUIRED";
    if (!isUnpaid) throw error;
    if (await askAboutPayment(checkoutSessionId)) return attempt({});
    throw hasExpired(session.checkout) ? new CheckoutExpiredError() : error;
  }
}

/** @returns whether the gateway reports a payment for which an order can be placed */
async function askAboutPayment(checkoutSessionId: Types.ObjectId): Promise<boolean> {
  const open = await Payment.findOne({ checkoutSessionId, gateway: paymentGateway.name, supersededAt: null })
    .sort({ createdAt: -1 })
    .lean<PaymentDoc>();
  if (!open?.gatewayOrderId) return false;
  let awaitsOrder = false;
  for (const report of unwrap(await paymentGateway.listPaymentsOfOrder(open.gatewayOrderId))) {
    const settled = await settlePayment(report, "placement");
    awaitsOrder ||= settled?.awaitsOrder ?? false;
  }
  return awaitsOrder;
}

async function assertPaymentOf(checkout: CheckoutSessionDoc, paymentId: Types.ObjectId): Promise<void> {
  if (await Payment.exists({ _id: paymentId, checkoutSessionId: checkout._id })) return;
  throw new NotFoundError("PAYMENT_NOT_FOUND", "The checkout has no such payment");
}

/**
 * A session with nothing due needs no payment method, so it is frozen here.
 * @throws CheckoutExpiredError; RuleError CHECKOUT_INCOMPLETE, TERMS_NOT_ACCEPTED; as `choosePayment`
 */
async function makeReady(checkout: CheckoutSessionDoc, request: OrderRequest): Promise<"ready" | "frozen"> {
  if (!checkout.placement && !isPaidOnline(checkout)) assertWritable(checkout);
  assertComplete(checkout);
  if (!checkout.termsAcceptedAt && !request.termsAccepted) {
    throw new RuleError("TERMS_NOT_ACCEPTED", "Accept the terms to place the order");
  }
  if (checkout.frozen || checkout.placement) return "ready";
  await choosePayment({ owner: request.owner, checkoutSessionId: checkout._id, method: null });
  return "frozen";
}

/** The money may have arrived in time: whether it has is decided by its payment, and not by the time. */
const isPaidOnline = ({ frozen, paymentMethod }: CheckoutSessionDoc): boolean =>
  frozen !== null && paymentMethod !== null && paymentMethod !== "cod";

/** Every status change of the order, oldest first. */
export function listHistory(orderId: Types.ObjectId): Promise<OrderStatusHistoryDoc[]> {
  return OrderStatusHistory.find({ orderId }).sort({ createdAt: 1, _id: 1 }).lean<OrderStatusHistoryDoc[]>();
}

/** @throws InvoiceNotReadyError until the order's invoice is issued */
export function getInvoiceNumber({ invoiceNumber }: OrderDoc): string {
  if (invoiceNumber === null) throw new InvoiceNotReadyError();
  return invoiceNumber;
}

export interface OrderListQuery extends ListQuery<"createdAt"> {
  status?: OrderStatus;
}

/** The caller's orders by date, newest first by default. */
export async function listOrders(owner: Owner, query: OrderListQuery): Promise<Page<OrderOverview>> {
  const { items, total } = await paginate<OrderDoc>(
    { model: Order, filter: () => filterOf(owner, query), sortBy: "createdAt" },
    query,
  );
  return { items: await loadOrders(items), total };
}

function filterOf(owner: Owner, { status, ...dates }: OrderListQuery) {
  const createdAt = dateRange(dates);
  return {
    ...ownerFilter(owner),
    ...(status ? { status } : {}),
    ...(createdAt ? { createdAt } : {}),
  };
}
