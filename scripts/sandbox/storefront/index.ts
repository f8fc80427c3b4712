import { readFileSync } from "node:fs";
import { join } from "node:path";
import express, { type Express, type RequestHandler } from "express";
import Joi from "joi";
import type { Sandbox } from "../sandbox.js";
import { seedPromotions } from "../seed/promotions.js";
import { errorHandler, type Listening, listen, Refusal } from "../shared/http.js";
import { acceptReturn, deliverOrder } from "./backstage.js";
import { bundle } from "./bundle.js";

/**
 * The server of the sandbox's shop. It serves the pages, and the few things that a shop has of its own: the shelf,
 * signing in, the address to which the gateway sends the customer back. Everything else the pages ask of the order
 * service themselves, through the typed client.
 */

export interface StorefrontOptions {
  sandbox: Pick<Sandbox, "urls" | "tokens" | "control">;
  /** The order service. It must allow the shop's origin (`CORS_ORIGINS`). */
  serviceUrl: string;
  /** Default: a free port. */
  port?: number;
}

/** Who can sign in, and why one would. */
const CUSTOMERS = {
  asha: "from Bengaluru",
  chitra: "has ₹500 of store credit",
  dev: "has store credit and points",
} as const;

const SIGN_IN = Joi.object<{ key: keyof typeof CUSTOMERS }>({
  key: Joi.string()
    .valid(...Object.keys(CUSTOMERS))
    .required(),
});

const userOf = ({ sandbox }: StorefrontOptions, key: string) => {
  const user = sandbox.control.auth.users().find(({ id }) => id === `user-${key}`);
  if (!user) throw new Refusal(404, "USER_NOT_FOUND", `There is no customer ${key}`);
  return user;
};

/** What the shop window advertises: a coupon for every customer, and the automatic discounts. */
function offers(): string[] {
  const { coupons, giftRules, automaticDiscounts } = seedPromotions();
  const welcome = coupons.find(({ type, stackable }) => type === "percentage" && stackable);
  return [
    ...(welcome ? [`${welcome.value}% off with ${welcome.code}`] : []),
    ...giftRules.filter(({ productIds }) => !productIds).map(({ name }) => `${name}, free`),
    ...automaticDiscounts.map(({ name }) => name),
  ];
}

const shop = (options: StorefrontOptions) => ({
  serviceUrl: options.serviceUrl,
  gatewayUrl: options.sandbox.urls.razorpay,
  products: options.sandbox.control.catalog
    .products()
    .filter(({ status }) => status === "active")
    .map(({ id, slug, name, categoryId, isReturnable, variants }) => ({
      ...{ id, slug, name, categoryId, isReturnable },
      variants: variants
        .filter(({ status }) => status === "active")
        .map(({ id: variantId, name: variantName, attributes, salePrice, mrp, maxPerOrder }) => ({
          ...{ id: variantId, name: variantName, attributes, salePrice, mrp, maxPerOrder },
        })),
    })),
  offers: offers(),
  customers: Object.entries(CUSTOMERS).map(([key, about]) => ({
    key,
    name: userOf(options, key).name,
    about,
  })),
});

/** The sandbox's stand-in for a login form. */
const signIn =
  (options: StorefrontOptions): RequestHandler =>
  (req, res) => {
    const { value, error } = SIGN_IN.validate(req.body ?? {});
    if (error) throw new Refusal(400, "VALIDATION_ERROR", error.message);
    const { name, email, phone, addresses } = userOf(options, value.key);
    res.json({ token: options.sandbox.tokens[value.key], name, email, phone, addresses });
  };

/** The gateway posts a form; the page reads its fields from the address. */
const takeBack: RequestHandler = (req, res) => {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(Object(req.body))) fields.set(name, String(value));
  res.redirect(303, `/checkout/${encodeURIComponent(String(req.params.sessionId))}/payment?${fields}`);
};

const BROWSER_FOLDER = join(import.meta.dirname, "browser");
const fileOf = (name: string): string => readFileSync(join(BROWSER_FOLDER, name), "utf8");

async function createStorefront(options: StorefrontOptions): Promise<Express> {
  const { script, styles } = await bundle(BROWSER_FOLDER);
  const [page, icon] = [fileOf("index.html"), fileOf("icon.svg")];
  const app = express();
  app.disable("x-powered-by");
  app.get("/assets/main.js", (_req, res) => void res.type("js").send(script));
  app.get("/assets/styles.css", (_req, res) => void res.type("css").send(styles));
  app.get("/assets/icon.svg", (_req, res) => void res.type("svg").send(icon));
  app.get("/shop.json", (_req, res) => void res.json(shop(options)));
  app.post("/sign-in", express.json(), signIn(options));
  app.post("/checkout/:sessionId/paid", express.urlencoded({ extended: false }), takeBack);
  app.post("/backstage/orders/:orderId/deliver", async (req, res) => {
    await deliverOrder(options, req.params.orderId);
    res.json({ done: true });
  });
  app.post("/backstage/returns/:returnId/accept", async (req, res) => {
    await acceptReturn(options, req.params.returnId);
    res.json({ done: true });
  });
  app.get("/{*page}", (_req, res) => void res.type("html").send(page));
  app.use(errorHandler);
  return app;
}

/** @throws if the port is taken */
export async function startStorefront(options: StorefrontOptions): Promise<Listening> {
  return listen(await createStorefront(options), options.port);
}
