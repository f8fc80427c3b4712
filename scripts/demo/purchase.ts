import { randomUUID } from "node:crypto";
import { at, listAt, numberAt, textAt } from "../support/json.js";
import { rupees } from "../support/print.js";
import type { Answer } from "../support/shopper.js";
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

export const describeCart = (data: unknown): string => {
  const units = numberAt(data, "cart.totalQuantity");
  const totals = `${units} ${units === 1 ? "unit" : "units"}, ${rupees(numberAt(data, "cart.totals.grandTotal"))}`;
  const gifts = listAt(data, "cart.freeGifts").length;
  return gifts > 0 ? `${totals}, including ${gifts} free ${gifts === 1 ? "gift" : "gifts"}` : totals;
};

const describeDue = (data: unknown): string =>
  `${textAt(data, "status")}, due ${rupees(numberAt(data, "totals.amountDue"))}`;

export const addToCart = (
  shop: Storefront,
  item: { productId: string; variantId: string; quantity: number },
) => shop.call({ method: "POST", path: "/api/cart/items", body: item, summarize: describeCart });

export const applyCoupon = (shop: Storefront, couponCode: string) =>
  shop.call({
    method: "POST",
    path: "/api/cart/coupons",
    body: { couponCode },
    summarize: (data) =>
      `${couponCode} takes ${rupees(numberAt(data, "discount.discountAmount"))} off, ${describeCart(data)}`,
  });

/** Start, contact, address and shipping method. @returns the session's id */
export async function checkOut(
  shop: Storefront,
  customer: { contact?: { email: string; phone: string }; address: Address; shippingMethodId: string },
): Promise<string> {
  const started = await shop.call({
    method: "POST",
    path: "/api/checkout/start",
    body: {},
    summarize: describeDue,
  });
  const sessionId = textAt(started.data, "id");
  const step = (name: string, body: unknown) =>
    shop.call({ method: "PUT", path: `/api/checkout/${sessionId}/${name}`, body, summarize: describeDue });
  if (customer.contact) await step("contact", customer.contact);
  await step("shipping-address", customer.address);
  await shop.call({
    method: "GET",
    path: `/api/checkout/${sessionId}/shipping-methods`,
    summarize: (data) =>
      listAt(data, "methods")
        .map((method) => `${textAt(method, "id")} ${rupees(numberAt(method, "rate"))}`)
        .join(" · "),
  });
  await step("shipping-method", { shippingMethodId: customer.shippingMethodId });
  return sessionId;
}

/** The answer has the gateway order that Checkout.js pays. */
export const choosePayment = (shop: Storefront, sessionId: string, method: string) =>
  shop.call({
    method: "PUT",
    path: `/api/checkout/${sessionId}/payment-method`,
    body: { method, termsAccepted: true },
    summarize: (data) => {
      const amount = at(data, "gateway.amount");
      return typeof amount === "number" ? `gateway order of ${amount} paise` : `paying by ${method}`;
    },
  });

export const gatewayOrderOf = (answer: Answer): string => textAt(answer.data, "gateway.orderId");

export const verify = (shop: Storefront, paid: { orderId: string; paymentId: string; signature?: string }) =>
  shop.call({
    method: "POST",
    path: "/api/payments/verify",
    body: {
      razorpay_order_id: paid.orderId,
      razorpay_payment_id: paid.paymentId,
      razorpay_signature: paid.signature ?? "",
    },
    summarize: (data) => `payment ${textAt(data, "status")}`,
  });

export const placeOrder = (
  shop: Storefront,
  checkoutSessionId: string,
  { termsAccepted, expect }: { termsAccepted?: boolean; expect?: number } = {},
) =>
  shop.call({
    method: "POST",
    path: "/api/orders",
    body: { checkoutSessionId, ...(termsAccepted === undefined ? {} : { termsAccepted }) },
    key: randomUUID(),
    summarize: describeOrder,
    ...(expect === undefined ? {} : { expect }),
  });

export const payWithPoints = (shop: Storefront, sessionId: string, points: number) =>
  shop.call({
    method: "POST",
    path: `/api/checkout/${sessionId}/loyalty`,
    body: { points },
    summarize: (data) =>
      `${points} points are worth ${rupees(numberAt(data, "totals.loyaltyDiscount"))}; ${describeDue(data)}`,
  });

/** Without an amount, credit pays as much as is due. */
export const payWithCredit = (shop: Storefront, sessionId: string, amount?: number) =>
  shop.call({
    method: "POST",
    path: `/api/checkout/${sessionId}/store-credit`,
    body: amount === undefined ? {} : { amount },
    summarize: (data) =>
      `store credit pays ${rupees(numberAt(data, "totals.storeCredit"))}; ${describeDue(data)}`,
  });

export const describeOrder = (data: unknown): string =>
  `${textAt(data, "orderNumber")} ${textAt(data, "status")}, ${textAt(data, "paymentStatus")}, ${rupees(numberAt(data, "totals.grandTotal"))}`;
