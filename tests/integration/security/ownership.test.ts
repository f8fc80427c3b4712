import type { Response } from "supertest";
import { isConsumer, isGuest, nameOf, parametersOf } from "../../support/router-table.js";
import {
  collectFindings,
  expectNothingDone,
  type SecurityWorld,
  startSecurityWorld,
} from "./security-world.js";
import {
  asUser,
  type Belongings,
  newSession,
  nobodysBelongings,
  type Shopper,
  shopFor,
  shopForEverything,
  shopUntil,
} from "./shoppers.js";

type Route = SecurityWorld["routes"][number];
type Headers = Record<string, string>;

/** Each test covers a whole table, which takes a while on a busy machine. */
jest.setTimeout(600_000);

let world: SecurityWorld;
/** Two victims with every kind of document, and two attackers with documents of their own. */
let customer: Shopper;
let guest: Shopper;
let otherCustomer: Shopper;
let otherGuest: Shopper;

beforeAll(async () => {
  world = await startSecurityWorld();
  [customer, guest, otherCustomer, otherGuest] = await Promise.all([
    shopForEverything(world, asUser("user-asha")),
    shopForEverything(world, newSession()),
    shopUntil(world, asUser("user-bharat"), "failed"),
    shopUntil(world, newSession(), "failed"),
  ]);
  await world.settle();
});
afterAll(() => world.stop());

const requestOf = (route: Route, own: Belongings): string => {
  const { params, body } = world.caseOf(route);
  return JSON.stringify([params?.(own), body?.(own)]);
};

/** Routes whose path or body names a document with an owner. */
const ownedRoutes = (): Route[] =>
  world.routes.filter(
    (route) => isConsumer(route) && requestOf(route, guest.has) !== requestOf(route, customer.has),
  );

interface Attack {
  route: Route;
  victim: Shopper;
  who: string;
  as: Headers;
}
const nameAttack = ({ route, who }: Attack) => `${nameOf(route)} · ${who}`;

/** Every caller who is not the owner, for every owned route. */
function attacks(): Attack[] {
  const strangers: [string, Headers][] = [
    ["another customer", otherCustomer.headers],
    ["another guest", otherGuest.headers],
    ["a customer without anything", asUser("user-chitra")],
    ["a guest without anything", newSession()],
  ];
  const cases: [string, Shopper, Headers][] = [
    ...strangers.map(([who, as]): [string, Shopper, Headers] => [`${who} → customer`, customer, as]),
    ...strangers.map(([who, as]): [string, Shopper, Headers] => [`${who} → guest`, guest, as]),
    ["a customer with the guest's session → guest", guest, { ...otherCustomer.headers, ...guest.headers }],
    ["the guest → customer", customer, guest.headers],
    ["the customer → guest", guest, customer.headers],
  ];
  return ownedRoutes().flatMap((route) => cases.map(([who, victim, as]) => ({ route, who, victim, as })));
}

/** What a response tells, apart from when and as which request. */
function toldBy({ status, text, headers }: Response): unknown[] {
  const { date: _date, "x-request-id": _requestId, ...others } = headers;
  return [status, text, others];
}

/** Guests are refused before the resource is looked up. */
const isMissingToken = ({ access }: Route, as: Headers): boolean =>
  access.rule.kind === "customer" && as.Authorization === undefined;

describe("The cases", () => {
  test("When a consumer's path has a parameter, then it names an owned document, or the case says why not", () => {
    const owned = ownedRoutes().map(nameOf);
    const others = world.routes.filter(
      (route) => isConsumer(route) && parametersOf(route).length > 0 && !owned.includes(nameOf(route)),
    );
    expect(others.filter((route) => !world.caseOf(route).ownerless).map(nameOf)).toEqual([]);
  });

  test("When a route declares an owner, then every route of consumers with that parameter declares the same", () => {
    const declared = new Map(world.routes.flatMap(({ owner }) => (owner ? [[owner.param, owner]] : [])));
    const findings = world.routes.filter(isConsumer).flatMap((route) =>
      parametersOf(route)
        .filter((name) => declared.has(name) && declared.get(name) !== route.owner)
        .map((name) => `${nameOf(route)} · ${name}`),
    );
    expect([...declared.keys()].toSorted()).toEqual(["invoiceNumber", "itemId", "orderNumber"]);
    expect(findings).toEqual([]);
  });
});

describe("Another caller's resource", () => {
  test("When it is read or changed, then the response is as if it did not exist", async () => {
    const findings = collectFindings();
    await expectNothingDone(world, findings, () =>
      findings.checkAll(attacks(), nameAttack, async ({ route, victim, as }) => {
        const own = victim.has;
        const status = isMissingToken(route, as) ? 401 : 404;
        const nowhere = await world.call(route, { as, own: nobodysBelongings() });
        world.expectEnvelope(nowhere, status);
        const answer = await world.call(route, { as, own });
        if (status === 404 && world.caseOf(route).foreignStatus === 403) {
          world.expectRefusal(answer, 403, "FORBIDDEN");
        } else expect(toldBy(answer)).toEqual(toldBy(nowhere));
      }),
    );
    findings.report();
  });

  test("When an anonymous caller asks, then it is 401 or 404, also for an order by its number", async () => {
    const findings = collectFindings();
    await expectNothingDone(world, findings, () =>
      findings.checkAll(ownedRoutes(), nameOf, async (route) => {
        const nowhere = await world.call(route, { own: nobodysBelongings() });
        const answer = await world.call(route, { own: customer.has });
        expect([401, 404]).toContain(answer.status);
        expect(toldBy(answer)).toEqual(toldBy(nowhere));
      }),
    );
    findings.report();
  });

  test("When an id belongs to another collection, then nothing is found, even for its owner", async () => {
    const findings = collectFindings();
    const { itemId, savedItemId, checkoutSessionId, paymentId } = guest.has;
    const turned = {
      ...guest.has,
      itemId: savedItemId,
      savedItemId: checkoutSessionId,
      checkoutSessionId: paymentId,
      paymentId: itemId,
      refundId: itemId,
      returnId: itemId,
    };
    const routes = ownedRoutes().filter(
      (route) => isGuest(route) && requestOf(route, turned) !== requestOf(route, guest.has),
    );
    await expectNothingDone(world, findings, () =>
      findings.checkAll(routes, nameOf, async (route) => {
        const nowhere = await world.call(route, { as: guest.headers, own: nobodysBelongings() });
        const answer = await world.call(route, { as: guest.headers, own: turned });
        expect([answer.status, answer.text]).toEqual([404, nowhere.text]);
      }),
    );
    findings.report();
  });

  test("When callers list their own documents, then nothing of others is included", async () => {
    const findings = collectFindings();
    // A query that names an order is not a list: another caller's order is not found.
    const namesOrder = (route: Route) => world.caseOf(route).query?.includes("orderNumber=") ?? false;
    const lists = world.routes.filter(
      (route) =>
        isGuest(route) && route.method === "get" && parametersOf(route).length === 0 && !namesOrder(route),
    );
    const readers: [string, Headers][] = [
      ["another customer", otherCustomer.headers],
      ["another customer with the guest's session", { ...otherCustomer.headers, ...guest.headers }],
      ["another guest", otherGuest.headers],
    ];
    const secrets = [customer, guest].flatMap(({ has, headers }) => [
      ...Object.values(has).filter((value) => typeof value === "string"),
      headers["X-Session-Id"] ?? "user-asha",
    ]);
    const cases = lists.flatMap((route) => readers.map(([who, as]) => ({ route, who, as })));
    await findings.checkAll(
      cases,
      ({ route, who }) => `${nameOf(route)} · ${who}`,
      async ({ route, as }) => {
        const answer = await world.call(route, { as });
        world.expectEnvelope(answer, 200);
        expect(secrets.filter((secret) => answer.text.includes(secret))).toEqual([]);
      },
    );
    findings.report();
  });

  test("When a guest's cart was merged, then the guest id is dead, and only the customer has the cart", async () => {
    const routeOf = (name: string): Route => {
      const route = world.routes.find((candidate) => nameOf(candidate) === name);
      if (!route) throw new Error(`no ${name}`);
      return route;
    };
    const session = newSession();
    const { has } = await shopUntil(world, session, "saved");
    const token = asUser("user-merged");
    const findings = collectFindings();
    world.expectEnvelope(
      await world.call(routeOf("POST /api/cart/merge"), { as: { ...token, ...session } }),
      200,
    );
    await world.settle();
    for (const as of [session, { ...asUser("user-thief"), ...session }]) {
      const cart = world.expectEnvelope(await world.call(routeOf("GET /api/cart"), { as }), 200);
      expect(cart.data).toMatchObject({ itemCount: 0 });
      await expectNothingDone(world, findings, async () => {
        const remove = await world.call(routeOf("DELETE /api/cart/items/:itemId"), { as, own: has });
        expect([403, 404]).toContain(remove.status);
        const saved = await world.call(routeOf("DELETE /api/cart/saved-items/:savedItemId"), {
          as,
          own: has,
        });
        world.expectEnvelope(saved, 404);
      });
    }
    findings.report();
    const theirs = world.expectEnvelope(await world.call(routeOf("GET /api/cart"), { as: token }), 200);
    expect(theirs.data).toMatchObject({ itemCount: 1 });
  });

  test("When a payment is verified with another's ids or signature, then nothing is settled", async () => {
    const findings = collectFindings();
    const verify = world.routes.find((route) => nameOf(route) === "POST /api/payments/verify");
    if (!verify) throw new Error("no route to verify payments");
    const own = otherGuest.has;
    const { gatewayOrderId, gatewayPaymentId, signature } = guest.has;
    const { has: ownOther } = await shopUntil(world, otherGuest.headers, "failed");
    const ofOwnOther = {
      gatewayPaymentId: ownOther.gatewayPaymentId,
      signature: ownOther.signature,
    };
    const mixes: Record<string, [Belongings, number, string]> = {
      "another's payment and signature": [{ ...own, gatewayPaymentId, signature }, 400, "SIGNATURE_INVALID"],
      "another's payment": [{ ...own, gatewayPaymentId }, 400, "SIGNATURE_INVALID"],
      "another's signature": [{ ...own, signature }, 400, "SIGNATURE_INVALID"],
      "the payment and signature of the caller's other checkout": [
        { ...own, ...ofOwnOther },
        400,
        "SIGNATURE_INVALID",
      ],
      "the caller's other checkout, with this one's payment": [
        { ...own, gatewayOrderId: ownOther.gatewayOrderId },
        400,
        "SIGNATURE_INVALID",
      ],
      "an invalid signature": [{ ...own, signature: "x" }, 400, "SIGNATURE_INVALID"],
      "a signature in upper case": [
        { ...own, signature: own.signature.toUpperCase() },
        400,
        "SIGNATURE_INVALID",
      ],
      "another's order": [{ ...own, gatewayOrderId }, 404, "PAYMENT_NOT_FOUND"],
      "order and payment exchanged": [
        { ...own, gatewayOrderId: own.gatewayPaymentId, gatewayPaymentId: own.gatewayOrderId },
        404,
        "PAYMENT_NOT_FOUND",
      ],
    };
    await expectNothingDone(world, findings, () =>
      findings.checkAll(
        Object.entries(mixes),
        ([what]) => what,
        async ([, [mixed, status, code]]) => {
          const answer = await world.call(verify, { as: otherGuest.headers, own: mixed });
          world.expectRefusal(answer, status, code);
        },
      ),
    );
    findings.report();
  });

  test("When an order names another's payment, then it is not found, and nothing is placed", async () => {
    const place = world.routes.find((route) => nameOf(route) === "POST /api/orders");
    if (!place) throw new Error("no route to place orders");
    const shopper = await shopUntil(world, newSession(), "chosen");
    const { checkoutSessionId } = shopper.has;
    const findings = collectFindings();
    await expectNothingDone(world, findings, async () => {
      const callWith = (paymentId: string) =>
        world.call(place, {
          as: shopper.headers,
          body: { checkoutSessionId, paymentId, termsAccepted: true },
        });
      const answer = await callWith(guest.has.paymentId);
      world.expectRefusal(answer, 404, "PAYMENT_NOT_FOUND");
      expect(answer.text).toBe((await callWith(nobodysBelongings().paymentId)).text);
    });
    findings.report();
  });
});

describe("The owner", () => {
  test("When the owner sends the same request, then it is accepted: the attacks fail only because of their sender", async () => {
    const findings = collectFindings();
    await findings.checkAll(ownedRoutes(), nameOf, async (route) => {
      const isRead = route.method === "get";
      const owner = isRead ? guest : await shopFor(world, route, world.caseOf(route).stage ?? "failed");
      const answer = await world.call(route, { as: owner.headers, own: owner.has });
      world.expectDeclared(answer);
      const { error } = answer.body;
      const accepted = isRead ? answer.status === 200 : ![401, 403, 404, 500].includes(answer.status);
      if (!accepted || error?.code === "VALIDATION_ERROR") throw new Error(`${answer.status} ${answer.text}`);
    });
    findings.report();
  });
});
