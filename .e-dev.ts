import http from "node:http";
import express from "express";
import { SignJWT } from "jose";
import { config } from "./config/env.config.js";
import { createApp } from "./config/express.config.js";
import { createHttpServer } from "./config/server.config.js";
import { customer, describedRouter } from "./middlewares/described-router.js";
import { sendResponse } from "./utils/http.js";

const data = {
  id: "x",
  items: Array.from({ length: 3 }, (_, i) => ({
    id: "item" + i,
    name: "A nice product " + i,
    unitPrice: 499.5,
    quantity: 2,
    attributes: { size: "M", colour: "blue" },
  })),
  totals: { subtotal: 1, grandTotal: 2 },
};
const r = describedRouter({ base: "/api/t", tag: "T" });
r.get("/auth", { summary: "", access: customer(), answers: {} }, async (i, res) =>
  sendResponse(res, 200, "ok", data),
);
const s = createHttpServer(createApp({ routers: [r] }));
const bare = express();
bare.disable("etag");
bare.get("/api/t/auth", (q, res) => sendResponse(res, 200, "ok", data));
const s2 = http.createServer(bare);
const token = await new SignJWT({ role: "customer" })
  .setSubject("u1")
  .setProtectedHeader({ alg: "HS256" })
  .setExpirationTime("1h")
  .sign(new TextEncoder().encode(config.auth.jwtSecret));
s.listen(0, "127.0.0.1", () =>
  s2.listen(0, "127.0.0.1", () => {
    console.error(JSON.stringify({ p1: (s.address() as any).port, p2: (s2.address() as any).port, token }));
  }),
);
process.on("SIGUSR2", () => {
  console.error("cpu", JSON.stringify(process.cpuUsage()));
});
setTimeout(() => process.exit(0), Number(process.env.LIFE ?? 60) * 1000);
