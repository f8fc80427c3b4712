import { randomUUID } from "node:crypto";
import type { Invariant } from "../../scripts/invariants/invariants.js";
import { textAt } from "../../scripts/support/json.js";
import {
  type Answer,
  chooseMethod,
  ITEMS,
  openCheckout,
  payFor,
  place,
  Shopper,
  startCheckout,
  verify,
} from "./purchase.js";
import type { World } from "./world.js";

/** Refunds of every kind, and how each rule about them is broken. */

/** One that went back to its three sources, one that was transferred, and one that waits for approval. */
export async function makeRefunds(world: World): Promise<void> {
  await refundThreeSources(world);
  await refundCash(world);
  await world.settle();
  await world.runJob("invoice-issue");
}

const ADMIN = "/api/admin/refunds";
const post = (path: string, body: object) => ({ method: "POST" as const, path, body, key: randomUUID() });
const staffOf = ({ url, sandbox }: World) => new Shopper(url, sandbox.tokens.finance);

async function ask(shopper: Shopper, placed: Answer, items?: object[]): Promise<string> {
  const orderNumber = textAt(placed.data, "orderNumber");
  const wish = { orderNumber, reason: "damaged", ...(items ? { items } : {}) };
  return textAt(await shopper.do(post("/api/refunds", wish)), "id");
}

async function refundThreeSources(world: World): Promise<void> {
  const { url, sandbox } = world;
  const started = await startCheckout(url, { token: sandbox.tokens.dev, items: [ITEMS.ashwagandha] });
  await started.shopper.do(post(`/api/checkout/${started.id}/loyalty`, { points: 200 }));
  await started.shopper.do(post(`/api/checkout/${started.id}/store-credit`, { amount: 100 }));
  const checkout = await chooseMethod(started);
  await verify(checkout, payFor(sandbox, checkout));
  const placed = await place(checkout);
  await world.settle();
  await world.runJob("invoice-issue");
  const refundId = await ask(checkout.shopper, placed);
  await staffOf(world).do(post(`${ADMIN}/${refundId}/approve`, {}));
}

async function refundCash(world: World): Promise<void> {
  const checkout = await openCheckout(world.url, {
    ...{ token: world.sandbox.tokens.chitra, items: [ITEMS.ashwagandha], method: "cod" },
  });
  const placed = await place(checkout);
  await world.settle();
  await world.runJob("invoice-issue");
  const staff = staffOf(world);
  const payment = await world.db.collection("payments").findOne({ gateway: "cod" });
  const receipt = { amount: payment?.amount / 100, reference: "COURIER-1", receivedAt: "2026-01-01" };
  await staff.do(post(`/api/admin/payments/${checkout.paymentId}/record-receipt`, receipt));
  const line = await world.db
    .collection("orderItems")
    .findOne({ orderId: payment?.orderId, isFreeGift: false });
  const refundId = await ask(checkout.shopper, placed, [
    { orderItemId: line?._id.toHexString(), quantity: 1 },
  ]);
  await transferRefund(world, refundId, "HDFCN52026112812345");
  await ask(checkout.shopper, placed);
}

/** Approved as a bank transfer, and confirmed. */
export async function transferRefund(world: World, refundId: string, utr: string): Promise<void> {
  const staff = staffOf(world);
  const account = { accountHolder: "Chitra Rao", accountNumber: "50100123456789", ifsc: "HDFC0000123" };
  await staff.do(post(`${ADMIN}/${refundId}/bank-transfer`, account));
  await staff.do(post(`${ADMIN}/${refundId}/bank-transfer/confirm`, { utr }));
}

export type Breach = [rule: Invariant, breach: string, collection: string, filter: object, change: object];

const waiting = { status: "pending" };
const transferred = { utr: "HDFCN52026112812345" };
const ofCredit = { source: "store_credit" };
const ofPoints = { source: "points" };
const byGateway = { approvedById: { $ne: null }, gatewayRefundId: { $ne: null } };
const requested = { refundRequested: { $gt: 0 } };

export const refundBreaches: Breach[] = [
  ["orderAmounts", "a request is not counted", "orders", requested, { $inc: { refundRequested: -1 } }],
  [
    "orderAmounts",
    "more is reserved than is under way",
    "orders",
    requested,
    { $inc: { refundReserved: 1 } },
  ],
  [
    ...(["refundApprovals", "a refund of the system waits for approval"] as const),
    ...(["refunds", waiting, { $set: { initiatedByType: "system" } }] as const),
  ],
  ["refundApprovals", "the split does not add up", "refunds", waiting, { $inc: { "parts.0.amount": -1 } }],
  ["refundApprovals", "nobody approved it", "refunds", transferred, { $set: { approvedById: null } }],
  [
    ...(["refundApprovals", "it still has a plan"] as const),
    ...(["refunds", waiting, { $set: { status: "processing" } }] as const),
  ],
  ["refundSources", "more points go back than were used", "refunds", ofPoints, { $inc: { points: 1 } }],
  ["refundSources", "more credit goes back than was used", "refunds", ofCredit, { $inc: { amount: 1 } }],
  ["refundSources", "credit goes to a bank", "refunds", ofCredit, { $set: { destination: "bank_transfer" } }],
  [
    ...(["refundSources", "a payment gives more than it received"] as const),
    ...(["payments", { gateway: "cod" }, { $set: { capturedAmount: 1 } }] as const),
  ],
  [
    ...(["refundUnits", "the line does not count its units"] as const),
    ...(["orderItems", { quantityRefunded: { $gt: 0 } }, { $inc: { quantityRefunded: -1 } }] as const),
  ],
  [
    "refundUnits",
    "it has more units than the line",
    "refunds",
    transferred,
    { $inc: { "items.0.quantity": 9 } },
  ],
  [
    "refundUnits",
    "it is worth more than the line",
    "refunds",
    transferred,
    { $inc: { "items.0.amount": 10 ** 6 } },
  ],
  ["refundUnits", "its charges exceed it", "refunds", transferred, { $inc: { shippingAmount: 10 ** 6 } }],
  [
    "refundCredit",
    "credit went to another customer",
    "refunds",
    ofCredit,
    { $set: { userId: "user-other" } },
  ],
  [
    "refundCredit",
    "points were given for a failed refund",
    "refunds",
    ofPoints,
    { $set: { status: "failed" } },
  ],
  ["refundCredit", "too few points were given", "refunds", ofPoints, { $inc: { points: 1 } }],
  ["refundsMatch", "the gateway returned another amount", "refunds", byGateway, { $inc: { amount: 1 } }],
  [
    "refundsMatch",
    "the gateway returned a rejected one",
    "refunds",
    byGateway,
    { $set: { status: "rejected" } },
  ],
  ["bankTransfers", "a transfer has no UTR", "refunds", transferred, { $set: { utr: null } }],
  [
    ...(["bankTransfers", "an account number is stored as it is"] as const),
    ...(["refunds", transferred, { $set: { "bankAccount.accountNumber": "50100123456789" } }] as const),
  ],
  [
    ...(["bankTransfers", "a UTR came before the transfer"] as const),
    ...(["refunds", waiting, { $set: { utr: "HDFCN52026112899999" } }] as const),
  ],
  ["histories", "a refund's history has a gap", "refunds", transferred, { $pop: { history: -1 } }],
  [
    "creditedRefunds",
    "a refund has another amount than its note",
    "refunds",
    transferred,
    { $inc: { amount: 1 } },
  ],
];
