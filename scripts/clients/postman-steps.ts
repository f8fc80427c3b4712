/** What the Postman collection does in order, and what its requests remember for others; by operation id. */

/** A guest buys, pays on delivery and looks at the order. */
export const PURCHASE: readonly string[] = [
  "postCartItems",
  "getCart",
  "postCheckoutStart",
  "putCheckoutSessionIdShippingAddress",
  "getCheckoutSessionIdShippingMethods",
  "putCheckoutSessionIdShippingMethod",
  "getCheckoutSessionId",
  "postPaymentsCod",
  "getOrdersOrderNumberConfirmation",
  "getOrdersOrderNumber",
  "getOrders",
  "getOrdersOrderNumberTracking",
  "getOrdersOrderNumberTimeline",
];

/** Variable → where its value is in the answer's `data`. */
type Remembered = Readonly<Record<string, string>>;

export const REMEMBERED: Readonly<Record<string, Remembered>> = {
  postCartItems: { itemId: "cartItem.id" },
  postCartItemsItemIdSaveLater: { savedItemId: "savedItem.id" },
  postCheckoutStart: { checkoutSessionId: "id" },
  postPayments: { paymentId: "payment.id" },
  postPaymentsCod: {
    orderNumber: "order.orderNumber",
    orderId: "order.id",
    orderItemId: "order.items.0.id",
    paymentId: "payment.id",
  },
  postOrders: { orderNumber: "orderNumber", orderId: "id", orderItemId: "items.0.id" },
  getOrdersOrderNumberInvoice: { invoiceNumber: "invoiceNumber" },
  postRefunds: { refundId: "id" },
  postReturns: { returnId: "id" },
  postAdminRefunds: { refundId: "id" },
  getAdminCartsAbandoned: { cartId: "items.0.id" },
  getAdminPaymentsReconciliations: { reportId: "items.0.id" },
  getAdminWebhooks: { eventId: "items.0.id" },
};

/** Every name that some request remembers. */
export const REMEMBERED_NAMES: ReadonlySet<string> = new Set(Object.values(REMEMBERED).flatMap(Object.keys));
