import { useFailPoints } from "../../support/fail-points.js";
import { nameOf } from "../../support/router-table.js";
import { testDatabaseUri } from "../../support/test-database-uri.js";
import { findProvocation, TWICE } from "./provocations.js";
import { APP_NAME, type Provoke, recover, type Scene, setScene } from "./refusal-scene.js";
import { collectFindings, type SecurityWorld, startSecurityWorld } from "./security-world.js";

/**
 * Every code that any route declares is provoked on that very route, and changes nothing. A code that is declared and
 * has no provocation fails: it cannot happen, or its provocation is missing.
 */
useFailPoints();
/** Each test covers a whole table, which takes a while on a busy machine. */
jest.setTimeout(300_000);

type Route = SecurityWorld["routes"][number];

let world: SecurityWorld;
const scenes = new Map<Route, Scene>();

/** Declared, and not provoked here: `route · code`, with the reason. */
const NOT_PROVOKED: Readonly<Record<string, string>> = {};

const isAdminRoute = ({ path }: Route): boolean => path.startsWith("/api/admin/");

beforeAll(async () => {
  const uri = new URL(testDatabaseUri("orders"));
  uri.searchParams.set("appName", APP_NAME);
  world = await startSecurityWorld({ MONGODB_URI: uri.toString(), UPSTREAM_TIMEOUT_MS: "1200" });
  for (const route of ours()) scenes.set(route, await setSceneFor(route));
});
afterAll(() => world.stop());

const ours = (): Route[] => world.mounted.filter((route) => (route.refuses ?? []).length > 0);

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
  ours()
    .flatMap((route) => [...new Set(route.refuses)].map((code) => ({ route, code })))
    .filter((pair) => !(nameOfPair(pair) in NOT_PROVOKED));
const isLine = ({ code }: Pair): boolean => code === "REQUEST_IN_PROGRESS";
/** The write is made, or the provocation itself writes what another request would. */
const WRITTEN: readonly string[] = ["OUTCOME_UNKNOWN", "VERSION_CONFLICT"];
/** What a cart and its checkout hold. Stock that is no longer held is released by the outbox. */
const HELD: readonly string[] = ["carts", "cartItems", "checkoutSessions", "outboxMessages"];
/** These bring prices, stock and shipping up to date before they decide, so that the customer sees why. */
const REFRESHING =
  /^(POST \/api\/checkout\/start|GET \/api\/checkout\/resume\/:sessionId|PUT .*\/payment-method|POST \/api\/payments(\/cod|\/:paymentId\/retry)?|POST \/api\/orders)$/;
/** Other refusals that leave something behind: `route · code`, with what. */
const LEAVES: Readonly<Record<string, readonly string[]>> = {
  // Stock that was reserved for the change goes back.
  "PUT /api/cart/items/:itemId · UPSTREAM_BAD_RESPONSE": ["outboxMessages"],
  "PUT /api/cart/items/:itemId · UPSTREAM_TIMEOUT": ["outboxMessages"],
  // The payment was chosen in the same call, and withdrawn before the order was placed.
  "POST /api/payments/cod · PAYMENT_REQUIRED": ["payments"],
  // The cart has other contents now, so what was open for the old ones is superseded.
  "POST /api/payments/:paymentId/retry · CART_CHANGED": ["payments"],
  // What may have been taken for the order is returned.
  "POST /api/admin/orders/manual · OUT_OF_STOCK": ["outboxMessages"],
  // The parcel stays as refused, and the order's history and log with it.
  "POST /api/admin/orders/:orderId/fulfillments · SHIPMENT_REFUSED": [
    ...["shipments", "orders", "orderItems", "orderStatusHistories", "auditLogs", "outboxMessages"],
  ],
};

function mayChange(pair: Pair, collection: string): boolean {
  if (WRITTEN.includes(pair.code)) return true;
  if (HELD.includes(collection) && REFRESHING.test(nameOf(pair.route))) return true;
  return LEAVES[nameOfPair(pair)]?.includes(collection) ?? false;
}

async function provoke({ route, code }: Pair, how: Provoke | undefined, status?: number): Promise<void> {
  const scene = scenes.get(route);
  if (!scene || !how) throw new Error("there is no provocation for it");
  const { statusesOf } = await import("../../../utils/error-codes.js");
  try {
    const changes: string[] = [];
    const answer = await how(watched(scene, changes));
    const statuses = status ? [status] : statusesOf(answer.body.error?.code ?? code);
    if (!statuses.includes(answer.status)) throw new Error(`answered ${answer.status}: ${answer.text}`);
    world.expectRefusal(answer, answer.status, code);
    if (answer.status === 503 && !(Number(answer.headers["retry-after"]) > 0))
      throw new Error("no Retry-After");
    const wrong = changes.filter((collection) => !mayChange({ route, code }, collection));
    if (wrong.length > 0) throw new Error(`changed ${wrong.join(", ")}`);
  } finally {
    if (code.startsWith("UPSTREAM_")) await recover(world);
  }
}

/** What time and waiting change. */
const FLEETING = ["lease", "updatedAt", "expiresAt"];

async function contentOf(scene: Scene): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for (const [name, documents] of Object.entries(await scene.picture())) {
    for (const document of documents) for (const field of FLEETING) delete document[field];
    content[name] = JSON.stringify(documents);
  }
  for (const name of ["auditLogs", "outboxMessages"])
    content[name] = String(await world.db.collection(name).countDocuments());
  return content;
}

/** Notes which collections the last call has changed. */
const watched = (scene: Scene, changes: string[]): Scene => ({
  ...scene,
  async send(call) {
    const before = await contentOf(scene);
    const answer = await scene.send(call);
    const after = await contentOf(scene);
    changes.length = 0;
    changes.push(...Object.keys(after).filter((name) => after[name] !== before[name]));
    return answer;
  },
});

test("When a route declares a code, then it is known how to provoke it", () => {
  const unknown = pairs().filter(({ route, code }) => !findProvocation(route, code));
  expect(unknown.map(nameOfPair)).toEqual([]);
  const declared = ours().flatMap((route) =>
    (route.refuses ?? []).map((code) => nameOfPair({ route, code })),
  );
  expect(Object.keys(NOT_PROVOKED).filter((name) => !declared.includes(name))).toEqual([]);
  expect(pairs().length).toBeGreaterThan(200);
});

test("When a neighbour is in trouble, then the route says so and nothing has changed", async () => {
  const findings = collectFindings();
  for (const pair of pairs().filter(({ code }) => code.startsWith("UPSTREAM_"))) {
    await findings.check(nameOfPair(pair), async () => {
      await provoke(pair, findProvocation(pair.route, pair.code));
      await scenes.get(pair.route)?.restore();
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
