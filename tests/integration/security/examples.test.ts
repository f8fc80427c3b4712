import { writeFileSync } from "node:fs";
import type { Response } from "supertest";
import type { Examples } from "../../../config/openapi/examples.js";
import { nameOf } from "../../support/router-table.js";
import { sampleValues } from "../../support/sample-values.js";
import { PREPARATIONS, type PreparedCall, STAGES } from "./example-preparations.js";
import { callerFor, collectFindings, type SecurityWorld, startSecurityWorld } from "./security-world.js";
import { newSession, type Shopper, type Stage, shopFor, shopForEverything } from "./shoppers.js";

/**
 * Calls every operation once, successfully, as the cases of `route-cases.ts` describe. With RECORD_EXAMPLES=1 (`npm
 * run examples`) the requests and answers become the examples of the OpenAPI document.
 */

type Route = SecurityWorld["routes"][number];

jest.setTimeout(600_000);

let world: SecurityWorld;
let everything: Shopper;
let openApi: typeof import("../../../config/openapi.config.js");
let examplesFile: URL;
beforeAll(async () => {
  world = await startSecurityWorld();
  openApi = await import("../../../config/openapi.config.js");
  ({ EXAMPLES_FILE: examplesFile } = await import("../../../config/openapi/examples.js"));
  everything = await shopForEverything(world, newSession());
});
afterAll(() => world.stop());

/** Where a case names none: a route that writes gets a shopper of its own. */
function stageFor(route: Route): Stage | undefined {
  const stage = STAGES[nameOf(route)] ?? world.caseOf(route).stage;
  if (stage || route.method === "get") return stage;
  if (route.path.startsWith("/api/cart")) return "cart";
  return route.path.startsWith("/api/checkout") ? "checkout" : undefined;
}

/** A short list: two rows show what a row is. */
const queryOf = (route: Route, query: string | undefined): string | undefined => {
  const isList = route.schemas.query?.$_terms.keys?.some(({ key }: { key: string }) => key === "limit");
  return [query, isList ? "limit=2" : undefined].filter(Boolean).join("&") || undefined;
};

const LONGEST_LIST = 3;

/** Lists without pages show their first rows. */
function shortened(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, LONGEST_LIST).map(shortened);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shortened(item)]));
}

const LINES_OF_A_TEXT = 3;

/** The envelope, or the beginning of a text. */
function answerOf({ headers, text, body }: Response): unknown {
  const type = String(headers["content-type"]);
  if (
    type.startsWith("application/json") &&
    headers["content-disposition"] === undefined &&
    "success" in body
  ) {
    return shortened(body);
  }
  return type.startsWith("text/csv") ? text.split("\n", LINES_OF_A_TEXT).join("\n") : undefined;
}

async function record(route: Route): Promise<[string, Examples[string]]> {
  const stage = stageFor(route);
  const shopper = stage ? await shopFor(world, route, stage) : everything;
  const prepare = PREPARATIONS[nameOf(route)];
  const { shown, ...prepared }: PreparedCall = prepare ? await prepare(world, shopper) : {};
  const own = prepared.own ?? shopper.has;
  const as = callerFor(route, shopper, world.sandbox.tokens.admin);
  const usual = world.caseOf(route);
  const params = { ...usual.params?.(own), ...prepared.params };
  const query = queryOf(route, prepared.query ?? usual.query);
  const now = Date.now();
  const answer = await world.call(route, { ...prepared, own, as, query });
  if (answer.status >= 300) throw new Error(`answered ${answer.status}: ${answer.text}`);
  world.expectDeclared(answer);
  const sample = sampleValues(now);
  const body = shown ?? prepared.body ?? usual.body?.(own);
  const example = sample({
    ...(Object.keys(params).length > 0 ? { path: params } : {}),
    ...(query ? { query: Object.fromEntries(new URLSearchParams(query)) } : {}),
    ...(body === undefined || usual.files ? {} : { body }),
    status: answer.status,
    answer: answerOf(answer),
  }) as Examples[string];
  return [openApi.operationIdOf(route), example];
}

test("When an operation is called as its case describes, then it succeeds", async () => {
  const findings = collectFindings();
  const recorded: [string, Examples[string]][] = [];
  // One after the other, so that numbers and times come in the same order each time.
  for (const route of world.routes) {
    await findings.check(nameOf(route), async () => void recorded.push(await record(route)));
  }
  findings.report();
  expect(recorded).toHaveLength(world.routes.length);
  if (process.env.RECORD_EXAMPLES) {
    writeFileSync(examplesFile, `${JSON.stringify(Object.fromEntries(recorded), null, 1)}\n`);
  }
});
