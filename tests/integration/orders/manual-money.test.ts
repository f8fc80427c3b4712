import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { refused, useShop } from "../checkout/shop-world.js";
import { manualOrder, staffOf } from "./manual-world.js";

const shop = useShop();
const staff = staffOf(shop);

const transfer = async () => {
  const order = await staff.entered(manualOrder({ paymentMethod: "bank_transfer" }));
  return {
    orderNumber: order.orderNumber as string,
    id: order.id as string,
    due: order.totals.amountDue as number,
    payment: order.payments[0].id as string,
  };
};
/** Two lines, of 700 and 300, and no shipping. */
async function sevenAndThree() {
  await shop().set("tax", { pricesIncludeTax: true });
  const items = [
    { productId: SEED.products.hairOil, variantId: SEED.variants.hairOil, quantity: 1, unitPrice: 700 },
    { productId: SEED.products.kajal, variantId: SEED.variants.kajal, quantity: 1, unitPrice: 300 },
  ];
  const order = await staff.entered(
    manualOrder({ items, couponCode: "FREESHIP", paymentMethod: "bank_transfer" }),
  );
  expect(order.totals.amountDue).toBe(1_000);
  return {
    orderNumber: order.orderNumber as string,
    id: order.id as string,
    payment: order.payments[0].id as string,
    async cancelLine(price: number) {
      const orderItemId = order.items.find(({ unitPrice }: { unitPrice: number }) => unitPrice === price).id;
      const cancel = { reason: "Not in the colour", items: [{ orderItemId, quantity: 1 }] };
      expect((await staff.post(`/api/admin/orders/${order.id}/cancel`, cancel)).body.error).toBeNull();
    },
  };
}
/** Why, and how much in paise; the oldest first. */
async function refundsOf(id: string): Promise<[reason: string, amount: number][]> {
  const refunds = await staff.find("refunds", { orderId: new Types.ObjectId(id) });
  return refunds
    .sort((one, other) => one.createdAt - other.createdAt)
    .map(({ systemReason, amount }) => [systemReason, amount]);
}
const mailsTo = (orderNumber: string) =>
  shop()
    .sandbox.control.engagement.notifications({ template: "order_confirmed" })
    .filter(({ data }) => data.orderNumber === orderNumber);
const invoiceRequests = (id: string) => staff.find("invoiceRequests", { orderId: new Types.ObjectId(id) });
const paise = (rupees: number) => Math.round(rupees * 100);

describe("A bank transfer for an order that waits for it", () => {
  test("When what is due arrives, then the order is confirmed, and its invoice and its mail follow once", async () => {
    const { orderNumber, id, due, payment } = await transfer();
    await shop().settle();
    expect(mailsTo(orderNumber)).toEqual([]);
    const recorded = await staff.receive(payment, due, "UTR 100001");
    expect(recorded.body.data).toMatchObject({ status: "captured", capturedAmount: due });
    expect((await staff.receive(payment, due, "UTR 100001")).status).toBe(200);
    expect(await staff.order(id)).toMatchObject({
      ...{ status: "confirmed", paymentStatus: "paid", paidAmount: paise(due) },
      confirmedAt: expect.any(Date),
    });
    const orderId = new Types.ObjectId(id);
    const moves = await staff.find("orderStatusHistories", { orderId, fromStatus: { $ne: null } });
    expect(moves.map(({ statusType, toStatus }) => [statusType, toStatus])).toEqual([
      ["payment", "paid"],
      ["order", "confirmed"],
    ]);
    await shop().settle();
    expect(mailsTo(orderNumber)).toHaveLength(1);
    expect(await invoiceRequests(id)).toHaveLength(1);
  });

  test("When less arrives, then the rest waits as a payment of its own, and pays for the order when it comes", async () => {
    const { id, due, payment } = await transfer();
    const first = await staff.receive(payment, 100, "UTR 200001");
    expect(first.body.data).toMatchObject({ status: "captured", amount: 100 });
    expect((await staff.receive(payment, 100, "UTR 200001")).status).toBe(200);
    expect(await staff.order(id)).toMatchObject({
      ...{ status: "pending", paymentStatus: "pending", paidAmount: 10_000 },
    });
    const rest = (await staff.find("payments", { orderId: new Types.ObjectId(id), status: "pending" }))[0];
    expect(rest?.amount).toBe(paise(due) - 10_000);
    const second = await staff.receive(String(rest?._id), (rest?.amount ?? 0) / 100, "UTR 200002");
    expect(second.status).toBe(200);
    expect(await staff.order(id)).toMatchObject({
      ...{ status: "confirmed", paymentStatus: "paid", paidAmount: paise(due) },
    });
  });

  test("When more arrives, then the surplus is owed to the customer, and nothing is credited for it", async () => {
    const { id, due, payment } = await transfer();
    const received = (paise(due) + 30_000) / 100;
    expect((await staff.receive(payment, received, "UTR 300001")).body.error).toBeNull();
    const orderId = new Types.ObjectId(id);
    expect(await staff.order(id)).toMatchObject({
      ...{ status: "confirmed", paymentStatus: "paid" },
      ...{ paidAmount: paise(due) + 30_000, refundReserved: 30_000 },
    });
    expect(await staff.find("refunds", { orderId })).toMatchObject([
      ...[{ amount: 30_000, systemReason: "surplus", status: "processing", destination: "bank_transfer" }],
    ]);
    await shop().settle();
    expect(await invoiceRequests(id)).toMatchObject([{ type: "sale" }]);
  });

  test("When more arrived and the order is cancelled, then its whole price goes back beside the surplus", async () => {
    const { id, due, payment } = await transfer();
    const received = (paise(due) + 30_000) / 100;
    expect((await staff.receive(payment, received, "UTR 310001")).body.error).toBeNull();
    const cancel = { reason: "Ordered twice" };
    expect((await staff.post(`/api/admin/orders/${id}/cancel`, cancel)).body.error).toBeNull();
    expect(await refundsOf(id)).toEqual([
      ["surplus", 30_000],
      ["cancelled", paise(due)],
    ]);
    expect(await staff.order(id)).toMatchObject({ refundReserved: paise(due) + 30_000 });
  });

  test("When a line is cancelled before the receipt of all and the rest after it, then all of it goes back", async () => {
    const { id, payment, cancelLine } = await sevenAndThree();
    await cancelLine(300);
    expect((await staff.receive(payment, 1_000, "UTR 320001")).body.error).toBeNull();
    await cancelLine(700);
    expect(await refundsOf(id)).toEqual([
      ["surplus", paise(300)],
      ["cancelled", paise(700)],
    ]);
  });

  test("When a part arrives and the rest is cancelled, then the order is paid and confirmed, once", async () => {
    const { id, orderNumber, payment, cancelLine } = await sevenAndThree();
    expect((await staff.receive(payment, 700, "UTR 330001")).body.error).toBeNull();
    expect(await staff.order(id)).toMatchObject({ status: "pending", paymentStatus: "pending" });
    await cancelLine(300);
    expect(await staff.order(id)).toMatchObject({
      ...{ status: "confirmed", paymentStatus: "paid", paidAmount: paise(700), cancelledAmount: paise(300) },
      confirmedAt: expect.any(Date),
    });
    const payments = await staff.find("payments", { orderId: new Types.ObjectId(id) });
    expect(payments.map(({ status }) => status).sort()).toEqual(["captured", "failed"]);
    expect(await refundsOf(id)).toEqual([]);
    await shop().settle();
    expect(mailsTo(orderNumber)).toHaveLength(1);
    expect(await invoiceRequests(id)).toHaveLength(1);
  });

  test.each([
    [700, 0],
    [1_000, 300],
  ])(
    "When a line of 300 of 1,000 is cancelled and %p arrive, then it is paid, and %p are owed to the customer",
    async (received, owed) => {
      const { id, payment, cancelLine } = await sevenAndThree();
      await cancelLine(300);
      expect((await staff.receive(payment, received, `UTR C${received}`)).body.error).toBeNull();
      const stored = await staff.order(id);
      expect(stored).toMatchObject({
        status: "confirmed",
        paymentStatus: "paid",
        paidAmount: paise(received),
      });
      expect(await refundsOf(id)).toEqual(owed ? [["surplus", paise(owed)]] : []);
      expect(stored?.paidAmount - stored?.refundReserved).toBe(stored?.grandTotal - stored?.cancelledAmount);
    },
  );

  test("When it is paid on delivery, then only exactly what is left to collect can be recorded", async () => {
    const order = await staff.entered(manualOrder());
    const { amount, id } = order.payments[0];
    refused(await staff.receive(id, amount + 1, "CASH 1"), 400, "AMOUNT_MISMATCH");
    expect((await staff.receive(id, amount, "CASH 2")).status).toBe(200);
  });
});

test("When an order that waits for an administrator is confirmed, then its invoice and its mail follow once", async () => {
  await shop().set("payments", { codAutoConfirm: false });
  const order = await staff.entered(manualOrder());
  expect(order.status).toBe("pending");
  await shop().settle();
  expect([mailsTo(order.orderNumber), await invoiceRequests(order.id)]).toEqual([[], []]);
  const confirm = { rows: [{ orderNumber: order.orderNumber, status: "confirmed" }] };
  const outcome = { succeeded: 1, unchanged: 0, failed: 0, errors: [] };
  expect((await staff.post("/api/admin/orders/bulk-update", confirm)).body.data).toEqual(outcome);
  const again = await staff.post("/api/admin/orders/bulk-update", confirm);
  expect(again.body.data).toMatchObject({ succeeded: 0, unchanged: 1 });
  await shop().settle();
  expect(mailsTo(order.orderNumber)).toHaveLength(1);
  expect(await invoiceRequests(order.id)).toHaveLength(1);
});
