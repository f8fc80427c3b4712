import { randomUUID } from "node:crypto";
import { SEED } from "../sandbox/seed/index.js";
import { at, numberAt, textAt } from "../support/json.js";
import { check, heading, narrateOutside, rupees } from "../support/print.js";
import { SAMPLE_ADDRESS } from "../support/sample-customer.js";
import { staffOf } from "./delivered-order.js";
import { ADMIN_ORDERS } from "./order-scenes.js";
import { describeOrder } from "./purchase.js";
import type { Stage } from "./scenes.js";

/** Support enters the order at an own price; the money arrives later. */
export async function customerCalls(stage: Stage): Promise<void> {
  heading("13 · A sale by phone, paid by bank transfer");
  const { data: entered } = await staffOf(stage, "support").call({
    method: "POST",
    path: `${ADMIN_ORDERS}/manual`,
    body: {
      ...{ email: "mohan@example.com", phone: "+919876500013" },
      items: [
        { productId: "prod-dashmool-kwath", variantId: SEED.variants.dashmool, quantity: 2, unitPrice: 190 },
      ],
      shippingAddress: { ...SAMPLE_ADDRESS, name: "Mohan Das" },
      ...{ shippingMethodId: SEED.shippingMethods.standard, paymentMethod: "bank_transfer" },
      internalNote: "Old customer; 190 instead of 210, as agreed on the phone",
    },
    key: randomUUID(),
    summarize: (order) => `Mohan orders by phone: ${describeOrder(order)}`,
  });
  narrateOutside("two days later the transfer is on the bank statement");
  const amount = numberAt(entered, "totals.amountDue");
  const finance = staffOf(stage, "finance");
  await finance.call({
    method: "POST",
    path: `/api/admin/payments/${textAt(entered, "payment.id")}/record-receipt`,
    body: { amount, reference: "NEFT-000713", receivedAt: new Date().toISOString() },
    summarize: (payment) => `${rupees(numberAt(payment, "capturedAmount"))} received`,
  });
  const { data } = await finance.call({
    method: "GET",
    path: `${ADMIN_ORDERS}/${textAt(entered, "id")}`,
    summarize: describeOrder,
  });
  check(at(data, "status") === "confirmed", "the money confirms the order; its invoice and its mail follow");
}
