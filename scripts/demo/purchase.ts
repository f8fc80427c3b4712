import type { Schemas } from "../../clients/typescript/index.js";
import { rupees } from "../support/print.js";
import type { Storefront } from "./storefront.js";

/** The steps of a purchase as a storefront takes them. The scenes combine them. */

export interface Address {
  name: string;
  phone: string;
  line1: string;
  city: string;
  state: string;
  pincode: string;
}

type Order = Pick<Schemas["OrderView"], "orderNumber" | "status" | "paymentStatus"> & {
  totals: Pick<Schemas["OrderTotals"], "grandTotal">;
};
type Checkout = Pick<Schemas["CheckoutView"], "status" | "totals">;

export const describeCart = ({ cart }: { cart: Schemas["CartView"] }): string => {
  const units = cart.totalQuantity;
  const totals = `${units} ${units === 1 ? "unit" : "units"}, ${rupees(cart.totals.grandTotal)}`;
  const gifts = cart.freeGifts.length;
  return gifts > 0 ? `${totals}, including ${gifts} free ${gifts === 1 ? "gift" : "gifts"}` : totals;
};

const describeDue = ({ status, totals }: Checkout): string => `${status}, due ${rupees(totals.amountDue)}`;

export const describeOrder = ({ orderNumber, status, paymentStatus, totals }: Order): string =>
  `${orderNumber} ${status}, ${paymentStatus}, ${rupees(totals.grandTotal)}`;

export const addToCart = (
  shop: Storefront,
  body: { productId: string; variantId: string; quantity: number },
) => shop.show((api) => api.post("/api/cart/items", { body }), describeCart);

export const applyCoupon = (shop: Storefront, couponCode: string) =>
  shop.show(
    (api) => api.post("/api/cart/coupons", { body: { couponCode } }),
    ({ discount, cart }) =>
      `${couponCode} takes ${rupees(discount.discountAmount)} off, ${describeCart({ cart })}`,
  );

/** Start, contact, address and shipping method. @returns the session's id */
export async function checkOut(
  shop: Storefront,
  customer: { contact?: { email: string; phone: string }; address: Address; shippingMethodId: string },
): Promise<string> {
  const { contact, address, shippingMethodId } = customer;
  const { id: sessionId } = await shop.show(
    (api) => api.post("/api/checkout/start", { body: {} }),
    describeDue,
  );
  const params = { path: { sessionId } };
  if (contact)
    await shop.show(
      (api) => api.put("/api/checkout/{sessionId}/contact", { params, body: contact }),
      describeDue,
    );
  await shop.show(
    (api) => api.put("/api/checkout/{sessionId}/shipping-address", { params, body: address }),
    describeDue,
  );
  await shop.show(
    (api) => api.get("/api/checkout/{sessionId}/shipping-methods", { params }),
    ({ methods }) => methods.map(({ id, rate }) => `${id} ${rupees(rate)}`).join(" · "),
  );
  await shop.show(
    (api) => api.put("/api/checkout/{sessionId}/shipping-method", { params, body: { shippingMethodId } }),
    describeDue,
  );
  return sessionId;
}

/** How a customer can pay at the checkout. */
export type Method = "upi" | "card" | "netbanking" | "wallet" | "cod";

/** The answer has the gateway order that Checkout.js pays. */
export const choosePayment = (shop: Storefront, sessionId: string, method: Method) =>
  shop.show(
    (api) =>
      api.put("/api/checkout/{sessionId}/payment-method", {
        params: { path: { sessionId } },
        body: { method, termsAccepted: true },
      }),
    ({ gateway }) => (gateway ? `gateway order of ${gateway.amount} paise` : `paying by ${method}`),
  );

/** @throws Error for a choice without a gateway order */
export function gatewayOrderOf({ gateway }: Schemas["PaymentChoice"]): string {
  if (!gateway) throw new Error("there is no gateway order");
  return gateway.orderId;
}

export const verify = (shop: Storefront, paid: { orderId: string; paymentId: string; signature?: string }) =>
  shop.show(
    (api) =>
      api.post("/api/payments/verify", {
        body: {
          razorpay_order_id: paid.orderId,
          razorpay_payment_id: paid.paymentId,
          razorpay_signature: paid.signature ?? "",
        },
      }),
    ({ status }) => `payment ${status}`,
  );

export const placeOrder = (
  shop: Storefront,
  checkoutSessionId: string,
  terms: { termsAccepted?: true } = {},
) => shop.show((api) => api.post("/api/orders", { body: { checkoutSessionId, ...terms } }), describeOrder);

export const payWithPoints = (shop: Storefront, sessionId: string, points: number) =>
  shop.show(
    (api) =>
      api.post("/api/checkout/{sessionId}/loyalty", { params: { path: { sessionId } }, body: { points } }),
    (session) =>
      `${points} points are worth ${rupees(session.totals.loyaltyDiscount)}; ${describeDue(session)}`,
  );

/** Without an amount, credit pays as much as is due. */
export const payWithCredit = (shop: Storefront, sessionId: string, amount?: number) =>
  shop.show(
    (api) =>
      api.post("/api/checkout/{sessionId}/store-credit", {
        params: { path: { sessionId } },
        body: amount === undefined ? {} : { amount },
      }),
    (session) => `store credit pays ${rupees(session.totals.storeCredit)}; ${describeDue(session)}`,
  );
