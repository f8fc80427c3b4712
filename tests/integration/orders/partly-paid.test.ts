import type { Response } from "supertest";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { done, refused } from "../checkout/shop-world.js";
import { type Sale, useFulfilment } from "./fulfilment-world.js";

/** Orders of which a part is paid: what is cancelled or comes back is credited whole, and only what was paid is refunded. */
const { shop, sellWithCredit, sell, admin, issueDocuments } = useFulfilment();
const TWO_A_THREE_B = {
  items: [
    [SEED.variants.hairOil, 2],
    [SEED.variants.tulsi, 3],
  ],
} as const;

afterEach(() => shop().recover());

const stored = async (sale: Sale) => {
  const order = await sale.buyer.stored.order();
  if (!order) throw new Error("no such order");
  return order;
};
const priceOf = async (sale: Sale, index: number) => {
  const { taxableValue, lineTax } = await sale.line(index);
  return Number(taxableValue) + Number(lineTax);
};

/** Units and value that the credit notes take of each line, in the order of the lines, without charges. */
async function creditedOf(sale: Sale): Promise<[units: number, value: number][]> {
  const notes = (await issueDocuments(sale)).filter(({ type }) => type === "credit_note");
  const rows: Response["body"][] = notes.flatMap(({ lines }) => lines);
  return sale.lineIds.map((id) => {
    const own = rows.filter(({ orderItemId }) => String(orderItemId) === id);
    const sum = (field: string) => own.reduce((total, row) => total + row[field], 0);
    return [sum("quantity"), sum("total")];
  });
}

const unpaidParts = (order: Response["body"]): number =>
  [...order.cancellations, ...order.uncollectedParcels].reduce((sum, part) => sum + part.unpaid.amount, 0);

async function carry(parcel: { shipmentId: string }, end?: "returned_to_origin") {
  await shop().sandbox.control.shipping.complete(parcel.shipmentId, end);
  await shop().settle();
}

const request = (sale: Sale, wish: object) =>
  shop().call("post", "/api/admin/refunds", {
    as: { token: shop().sandbox.tokens.admin },
    body: { orderId: sale.id, reason: "damaged", destination: "bank_transfer", ...wish },
  });
const decide = (id: string, verb: string, body: object) =>
  shop().call("post", `/api/admin/refunds/${id}/${verb}`, {
    ...{ as: { token: shop().sandbox.tokens.finance }, body },
    headers: { "Idempotency-Key": `${verb}-${id}` },
  });

describe("partly paid with store credit, the rest on delivery", () => {
  const cancelTulsi = (sale: Sale, quantity: number) =>
    admin("post", `/${sale.id}/cancel`, {
      ...{ reason: "out of season", items: [{ orderItemId: sale.lineIds[1], quantity }] },
    });

  test("When less is to be collected than the cancelled units cost, then the notes credit them whole, and nothing else", async () => {
    const sale = await sellWithCredit(TWO_A_THREE_B, { due: 200 });
    await issueDocuments(sale);
    const price = await priceOf(sale, 1);
    done(await cancelTulsi(sale, 3));
    expect(await creditedOf(sale)).toEqual([
      [0, 0],
      [3, price],
    ]);
    const order = await stored(sale);
    expect(order).toMatchObject({ cancelledAmount: 20_000, refundedAmount: price - 20_000 });
    expect(await sale.buyer.stored.refunds()).toMatchObject([
      { source: "store_credit", amount: price - 20_000, status: "completed" },
    ]);
  });

  test("When units of the line are left, then their value is not credited", async () => {
    const sale = await sellWithCredit(TWO_A_THREE_B, { due: 100 });
    await issueDocuments(sale);
    const price = await priceOf(sale, 1);
    done(await cancelTulsi(sale, 1));
    const [, [units, value] = [0, 0]] = await creditedOf(sale);
    expect(units).toBe(1);
    expect(Math.abs(value - price / 3)).toBeLessThanOrEqual(1);
    done(await cancelTulsi(sale, 2));
    expect((await creditedOf(sale))[1]).toEqual([3, price]);
  });

  test("When nothing is left to collect, but cash on delivery waits for an administrator, then the order still waits", async () => {
    await shop().set("payments", { codAutoConfirm: false });
    const sale = await sellWithCredit(TWO_A_THREE_B, { due: 100 });
    done(await cancelTulsi(sale, 1));
    expect(await stored(sale)).toMatchObject({ status: "pending", paymentStatus: "paid" });
    done(await sale.setStatus("confirmed"));
  });

  test("When its parcels come back, then each is credited whole, and the order keeps what was not collected", async () => {
    const sale = await sellWithCredit(TWO_A_THREE_B, { due: 200 });
    await issueDocuments(sale);
    const [first, second] = [await sale.parcel(0, 3), await sale.parcel(2)];
    await carry(second, "returned_to_origin");
    expect(unpaidParts(await stored(sale))).toBe((await stored(sale)).cancelledAmount);
    expect(await creditedOf(sale)).toEqual([
      [2, await priceOf(sale, 0)],
      [0, 0],
    ]);
    await carry(first, "returned_to_origin");
    const order = await stored(sale);
    expect(unpaidParts(order)).toBe(order.cancelledAmount);
    expect(order).toMatchObject({ cancelledAmount: 20_000, refundedAmount: order.grandTotal - 20_000 });
    const documents = await issueDocuments(sale);
    const [invoiced = 0, ...credited] = documents.map(({ totals }) => totals.grandTotal);
    expect(credited.reduce((sum, amount) => sum + amount, 0)).toBe(invoiced);
  });

  /** The amounts of the credit notes, by what they are for. */
  async function notesOf(sale: Sale): Promise<Record<string, number>> {
    const documents = await issueDocuments(sale);
    const notes = documents.filter(({ type }) => type === "credit_note");
    return Object.fromEntries(notes.map(({ origin, totals }) => [origin, totals.grandTotal]));
  }

  test("When all is cancelled and the money kept, then what was unpaid is credited, and the rest when it is refunded", async () => {
    const sale = await sellWithCredit(TWO_A_THREE_B, { due: 500 });
    const [invoice] = await issueDocuments(sale);
    done(await admin("post", `/${sale.id}/cancel`, { reason: "out of season", refund: false }));
    const { cancellations, paidAmount } = await stored(sale);
    const unpaid = { [`unpaid:${cancellations[0]._id}`]: 50_000 };
    expect(await notesOf(sale)).toEqual(unpaid);
    const kept = { amount: paidAmount / 100, destination: "original" };
    const { id } = done(await request(sale, kept));
    done(await decide(id, "approve", {}));
    expect(await notesOf(sale)).toEqual({ ...unpaid, [`refund:${id}`]: paidAmount });
    expect(paidAmount + 50_000).toBe(invoice.totals.grandTotal);
  });

  test("When all comes back, then what was not collected and the refund are credited, and what is deducted is not", async () => {
    await shop().set("payments", { rtoDeduction: 5_000 as never });
    const sale = await sellWithCredit(TWO_A_THREE_B, { due: 500 });
    await issueDocuments(sale);
    const parcel = await sale.parcel(2, 3);
    await carry(parcel, "returned_to_origin");
    await shop().set("payments", { rtoDeduction: 0 as never });
    const [refund] = await sale.buyer.stored.refunds();
    const { paidAmount } = await stored(sale);
    expect(refund).toMatchObject({ status: "completed", amount: paidAmount - 5_000 });
    expect(await notesOf(sale)).toEqual({
      [`unpaid:${parcel.id}`]: 50_000,
      [`refund:${refund?._id}`]: paidAmount - 5_000,
    });
  });
});

describe("cash on delivery in two parcels, of which one has arrived", () => {
  const requestUnits = (sale: Sale, index: number, quantity: number) =>
    request(sale, { items: [{ orderItemId: sale.lineIds[index], quantity }] });
  const ACCOUNT = { accountHolder: "Asha Rao", accountNumber: "50100123456789", ifsc: "HDFC0000123" };

  async function transfer({ id }: { id: string }): Promise<void> {
    done(await decide(id, "bank-transfer", ACCOUNT));
    await shop().settle();
    done(await decide(id, "bank-transfer/confirm", { utr: `HDFCN52026112${id.slice(-8).toUpperCase()}` }));
  }

  test("When its goods are refunded, then only what was collected goes back, and the other parcel is still collected", async () => {
    const sale = await sell(TWO_A_THREE_B);
    const [first, second] = [await sale.parcel(0, 3), await sale.parcel(2)];
    await carry(first);
    const price = await priceOf(sale, 1);
    refused(await requestUnits(sale, 0, 2), 400, "REFUND_EXCEEDS_PAID");
    await transfer(done(await requestUnits(sale, 1, 3)));
    expect(await stored(sale)).toMatchObject({ paymentStatus: "pending", refundedAmount: price });
    await carry(second);
    expect(await stored(sale)).toMatchObject({ paymentStatus: "paid", paidAmount: sale.due });
  });

  test("When all that was collected is refunded and the other parcel comes back, then the order is refunded", async () => {
    const sale = await sell(TWO_A_THREE_B);
    const [first, second] = [await sale.parcel(0, 3), await sale.parcel(2)];
    await carry(first);
    const collected = Math.round(first.codAmount * 100);
    await transfer(done(await request(sale, { amount: first.codAmount })));
    expect(await stored(sale)).toMatchObject({ paymentStatus: "pending", refundedAmount: collected });
    await carry(second, "returned_to_origin");
    const order = await stored(sale);
    expect(order).toMatchObject({ paymentStatus: "refunded", paidAmount: collected });
    expect(order.paidAmount - (order.grandTotal - order.cancelledAmount)).toBe(0);
  });

  test("When the receipt of the rest is repeated, then it is recorded once", async () => {
    const sale = await sell(TWO_A_THREE_B);
    const [first] = [await sale.parcel(0, 3), await sale.parcel(2)];
    await carry(first);
    const { _id, amount } = await sale.payment();
    const rest = amount / 100 - first.codAmount;
    const record = (received: number) =>
      shop().call("post", `/api/admin/payments/${_id.toHexString()}/record-receipt`, {
        as: { token: shop().sandbox.tokens.admin },
        body: { amount: received, reference: `REMITTANCE ${sale.id}`, receivedAt: "2026-11-01" },
      });
    for (let time = 1; time <= 2; time += 1)
      expect(done(await record(rest))).toMatchObject({ status: "captured", capturedAmount: sale.due / 100 });
    refused(await record(sale.due / 100), 400, "INVALID_STATUS_TRANSITION");
    expect(await stored(sale)).toMatchObject({ paymentStatus: "paid", paidAmount: sale.due });
    expect((await sale.payment()).receipt).toMatchObject({ amount: Math.round(rest * 100) });
  });

  test("When the goods of a parcel that came back uncollected are asked for, then there is nothing to refund", async () => {
    const sale = await sell(TWO_A_THREE_B);
    const [first, second] = [await sale.parcel(2), await sale.parcel(0, 3)];
    await carry(first);
    await carry(second, "returned_to_origin");
    refused(await requestUnits(sale, 1, 1), 400, "REFUND_EXCEEDS_PAID");
    done(await requestUnits(sale, 0, 1));
  });
});
