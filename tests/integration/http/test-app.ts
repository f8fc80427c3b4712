import type { Express } from "express";
import Joi from "joi";
import { type Config, loadConfig } from "../../../config/env.config.js";
import { createApp, routesOf } from "../../../config/express.config.js";
import type { Admission } from "../../../middlewares/admission.middleware.js";
import {
  type AdminInput,
  admin,
  type CustomerWithGuestIdInput,
  customer,
  customerWithGuestId,
  describedRouter,
  guest,
  type Input,
  open,
  type SignedInput,
  signed,
  type VisitorInput,
} from "../../../middlewares/described-router.js";
import type { RouteDescription } from "../../../middlewares/route.types.js";
import { sendResponse } from "../../../utils/http.js";
import { objectId } from "../../../utils/request-schemas.js";
import { newGuestId } from "../../support/callers.js";

/** A small service with one route of each kind, for tests of the HTTP layer. */

interface WidgetBody {
  name: string;
  quantity: number;
  note?: string | null;
}

const schemas = {
  create: {
    body: Joi.object<WidgetBody, true>({
      name: Joi.string().max(50).required(),
      quantity: Joi.number().integer().min(1).max(50).required(),
      note: Joi.string().max(1000).allow(null),
    }).required(),
  },
  bulk: {
    body: Joi.object<{ rows: string[] }, true>({
      rows: Joi.array().items(Joi.string()).required(),
    }).required(),
  },
  one: { params: Joi.object<{ id: string }, true>({ id: objectId().required() }) },
  list: {
    query: Joi.object<{ page: number; status?: string }, true>({
      page: Joi.number().integer().min(1).default(1),
      status: Joi.string().valid("open", "closed"),
    }),
  },
};

const anything = Joi.object().unknown(true).required();
const answers = { 200: anything, 201: anything };

export interface TestApp {
  app: Express;
  routes: RouteDescription[];
  config: Readonly<Config>;
  /** How often the widgets were made. */
  made: () => number;
  /** Makes the next POST wait until it is called. */
  hold: () => () => void;
}

/** The test service with the given variables set. */
export function makeTestApp(variables: Record<string, string> = {}, admission?: Admission): TestApp {
  let made = 0;
  let gate: Promise<void> = Promise.resolve();
  const widgets = describedRouter({ base: "/api/widgets", tag: "Widgets" });

  const create = async (
    { body, requestKey }: Input<typeof schemas.create>,
    res: Parameters<typeof sendResponse>[0],
  ) => {
    await gate;
    if (body.note === "fail") throw new TypeError("secret detail of a bug");
    made += 1;
    res.setHeader("Location", `/api/widgets/${made}`);
    sendResponse(res, 201, "Made", { number: made, name: body.name, keyed: requestKey !== undefined });
  };
  const echo = async (
    { principal, owner, source, sessionId, sessionMinted }: VisitorInput & { sessionMinted?: string },
    res: Parameters<typeof sendResponse>[0],
  ) => sendResponse(res, 200, "Echo", { principal, owner, source, sessionId, sessionMinted });

  widgets.get("/open", { summary: "Open", access: open(), answers }, async (_input, res) =>
    sendResponse(res, 200, "Open", { open: true }),
  );
  widgets.get("/visitor", { summary: "Visitor", access: guest("empty"), answers }, echo);
  widgets.post(
    "/minted",
    { summary: "Minted", access: guest("mint"), answers, idempotency: "optional" },
    (input, res) => echo(input, res),
  );
  widgets.get("/shopper", { summary: "Shopper", access: guest("reject"), answers }, (input, res) =>
    echo(input, res),
  );
  widgets.get("/customer", { summary: "Customer", access: customer(), answers }, (input, res) =>
    echo(input, res),
  );
  widgets.post(
    "/merge",
    { summary: "Merge", access: customerWithGuestId(), answers },
    async ({ principal, sessionId }: CustomerWithGuestIdInput, res) =>
      sendResponse(res, 200, "Merged", { principal, sessionId }),
  );
  widgets.get(
    "/admin",
    { summary: "Admin", access: admin("orders:write"), answers },
    async ({ principal }: AdminInput, res) => sendResponse(res, 200, "Admin", { principal }),
  );
  widgets.get("/jobs", { summary: "Jobs", access: admin("jobs"), answers }, async ({ principal }, res) =>
    sendResponse(res, 200, "Jobs", { principal }),
  );
  widgets.post(
    "/",
    { summary: "Create", access: guest("reject"), schemas: schemas.create, answers, idempotency: "optional" },
    create,
  );
  widgets.post(
    "/strict",
    {
      summary: "Create strictly",
      access: guest("reject"),
      schemas: schemas.create,
      answers,
      idempotency: "required",
    },
    create,
  );
  widgets.post(
    "/bulk",
    { summary: "Bulk", access: open(), schemas: schemas.bulk, answers, bodyLimit: "large" },
    async ({ body }, res) => sendResponse(res, 200, "Bulk", { rows: body.rows.length }),
  );
  // Declared before the literal paths that it could match.
  widgets.get(
    "/:id",
    { summary: "One", access: open(), schemas: schemas.one, answers },
    async ({ params }, res) => sendResponse(res, 200, "One", params),
  );
  widgets.get(
    "/",
    { summary: "List", access: open(), schemas: schemas.list, answers },
    async ({ query }, res) => sendResponse(res, 200, "List", query),
  );
  widgets.get("/large", { summary: "Large", access: open(), answers }, async (_input, res) =>
    sendResponse(res, 200, "Large", { text: "x".repeat(5000) }),
  );
  widgets.post(
    "/coupon",
    { summary: "Coupon", access: guest("reject"), answers, rateClass: "coupon" },
    async (_input, res) => sendResponse(res, 200, "Coupon", {}),
  );
  widgets.get(
    "/export",
    { summary: "Export", access: open(), answers, rateClass: "export" },
    async (_input, res) => sendResponse(res, 200, "Export", {}),
  );
  widgets.get("/live", { summary: "Live", access: open(), answers, rateClass: "none" }, async (_input, res) =>
    sendResponse(res, 200, "Live", {}),
  );
  widgets.post(
    "/place",
    { summary: "Place", access: open(), answers, rateClass: "place" },
    async (_input, res) => sendResponse(res, 200, "Placed", {}),
  );
  widgets.post("/add", { summary: "Add", access: open(), answers, rateClass: "cart" }, async (_input, res) =>
    sendResponse(res, 200, "Added", {}),
  );
  widgets.post(
    "/callback",
    { summary: "Callback", access: guest("reject"), answers, refuses: ["SIGNATURE_INVALID"] },
    async (_input, res) => sendResponse(res, 200, "Verified", {}),
  );
  widgets.post(
    "/payment",
    { summary: "Payment", access: guest("reject"), answers, rateClass: "payment" },
    async (_input, res) => sendResponse(res, 200, "Payment", {}),
  );
  const webhook = async ({ rawBody, body }: SignedInput, res: Parameters<typeof sendResponse>[0]) =>
    sendResponse(res, 200, "Received", { bytes: rawBody.length, body });
  widgets.post("/razorpay", { summary: "Webhook", access: signed("razorpay"), answers }, webhook);
  widgets.post("/shipping", { summary: "Webhook", access: signed("shipping"), answers }, webhook);

  const config = loadConfig({ ...process.env, ...variables });
  const options = { routers: [widgets], config };
  return {
    app: createApp({ ...options, ...(admission && { admission }) }),
    routes: routesOf(options),
    config,
    made: () => made,
    hold() {
      let release = () => {};
      gate = new Promise((resolve) => {
        release = () => resolve();
      });
      return () => release();
    },
  };
}

export const SESSION = newGuestId();
