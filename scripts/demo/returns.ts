import { SEED } from "../sandbox/seed/index.js";
import { at, listAt, numberAt, textAt } from "../support/json.js";
import { check, heading, narrate, narrateOutside, rupees, table } from "../support/print.js";
import { SAMPLE_ADDRESS, SAMPLE_CONTACT } from "../support/sample-customer.js";
import { buyByUpi, type Delivered, ship, staffOf } from "./delivered-order.js";
import { type Stage, waitFor } from "./scenes.js";

/** Goods that come back: one that is refunded, one that fails its inspection, and a parcel that was never delivered. */
export async function goodsComeBack(stage: Stage): Promise<void> {
  heading("11 · Goods come back");
  await staffOf(stage, "admin").call({
    method: "PUT",
    path: "/api/admin/settings/returns",
    body: { values: { returnShippingFee: FEE } },
    summarize: () =>
      `from now on, customers pay ${rupees(FEE)} for the way back, unless the shop is at fault`,
  });
  const kept = await eshaReturns(stage);
  const refused = await parcelComesBack(stage);
  await showBalance(stage, [kept, refused]);
}

const { products, variants, coupons } = SEED;
const jars = { productId: products.ashwagandha, variantId: variants.ashwagandha, quantity: 3 };
const serum = { productId: products.serum, variantId: variants.serum, quantity: 1 };
const hairOil = { productId: products.hairOil, variantId: variants.hairOil, quantity: 1 };
const FEE = 20;

async function eshaReturns(stage: Stage): Promise<Delivered> {
  narrate("Esha buys three jars and a serum with a coupon, and they are delivered:");
  const address = { ...SAMPLE_ADDRESS, name: "Esha Lama" };
  const token = stage.sandbox.tokens.esha;
  const bought = await buyByUpi(stage, {
    ...{ token, items: [jars, serum], coupon: coupons.WELCOME10, address },
  });
  await ship(stage, bought, "delivered");
  narrate("She does not like one of the jars, and sends it back:");
  await returnOneJar(stage, bought);
  narrate("The serum is said to be damaged. The warehouse finds it used:");
  await failInspection(stage, bought);
  return bought;
}

async function returnOneJar(stage: Stage, bought: Delivered): Promise<void> {
  const { inventory, razorpay } = stage.sandbox.control;
  const line = lineOf(bought, jars.variantId);
  const stockBefore = (await inventory.numbers(jars.variantId)).available;
  const asked = await ask(bought, line, "not_satisfied");
  await step(stage, asked, { name: "approve" });
  await step(stage, asked, { name: "schedule-pickup" });
  narrateOutside("the carrier fetches the parcel");
  await step(stage, asked, { name: "received", method: "PUT" });
  await step(stage, asked, { name: "inspect", body: { items: [inspected(asked, 1)] } });
  const { data } = await step(stage, asked, { name: "refund" });
  const number = textAt(data, "refund.refundNumber");
  const owed = numberAt(data, "return.refundBreakdown.total");
  await waitFor("the gateway has returned the money", async () => sentOf(stage, number).length > 0);
  const paid = numberAt(line, "taxableValue") + numberAt(line, "lineTax");
  check(
    Math.abs(owed - (paid / 3 - FEE)) < 0.01 && sentOf(stage, number)[0] === Math.round(owed * 100),
    `${rupees(owed)} went back: a third of the ${rupees(paid)} that was paid for three jars, less ${rupees(FEE)}`,
  );
  await waitFor("the jar is back in stock", async () => {
    return (await inventory.numbers(jars.variantId)).available === stockBefore + 1;
  });
  const refunds = razorpay.ledger().refunds.length;
  await step(stage, asked, { name: "refund" });
  check(razorpay.ledger().refunds.length === refunds, "confirming it again refunds and restocks nothing");
}

async function failInspection(stage: Stage, bought: Delivered): Promise<void> {
  const refunds = stage.sandbox.control.razorpay.ledger().refunds.length;
  const line = lineOf(bought, serum.variantId);
  const asked = await ask(bought, line, "damaged");
  await step(stage, asked, { name: "approve" });
  await step(stage, asked, { name: "received", method: "PUT" });
  const notes = "The seal is broken and half of it is gone";
  await step(stage, asked, { name: "inspect", body: { items: [inspected(asked, 0)], notes } });
  const { data } = await bought.shop.call({
    method: "GET",
    path: `/api/returns/${textAt(asked, "id")}`,
    summarize: (found) => `${textAt(found, "status")}: ${textAt(found, "rejectionReason")}`,
  });
  check(
    textAt(data, "status") === "rejected" &&
      stage.sandbox.control.razorpay.ledger().refunds.length === refunds,
    "nothing passed: the return is rejected, and no money moves",
  );
}

async function parcelComesBack(stage: Stage): Promise<Delivered> {
  const { inventory } = stage.sandbox.control;
  narrate("A guest has paid, and is never at home. The parcel comes back:");
  const bought = await buyByUpi(stage, {
    ...{ token: null, items: [hairOil], address: SAMPLE_ADDRESS, contact: SAMPLE_CONTACT },
  });
  const stockBefore = (await inventory.numbers(hairOil.variantId)).available;
  await ship(stage, bought, "returned_to_origin");
  const staff = staffOf(stage, "viewer");
  const path = `/api/admin/returns?orderNumber=${textAt(bought.order, "orderNumber")}`;
  const [found] = listAt((await staff.call({ method: "GET", path, summarize: describeList })).data, "items");
  const number = textAt(found, "refundNumber");
  await waitFor("the gateway has returned the money", async () => sentOf(stage, number).length > 0);
  const total = numberAt(bought.order, "totals.grandTotal");
  check(sentOf(stage, number)[0] === Math.round(total * 100), `all of ${rupees(total)} is refunded`);
  narrate("The goods take the same path as any return, without another refund:");
  await step(stage, found, { name: "received", method: "PUT" });
  await step(stage, found, { name: "inspect", body: { items: [inspected(found, 1)] } });
  await step(stage, found, { name: "refund" });
  await waitFor("the oil is back in stock", async () => {
    return (await inventory.numbers(hairOil.variantId)).available === stockBefore + 1;
  });
  return bought;
}

const lineOf = ({ order }: Delivered, variantId: string): unknown =>
  listAt(order, "items").find((item) => textAt(item, "variantId") === variantId);

const describe = (data: unknown): string => {
  const number = at(data, "returnNumber");
  const due = at(data, "refundBreakdown.total");
  const status = textAt(data, "status");
  const about = typeof number === "string" ? `${number} ${status}` : status;
  if (typeof due !== "number") return about;
  return `${about}, ${rupees(due)} ${status === "completed" ? "refunded" : "to be refunded"}`;
};
const describeList = (data: unknown): string => listAt(data, "items").map(describe).join("; ");

async function ask({ shop, order }: Delivered, line: unknown, reason: string): Promise<unknown> {
  const items = [{ orderItemId: textAt(line, "id"), quantity: 1, reason }];
  const body = { orderNumber: textAt(order, "orderNumber"), items, reason };
  return (await shop.call({ method: "POST", path: "/api/returns", body, summarize: describe })).data;
}

interface StaffStep {
  name: string;
  method?: "POST" | "PUT";
  body?: object;
}

/** `admin` may do all of it: a return takes support, warehouse and finance otherwise. */
function step(stage: Stage, asked: unknown, { name, method = "POST", body = {} }: StaffStep) {
  return staffOf(stage, "admin").call({
    method,
    path: `/api/admin/returns/${textAt(asked, "id")}/${name}`,
    ...(method === "PUT" ? {} : { body }),
    summarize: (data) => describe(at(data, "return") ?? data),
  });
}

const inspected = (asked: unknown, quantityPassed: number) => ({
  orderItemId: textAt(listAt(asked, "items")[0], "orderItemId"),
  ...{ quantityReceived: 1, quantityPassed, quantityRestockable: quantityPassed },
});

/** In paise. */
const sentOf = ({ sandbox }: Stage, refundNumber: string): number[] =>
  sandbox.control.razorpay
    .ledger()
    .refunds.filter(({ receipt, status }) => receipt === refundNumber && status === "processed")
    .map(({ amount }) => amount);

/** What was paid, refunded and credited of each order, and what of its goods is still with the customer. */
async function showBalance(stage: Stage, sales: readonly Delivered[]): Promise<void> {
  const rows = [];
  for (const { order } of sales) rows.push(await balanceOf(stage, textAt(order, "id")));
  table(
    ["order", "status", "paid", "refunded", "credited", "units sold", "back in stock"],
    rows.map(({ number, status, paid, refunded, credited, sold, restocked }) => [
      ...[number, status, rupees(paid), rupees(refunded), rupees(credited)],
      ...[sold, restocked],
    ]),
  );
  check(
    rows.every(({ refunded, credited, restocked }) => refunded === credited && restocked === 1),
    "each refund has its credit note of the same amount, and each accepted unit is in stock once",
  );
}

async function balanceOf(stage: Stage, orderId: string) {
  const staff = staffOf(stage, "admin");
  const read = async (path: string) => (await staff.call({ method: "GET", path, silent: true })).data;
  const notesPath = (number: string) => `/api/admin/invoices?type=credit_note&orderNumber=${number}`;
  let order = await read(`/api/admin/orders/${orderId}`);
  const number = textAt(order, "orderNumber");
  await waitFor(`${number} has its credit note`, async () => {
    return listAt(await read(notesPath(number)), "items").length > 0;
  });
  order = await read(`/api/admin/orders/${orderId}`);
  const sum = (rows: readonly unknown[], field: string) =>
    Math.round(rows.reduce<number>((total, row) => total + numberAt(row, field), 0) * 100) / 100;
  const moves = await stage.sandbox.control.inventory.ledger({ orderId });
  return {
    ...{ number, status: textAt(order, "status"), paid: numberAt(order, "paidAmount") },
    refunded: numberAt(order, "refundedAmount"),
    credited: sum(listAt(await read(notesPath(number)), "items"), "totals.grandTotal"),
    sold: sum(listAt(order, "items"), "quantity"),
    restocked: sum(
      moves.filter(({ type }) => type === "returned"),
      "quantity",
    ),
  };
}
