import type { Sandbox } from "../sandbox/sandbox.js";
import { SEED } from "../sandbox/seed/index.js";
import { textAt } from "../support/json.js";
import { SAMPLE_ADDRESS, SAMPLE_CONTACT } from "../support/sample-customer.js";
import { Shopper } from "../support/shopper.js";

/** A guest whose payment window stays open over the backup. */
export interface LateBuyer {
  checkoutId: string;
  gatewayOrderId: string;
}

export async function leaveAtPayment(url: string): Promise<LateBuyer> {
  const guest = new Shopper(url);
  const item = { productId: SEED.products.hairOil, variantId: SEED.variants.hairOil, quantity: 1 };
  await guest.do({ method: "POST", path: "/api/cart/items", body: item });
  const started = await guest.do({ method: "POST", path: "/api/checkout/start", body: SAMPLE_CONTACT });
  const checkoutId = textAt(started, "id");
  const step = (name: string, body: object) =>
    guest.do({ method: "PUT", path: `/api/checkout/${checkoutId}/${name}`, body });
  await step("shipping-address", SAMPLE_ADDRESS);
  await step("shipping-method", { shippingMethodId: SEED.shippingMethods.standard });
  const chosen = await step("payment-method", { method: "upi", termsAccepted: true });
  return { checkoutId, gatewayOrderId: textAt(chosen, "gateway.orderId") };
}

/** The webhook places the order. */
export function payLater({ control }: Sandbox, { gatewayOrderId }: LateBuyer): void {
  control.razorpay.pay(gatewayOrderId, { method: "upi", outcome: "success" });
}
