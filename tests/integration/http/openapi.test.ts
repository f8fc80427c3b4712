import type { Express } from "express";
import Joi from "joi";
import request from "supertest";
import { loadConfig } from "../../../config/env.config.js";
import { createApp, routesOf } from "../../../config/express.config.js";
import { buildOpenApi, toOpenApiPath } from "../../../config/openapi.config.js";
import { describedRouter, guest, open } from "../../../middlewares/described-router.js";
import { isRecord } from "../../../utils/helpers.js";
import { nullable, view } from "../../../utils/view-schemas.js";
import { asAdmin, asCustomer } from "../../support/callers.js";

interface Layer {
  rawPath?: unknown;
  route?: { path: string; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
}

/** Every `METHOD path` that the application really answers, read from Express itself. */
function mountedRoutes(app: Express): string[] {
  const walk = (stack: Layer[], base: string): string[] =>
    stack.flatMap(({ route, handle, rawPath }) => {
      if (route) {
        const path = route.path === "/" ? base : base + route.path;
        return Object.keys(route.methods).map((method) => `${method} ${toOpenApiPath(path)}`);
      }
      return handle.stack ? walk(handle.stack, typeof rawPath === "string" ? rawPath : "") : [];
    });
  return walk((app.router as unknown as { stack: Layer[] }).stack, "").sort();
}

function documentedRoutes(paths: Record<string, object>): string[] {
  return Object.entries(paths)
    .flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method} ${path}`))
    .sort();
}

/** Every `$ref` in the document. */
function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === "$ref" ? [String(item)] : referencesIn(item),
  );
}

const about = { version: "1.2.3", publicUrl: "https://api.example.com" };

describe("The API's document", () => {
  const document = buildOpenApi(routesOf(), about);

  test("When the application is mounted, then every route is documented, and every documented route is there", () => {
    const mounted = mountedRoutes(createApp());
    expect(mounted.length).toBeGreaterThan(5);
    expect(documentedRoutes(document.paths)).toEqual(mounted);
  });

  test("When it refers to a component, then there is one", () => {
    const names = referencesIn(document);
    expect(names).toContain("#/components/schemas/Envelope");
    const { schemas, headers } = document.components;
    for (const name of names) {
      const [, , kind, key = ""] = name.split("/");
      expect([name, Object.keys(kind === "headers" ? headers : schemas)]).toEqual([
        name,
        expect.arrayContaining([key]),
      ]);
    }
  });

  test("When operations are named, then each has a name of its own, a summary, and answers", () => {
    const operations = Object.values(document.paths).flatMap((operations) => Object.values(operations));
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const { summary, responses } of operations) {
      expect(summary).toEqual(expect.stringMatching(/\S/));
      expect(Object.keys(responses as object).some((status) => status < "400")).toBe(true);
    }
  });

  test("When a reader looks for an audience, then each operation has one tag, in the group of its callers", () => {
    const groupOf = new Map(
      document["x-tagGroups"].flatMap(({ name, tags }) => tags.map((tag) => [tag, name] as const)),
    );
    const used = new Set<string>();
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const { tags } of Object.values(operations)) {
        const groups = (tags as string[]).map((tag) => groupOf.get(tag) ?? "none");
        const wanted = path.startsWith("/api/admin/") ? /^Admin$/ : /^(?:Storefront|Webhooks|Operations)$/;
        expect([path, groups]).toEqual([path, [expect.stringMatching(wanted)]]);
        used.add(String(groups[0]));
      }
    }
    expect(used.size).toBe(4);
  });

  test("When a newcomer reads its introduction, then it explains what every call has in common", () => {
    const headings = [...String(document.info.description).matchAll(/^## (.+)$/gm)].map(([, text]) => text);
    expect(headings).toEqual(expect.arrayContaining(["Envelope", "Money", "Lists", "Errors", "Idempotency"]));
  });

  test("When it is written as JSON, then nothing of OpenAPI 3.0 is left", () => {
    expect(document.openapi).toBe("3.1.0");
    expect(JSON.stringify(document)).not.toMatch(/"nullable":|"example":/);
  });
});

describe("A route's documentation", () => {
  const thing = view("Thing", {
    id: Joi.string().required(),
    parent: Joi.string().allow(null),
    kind: Joi.string().valid("a", "b").allow(null),
  });
  const router = describedRouter({ base: "/api/things", tag: "Things" });
  const nothing = async () => {};
  router.post(
    "/:id/parts",
    {
      summary: "Add a part",
      access: guest("mint"),
      schemas: {
        params: Joi.object<{ id: string }, true>({ id: Joi.string().hex().length(24).required() }),
        query: Joi.object<{ page: number }, true>({ page: Joi.number().integer().min(1).default(1) }),
        body: Joi.object<{ quantity: number; note?: string | null }, true>({
          quantity: Joi.number().integer().min(1).required(),
          note: Joi.string().allow(null),
        }).required(),
      },
      answers: { 201: Joi.object({ thing, other: nullable(thing) }) },
      refuses: ["OUT_OF_STOCK", "CART_LIMIT"],
      idempotency: "required",
    },
    nothing,
  );
  router.get(
    "/list",
    { summary: "List", access: open(), answers: { 200: Joi.array().items(thing) } },
    nothing,
  );
  const document = buildOpenApi(router.routes, about);
  const operation = document.paths["/api/things/{id}/parts"]?.post;

  test("When it takes parameters, a body and a key, then all are described by the schemas that validate", () => {
    expect(operation).toMatchObject({
      tags: ["Things"],
      operationId: "postThingsIdParts",
      security: [{ token: [] }, { session: [] }, {}],
      parameters: expect.arrayContaining([
        { name: "id", in: "path", required: true, schema: { type: "string", minLength: 24, maxLength: 24 } },
        { name: "page", in: "query", required: false, schema: { type: "integer", minimum: 1, default: 1 } },
        expect.objectContaining({ name: "Idempotency-Key", in: "header", required: true }),
        expect.objectContaining({ name: "X-Client-Source", in: "header", required: false }),
      ]),
      requestBody: {
        required: true,
        content: {
          "application/json": {
            schema: {
              type: "object",
              required: ["quantity"],
              additionalProperties: false,
              properties: { quantity: { type: "integer", minimum: 1 }, note: { type: ["string", "null"] } },
            },
          },
        },
      },
    });
  });

  test("When it answers with views, then these are components within the envelope", () => {
    expect(operation).toMatchObject({
      responses: {
        201: {
          content: {
            "application/json": {
              schema: {
                allOf: [
                  { $ref: "#/components/schemas/Envelope" },
                  {
                    properties: {
                      data: {
                        properties: {
                          thing: { $ref: "#/components/schemas/Thing" },
                          other: { anyOf: [{ $ref: "#/components/schemas/Thing" }, { type: "null" }] },
                        },
                      },
                    },
                  },
                ],
              },
            },
          },
        },
      },
    });
    expect(document.components.schemas.Thing).toMatchObject({
      type: "object",
      required: ["id"],
      properties: {
        parent: { type: ["string", "null"] },
        kind: { type: ["string", "null"], enum: ["a", "b", null] },
      },
    });
  });

  test("When it refuses, then the codes stand at their statuses", () => {
    expect(operation).toMatchObject({
      responses: {
        400: {
          description: expect.stringMatching(
            /VALIDATION_ERROR[\s\S]*OUT_OF_STOCK[\s\S]*CART_LIMIT[\s\S]*IDEMPOTENCY_KEY_REQUIRED/,
          ),
        },
        409: { description: expect.stringMatching(/OUT_OF_STOCK[\s\S]*REQUEST_IN_PROGRESS/) },
        422: { description: expect.stringMatching(/^`IDEMPOTENCY_KEY_REUSED`: .+/) },
        429: {
          description: expect.stringMatching(/^`RATE_LIMITED`: .+/),
          headers: { "Retry-After": { $ref: "#/components/headers/Retry-After" } },
        },
      },
    });
  });

  test("When a path has parameters without a schema, then the route cannot be declared", () => {
    const declare = () => router.get("/:id/free", { summary: "Free", access: open(), answers: {} }, nothing);
    expect(declare).toThrow("needs schemas.params");
  });
});

describe("The documentation's pages", () => {
  const app = createApp();

  test("When a browser opens them, then Swagger UI, its files and the document are there", async () => {
    const page = await request(app).get("/api/docs");
    expect(page.text).toContain("/api/docs/assets/swagger-ui-bundle.js");
    const files = ["swagger-ui-bundle.js", "swagger-ui.css", "swagger-ui-init.js"];
    for (const file of files) expect((await request(app).get(`/api/docs/assets/${file}`)).status).toBe(200);
    const start = await request(app).get("/api/docs/assets/swagger-ui-init.js");
    expect(start.text).toContain("/api/docs/openapi.json");
    expect(start.text).toContain('"docExpansion": "none"');
    const document = await request(app).get("/api/docs/openapi.json");
    expect(document.body).toMatchObject({ openapi: "3.1.0", paths: { "/api/health": expect.anything() } });
    const { content } = document.body.paths["/api/cart/items"].post.responses[200];
    expect(content["application/json"].examples.sample.value).toMatchObject({
      success: true,
      statusCode: 200,
    });
  });

  test("When the service is in production, then only admins see them", async () => {
    const config = { ...loadConfig(process.env), env: "production" as const };
    const inProduction = createApp({ config });
    for (const path of ["/api/docs", "/api/docs/openapi.json"]) {
      expect((await request(inProduction).get(path)).status).toBe(401);
      expect(
        (
          await request(inProduction)
            .get(path)
            .set(await asCustomer())
        ).status,
      ).toBe(403);
      expect(
        (
          await request(inProduction)
            .get(path)
            .set(await asAdmin("viewer"))
        ).status,
      ).toBe(200);
    }
  });
});
