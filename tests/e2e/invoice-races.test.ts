import { randomUUID } from "node:crypto";
import { Types } from "mongoose";
import { textAt } from "../../scripts/support/json.js";
import { eventually, useInstances } from "../support/instances.js";
import { ITEMS, type OpenCheckout, openCheckout, place } from "../support/purchase.js";

/** Two instances place orders at once, and both have a worker that issues the invoices. */
const world = useInstances({ scheduler: true });
const PARALLEL = 20;

async function checkouts(): Promise<OpenCheckout[]> {
  const open: OpenCheckout[] = [];
  for (let index = 0; index < PARALLEL; index += 1) {
    const url = world().urlOf(index);
    open.push(await openCheckout(url, { method: "cod", items: [ITEMS.hairOil] }));
  }
  return open;
}

test("When 20 orders are confirmed at once on two instances, then each has one invoice, 1 to 20, in the order of their dates", async () => {
  const { db } = world();
  const placed = await Promise.all((await checkouts()).map((checkout) => place(checkout)));
  expect(placed.map(({ status }) => status)).toEqual(Array(PARALLEL).fill(201));
  const numbers = placed.map(({ data }) => textAt(data, "orderNumber"));
  const invoices = await eventually("20 invoices", async () => {
    const found = await db.collection("invoices").find({}).sort({ sequence: 1 }).toArray();
    return found.length >= PARALLEL && found;
  });
  expect(invoices.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: PARALLEL }, (_, index) => index + 1),
  );
  expect(invoices.map(({ orderNumber }) => orderNumber).sort()).toEqual([...numbers].sort());
  const times = invoices.map(({ issuedAt }) => issuedAt.getTime());
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(await db.collection("invoiceRequests").countDocuments()).toBe(0);
});

test("When admins ask both instances for an invoice that is being issued, then all get the same one", async () => {
  const { db, sandbox, urls } = world();
  const orderId = textAt((await place(await openCheckout(world().urlOf(0), { method: "cod" }))).data, "id");
  const ask = (url: string) =>
    fetch(`${url}/api/admin/invoices`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Idempotency-Key": randomUUID(),
        Authorization: `Bearer ${sandbox.tokens.admin}`,
      },
      body: JSON.stringify({ orderId }),
    });
  const answers = await Promise.all([...urls, ...urls].map(ask));
  const shown = await Promise.all(answers.map((answer) => answer.json()));
  expect(answers.filter(({ status }) => status !== 200 && status !== 201)).toEqual([]);
  const order = await db.collection("orders").findOne({ _id: new Types.ObjectId(orderId) });
  const numbers = new Set(shown.map((body) => textAt(body, "data.invoiceNumber")));
  expect(numbers).toEqual(new Set([order?.invoiceNumber]));
  expect(await db.collection("invoices").countDocuments({ orderId: order?._id })).toBe(1);
});
