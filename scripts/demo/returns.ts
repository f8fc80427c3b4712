import type { Answer, Client, Schemas } from "../../clients/typescript/index.js";
import { SEED } from "../sandbox/seed/index.js";
import { check, heading, narrate, narrateOutside, rupees, table } from "../support/print.js";
import { SAMPLE_ADDRESS, SAMPLE_CONTACT } from "../support/sample-customer.js";
import { buyByUpi, type Delivered, ship, staffOf } from "./delivered-order.js";
import { type Stage, waitFor } from "./scenes.js";

/** Goods that come back: one that is refunded, one that fails its inspection, and a parcel that was never delivered. */
export async function goodsComeBack(stage: Stage): Promise<void> {
  heading("11 · Goods come back");
  await staffOf(stage, "admin").show(
    (api) =>
      api.put("/api/admin/settings/{group}", {
        params: { path: { group: "returns" } },
        body: { values: { returnShippingFee: FEE } },
      }),
    () => `from now on, customers pay ${rupees(FEE)} for the way back, unless the shop is at fault`,
  );
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
  await approve(stage, asked);
  const params = paramsOf(asked);
  await step(stage, (api) => api.post("/api/admin/returns/{returnId}/schedule-pickup", { params, body: {} }));
  narrateOutside("the carrier fetches the parcel");
  await receive(stage, asked);
  await inspect(stage, asked, { quantityPassed: 1 });
  const refunded = await refund(stage, asked);
  const number = refunded.refund?.refundNumber ?? "";
  const owed = refunded.return.refundBreakdown?.total ?? 0;
  await waitFor("the gateway has returned the money", async () => sentOf(stage, number).length > 0);
  const paid = line.taxableValue + line.lineTax;
  check(
    Math.abs(owed - (paid / 3 - FEE)) < 0.01 && sentOf(stage, number)[0] === Math.round(owed * 100),
    `${rupees(owed)} went back: a third of the ${rupees(paid)} that was paid for three jars, less ${rupees(FEE)}`,
  );
  await waitFor("the jar is back in stock", async () => {
    return (await inventory.numbers(jars.variantId)).available === stockBefore + 1;
  });
  const refunds = razorpay.ledger().refunds.length;
  await refund(stage, asked);
  check(razorpay.ledger().refunds.length === refunds, "confirming it again refunds and restocks nothing");
}

async function failInspection(stage: Stage, bought: Delivered): Promise<void> {
  const refunds = stage.sandbox.control.razorpay.ledger().refunds.length;
  const line = lineOf(bought, serum.variantId);
  const asked = await ask(bought, line, "damaged");
  await approve(stage, asked);
  await receive(stage, asked);
  await inspect(stage, asked, { quantityPassed: 0, notes: "The seal is broken and half of it is gone" });
  const { status } = await bought.shop.show(
    (api) => api.get("/api/returns/{returnId}", { params: paramsOf(asked) }),
    (found) => `${found.status}: ${found.rejectionReason}`,
  );
  check(
    status === "rejected" && stage.sandbox.control.razorpay.ledger().refunds.length === refunds,
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
  const { orderNumber, totals } = bought.order;
  const { items } = await staffOf(stage, "viewer").show(
    (api) => api.get("/api/admin/returns", { params: { query: { orderNumber } } }),
    (list) => list.items.map(describe).join("; "),
  );
  const [found] = items;
  if (!found) throw new Error("the parcel has no return");
  const number = found.refundNumber ?? "";
  await waitFor("the gateway has returned the money", async () => sentOf(stage, number).length > 0);
  const total = totals.grandTotal;
  check(sentOf(stage, number)[0] === Math.round(total * 100), `all of ${rupees(total)} is refunded`);
  narrate("The goods take the same path as any return, without another refund:");
  await receive(stage, found);
  await inspect(stage, found, { quantityPassed: 1 });
  await refund(stage, found);
  await waitFor("the oil is back in stock", async () => {
    return (await inventory.numbers(hairOil.variantId)).available === stockBefore + 1;
  });
  return bought;
}

function lineOf({ order }: Delivered, variantId: string): Schemas["OrderItemView"] {
  const line = order.items.find((item) => item.variantId === variantId);
  if (!line) throw new Error(`the order has no ${variantId}`);
  return line;
}

type Return = Pick<Schemas["AdminReturn"], "id" | "status" | "items"> & {
  returnNumber?: string | null;
  refundBreakdown?: { total: number } | null;
};

const describe = ({ returnNumber, refundBreakdown, status }: Return): string => {
  const about = returnNumber ? `${returnNumber} ${status}` : status;
  if (!refundBreakdown) return about;
  return `${about}, ${rupees(refundBreakdown.total)} ${status === "completed" ? "refunded" : "to be refunded"}`;
};

type Why = "damaged" | "not_satisfied";

const ask = ({ shop, order }: Delivered, line: Schemas["OrderItemView"], reason: Why) =>
  shop.show(
    (api) =>
      api.post("/api/returns", {
        body: {
          ...{ orderNumber: order.orderNumber, reason },
          items: [{ orderItemId: line.id, quantity: 1, reason }],
        },
      }),
    describe,
  );

const paramsOf = ({ id }: Pick<Return, "id">) => ({ path: { returnId: id } });

/** `admin` may do all of it: a return takes support, warehouse and finance otherwise. */
const step = (stage: Stage, call: (api: Client) => Promise<Answer<Schemas["AdminReturn"]>>) =>
  staffOf(stage, "admin").show(call, describe);

const approve = (stage: Stage, asked: Return) =>
  step(stage, (api) =>
    api.post("/api/admin/returns/{returnId}/approve", { params: paramsOf(asked), body: {} }),
  );

const receive = (stage: Stage, asked: Return) =>
  step(stage, (api) => api.put("/api/admin/returns/{returnId}/received", { params: paramsOf(asked) }));

/** One unit came back. */
function inspect(stage: Stage, asked: Return, found: { quantityPassed: 0 | 1; notes?: string }) {
  const { quantityPassed, ...notes } = found;
  const items = asked.items.map(({ orderItemId }) => ({
    ...{ orderItemId, quantityReceived: 1, quantityPassed, quantityRestockable: quantityPassed },
  }));
  return step(stage, (api) =>
    api.post("/api/admin/returns/{returnId}/inspect", { params: paramsOf(asked), body: { items, ...notes } }),
  );
}

const refund = (stage: Stage, asked: Return) =>
  staffOf(stage, "admin").show(
    (api) => api.post("/api/admin/returns/{returnId}/refund", { params: paramsOf(asked), body: {} }),
    (refunded) => describe(refunded.return),
  );

/** In paise. */
const sentOf = ({ sandbox }: Stage, refundNumber: string): number[] =>
  sandbox.control.razorpay
    .ledger()
    .refunds.filter(({ receipt, status }) => receipt === refundNumber && status === "processed")
    .map(({ amount }) => amount);

/** What was paid, refunded and credited of each order, and what of its goods is still with the customer. */
async function showBalance(stage: Stage, sales: readonly Delivered[]): Promise<void> {
  const rows = [];
  for (const { order } of sales) rows.push(await balanceOf(stage, order.id));
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
  const { api } = staffOf(stage, "admin");
  const readOrder = async () =>
    (await api.get("/api/admin/orders/{orderId}", { params: { path: { orderId } } })).data;
  const { orderNumber } = await readOrder();
  const query = { type: "credit_note" as const, orderNumber };
  const readNotes = async () => (await api.get("/api/admin/invoices", { params: { query } })).data.items;
  await waitFor(`${orderNumber} has its credit note`, async () => (await readNotes()).length > 0);
  const order = await readOrder();
  const sum = (values: readonly number[]) =>
    Math.round(values.reduce((total, value) => total + value, 0) * 100) / 100;
  const moves = await stage.sandbox.control.inventory.ledger({ orderId });
  return {
    ...{ number: orderNumber, status: order.status, paid: order.paidAmount },
    refunded: order.refundedAmount,
    credited: sum((await readNotes()).map(({ totals }) => totals.grandTotal)),
    sold: sum(order.items.map(({ quantity }) => quantity)),
    restocked: sum(moves.filter(({ type }) => type === "returned").map(({ quantity }) => quantity)),
  };
}
