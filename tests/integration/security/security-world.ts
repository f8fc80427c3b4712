import { createHash, randomUUID } from "node:crypto";
import { Agent } from "node:http";
import type { Response, Test } from "supertest";
import type { RouteDescription } from "../../../middlewares/route.types.js";
import type { Envelope } from "../../../utils/http.js";
import { hasParentOf, type Path, toJsonText, withValue } from "../../support/bad-input.js";
import { nameOf, pathWith } from "../../support/router-table.js";
import { startWorld, type World } from "../../support/world.js";
import { ROUTE_CASES, type RouteCase } from "./route-cases.js";
import { asUser, type Belongings, nobodysBelongings, type Shopper } from "./shoppers.js";

/** One request to a route; what is left out is taken from the route's case. */
export interface Call {
  as?: Readonly<Record<string, string | string[]>>;
  /** Whose ids stand in path and body. */
  own?: Belongings;
  /** Instead of the case's; they stand in the path as they are. */
  params?: Record<string, string>;
  query?: string;
  body?: unknown;
  /** Instead of the case's, by field. */
  files?: Readonly<Record<string, Buffer>>;
  raw?: { text: string | Buffer; type?: string; headers?: Record<string, string> };
  /** Null: none, even where one is required. */
  key?: string | null;
}

export interface SecurityWorld extends World {
  /** Every route that is mounted. */
  mounted: readonly RouteDescription[];
  /** Those with a case; that all have one, `access.test.ts` sees to. */
  routes: readonly RouteDescription[];
  caseOf(route: RouteDescription): RouteCase;
  call(route: RouteDescription, call?: Call): Promise<Response>;
  /** The route's valid body with another value; where that shows nothing to put it into, its case's shape. */
  spoiltBody(route: RouteDescription, spoilt: { own: Belongings; path: Path; value: unknown }): object;
  /** Asserts envelope, status and code, that the route declares them, and that nothing leaks. */
  expectRefusal(answer: Response, status: number, code: string): Envelope;
  expectEnvelope(answer: Response, status: number): Envelope;
  /** The envelope or the file that the route declares for the answer's status. */
  expectDeclared(answer: Response): void;
  /** Of every collection, so that "nothing changed" can be said. */
  digest(): Promise<Record<string, string>>;
  /** How often any neighbour was called, not counting the look-ups of admin accounts. */
  upstreamCalls(): number;
}

/** Internals of the service, which no response may show. */
const INSIDES =
  /node_modules|\bat \S+ \(|\.[jt]s:\d+|\bE11000\b|\bMongo\w*(?:Error|Exception)|\bCastError|TypeError|RangeError|SyntaxError|AxiosError|ECONN|127\.0\.0\.1|\[object Object\]/;

export function assertNoInsides(text: string): void {
  const found = INSIDES.exec(text)?.[0];
  if (found !== undefined) throw new Error(`shows "${found}": ${text.slice(0, 300)}`);
}

/** Part of admitting an admin, like verifying the token; not an effect of the request. */
const ACCOUNT_LOOK_UP = "GET /api/admin/users/:adminId";

/** Bookkeeping of requests as such, not of what they did. */
const NOT_DIGESTED: readonly string[] = ["idempotencyRecords"];

async function digestOf(db: World["db"]): Promise<Record<string, string>> {
  const digest: Record<string, string> = {};
  const names = (await db.collections()).map(({ collectionName }) => collectionName);
  // One after the other: all at once would take the service's connections away.
  for (const name of names.filter((known) => !NOT_DIGESTED.includes(known)).sort()) {
    const documents = await db.collection(name).find().sort({ _id: 1 }).toArray();
    const hash = createHash("sha256").update(JSON.stringify(documents)).digest("base64");
    digest[name] = `${documents.length} ${hash}`;
  }
  return digest;
}

const JSON_TYPE = "application/json";
/** superagent serialises JSON itself unless a serializer keeps the text unchanged. */
const asIs = (text: unknown): string => text as string;

/** A key of its own where one is required. */
function keyFor({ idempotency }: RouteDescription, { key }: Call): string | null {
  if (key !== undefined) return key;
  return idempotency === "required" ? randomUUID() : null;
}

function sendForm(test: Test, files: Readonly<Record<string, Buffer>>, fields: object): Test {
  for (const [name, value] of Object.entries(fields)) test.field(name, String(value));
  for (const [name, bytes] of Object.entries(files)) test.attach(name, bytes, { filename: "file" });
  return test;
}

function sendBody(test: Test, { raw, body }: Call, usual: unknown): Test {
  if (raw) {
    test.set(raw.headers ?? {}).set("Content-Type", raw.type ?? JSON_TYPE);
    test.serialize(asIs).send(raw.text as string);
    return raw.type === undefined ? test.unset("Content-Type") : test;
  }
  const sent = body === undefined ? usual : body;
  if (sent === undefined) return test;
  return test.set("Content-Type", JSON_TYPE).serialize(asIs).send(toJsonText(sent));
}

export async function startSecurityWorld(variables: Record<string, string> = {}): Promise<SecurityWorld> {
  const world = await startWorld(variables);
  // These read the configuration: not before the world has set it.
  const [assertions, { routesOf }] = await Promise.all([
    import("../../support/http-assertions.js"),
    import("../../../config/express.config.js"),
  ]);
  const mounted = routesOf();
  const routes = mounted.filter((route) => nameOf(route) in ROUTE_CASES);
  const caseOf = (route: RouteDescription): RouteCase => {
    const found = ROUTE_CASES[nameOf(route)];
    if (!found) throw new Error(`${nameOf(route)} has no case in route-cases.ts`);
    return found;
  };
  // Thousands of requests: a connection for each would take longer than its answer.
  // Given up long before the service closes it after 65 s, perhaps just as the next request is sent.
  const connections = new Agent({ keepAlive: true, timeout: 20_000 });
  const call: SecurityWorld["call"] = (route, given = {}) => {
    const own = given.own ?? nobodysBelongings();
    const { params, body, files: usualFiles, query: usual } = caseOf(route);
    const files = given.files ?? usualFiles;
    const query = given.query ?? usual;
    const path = pathWith(route, { ...params?.(own), ...given.params });
    const test = world.http[route.method](query === undefined ? path : `${path}?${query}`);
    test.agent(connections);
    for (const [name, value] of Object.entries(given.as ?? {})) test.set(name, value as string);
    const key = keyFor(route, given);
    if (key !== null) test.set("Idempotency-Key", key);
    if (files && given.raw === undefined && given.body === undefined)
      return sendForm(test, files, body?.(own) ?? {}).then();
    return sendBody(test, given, body?.(own)).then();
  };

  const expectEnvelope: SecurityWorld["expectEnvelope"] = (answer, status) => {
    assertNoInsides(answer.text);
    return assertions.expectEnvelope(answer, status, mounted);
  };

  return {
    ...world,
    async stop() {
      connections.destroy();
      await world.stop();
    },
    mounted,
    routes,
    caseOf,
    call,
    spoiltBody(route, { own, path, value }) {
      const { body, shape } = caseOf(route);
      const valid = body?.(own) ?? {};
      return withValue(hasParentOf(valid, path) ? valid : (shape ?? valid), path, value);
    },
    expectEnvelope,
    expectDeclared(answer) {
      assertNoInsides(answer.text ?? "");
      assertions.expectDeclared(answer, mounted);
    },
    expectRefusal(answer, status, code) {
      const envelope = expectEnvelope(answer, status);
      if (envelope.error?.code !== code) throw new Error(`${envelope.error?.code} instead of ${code}`);
      if (envelope.data !== null) throw new Error(`a refusal with data: ${answer.text}`);
      return envelope;
    },
    digest: () => digestOf(world.db),
    upstreamCalls: () => {
      const { calls } = world.sandbox.control;
      return calls.count() - calls.count({ route: ACCOUNT_LOOK_UP });
    },
  };
}

/** Collects what went wrong over a whole table, one line each, and fails once. */
export interface Findings {
  /** Runs one case; what it throws becomes a line. */
  check(what: string, run: () => unknown): Promise<void>;
  /** Runs many cases, a few at a time; of a large table a sample, see `sampleOf`. */
  checkAll<T>(cases: readonly T[], name: (value: T) => string, run: (value: T) => unknown): Promise<void>;
  /** @throws Error with the lines, or when nothing was tried at all */
  report(): void;
}

const AT_ONCE = 4;
/** A table of every route by every kind of bad input has thousands of cases, most of which take the same way. */
const LARGE_TABLE = 800;
const SAMPLE_SHARE = 4;
const LINES_SHOWN = 40;
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g");

/**
 * The cases that `npm test` tries: a quarter of a large table, chosen by name, so that it is the same one each time and
 * favours no route. `npm run test:long` tries all.
 */
function sampleOf<T>(cases: readonly T[], name: (value: T) => string): T[] {
  if (process.env.LONG || cases.length < LARGE_TABLE) return [...cases];
  return cases.filter(
    (value) => createHash("sha256").update(name(value)).digest().readUInt8() % SAMPLE_SHARE === 0,
  );
}

export function collectFindings(): Findings {
  const lines: string[] = [];
  let tried = 0;
  const check: Findings["check"] = async (what, run) => {
    tried += 1;
    try {
      await run();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      lines.push(`${what} → ${message.replace(COLOURS, "").replace(/\s+/g, " ").slice(0, 400)}`);
    }
  };
  return {
    check,
    async checkAll(cases, name, run) {
      const queue = sampleOf(cases, name);
      const worker = async () => {
        for (let value = queue.shift(); value !== undefined; value = queue.shift()) {
          const current = value;
          await check(name(current), () => run(current));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    },
    report() {
      if (tried === 0) throw new Error("nothing was tried");
      if (lines.length === 0) return;
      const more = lines.length > LINES_SHOWN ? [`… and ${lines.length - LINES_SHOWN} more`] : [];
      throw new Error([`${lines.length} of ${tried}:`, ...lines.slice(0, LINES_SHOWN), ...more].join("\n"));
    },
  };
}

/** Runs attacks that must change nothing: neither the database nor anything at a neighbour's. */
export async function expectNothingDone(
  world: SecurityWorld,
  findings: Findings,
  attack: () => Promise<unknown>,
): Promise<void> {
  const [documents, calls] = [await world.digest(), world.upstreamCalls()];
  await attack();
  await findings.check("nothing is done", async () => {
    const now = await world.digest();
    const changed = Object.keys(now).filter((name) => now[name] !== documents[name]);
    const calledNow = world.upstreamCalls() - calls;
    if (changed.length === 0 && calledNow === 0) return;
    throw new Error(`changed: ${changed.join(", ") || "nothing"}; calls to neighbours: ${calledNow}`);
  });
}

/** A caller who may call the route; a customer where only customers may. */
export function callerFor(route: RouteDescription, guest: Shopper, adminToken: string): Shopper["headers"] {
  switch (route.access.rule.kind) {
    case "guest":
      return guest.headers;
    case "customer":
      return { ...guest.headers, ...asUser("user-asha") };
    case "admin":
      return { Authorization: `Bearer ${adminToken}` };
    default:
      return {};
  }
}
