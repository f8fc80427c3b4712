import type { Response } from "supertest";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import {
  ASSIGNED_FIELDS,
  BAD_PATH_VALUES,
  BAD_QUANTITIES,
  BAD_SESSION_IDS,
  BROKEN_PATH_VALUES,
  badQueriesFor,
  fieldsOf,
  hasParentOf,
  objectsOf,
  rawBodies,
  UNSEEN,
  UNSEEN_TEXTS,
  wrongValuesFor,
} from "../../support/bad-input.js";
import { accessOf, isGuest, isSigned, nameOf, parametersOf, takesJson } from "../../support/router-table.js";
import {
  type Call,
  callerFor,
  collectFindings,
  expectNothingDone,
  type SecurityWorld,
  startSecurityWorld,
} from "./security-world.js";
import { newSession, type Shopper, shopForEverything, shopUntil } from "./shoppers.js";

type Route = SecurityWorld["routes"][number];

/** As `BODY_LIMITS` in the service; repeated here, because the API promises it. */
const LIMITS = { standard: 100_000, large: 2_000_000 };

/** Each test covers a whole table, which takes a while on a busy machine. */
jest.setTimeout(600_000);

let world: SecurityWorld;
let guest: Shopper;

beforeAll(async () => {
  world = await startSecurityWorld();
  guest = await shopForEverything(world, newSession());
});
afterAll(() => world.stop());

/** Calls the route as its owner, with the owner's ids. */
const callAsOwner = (route: Route, call: Call): Promise<Response> => {
  const as = { ...callerFor(route, guest, world.sandbox.tokens.admin), ...call.as };
  return world.call(route, { own: guest.has, ...call, as });
};

interface Detail {
  in: string;
  path: string;
}

const detailsOf = (details: unknown): Detail[] => details as Detail[];

function expectInvalid(answer: Response, place: string): Detail[] {
  const { error } = world.expectRefusal(answer, 400, "VALIDATION_ERROR");
  const details = detailsOf(error?.details);
  const wrong = details.find((detail) => detail.in !== place);
  if (details.length === 0 || wrong) throw new Error(`details: ${JSON.stringify(details)}`);
  return details;
}

const bodyOf = (route: Route): Record<string, unknown> => world.caseOf(route).body?.(guest.has) ?? {};

interface BodyCase {
  route: Route;
  path: readonly (string | number)[];
  value: unknown;
}

/** Its rows are judged one by one: a wrong one is refused in the answer, and affects no other. */
const isRow = ({ route, path }: BodyCase): boolean =>
  nameOf(route) === "POST /api/admin/orders/bulk-update" && path.length > 1;

function expectWrongRow({ body }: Response, field: string | number | undefined): void {
  const message = expect.stringContaining(typeof field === "string" ? `"${field}"` : "");
  const errors = [{ row: 1, code: "VALIDATION_ERROR", message }];
  expect(body.data).toMatchObject({ succeeded: 0, unchanged: 0, failed: 1, errors });
}

const nameBodyCase = ({ route, path, value }: BodyCase): string =>
  `${nameOf(route)} · ${path.join(".")} = ${JSON.stringify(value)}`;

describe("A body", () => {
  test("When a client sends a field that only the service may set, then every write refuses it", async () => {
    const findings = collectFindings();
    const cases: BodyCase[] = world.routes.filter(takesJson).flatMap((route) =>
      objectsOf(route.schemas.body).flatMap(({ path, keys }) =>
        Object.entries(ASSIGNED_FIELDS)
          .filter(([field]) => !keys.includes(field))
          .map(([field, value]) => ({ route, path: [...path, field], value })),
      ),
    );
    await expectNothingDone(world, findings, () =>
      findings.checkAll(cases, nameBodyCase, async ({ route, path, value }) => {
        const body = world.spoiltBody(route, { own: guest.has, path, value });
        const answer = await callAsOwner(route, { body });
        if (answer.status === 200 && isRow({ route, path, value }))
          return expectWrongRow(answer, path.at(-1));
        const details = expectInvalid(answer, "body");
        const faults = details.map((detail) => detail.path);
        expect(faults).toContain(path.join("."));
        // The only fault: so the body is otherwise one that the route takes.
        if (hasParentOf(bodyOf(route), path)) expect(faults).toHaveLength(1);
      }),
    );
    findings.report();
  });

  test("When a field holds an operator or another type, then it is refused by name", async () => {
    const findings = collectFindings();
    const cases: BodyCase[] = world.routes
      .filter(takesJson)
      .flatMap((route) =>
        fieldsOf(route.schemas.body).flatMap((field) =>
          wrongValuesFor(field).map((value) => ({ route, path: field.path, value })),
        ),
      );
    await expectNothingDone(world, findings, () =>
      findings.checkAll(cases, nameBodyCase, async ({ route, path, value }) => {
        const body = world.spoiltBody(route, { own: guest.has, path, value });
        const answer = await callAsOwner(route, { body });
        if (answer.status === 200 && isRow({ route, path, value }))
          return expectWrongRow(answer, path.at(-1));
        const details = expectInvalid(answer, "body");
        const last = String(path.findLast((key) => typeof key === "string"));
        const named = details.some((detail) => detail.path.split(".").includes(last));
        if (!named) throw new Error(`details: ${JSON.stringify(details)}`);
      }),
    );
    findings.report();
  });

  test("When a text has a control or zero-width character, then the handler never sees it", async () => {
    const findings = collectFindings();
    const cases: BodyCase[] = world.routes.filter(takesJson).flatMap((route) =>
      fieldsOf(route.schemas.body)
        .filter(({ type }) => type === "string")
        .flatMap(({ path }) => UNSEEN_TEXTS.map((value) => ({ route, path, value }))),
    );
    await findings.checkAll(cases, nameBodyCase, async ({ route, path, value }) => {
      const body = world.spoiltBody(route, { own: guest.has, path, value });
      const read = route.schemas.body?.validate(body, { convert: false });
      if (!read?.error) expect(JSON.stringify(read?.value)).not.toMatch(UNSEEN);
    });
    findings.report();
  });

  test("When it is not a JSON object of allowed size and depth, then it is 400, 413 or 415", async () => {
    const findings = collectFindings();
    const cases = world.routes.filter(takesJson).flatMap((route) =>
      rawBodies(bodyOf(route), LIMITS[route.bodyLimit ?? "standard"])
        // An empty form is a form; what is wrong with it is in the test of the route.
        .filter(({ what }) => !(route.schemas.files && what.startsWith("multipart/")))
        .map((raw) => ({ route, raw })),
    );
    await expectNothingDone(world, findings, () =>
      findings.checkAll(
        cases,
        ({ route, raw }) => `${nameOf(route)} · ${raw.what}`,
        async ({ route, raw }) => {
          world.expectRefusal(await callAsOwner(route, { raw }), raw.status, raw.code);
        },
      ),
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    findings.report();
  });

  test("When a large body has 100,000 keys or elements, then it is refused within seconds", async () => {
    const MANY = 100_000;
    const WITHIN_MS = 5_000;
    const keys = Object.fromEntries(Array.from({ length: MANY }, (_, index) => [`key${index}`, 1]));
    const elements = Array.from({ length: MANY }, () => 1);
    const findings = collectFindings();
    const cases: BodyCase[] = world.routes
      .filter(({ bodyLimit }) => bodyLimit === "large")
      .flatMap((route) => {
        const fields = fieldsOf(route.schemas.body);
        const ofType = (wanted: string) => fields.filter(({ type }) => type === wanted);
        return [
          { route, path: ["unknown"], value: elements },
          ...ofType("array").map(({ path }) => ({ route, path, value: elements })),
          ...[{ path: ["unknown"] }, ...ofType("object")].map(({ path }) => ({ route, path, value: keys })),
        ];
      })
      .filter((found) => !isRow(found));
    expect(cases.length).toBeGreaterThan(4);
    for (const { route, path, value } of cases) {
      await findings.check(`${nameOf(route)} · ${path.join(".")}`, async () => {
        const startedAt = performance.now();
        const body = world.spoiltBody(route, { own: guest.has, path, value });
        const answer = await callAsOwner(route, { body });
        expect(performance.now() - startedAt).toBeLessThan(WITHIN_MS);
        // 413 where each element becomes an object.
        if (answer.status === 413) world.expectRefusal(answer, 413, "PAYLOAD_TOO_LARGE");
        else expectInvalid(answer, "body");
        expect(answer.text.length).toBeLessThan(LIMITS.standard);
      });
    }
    findings.report();
  });

  test("When it is missing and a field is required, then it is refused", async () => {
    const findings = collectFindings();
    const needy = world.routes.filter((route) => takesJson(route) && route.schemas.body?.validate({}).error);
    await expectNothingDone(world, findings, () =>
      findings.checkAll(needy, nameOf, async (route) => {
        expectInvalid(await callAsOwner(route, { raw: { text: "" } }), "body");
      }),
    );
    findings.report();
  });
});

describe("A URL", () => {
  test("When a query is unknown, repeated, an operator or out of bounds, then it is refused", async () => {
    const findings = collectFindings();
    const cases = world.routes
      .filter((route) => !isSigned(route))
      .flatMap((route) => badQueriesFor(route.schemas.query).map((query) => ({ route, query })));
    await expectNothingDone(world, findings, () =>
      findings.checkAll(
        cases,
        ({ route, query }) => `${nameOf(route)} ?${query.slice(0, 40)}`,
        async ({ route, query }) => expectInvalid(await callAsOwner(route, { query }), "query"),
      ),
    );
    findings.report();
  });

  interface PathCase {
    route: Route;
    name: string;
    value: string;
  }
  const namePathCase = ({ route, name, value }: PathCase) =>
    `${nameOf(route)} · ${name} = ${value.slice(0, 40)}`;
  const pathCases = (): PathCase[] =>
    world.routes.flatMap((route) =>
      parametersOf(route).flatMap((name) =>
        [...BAD_PATH_VALUES, ...BROKEN_PATH_VALUES].map((value) => ({ route, name, value })),
      ),
    );
  /** Any text may stand there: the code of a coupon, the name of a job. */
  const isFree = ({ route, name, value }: PathCase): boolean => {
    if (BROKEN_PATH_VALUES.includes(value) || value.length > 1024) return false;
    const params = { ...world.caseOf(route).params?.(guest.has), [name]: decodeURIComponent(value) };
    return !route.schemas.params?.validate(params).error;
  };
  const callWith = ({ route, name, value }: PathCase) => callAsOwner(route, { params: { [name]: value } });

  test("When an id has the wrong format, then it is refused", async () => {
    const findings = collectFindings();
    const cases = pathCases().filter((pathCase) => !isFree(pathCase));
    await expectNothingDone(world, findings, () =>
      findings.checkAll(cases, namePathCase, async (pathCase) =>
        expectInvalid(await callWith(pathCase), "params"),
      ),
    );
    findings.report();
  });

  test("When any text may stand there, then it finds nothing, and changes nothing", async () => {
    const findings = collectFindings();
    const before = await world.digest();
    await findings.checkAll(pathCases().filter(isFree), namePathCase, async (pathCase) => {
      const answer = await callWith(pathCase);
      world.expectEnvelope(answer, answer.status === 200 ? 200 : 404);
    });
    // Removing a coupon that is not applied changes nothing, but calls the neighbours.
    await findings.check("nothing is changed", async () => expect(await world.digest()).toEqual(before));
    findings.report();
  });
});

describe("A session id", () => {
  test("When it has the wrong format, then every guest route answers 400", async () => {
    const findings = collectFindings();
    const cases = world.routes
      .filter((route) => isGuest(route) || accessOf(route) === "customer+session")
      .flatMap((route) => BAD_SESSION_IDS.map((sessionId) => ({ route, sessionId })));
    await expectNothingDone(world, findings, () =>
      findings.checkAll(
        cases,
        ({ route, sessionId }) => `${nameOf(route)} · ${sessionId.slice(0, 30)}`,
        async ({ route, sessionId }) =>
          expectInvalid(await callAsOwner(route, { as: { "X-Session-Id": sessionId } }), "headers"),
      ),
    );
    findings.report();
  });
});

describe("A quantity", () => {
  const isReservation = ({ route }: { route: string }) =>
    /^(?:POST|PUT|DELETE) \/api\/reservations/.test(route);
  const reservationCalls = () =>
    world.sandbox.control.calls.list({ service: "inventory" }).filter(isReservation).length;
  const routeOf = (name: string): Route => {
    const route = world.routes.find((candidate) => nameOf(candidate) === name);
    if (!route) throw new Error(`no ${name}`);
    return route;
  };

  test("When it is not a positive whole number, then it is refused and nothing is reserved", async () => {
    const findings = collectFindings();
    const cases: BodyCase[] = world.routes.filter(takesJson).flatMap((route) =>
      fieldsOf(route.schemas.body)
        .filter(({ path }) => path.at(-1) === "quantity")
        .flatMap(({ path }) => BAD_QUANTITIES.map((value) => ({ route, path, value }))),
    );
    await expectNothingDone(world, findings, () =>
      findings.checkAll(cases, nameBodyCase, async ({ route, path, value }) => {
        const body = world.spoiltBody(route, { own: guest.has, path, value });
        expectInvalid(await callAsOwner(route, { body }), "body");
      }),
    );
    findings.report();
  });

  test("When it is more than an order may have, then CART_LIMIT and nothing is reserved", async () => {
    const { headers: as } = await shopUntil(world, newSession(), "cart");
    const add = routeOf("POST /api/cart/items");
    const serum = { productId: SEED.products.serum, variantId: SEED.variants.serum };
    const added = await world.call(add, { as, body: { ...serum, quantity: 2 } });
    world.expectEnvelope(added, 200);
    const before = reservationCalls();
    const own = { ...guest.has, itemId: String(added.body.data.cartItem.id) };
    const answers = [
      await world.call(add, { as, body: { ...serum, quantity: 1 } }),
      await world.call(routeOf("PUT /api/cart/items/:itemId"), { as, own, body: { quantity: 3 } }),
    ];
    for (const answer of answers) world.expectRefusal(answer, 400, "CART_LIMIT");
    expect(reservationCalls()).toBe(before);
  });

  test("When a cart has 50 lines, then the 51st is refused and nothing is reserved", async () => {
    const as = newSession();
    const add = routeOf("POST /api/cart/items");
    const variants = world.sandbox.control.catalog
      .products()
      .filter(({ status }) => status === "active")
      .flatMap((product) => product.variants);
    let lines = 0;
    let last: Response | undefined;
    let before = 0;
    for (const { id, productId } of variants) {
      before = reservationCalls();
      last = await world.call(add, { as, body: { productId, variantId: id, quantity: 1 } });
      if (last.status === 200) lines += 1;
      if (last.body.error?.code === "CART_LIMIT") break;
    }
    expect(lines).toBe(50);
    if (last) world.expectRefusal(last, 400, "CART_LIMIT");
    expect(reservationCalls()).toBe(before);
  });
});
