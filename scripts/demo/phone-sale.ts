import { SEED } from "../sandbox/seed/index.js";
import { check, heading, narrateOutside, rupees } from "../support/print.js";
import { SAMPLE_ADDRESS } from "../support/sample-customer.js";
import { staffOf } from "./delivered-order.js";
import { describeOrder } from "./purchase.js";
import type { Stage } from "./scenes.js";

/** Support enters the order at an own price; the money arrives later. */
export async function customerCalls(stage: Stage): Promise<void> {
  heading("13 · A sale by phone, paid by bank transfer");
  const entered = await staffOf(stage, "support").show(
    (api) =>
      api.post("/api/admin/orders/manual", {
        body: {
          ...{ email: "mohan@example.com", phone: "+919876500013" },
          items: [
            {
              productId: "prod-dashmool-kwath",
              variantId: SEED.variants.dashmool,
              quantity: 2,
              unitPrice: 190,
            },
          ],
          shippingAddress: { ...SAMPLE_ADDRESS, name: "Mohan Das" },
          ...{ shippingMethodId: SEED.shippingMethods.standard, paymentMethod: "bank_transfer" },
          internalNote: "Old customer; 190 instead of 210, as agreed on the phone",
        },
      }),
    (order) => `Mohan orders by phone: ${describeOrder(order)}`,
  );
  narrateOutside("two days later the transfer is on the bank statement");
  const finance = staffOf(stage, "finance");
  const receivedAt = new Date().toISOString();
  await finance.show(
    (api) =>
      api.post("/api/admin/payments/{paymentId}/record-receipt", {
        params: { path: { paymentId: entered.payment?.id ?? "" } },
        body: { amount: entered.totals.amountDue, reference: "NEFT-000713", receivedAt },
      }),
    ({ capturedAmount }) => `${rupees(capturedAmount)} received`,
  );
  const order = await finance.show(
    (api) => api.get("/api/admin/orders/{orderId}", { params: { path: { orderId: entered.id } } }),
    describeOrder,
  );
  check(order.status === "confirmed", "the money confirms the order; its invoice and its mail follow");
}
