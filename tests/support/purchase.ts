import { randomUUID } from "node:crypto";
import type { Attempt, AttemptResult } from "../../scripts/sandbox/razorpay/control-types.js";
import type { Sandbox } from "../../scripts/sandbox/sandbox.js";
import { SEED } from "../../scripts/sandbox/seed/index.js";
import { numberAt, textAt } from "../../scripts/support/json.js";
import { SAMPLE_ADDRESS, SAMPLE_CONTACT } from "../../scripts/support/sample-customer.js";
import { type Answer, Shopper, type ShopRequest } from "../../scripts/support/shopper.js";

export { type Answer, Shopper, type ShopRequest };

export interface Item {
  productId: string;
  variantId: string;
  quantity: number;
}

/** The items of the tests. There is one unit of `last`. */
export const ITEMS = {
  hairOil: { productId: SEED.products.hairOil, variantId: SEED.variants.hairOil, quantity: 1 },
  ashwagandha: { productId: SEED.products.ashwagandha, variantId: SEED.variants.ashwagandha, quantity: 2 },
  last: { productId: "prod-saffron-face-cream", variantId: SEED.variants.lastUnit, quantity: 1 },
} as const satisfies Record<string, Item>;

interface PurchaseOptions {
  /** A customer's token (`sandbox.tokens`). Default: a guest. */
  token?: string;
  items?: readonly Item[];
  coupon?: string;
  /** Default `upi`. */
  method?: string;
}

/** A checkout at `payment_pending`, with an open payment window. */
export interface OpenCheckout {
  shopper: Shopper;
  /** The id of the checkout session, which becomes the order's. */
  id: string;
  paymentId: string;
  /** Empty for cash on delivery. */
  gatewayOrderId: string;
  /** Paise. */
  amount: number;
}

/** From an empty cart to a checkout that only lacks a payment method. */
export async function startCheckout(
  url: string,
  options: Omit<PurchaseOptions, "method"> = {},
): Promise<Pick<OpenCheckout, "shopper" | "id">> {
  const shopper = new Shopper(url, options.token ?? null);
  for (const body of options.items ?? [ITEMS.hairOil]) {
    await shopper.do({ method: "POST", path: "/api/cart/items", body });
  }
  if (options.coupon) {
    const body = { couponCode: options.coupon };
    await shopper.do({ method: "POST", path: "/api/cart/coupons", body });
  }
  const id = textAt(
    await shopper.do({ method: "POST", path: "/api/checkout/start", body: SAMPLE_CONTACT }),
    "id",
  );
  const path = `/api/checkout/${id}`;
  await shopper.do({ method: "PUT", path: `${path}/shipping-address`, body: SAMPLE_ADDRESS });
  const body = { shippingMethodId: SEED.shippingMethods.standard };
  await shopper.do({ method: "PUT", path: `${path}/shipping-method`, body });
  return { shopper, id };
}

/** From an empty cart to an open payment. */
export async function openCheckout(url: string, options: PurchaseOptions = {}): Promise<OpenCheckout> {
  return chooseMethod(await startCheckout(url, options), options.method);
}

/** Chooses the payment method, for the first time or again. */
export async function chooseMethod(
  { shopper, id }: Pick<OpenCheckout, "shopper" | "id">,
  method = "upi",
): Promise<OpenCheckout> {
  const path = `/api/checkout/${id}/payment-method`;
  const chosen = await shopper.do({ method: "PUT", path, body: { method, termsAccepted: true } });
  const isCash = method === "cod";
  return {
    shopper,
    id,
    paymentId: textAt(chosen, "payment.id"),
    gatewayOrderId: isCash ? "" : textAt(chosen, "gateway.orderId"),
    amount: isCash ? 0 : numberAt(chosen, "gateway.amount"),
  };
}

/** Pays in the gateway's payment window. */
export const payFor = (
  sandbox: Sandbox,
  checkout: OpenCheckout,
  attempt: Partial<Attempt> = {},
): AttemptResult =>
  sandbox.control.razorpay.pay(checkout.gatewayOrderId, { method: "upi", outcome: "success", ...attempt });

/** Sends the payment window's callback to the service. */
export const verify = (checkout: OpenCheckout, paid: AttemptResult, url?: string): Promise<Answer> =>
  checkout.shopper.send({
    method: "POST",
    path: "/api/payments/verify",
    body: {
      razorpay_order_id: checkout.gatewayOrderId,
      razorpay_payment_id: paid.paymentId,
      razorpay_signature: paid.signature ?? "",
    },
    url,
  });

export const place = (
  { shopper, id }: OpenCheckout,
  { key = randomUUID(), url }: { key?: string; url?: string } = {},
): Promise<Answer> =>
  shopper.send({ method: "POST", path: "/api/orders", body: { checkoutSessionId: id }, key, url });

/** A checkout that is paid and verified but not placed. Hold the gateway's webhooks before, since they place it. */
export async function paidCheckout(
  url: string,
  sandbox: Sandbox,
  options: PurchaseOptions = {},
): Promise<OpenCheckout & { paid: AttemptResult }> {
  const checkout = await openCheckout(url, options);
  const paid = payFor(sandbox, checkout);
  const verified = await verify(checkout, paid);
  if (verified.status !== 200) throw new Error(`not verified: ${verified.status} ${verified.code}`);
  return { ...checkout, paid };
}
