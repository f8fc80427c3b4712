import type { Failure, Result } from "../../../utils/result.js";
import { closeStubs, json, refuse, type StubServer, startStub } from "./stub-server.js";
import { CALLS, importWrappers, SERVICES, type Wrappers } from "./upstream-calls.js";

/**
 * Only what the contract of a call lists is a definite refusal. Everything else is a fault between the
 * services: nothing may be undone because of it, and an operator has to know.
 */

/** By the wrapper's name: status, the neighbour's code, and the code callers test for. */
const LISTED: Readonly<Record<string, readonly [number, string, string]>> = {
  createReservation: [409, "INSUFFICIENT_STOCK", "INSUFFICIENT_STOCK"],
  updateReservation: [409, "INSUFFICIENT_STOCK", "INSUFFICIENT_STOCK"],
  convertReservationsToSale: [409, "INSUFFICIENT_STOCK", "INSUFFICIENT_STOCK"],
  recordCouponUsage: [409, "USAGE_LIMIT", "USAGE_LIMIT"],
  redeemLoyalty: [409, "INSUFFICIENT_POINTS", "INSUFFICIENT_POINTS"],
  deductStoreCredit: [409, "INSUFFICIENT_CREDIT", "INSUFFICIENT_CREDIT"],
};

/** Calls about one thing by its id, which may not exist. */
const NOT_FOUND: Readonly<Record<string, string>> = {
  updateReservation: "RESERVATION_NOT_FOUND",
  getProduct: "PRODUCT_NOT_FOUND",
  getVariantDetails: "PRODUCT_NOT_FOUND",
  getRelatedProducts: "PRODUCT_NOT_FOUND",
  getTracking: "SHIPMENT_NOT_FOUND",
  getUser: "USER_NOT_FOUND",
  getAddress: "ADDRESS_NOT_FOUND",
  getSeller: "SELLER_NOT_FOUND",
  getAdminUser: "ADMIN_NOT_FOUND",
};

let stub: StubServer;
let wrappers: Wrappers;
beforeAll(async () => {
  stub = await startStub();
  for (const service of SERVICES) process.env[`${service}_SERVICE_URL`] = stub.url;
  wrappers = await importWrappers();
});
afterAll(closeStubs);

const wrapperOf = (name: string): string => name.split(" ")[0] ?? name;
const calls = CALLS.map(({ name, call }) => ({ name, wrapper: wrapperOf(name), call }));
type CallRow = (typeof calls)[number];

function failureOf(result: Result<unknown>): Failure {
  if (result.success) throw new Error("a failure was expected");
  return result;
}

async function alarms(): Promise<number> {
  const { metrics } = await import("../../../config/metrics.config.js");
  const text = await metrics.getSingleMetricAsString("upstream_contract_faults_total");
  const values = text.split("\n").filter((line) => !line.startsWith("#"));
  return values.reduce((sum, line) => sum + Number(line.split(" ").at(-1) ?? 0), 0);
}

async function callWhen({ call }: CallRow, status: number, body: unknown) {
  stub.answer = (_request, response) => json(response, status, body);
  const before = await alarms();
  const failure = failureOf(await call(wrappers));
  return { failure, alarmed: (await alarms()) - before };
}

const envelope = (code: string) => ({ success: false, message: "no", data: null, error: { code } });

describe.each(calls)("$name", (row) => {
  const listed = LISTED[row.wrapper];
  const notFound = NOT_FOUND[row.wrapper];

  if (listed) {
    const [status, sent, code] = listed;
    test(`When it answers ${status} ${sent}, then it is a refusal, without an alarm`, async () => {
      const { failure, alarmed } = await callWhen(row, status, envelope(sent));
      expect(failure).toMatchObject({ outcome: "refused", code, statusCode: status });
      expect(alarmed).toBe(0);
    });
    test("When the code comes with another status, then it is a fault", async () => {
      const { failure, alarmed } = await callWhen(row, 403, envelope(sent));
      expect(failure.outcome).toBe("unavailable");
      expect(alarmed).toBe(1);
    });
  }

  test(`When it answers 404 in the envelope, then that is ${notFound ?? "a fault"}`, async () => {
    const { failure, alarmed } = await callWhen(row, 404, envelope("NOT_FOUND"));
    expect(failure).toMatchObject(notFound ? { outcome: "refused", code: notFound } : { outcome: "unknown" });
    expect(alarmed).toBe(notFound ? 0 : 1);
  });

  test.each([
    [400, envelope("VALIDATION_ERROR"), "unknown"],
    [401, envelope("UNAUTHENTICATED"), "unavailable"],
    [403, envelope("FORBIDDEN"), "unavailable"],
    [404, envelope("ROUTE_NOT_FOUND"), "unknown"],
    [404, "<html>nginx</html>", "unknown"],
    [409, envelope("SOMETHING_NEW"), "unknown"],
    [409, { success: false, message: "no" }, "unknown"],
    [422, envelope("IDEMPOTENCY_KEY_REUSED"), "unknown"],
  ])(
    "When it answers %i %j, then the outcome is not a refusal, and an alarm is raised",
    async (...answer) => {
      const [status, body, outcome] = answer;
      const { failure, alarmed } = await callWhen(row, status, body);
      expect(failure).toMatchObject({ outcome, statusCode: status });
      expect(alarmed).toBe(1);
    },
  );

  test("When it is throttled, then it is unavailable, without an alarm", async () => {
    const { failure, alarmed } = await callWhen(row, 429, envelope("RATE_LIMITED"));
    expect(failure).toMatchObject({ outcome: "unavailable", code: "HTTP_429" });
    expect(alarmed).toBe(0);
  });
});

test("When a conversion is refused because the order was voided, then that is listed too", async () => {
  stub.answer = (_request, response) => refuse(response, 409, "ORDER_VOIDED");
  const request = { cartId: null, orderId: "o1", items: [{ variantId: "v1", quantity: 1 }] };
  expect(await wrappers.inventory.convertReservationsToSale(request)).toMatchObject({
    outcome: "refused",
    code: "ORDER_VOIDED",
  });
});
