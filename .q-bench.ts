import mongoose from "mongoose";
import { ObjectId } from "mongodb";
import { startEmbeddedMongo } from "./scripts/mongo/embedded-mongo.js";
Object.assign(process.env, { NODE_ENV: "test", JWT_SECRET: "x".repeat(40), SERVICE_TOKEN: "x".repeat(40), RAZORPAY_KEY_ID: "rzp_test_1DP5mmOlF5G5ag", RAZORPAY_KEY_SECRET: "x".repeat(40), RAZORPAY_WEBHOOK_SECRET: "x".repeat(40), SHIPPING_WEBHOOK_SECRET: "x".repeat(40), LINK_SECRET: "x".repeat(40), ENCRYPTION_KEY: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", COMPANY_NAME: "V", COMPANY_ADDRESS: "B", COMPANY_STATE: "Karnataka", COMPANY_GSTIN: "29AABCV4321K1Z7" });
const m = await startEmbeddedMongo();
process.env.MONGODB_URI = m.uri.replace("/?", "/q?");
const database = await import("./config/database.config.js");
const { analyseCarts } = await import("./src/cart/cart.analytics.service.js");
const { analyseCheckouts } = await import("./src/checkout/checkout.funnel.service.js");
const { Cart, CartItem, CheckoutSession } = await import("./models/index.js");
await database.connectDatabase(process.env.MONGODB_URI);
await database.prepareDatabase();
const N = 200_000, DAY = 864e5, to = Date.now();
const statuses = ["abandoned", "abandoned", "abandoned", "abandoned", "abandoned", "converted", "converted", "converted", "converted", "active"];
for (let b = 0; b < N; b += 5000) {
  const carts: object[] = [], items: object[] = [], sessions: object[] = [];
  for (let i = b; i < b + 5000; i++) {
    const _id = new ObjectId(), at = new Date(to - Math.random() * 365 * DAY), n = 1 + (i % 3);
    carts.push({ _id, userId: `u-${i}`, status: statuses[i % 10], createdAt: at, updatedAt: at, expiresAt: at, abandonedAt: i % 10 < 5 ? at : null, grandTotal: 1000 + i, itemCount: n, mergedIntoCartId: null });
    for (let k = 0; k < n; k++) items.push({ cartId: _id, productId: `p-${(i * 7 + k * 13) % 60}`, variantId: `v${k}`, isFreeGift: false, name: "Product name", quantity: 1 + k, lineTotal: 1000, sku: "x".repeat(250) });
    sessions.push({ cartId: _id, userId: `u-${i}`, status: "completed", createdAt: at, expiresAt: at, steps: { initiatedAt: at, addressEnteredAt: i % 2 ? at : null, paymentPendingAt: i % 4 === 1 ? at : null, completedAt: i % 8 === 1 ? at : null } });
  }
  await Cart.collection.insertMany(carts, { ordered: false }); await CartItem.collection.insertMany(items, { ordered: false }); await CheckoutSession.collection.insertMany(sessions, { ordered: false });
}
console.log("seeded", Date.now() - to);
for (const days of [30, 90, 366]) {
  const query = { dateFrom: new Date(to - days * DAY), dateTo: new Date(to), groupBy: "day" as const };
  for (const [name, work] of [["carts", analyseCarts], ["funnel", analyseCheckouts]] as const) {
    const times: number[] = []; for (let i = 0; i < 7; i++) { const s = performance.now(); await work(query); times.push(Math.round(performance.now() - s)); }
    console.log(days, name, times.join(" "));
  }
}
console.log((await import("node:os")).loadavg());
await mongoose.disconnect(); await m.stop(); process.exit(0);
