import type { GuardSubject } from "../guard.js";

/** What must follow a change is stored in its transaction. */
export const OUTBOX_WRITES: GuardSubject = {
  title: "Outbox writes",
  guards: [
    {
      name: "outbox-in-the-transaction",
      keeps: "a message is stored with its change or not at all",
      file: "services/platform/outbox.service.ts",
      text: "bulkWrite(writes, { session: tx });",
      replacement: "bulkWrite(writes);",
      tests: ["tests/integration/platform/outbox.test.ts"],
      named: "When messages are written down",
    },
    {
      name: "message-of-a-transition",
      keeps: "a move has its messages",
      file: "services/platform/transition.service.ts",
      text: `  if (messages) await enqueueOutbox(typeof messages === "function" ? messages(moved) : messages, tx);
`,
      replacement: "",
      tests: ["tests/integration/platform/transitions.test.ts"],
    },
    {
      name: "message-of-an-order",
      keeps: "an order has its mail, invoice and points",
      file: "services/flows/place-order/commit.step.ts",
      text: `    [{ type: "order.placed", dedupeKey: \`order.placed:\${orderId}\`, payload: { orderId } }],
`,
      replacement: `    [],
`,
      tests: ["tests/integration/orders/commit.test.ts"],
    },
    {
      name: "message-of-an-entered-order",
      keeps: "an order that an admin enters has its mail, invoice and points",
      file: "services/flows/place-manual-order/commit-order.step.ts",
      text: `    [{ type: "order.placed", dedupeKey: \`order.placed:\${orderId}\`, payload: { orderId } }],
`,
      replacement: `    [],
`,
      tests: ["tests/integration/orders/manual.test.ts"],
    },
    {
      name: "message-of-an-undo",
      keeps: "what an undone placement took is given back",
      file: "services/flows/place-order/undo.step.ts",
      text: `    await enqueueOutbox(reversalsOf(claim), tx);
`,
      replacement: "",
      tests: ["tests/integration/checkout-credit/paying-with-credit.test.ts"],
      named: "points and credit are returned",
    },
    {
      name: "refund-of-an-undo",
      keeps: "the money of an undone placement goes back",
      file: "services/flows/place-order/undo.step.ts",
      text: `      await oweSystemRefund({ paymentId: claim.payment._id, reason: "undo", refundNumber }, tx);
`,
      replacement: "",
      tests: ["tests/integration/placement/one-cart-two-checkouts.test.ts"],
    },
    {
      name: "message-of-a-system-refund",
      keeps: "a refund that the service owes is sent",
      file: "services/aggregates/refund/system-refunds.ts",
      text: `  await enqueueOutbox([messageOf("refund.send", refund)], tx);
`,
      replacement: "",
      tests: ["tests/integration/payments/mismatch.test.ts"],
    },
    {
      name: "message-of-an-order-refund",
      keeps: "the refund of a cancellation is sent",
      file: "services/aggregates/refund/owe-order-refund.ts",
      text: `    await enqueueOutbox([messageOf("refund.send", refund)], tx);
`,
      replacement: "",
      tests: ["tests/integration/orders/cancel.test.ts"],
    },
    {
      name: "message-of-a-split-refund",
      keeps: "each part of an approved refund is sent",
      file: "services/aggregates/refund/approval.ts",
      text: `    await enqueueOutbox([messageOf("refund.send", row)], tx);
`,
      replacement: "",
      tests: ["tests/integration/refunds/admins.test.ts"],
    },
    {
      name: "release-of-a-cart-line",
      keeps: "the stock of a removed line is released",
      file: "services/aggregates/cart/change-cart.ts",
      text: `    await enqueueOutbox(releasesOf(draft), tx);
`,
      replacement: "",
      tests: ["tests/integration/cart/cart-lines.test.ts"],
    },
    {
      name: "release-of-an-expired-checkout",
      keeps: "an expired checkout releases stock and coupon",
      file: "services/flows/expire-checkout.flow.ts",
      text: `      messages: (moved) => [...stock, ...couponReleaseOf(moved)],
`,
      replacement: "",
      tests: ["tests/integration/orders/jobs.test.ts"],
      named: "session's time is over",
    },
    {
      name: "release-of-an-abandoned-cart",
      keeps: "an abandoned cart releases its stock",
      file: "services/flows/abandon-cart.flow.ts",
      text: `      messages: [releaseOf(cart, abandonedAt)],
`,
      replacement: "",
      tests: ["tests/integration/orders/jobs.test.ts"],
      named: "cart's time is over",
    },
    {
      name: "release-of-a-superseded-coupon",
      keeps: "a payment that is superseded releases its coupon",
      file: "services/aggregates/checkout-session/session-status.ts",
      text: `    messages: couponReleaseOf,
`,
      replacement: "",
      tests: ["tests/integration/checkout/payment-method.test.ts"],
      named: "then the use is released",
    },
    {
      name: "message-before-goods-are-taken",
      keeps: "goods that a crash left behind are given back",
      file: "services/flows/place-manual-order/take-goods.step.ts",
      text: `  await enqueueOutbox([{ type: UNDO_MESSAGE, dedupeKey, payload, delayMs: UNDO_AFTER_MS }]);
`,
      replacement: "",
      tests: ["tests/integration/orders/manual.test.ts"],
    },
    {
      name: "message-of-a-parcel",
      keeps: "the customer gets a mail about a parcel",
      file: "services/aggregates/order/shipment-moves.ts",
      text: `  await enqueueOutbox([parcelMessage("shipment.shipped", shipment)], tx);
`,
      replacement: "",
      tests: ["tests/integration/orders/fulfilment.test.ts"],
    },
    {
      name: "message-of-a-requested-refund",
      keeps: "an admin gets a mail about a request",
      file: "services/flows/request-refund.flow.ts",
      text: 'return enqueueOutbox([messageOf("refund.requested", refund)], tx);',
      replacement: "return;",
      tests: ["tests/integration/refunds/customers.test.ts"],
    },
    {
      name: "message-of-a-requested-return",
      keeps: "an admin gets a mail about a return",
      file: "services/flows/request-return.flow.ts",
      text: `    await enqueueOutbox([messageOf("return.requested", inserted)], tx);
`,
      replacement: "",
      tests: ["tests/integration/returns/request.test.ts"],
    },
  ],
};
