import { useFailPoints } from "../../support/fail-points.js";
import { nameOf } from "../../support/router-table.js";
import { testDatabaseUri } from "../../support/test-database-uri.js";
import { findProvocation, type Provoke, TWICE } from "./provocations.js";
import { APP_NAME, recover, type Scene, setScene } from "./refusal-scene.js";
import { collectFindings, type SecurityWorld, startSecurityWorld } from "./security-world.js";

/**
 * Every code that a route of cart, checkout, refunds and invoices declares is provoked on that very route, and changes nothing
 * of the shopper's. A code that is declared and has no provocation fails: it cannot happen, or its provocation is missing.
 */
useFailPoints();
/** Each test covers a whole table, which takes a while on a busy machine. */
jest.setTimeout(240_000);

type Route = SecurityWorld["routes"][number];

let world: SecurityWorld;
const scenes = new Map<Route, Scene>();

/**
 * The rows of *Cart*, *Checkout*, *Refunds* and *Invoices*, payments and orders for administrators, photos of
 * returns, and the settings they go by. Parcels and status changes are provoked in `tests/integration/orders/`.
 */
const isOurs = ({ path }: Route): boolean =>
  /^\/api\/(admin\/)?(carts?|checkouts?|invoices|refunds|settings)(\/|$)|^\/api\/admin\/(payments|orders)(?!.*\/(fulfillments|status)$)(\/|$)|\/(invoice|reorder|cancel|images)$/.test(
    path,
  );
const isAdminRoute = ({ path }: Route): boolean => path.startsWith("/api/admin/");

beforeAll(async () => {
  const uri = new URL(testDatabaseUri("orders"));
  uri.searchParams.set("appName", APP_NAME);
  world = await startSecurityWorld({ MONGODB_URI: uri.toString(), UPSTREAM_TIMEOUT_MS: "1200" });
  for (const route of ours()) scenes.set(route, await setSceneFor(route));
});
afterAll(() => world.stop());

const ours = (): Route[] => world.routes.filter((route) => isOurs(route) && (route.refuses ?? []).length > 0);

/** An admin has neither cart nor order, so a guest's are used. */
async function setSceneFor(route: Route): Promise<Scene> {
  const scene = await setScene(world, route);
  if (!isAdminRoute(route)) return scene;
  const headers = { Authorization: `Bearer ${world.sandbox.tokens.admin}` };
  return {
    ...scene,
    send: (change = {}) => world.call(route, { as: headers, own: scene.shopper.has, ...change }),
  };
}

interface Pair {
  route: Route;
  code: string;
}
const nameOfPair = ({ route, code }: Pair): string => `${nameOf(route)} · ${code}`;
const pairs = (): Pair[] =>
  ours().flatMap((route) => [...new Set(route.refuses)].map((code) => ({ route, code })));
const isLine = ({ code }: Pair): boolean => code === "REQUEST_IN_PROGRESS";
/** A checkout session that is resumed after its end has expired, however the resuming ends. */
const keepsTime = ({ path }: Route): boolean => !path.includes("/resume/");

async function provoke({ route, code }: Pair, how: Provoke | undefined, status?: number): Promise<void> {
  const scene = scenes.get(route);
  if (!scene || !how) throw new Error("there is no provocation for it");
  const { statusesOf } = await import("../../../utils/error-codes.js");
  try {
    const answer = await how(scene);
    const statuses = status ? [status] : statusesOf(answer.body.error?.code ?? code);
    if (!statuses.includes(answer.status)) throw new Error(`answered ${answer.status}: ${answer.text}`);
    world.expectRefusal(answer, answer.status, code);
    if (answer.status === 503 && !(Number(answer.headers["retry-after"]) > 0))
      throw new Error("no Retry-After");
  } finally {
    if (code.startsWith("UPSTREAM_")) await recover(world);
  }
}

/** Without the fields that time and waiting change. */
async function contentOf(scene: Scene): Promise<string> {
  const stored = await scene.picture();
  for (const documents of Object.values(stored))
    for (const document of documents)
      for (const field of ["lease", "updatedAt", "expiresAt"]) delete document[field];
  return JSON.stringify(stored);
}

test("When a route declares a code, then it is known how to provoke it", () => {
  const unknown = pairs().filter(({ route, code }) => !findProvocation(route, code));
  expect(unknown.map(nameOfPair)).toEqual([]);
  expect(pairs().length).toBeGreaterThan(200);
});

test("When a neighbour is in trouble, then the route says so and nothing has changed", async () => {
  const findings = collectFindings();
  for (const pair of pairs().filter(({ code }) => code.startsWith("UPSTREAM_"))) {
    await findings.check(nameOfPair(pair), async () => {
      const scene = scenes.get(pair.route);
      const before = scene && (await contentOf(scene));
      await provoke(pair, findProvocation(pair.route, pair.code));
      if (scene && keepsTime(pair.route) && (await contentOf(scene)) !== before)
        throw new Error("something has changed");
      await scene?.restore();
    });
  }
  findings.report();
});

test("When a declared refusal is provoked, then the route answers with it", async () => {
  const findings = collectFindings();
  const rest = pairs().filter((pair) => !pair.code.startsWith("UPSTREAM_") && !isLine(pair));
  for (const pair of rest) {
    await findings.check(nameOfPair(pair), () => provoke(pair, findProvocation(pair.route, pair.code)));
    await scenes.get(pair.route)?.restore();
  }
  for (const [name, code, status, how] of TWICE) {
    const route = ours().find((candidate) => nameOf(candidate) === name);
    if (!route) throw new Error(`no route ${name}`);
    await findings.check(`${name} · ${code} ${status}`, () => provoke({ route, code }, how, status));
    await scenes.get(route)?.restore();
  }
  findings.report();
});

test("When another request's change does not end, then it is REQUEST_IN_PROGRESS after ten seconds of waiting", async () => {
  const findings = collectFindings();
  const waiting = pairs().filter(isLine);
  // All at once, because each has to wait.
  await Promise.all(
    waiting.map((pair) =>
      findings.check(nameOfPair(pair), () => provoke(pair, findProvocation(pair.route, pair.code))),
    ),
  );
  findings.report();
});
