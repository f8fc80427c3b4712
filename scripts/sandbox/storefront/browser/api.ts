import { ApiError, type Client, createClient, type Schemas } from "../../../../clients/typescript/index.js";
import type { paths } from "../../../../clients/typescript/schema.js";
import { session } from "./session.js";

/** Everything that the shop asks of the order service: one function per call, through the typed client. */

export { ApiError };
export type Cart = Schemas["CartView"];
export type CartItem = Schemas["CartItemView"];
export type Notice = Schemas["Notice"];
export type Checkout = Schemas["CheckoutView"];
export type ShippingMethod = Schemas["ShippingMethod"];
export type PaymentChoice = Schemas["PaymentChoice"];
export type Order = Schemas["OrderWithTimeline"];
export type OrderSummary = Schemas["OrderView"];
export type Return = Schemas["ReturnView"];
export type Totals = Omit<Cart["totals"], "taxEstimated">;
export type PaymentMethod = NonNullable<Checkout["paymentMethod"]>;

let connected: Client | undefined;

/** The guest id that the first cart write mints is kept for the next visit. */
export function connect(serviceUrl: string): void {
  connected = createClient({
    baseUrl: serviceUrl,
    source: "web",
    sessionId: session.guestId(),
    token: session.customer()?.token ?? null,
    onSessionId: session.keepGuestId,
  });
  session.onChange(({ token, guestId }) => {
    client().token = token;
    client().sessionId = guestId;
  });
}

function client(): Client {
  if (!connected) throw new Error("The shop is not connected yet");
  return connected;
}

type BodyOf<Operation extends { requestBody: { content: { "application/json": unknown } } }> =
  Operation["requestBody"]["content"]["application/json"];

export type AddressForm = BodyOf<paths["/api/checkout/{sessionId}/shipping-address"]["put"]>;
export type ReturnForm = BodyOf<paths["/api/returns"]["post"]>;

const inCheckout = (sessionId: string) => ({ path: { sessionId } });
const ofOrder = (orderNumber: string) => ({ path: { orderNumber } });

export const api = {
  cart: async () => (await client().get("/api/cart")).data,
  addItem: async (item: { productId: string; variantId: string; quantity: number }) =>
    (await client().post("/api/cart/items", { body: item })).data.cart,
  changeQuantity: async (itemId: string, quantity: number) =>
    (await client().put("/api/cart/items/{itemId}", { params: { path: { itemId } }, body: { quantity } }))
      .data.cart,
  removeItem: async (itemId: string) =>
    (await client().delete("/api/cart/items/{itemId}", { params: { path: { itemId } } })).data.cart,
  applyCoupon: async (couponCode: string) =>
    (await client().post("/api/cart/coupons", { body: { couponCode } })).data.cart,
  removeCoupon: async (code: string) =>
    (await client().delete("/api/cart/coupons/{code}", { params: { path: { code } } })).data.cart,
  saveForLater: async (itemId: string) =>
    (await client().post("/api/cart/items/{itemId}/save-later", { params: { path: { itemId } } })).data.cart,
  savedItems: async () => (await client().get("/api/cart/saved-items")).data.items,
  moveToCart: async (savedItemId: string) =>
    (
      await client().post("/api/cart/saved-items/{savedItemId}/move-to-cart", {
        params: { path: { savedItemId } },
      })
    ).data.cart,
  mergeCart: async () => (await client().post("/api/cart/merge")).data,

  startCheckout: async () => (await client().post("/api/checkout/start", { body: {} })).data,
  checkout: async (sessionId: string) =>
    (await client().get("/api/checkout/{sessionId}", { params: inCheckout(sessionId) })).data,
  setContact: async (sessionId: string, body: { email: string; phone: string }) =>
    (await client().put("/api/checkout/{sessionId}/contact", { params: inCheckout(sessionId), body })).data,
  setAddress: async (sessionId: string, body: AddressForm) =>
    (
      await client().put("/api/checkout/{sessionId}/shipping-address", {
        params: inCheckout(sessionId),
        body,
      })
    ).data,
  /** For a business, whose GSTIN goes on the invoice; null: a consumer. */
  setGstin: async (sessionId: string, gstin: string | null) =>
    (
      await client().put("/api/checkout/{sessionId}/billing-address", {
        params: inCheckout(sessionId),
        body: { sameAsShipping: true, gstin },
      })
    ).data,
  setGiftMessage: async (sessionId: string, giftMessage: string) =>
    (
      await client().put("/api/checkout/{sessionId}/gift-message", {
        params: inCheckout(sessionId),
        body: { giftMessage },
      })
    ).data,
  shippingMethods: async (sessionId: string) =>
    (await client().get("/api/checkout/{sessionId}/shipping-methods", { params: inCheckout(sessionId) })).data
      .methods,
  chooseShipping: async (sessionId: string, shippingMethodId: string) =>
    (
      await client().put("/api/checkout/{sessionId}/shipping-method", {
        params: inCheckout(sessionId),
        body: { shippingMethodId },
      })
    ).data,
  /** As much of the credit as is due. */
  useCredit: async (sessionId: string) =>
    (
      await client().post("/api/checkout/{sessionId}/store-credit", {
        params: inCheckout(sessionId),
        body: {},
      })
    ).data,
  dropCredit: async (sessionId: string) =>
    (await client().delete("/api/checkout/{sessionId}/store-credit", { params: inCheckout(sessionId) })).data,
  usePoints: async (sessionId: string, points: number) =>
    (
      await client().post("/api/checkout/{sessionId}/loyalty", {
        params: inCheckout(sessionId),
        body: { points },
      })
    ).data,
  dropPoints: async (sessionId: string) =>
    (await client().delete("/api/checkout/{sessionId}/loyalty", { params: inCheckout(sessionId) })).data,

  choosePayment: async (sessionId: string, method: PaymentMethod) =>
    (
      await client().put("/api/checkout/{sessionId}/payment-method", {
        params: inCheckout(sessionId),
        body: { method, termsAccepted: true },
      })
    ).data,
  payOnDelivery: async (checkoutSessionId: string) =>
    (await client().post("/api/payments/cod", { body: { checkoutSessionId, termsAccepted: true } })).data
      .order,
  verifyPayment: async (fields: GatewayFields) =>
    (await client().post("/api/payments/verify", { body: fields })).data,
  /** Safe to repeat: there is one order per checkout. */
  placeOrder: async (checkoutSessionId: string, termsAccepted?: true) =>
    (
      await client().post("/api/orders", {
        body: { checkoutSessionId, ...(termsAccepted ? { termsAccepted } : {}) },
      })
    ).data,

  orders: async (page: number) =>
    (await client().get("/api/orders", { params: { query: { page, limit: 10 } } })).data,
  /** @param token of the link in a mail, instead of signing in */
  order: async (orderNumber: string, token?: string) =>
    (
      await client().get("/api/orders/{orderNumber}", {
        params: { ...ofOrder(orderNumber), query: token ? { token } : {} },
      })
    ).data,
  confirmation: async (orderNumber: string) =>
    (await client().get("/api/orders/{orderNumber}/confirmation", { params: ofOrder(orderNumber) })).data,
  invoice: async (orderNumber: string, token?: string) =>
    (
      await client().get("/api/orders/{orderNumber}/invoice", {
        params: { ...ofOrder(orderNumber), query: token ? { token } : {} },
      })
    ).data,
  cancel: async (orderNumber: string, reason: string) =>
    (
      await client().post("/api/orders/{orderNumber}/cancel", {
        params: ofOrder(orderNumber),
        body: { reason },
      })
    ).data,
  reorder: async (orderNumber: string) =>
    (await client().post("/api/orders/{orderNumber}/reorder", { params: ofOrder(orderNumber) })).data,

  returnReasons: async () => (await client().get("/api/returns/reasons")).data,
  returnable: async (orderNumber: string) =>
    (await client().get("/api/returns/eligibility", { params: { query: { orderNumber } } })).data.items,
  requestReturn: async (body: ReturnForm) => (await client().post("/api/returns", { body })).data,
  addPhotos: async (returnId: string, orderItemId: string, photos: readonly File[]) => {
    const form = new FormData();
    form.set("orderItemId", orderItemId);
    for (const photo of photos) form.append("images", photo);
    return (
      await client().post("/api/returns/{returnId}/images", { params: { path: { returnId } }, body: form })
    ).data;
  },
  returns: async () => (await client().get("/api/returns", { params: { query: { limit: 100 } } })).data.items,
  refunds: async () => (await client().get("/api/refunds", { params: { query: { limit: 100 } } })).data.items,
};

/** As the gateway hands them to the shop after a payment. */
export interface GatewayFields {
  razorpay_order_id: string;
  razorpay_payment_id: string;
  razorpay_signature: string;
}
