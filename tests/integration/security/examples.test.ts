import { writeFileSync } from "node:fs";
import type { Response } from "supertest";
import type { Examples } from "../../../config/openapi/examples.js";
import { nameOf } from "../../support/router-table.js";
import { sampleValues } from "../../support/sample-values.js";
import { prepareCall } from "./preparations.js";
import { collectFindings, type SecurityWorld, startSecurityWorld } from "./security-world.js";
import { newSession, type Shopper, shopForEverything } from "./shoppers.js";

/**
 * Calls every operation once, successfully, as the cases of `route-cases.ts` describe. With RECORD_EXAMPLES=1 (`npm
 * run examples`) the requests and answers become the examples of the OpenAPI document; without it, those that are
 * stored must have the same fields.
 */

type Route = SecurityWorld["routes"][number];

jest.setTimeout(600_000);

let world: SecurityWorld;
let everything: Shopper;
let openApi: typeof import("../../../config/openapi.config.js");
let examples: typeof import("../../../config/openapi/examples.js");
beforeAll(async () => {
  world = await startSecurityWorld();
  openApi = await import("../../../config/openapi.config.js");
  examples = await import("../../../config/openapi/examples.js");
  const { setPhase } = await import("../../../src/operations/health.service.js");
  setPhase("ready");
  everything = await shopForEverything(world, newSession());
});
afterAll(() => world.stop());

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
  const { shown, ...prepared } = await prepareCall(world, route, everything);
  const usual = world.caseOf(route);
  const params = { ...usual.params?.(prepared.own), ...prepared.params };
  const query = queryOf(route, prepared.query ?? usual.query);
  const now = Date.now();
  const answer = await world.call(route, { ...prepared, query });
  if (answer.status >= 300) throw new Error(`answered ${answer.status}: ${answer.text}`);
  world.expectDeclared(answer);
  const sample = sampleValues(now);
  const body = shown ?? prepared.body ?? usual.body?.(prepared.own);
  const example = sample({
    ...(Object.keys(params).length > 0 ? { path: params } : {}),
    ...(query ? { query: Object.fromEntries(new URLSearchParams(query)) } : {}),
    ...(body === undefined ? {} : { body }),
    status: answer.status,
    answer: answerOf(answer),
  }) as Examples[string];
  return [openApi.operationIdOf(route), example];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether both have the same fields; what may be absent is null in one of them. */
function isAlike(a: unknown, b: unknown): boolean {
  if (a === null || b === null) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.every((item, i) => i >= b.length || isAlike(item, b[i]));
  if (!isObject(a) || !isObject(b)) return typeof a === typeof b;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length && names.every((name) => name in b && isAlike(a[name], b[name]))
  );
}

/** Where a new recording only has other values, the stored one stays: a recording changes what the API has changed. */
function mergedWith(stored: Examples, recorded: Examples): Examples {
  return Object.fromEntries(
    Object.entries(recorded).map(([name, example]) => [
      name,
      stored[name] !== undefined && isAlike(stored[name], example) ? stored[name] : example,
    ]),
  );
}

test("When an operation is called as its case describes, then it succeeds, and the document's example has the same fields", async () => {
  const findings = collectFindings();
  const recorded: Record<string, Examples[string]> = {};
  // One after the other, so that numbers and times come in the same order each time.
  for (const route of world.routes) {
    await findings.check(nameOf(route), async () => {
      const [name, example] = await record(route);
      recorded[name] = example;
    });
  }
  findings.report();
  expect(Object.keys(recorded)).toHaveLength(world.routes.length);
  const { EXAMPLES_FILE, readExamples } = examples;
  const stored = readExamples();
  const merged = mergedWith(stored, recorded);
  if (process.env.RECORD_EXAMPLES) writeFileSync(EXAMPLES_FILE, `${JSON.stringify(merged, null, 1)}\n`);
  else expect(stored).toEqual(merged);
});
