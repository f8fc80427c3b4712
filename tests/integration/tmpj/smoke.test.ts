import { randomBytes, randomUUID } from "node:crypto";
import { startWorld, type World } from "../../support/world";

let world: World;
beforeAll(async () => { world = await startWorld(); }, 60000);
afterAll(() => world?.stop());

const log = (label: string, r: any) => {
  const { expectEnvelope } = require("../../support/http-assertions");
  try { expectEnvelope(r, r.status); } catch (e: any) { console.log("SCHEMA", label, e.message); }
  console.log(label, r.status, JSON.stringify(r.body).slice(0, 1500));
  return r.body.data;
};
const address = { name: "Asha Rao", phone: "98765 43210", line1: "14 MG Road", city: "Bengaluru", state: "Karnataka", pincode: "560001" };

async function upToMethod(h: Record<string, string>, qty = 2) {
  log("add", await world.http.post("/api/cart/items").set(h).send({ productId: "prod-ashwagandha-churna", variantId: "var-ashwagandha-churna-100g", quantity: qty }));
  const s = log("start", await world.http.post("/api/checkout/start").set(h).send({ email: "Asha@Example.com", phone: "+919876543210" }));
  const p = `/api/checkout/${s.id}`;
  log("start again", await world.http.post("/api/checkout/start").set(h).send({ email: "asha2@example.com" }));
  log("contact", await world.http.put(`${p}/contact`).set(h).send({ email: "asha@example.com", phone: "9876543210" }));
  log("ship", await world.http.put(`${p}/shipping-address`).set(h).send(address));
  log("bill same", await world.http.put(`${p}/billing-address`).set(h).send({ sameAsShipping: true }));
  log("bill", await world.http.put(`${p}/billing-address`).set(h).send({ ...address, sameAsShipping: false, gstin: "29AABCV4321K1Z7" }));
  const m = log("methods", await world.http.get(`${p}/shipping-methods`).set(h));
  log("method", await world.http.put(`${p}/shipping-method`).set(h).send({ shippingMethodId: m.methods[0].id }));
  log("gift", await world.http.put(`${p}/gift-message`).set(h).send({ giftMessage: "Alles Gute\nHeidi" }));
  log("notes", await world.http.put(`${p}/notes`).set(h).send({ customerNotes: "ring" }));
  log("summary", await world.http.get(`${p}/summary`).set(h));
  log("resume", await world.http.get(`/api/checkout/resume/${s.id}`).set(h));
  return { id: s.id, p };
}

test("online", async () => {
  const h = { "X-Session-Id": randomBytes(24).toString("base64url") };
  const { id, p } = await upToMethod(h);
  log("order unpaid", await world.http.post("/api/orders").set(h).send({ checkoutSessionId: id, terms_accepted: true }));
  const c = log("pay-method", await world.http.put(`${p}/payment-method`).set(h).send({ method: "upi", terms_accepted: true }));
  log("pay", await world.http.post(`/api/payments`).set(h).send({ method: "card", checkoutSessionId: id }));
  const again = log("pay", await world.http.post(`/api/payments`).set(h).set("Idempotency-Key", randomUUID()).send({ method: "card", checkoutSessionId: id }));
  const orderId = again.gateway.orderId;
  const paid: any = world.sandbox.control.razorpay.pay(orderId, { outcome: "fail", method: "card" } as any);
  await world.settle();
  log("payment", await world.http.get(`/api/payments/${again.payment.id}`).set(h));
  const retry = log("retry", await world.http.post(`/api/payments/${again.payment.id}/retry`).set(h).send({ method: "upi" }));
  const paid2: any = world.sandbox.control.razorpay.pay(orderId, { outcome: "success", method: "upi" } as any);
  console.log(JSON.stringify(paid), JSON.stringify(paid2));
  const sig = world.sandbox.control.razorpay.signCheckout(orderId, paid2.paymentId);
  log("verify bad", await world.http.post("/api/payments/verify").set(h).send({ razorpay_order_id: orderId, razorpay_payment_id: paid2.paymentId, razorpay_signature: "nope" }));
  log("verify", await world.http.post("/api/payments/verify").set(h).send({ razorpay_order_id: orderId, razorpay_payment_id: paid2.paymentId, razorpay_signature: sig }));
  log("order wrong payment", await world.http.post("/api/orders").set(h).send({ checkoutSessionId: id, paymentId: "a".repeat(24) }));
  const o = log("order", await world.http.post("/api/orders").set(h).send({ checkoutSessionId: id, paymentId: retry.payment.id }));
  log("order again", await world.http.post("/api/orders").set(h).send({ checkoutSessionId: id }));
  log("list", await world.http.get("/api/orders?limit=5&status=confirmed").set(h));
  log("get", await world.http.get(`/api/orders/${o.orderNumber}`).set(h));
  log("get nobody", await world.http.get(`/api/orders/${o.orderNumber}`));
  const { createLinkToken, orderSubject } = require("../../../services/platform/links.service");
  log("get token", await world.http.get(`/api/orders/${o.orderNumber}`).query({ token: createLinkToken(orderSubject(o.orderNumber), 1000) }));
  log("confirm", await world.http.get(`/api/orders/${o.orderNumber}/confirmation`).set(h));
  log("timeline", await world.http.get(`/api/orders/${o.orderNumber}/timeline`).set(h));
  log("stranger", await world.http.get(`/api/orders/${o.orderNumber}`).set("X-Session-Id", "x".repeat(32)));
  log("payment", await world.http.get(`/api/payments/${retry.payment.id}`).set(h));
  log("checkout", await world.http.get(p).set(h));
  await world.settle();
  console.log(JSON.stringify(await world.db.collection("webhookEvents").find({}, { projection: { payload: 0 } }).toArray()));
}, 60000);

test("webhook alone, cod, customer", async () => {
  const h = { "X-Session-Id": randomBytes(24).toString("base64url") };
  const { id, p } = await upToMethod(h);
  const c = log("pay-method", await world.http.put(`${p}/payment-method`).set(h).send({ method: "upi", termsAccepted: true }));
  world.sandbox.control.razorpay.pay(c.gateway.orderId, { outcome: "success", method: "upi" } as any);
  await world.settle();
  log("order by webhook", await world.http.post("/api/orders").set(h).send({ checkoutSessionId: id }));
  const t = { Authorization: `Bearer ${world.sandbox.tokens.asha}` };
  const two = await upToMethod(t, 1);
  log("cod no terms", await world.http.post("/api/payments/cod").set(t).set("Idempotency-Key", randomUUID()).send({ checkoutSessionId: two.id }));
  log("cod", await world.http.post("/api/payments/cod").set(t).set("Idempotency-Key", randomUUID()).send({ checkoutSessionId: two.id, termsAccepted: true }));
  log("cod again", await world.http.post("/api/payments/cod").set(t).set("Idempotency-Key", randomUUID()).send({ checkoutSessionId: two.id, termsAccepted: true }));
  log("cod order", await world.http.post("/api/orders").set(t).send({ checkoutSessionId: two.id, termsAccepted: true }));
}, 60000);
