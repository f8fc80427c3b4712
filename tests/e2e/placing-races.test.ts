import { randomUUID } from "node:crypto";
import { Types } from "mongoose";
import { numberAt, textAt } from "../../scripts/support/json.js";
import { useInstances } from "../support/instances.js";
import { type Answer, type OpenCheckout, openCheckout, paidCheckout, place } from "../support/purchase.js";

/** Fifty requests place one paid session at once. */
const world = useInstances({ scheduler: true });
const PARALLEL = 50;
const IN_PROGRESS = ["REQUEST_IN_PROGRESS", "PLACEMENT_IN_PROGRESS"];

async function paid(): Promise<OpenCheckout> {
  const { sandbox, urls } = world();
  sandbox.control.razorpay.configure({ webhooks: { hold: true } });
  return paidCheckout(urls[0] ?? "", sandbox);
}

/** Sends all requests at once, alternating between the instances. */
function placeOften(checkout: OpenCheckout, keyOf: (index: number) => string): Promise<Answer[]> {
  const { urls } = world();
  return Promise.all(
    Array.from({ length: PARALLEL }, (_, index) =>
      place(checkout, { key: keyOf(index), url: urls[index % urls.length] }),
    ),
  );
}

async function expectOneOrder(checkout: OpenCheckout, answers: Answer[]): Promise<void> {
  const { db, sandbox } = world();
  const placed = answers.filter(({ status }) => status === 200 || status === 201);
  const others = answers.filter(({ status }) => status !== 200 && status !== 201);
  expect(others.filter(({ code }) => !IN_PROGRESS.includes(code ?? ""))).toEqual([]);
  expect(others.every(({ status }) => status === 409)).toBe(true);
  expect(new Set(placed.map(({ data }) => textAt(data, "id")))).toEqual(new Set([checkout.id]));
  expect(new Set(placed.map(({ data }) => textAt(data, "orderNumber"))).size).toBe(1);
  const created = placed.filter(
    ({ status, headers }) => status === 201 && headers.get("idempotency-replayed") === null,
  );
  expect(created).toHaveLength(1);
  const session = new Types.ObjectId(checkout.id);
  expect(await db.collection("orders").countDocuments({ checkoutSessionId: session })).toBe(1);
  const sold = await sandbox.control.inventory.ledger({ orderId: checkout.id, type: "converted" });
  expect(sold).toHaveLength(1);
  expect(sold[0]?.quantity).toBe(1);
}

test("When 50 requests with 50 keys place one paid session over two instances, then there is one order", async () => {
  const checkout = await paid();
  const answers = await placeOften(checkout, () => randomUUID());
  await expectOneOrder(checkout, answers);
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
});

test("When 50 requests with one key place one paid session over two instances, then there is one order", async () => {
  const checkout = await paid();
  const key = randomUUID();
  const answers = await placeOften(checkout, () => key);
  await expectOneOrder(checkout, answers);
  const again = await place(checkout, { key, url: world().urls[1] });
  expect(again.status).toBe(201);
  expect(again.headers.get("idempotency-replayed")).toBe("true");
  expect(textAt(again.data, "id")).toBe(checkout.id);
});

test("When another guest places the session, then the session is not found", async () => {
  const checkout = await paid();
  const { shopper } = await openCheckout(checkout.shopper.url);
  const stranger = { ...checkout, shopper };
  expect(await place(stranger)).toMatchObject({ status: 404, code: "CHECKOUT_NOT_FOUND" });
  const mine = await place(checkout);
  // 200 where the gateway's webhook has placed it meanwhile.
  expect([200, 201]).toContain(mine.status);
  expect(Math.round(numberAt(mine.data, "paidAmount") * 100)).toBe(checkout.amount);
});
