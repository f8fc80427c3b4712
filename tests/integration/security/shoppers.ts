import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Types } from "mongoose";
import type { Response } from "supertest";
import type { RouteDescription } from "../../../middlewares/route.types.js";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { asGuest } from "../../support/callers.js";
import type { World } from "../../support/world.js";
import { goodToken } from "./forged-tokens.js";
import { ADDRESS, BANK_ACCOUNT, EMAIL, inspectionOf, PHONE } from "./route-cases.js";

/** What a shopper has that others must not reach. */
export interface Belongings {
  itemId: string;
  savedItemId: string;
  checkoutSessionId: string;
  orderId: string;
  orderNumber: string;
  orderItemId: string;
  /** Of that order. */
  invoiceNumber: string;
  /** Rupees, of the payment on delivery. */
  amountDue: number;
  paymentId: string;
  /** Of that order: asked for, with a bank account. */
  refundId: string;
  /** Of that order: asked for. */
  returnId: string;
  gatewayOrderId: string;
  gatewayPaymentId: string;
  /** The gateway's, right for the two ids above. */
  signature: string;
}

const REFUND_STAGES = ["paid", "asked", "approved", "refused"] as const;
type RefundStage = (typeof REFUND_STAGES)[number];
const isRefundStage = (stage: Stage): stage is RefundStage =>
  REFUND_STAGES.some((candidate) => candidate === stage);

const RETURN_STAGES = [
  "delivered",
  "returning",
  "returnApproved",
  "returnReceived",
  "returnInspected",
] as const;
type ReturnStage = (typeof RETURN_STAGES)[number];
const isReturnStage = (stage: Stage): stage is ReturnStage =>
  RETURN_STAGES.some((candidate) => candidate === stage);

/**
 * How far a shopper has come: a cart; something saved for later besides; a checkout with all but the payment; cash on
 * delivery chosen; a UPI payment that failed, to be tried again; an order with its invoice; an order that is paid; a
 * refund of it that waits for approval; one that waits for a bank transfer; one that failed; an order that is
 * delivered; a return of it that waits for approval; one that waits for the goods; for their inspection; for its refund.
 */
export type Stage =
  | ("cart" | "saved" | "checkout" | "chosen" | "failed" | "ordered")
  | RefundStage
  | ReturnStage;

export interface Shopper {
  headers: Readonly<Record<string, string>>;
  has: Belongings;
}

const hexId = () => randomBytes(12).toString("hex");

/** Valid ids of documents that do not exist. */
export const nobodysBelongings = (): Belongings => ({
  itemId: hexId(),
  savedItemId: hexId(),
  checkoutSessionId: hexId(),
  orderId: hexId(),
  orderNumber: "ORD-2026-999999",
  orderItemId: hexId(),
  invoiceNumber: "INV-2026-999999",
  amountDue: 1,
  paymentId: hexId(),
  refundId: hexId(),
  returnId: hexId(),
  gatewayOrderId: "order_Nobodys0000001",
  gatewayPaymentId: "pay_Nobodys0000001",
  signature: "0".repeat(64),
});

export const newSession = (): Record<string, string> => asGuest();

export const asUser = (sub: string): Record<string, string> => ({
  Authorization: `Bearer ${goodToken({ sub })}`,
});

/** The value at a dotted path of an answer's data. @throws Error with the answer */
function textAt(answer: Response, path: string): string {
  let value: unknown = answer.body;
  for (const key of ["data", ...path.split(".")]) {
    value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  }
  if (typeof value === "string") return value;
  throw new Error(`no ${path} in ${answer.status} ${answer.text}`);
}

type Step = (method: "post" | "put", path: string, body?: object) => Promise<Response>;

/** How often a request is repeated while the service is too busy. */
const TRIES = 10;

/** Sends one step of a purchase, and again, with the same key, while the service is too busy. */
function stepsOf({ http }: World, headers: Shopper["headers"]): Step {
  return async (method, path, body) => {
    const all = { ...headers, "Idempotency-Key": randomUUID() };
    for (let tries = 1; ; tries += 1) {
      const answer = await http[method](path).set(all).send(body);
      if (answer.status < 300) return answer;
      const passes = answer.headers["retry-after"] !== undefined && tries < TRIES;
      if (!passes) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
      await sleep(Number(answer.headers["retry-after"]) * 1000);
    }
  };
}

async function fillCart(step: Step): Promise<Partial<Belongings>> {
  const added = await step("post", "/api/cart/items", {
    productId: SEED.products.ashwagandha,
    variantId: SEED.variants.ashwagandhaLarge,
    quantity: 1,
  });
  return { itemId: textAt(added, "cartItem.id") };
}

async function saveForLater(step: Step): Promise<Partial<Belongings>> {
  const kajal = { productId: SEED.products.kajal, variantId: SEED.variants.kajal, quantity: 1 };
  const itemId = textAt(await step("post", "/api/cart/items", kajal), "cartItem.id");
  const saved = await step("post", `/api/cart/items/${itemId}/save-later`, {});
  return { savedItemId: textAt(saved, "savedItem.id") };
}

async function checkOut(step: Step): Promise<Partial<Belongings>> {
  const started = await step("post", "/api/checkout/start", { email: EMAIL, phone: PHONE });
  const checkoutSessionId = textAt(started, "id");
  const path = `/api/checkout/${checkoutSessionId}`;
  await step("put", `${path}/shipping-address`, ADDRESS);
  await step("put", `${path}/shipping-method`, { shippingMethodId: SEED.shippingMethods.standard });
  return { checkoutSessionId };
}

/** How often it is looked whether the invoice is issued: another shopper's call may be issuing it. */
const LOOKS = 100;

/** The number of the order's invoice, once it is issued. */
async function invoiceOf(
  world: World,
  { headers }: Pick<Shopper, "headers">,
  orderNumber: string,
): Promise<string> {
  // It reads the configuration: not before the world has set it.
  const { issueDueInvoices } = await import("../../../services/flows/issue-invoices/issue-invoices.flow.js");
  for (let looks = 1; looks <= LOOKS; looks += 1) {
    await world.settle();
    // Issues nothing while another shopper's call does.
    await issueDueInvoices();
    const answer = await world.http.get(`/api/orders/${orderNumber}/invoice`).set(headers);
    if (answer.status === 200) return textAt(answer, "invoiceNumber");
    await sleep(50);
  }
  throw new Error(`no invoice of ${orderNumber}`);
}

/** Cash on delivery. Its invoice is issued a moment later. */
async function order(world: World, { headers, has }: Shopper): Promise<Partial<Belongings>> {
  const { checkoutSessionId } = has;
  const step = stepsOf(world, headers);
  const placed = await step("post", "/api/payments/cod", { checkoutSessionId, termsAccepted: true });
  const orderNumber = textAt(placed, "order.orderNumber");
  return {
    orderId: textAt(placed, "order.id"),
    orderNumber,
    orderItemId: textAt(placed, "order.items.0.id"),
    paymentId: textAt(placed, "payment.id"),
    amountDue: placed.body.data.payment.amount,
  };
}

/** Brings an order to a stage of its refund. */
async function refund(world: World, shopper: Shopper, stage: RefundStage): Promise<Partial<Belongings>> {
  const { amountDue: amount, orderNumber, orderId, paymentId } = shopper.has;
  const asAdmin = stepsOf(world, { Authorization: `Bearer ${world.sandbox.tokens.admin}` });
  const receipt = { amount, reference: orderNumber, receivedAt: "2026-11-01" };
  await asAdmin("post", `/api/admin/payments/${paymentId}/record-receipt`, receipt);
  if (stage === "paid") return {};
  const step = stepsOf(world, shopper.headers);
  const refundId = textAt(await step("post", "/api/refunds", { orderNumber, reason: "damaged" }), "id");
  await step("put", `/api/refunds/${refundId}/bank-account`, BANK_ACCOUNT);
  if (stage === "asked") return { refundId };
  await asAdmin("post", `/api/admin/refunds/${refundId}/approve`, {});
  if (stage === "approved") return { refundId };
  const { db } = world;
  await db
    .collection("refunds")
    .updateOne({ _id: new Types.ObjectId(refundId) }, { $set: { status: "failed" } });
  await db
    .collection("orders")
    .updateOne({ _id: new Types.ObjectId(orderId) }, { $set: { refundReserved: 0 } });
  return { refundId };
}

/** Delivers an order, and brings it to a stage of a return of its line. */
async function askForReturn(
  world: World,
  shopper: Shopper,
  stage: ReturnStage = "returning",
): Promise<Partial<Belongings>> {
  const { orderId, orderNumber, orderItemId } = shopper.has;
  const asAdmin = stepsOf(world, { Authorization: `Bearer ${world.sandbox.tokens.admin}` });
  for (const status of ["processing", "shipped", "delivered"])
    await asAdmin("put", `/api/admin/orders/${orderId}/status`, { status });
  if (stage === "delivered") return {};
  const reason = "damaged";
  const wish = { orderNumber, reason, items: [{ orderItemId, quantity: 1, reason }] };
  const returnId = textAt(await stepsOf(world, shopper.headers)("post", "/api/returns", wish), "id");
  const path = `/api/admin/returns/${returnId}`;
  const steps = [
    () => asAdmin("post", `${path}/approve`, {}),
    () => asAdmin("put", `${path}/received`),
    () => asAdmin("post", `${path}/inspect`, inspectionOf(shopper.has)),
  ];
  const done = RETURN_STAGES.indexOf(stage) - RETURN_STAGES.indexOf("returning");
  for (const step of steps.slice(0, done)) await step();
  return { returnId };
}

async function failToPay(world: World, step: Step, path: string): Promise<Partial<Belongings>> {
  const chosen = await step("put", path, { method: "upi", termsAccepted: true });
  const gatewayOrderId = textAt(chosen, "gateway.orderId");
  const { razorpay } = world.sandbox.control;
  const { paymentId: gatewayPaymentId } = razorpay.pay(gatewayOrderId, { method: "upi", outcome: "fail" });
  await world.settle();
  const signature = razorpay.signCheckout(gatewayOrderId, gatewayPaymentId);
  return { paymentId: textAt(chosen, "payment.id"), gatewayOrderId, gatewayPaymentId, signature };
}

/** Brings a shopper to a stage. Ids that do not exist yet belong to nothing. */
export async function shopUntil(world: World, headers: Shopper["headers"], stage: Stage): Promise<Shopper> {
  const step = stepsOf(world, headers);
  const has = nobodysBelongings();
  Object.assign(has, await fillCart(step));
  if (stage === "cart") return { headers, has };
  if (stage === "saved") return { headers, has: { ...has, ...(await saveForLater(step)) } };
  Object.assign(has, await checkOut(step));
  const path = `/api/checkout/${has.checkoutSessionId}/payment-method`;
  if (stage === "chosen") await step("put", path, { method: "cod", termsAccepted: true });
  if (stage === "failed") Object.assign(has, await failToPay(world, step, path));
  if (stage !== "ordered" && !isReturnStage(stage) && !isRefundStage(stage)) return { headers, has };
  Object.assign(has, await order(world, { headers, has }));
  if (isReturnStage(stage)) Object.assign(has, await askForReturn(world, { headers, has }, stage));
  else if (isRefundStage(stage)) Object.assign(has, await refund(world, { headers, has }, stage));
  else has.invoiceNumber = await invoiceOf(world, { headers }, has.orderNumber);
  return { headers, has };
}

/** A shopper with everything: an order of last week, and a new cart whose payment has just failed. */
export async function shopForEverything(world: World, headers: Shopper["headers"]): Promise<Shopper> {
  const before = await shopUntil(world, headers, "asked");
  const { orderId, orderNumber, orderItemId, refundId } = before.has;
  const returned = await askForReturn(world, before);
  const invoiceNumber = await invoiceOf(world, { headers }, orderNumber);
  const saved = await saveForLater(stepsOf(world, headers));
  const shopper = await shopUntil(world, headers, "failed");
  const ordered = { orderId, orderNumber, orderItemId, invoiceNumber, refundId };
  return { headers, has: { ...shopper.has, ...saved, ...ordered, ...returned } };
}

/** A new shopper at a stage, of a kind that the route accepts: a guest, a customer, or a guest who has just signed in. */
export async function shopFor(world: World, route: RouteDescription, stage: Stage): Promise<Shopper> {
  const { rule } = route.access;
  const token = asUser(`user-${hexId()}`);
  // What admins refund is a customer's: a guest has no store credit.
  if (rule.kind === "admin" && isRefundStage(stage)) return shopUntil(world, token, stage);
  if (rule.kind !== "customer") return shopUntil(world, newSession(), stage);
  if (rule.session !== "required") return shopUntil(world, token, stage);
  const guest = await shopUntil(world, newSession(), stage);
  return { ...guest, headers: { ...guest.headers, ...token } };
}
