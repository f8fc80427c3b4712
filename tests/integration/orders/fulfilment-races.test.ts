import type { Response } from "supertest";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { jitter, roundsOf } from "../../support/races.js";
import { PLACES, refused } from "../checkout/shop-world.js";
import { type Sale, useFulfilment } from "./fulfilment-world.js";

/** What different people do with one order at once: one legal path, and every unit, rupee and piece of stock moves once. */
const { shop, sell, admin } = useFulfilment();
const control = () => shop().sandbox.control;
const TWO_A_THREE_B = {
  items: [
    [SEED.variants.hairOil, 2],
    [SEED.variants.tulsi, 3],
  ],
} as const;

const stored = async ({ buyer }: Sale) => {
  const order = await buyer.stored.order();
  if (!order) throw new Error("no such order");
  return order;
};
const cancel = async (sale: Sale) =>
  sale.buyer.post(`/api/orders/${(await stored(sale)).orderNumber}/cancel`, { reason: "ordered twice" });
const refund = (sale: Sale) =>
  shop().call("post", "/api/admin/refunds", {
    as: { token: shop().sandbox.tokens.admin },
    body: { orderId: sale.id, amount: 100, reason: "damaged", destination: "original" },
  });

const isDone = ({ status }: Response): boolean => status < 300;

/** Units of a line that went back to the inventory. */
async function returnedOf(sale: Sale, variantId: string): Promise<number> {
  const rows = await control().inventory.ledger({ type: "returned" });
  return rows
    .filter((row) => row.orderId === sale.id && row.variantId === variantId)
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

/** Each row of a status begins where the one before it ended. */
async function expectOneLegalPath({ buyer }: Sale): Promise<void> {
  const rows = await buyer.stored.history();
  for (const type of ["order", "payment", "fulfillment"]) {
    const moves = rows.filter(({ statusType }) => statusType === type);
    expect(moves.map(({ fromStatus }) => fromStatus)).toEqual([
      null,
      ...moves.slice(0, -1).map(({ toStatus }) => toStatus),
    ]);
  }
}

test.each(roundsOf(3))(
  "When an order is cancelled and shipped at once, by two people each, then one of them has it (round %i)",
  async (round) => {
    const later = jitter(round, 20);
    const sale = await sell(TWO_A_THREE_B, "upi");
    const acts = [() => cancel(sale), () => sale.ship(), () => cancel(sale), () => sale.ship()];
    const answers = await Promise.all(acts.map(later));
    await shop().settle();
    expect(answers.filter(isDone)).toHaveLength(1);
    const order = await stored(sale);
    const isCancelled = order.status === "cancelled";
    expect(order.status).toBe(isCancelled ? "cancelled" : "shipped");
    expect(control().shipping.shipments(sale.id)).toHaveLength(isCancelled ? 0 : 1);
    expect(await returnedOf(sale, SEED.variants.tulsi)).toBe(isCancelled ? 3 : 0);
    expect(order.refundedAmount).toBe(isCancelled ? sale.due : 0);
    await expectOneLegalPath(sale);
  },
);

test.each(roundsOf(3))(
  "When the rest is cancelled, shipped and refunded while a parcel arrives, then units, money and stock add up (round %i)",
  async (round) => {
    const later = jitter(round, 20);
    const sale = await sell(TWO_A_THREE_B, "upi");
    const { shipmentId } = await sale.parcel(2);
    const acts = [() => cancel(sale), () => sale.ship(), () => refund(sale), () => cancel(sale)];
    const [answers] = await Promise.all([
      Promise.all(acts.map(later)),
      later(() => control().shipping.advance(shipmentId, "delivered", { times: 2 })),
    ]);
    await shop().settle();
    for (const { status } of answers) expect([200, 201, 400, 409]).toContain(status);
    const [a, b] = [await sale.line(0), await sale.line(1)];
    expect(a).toMatchObject({ quantityDelivered: 2, quantityCancelled: 0 });
    expect([
      [3, 0],
      [0, 3],
    ]).toContainEqual([b.quantityCancelled, b.quantityAllocated]);
    expect(await returnedOf(sale, SEED.variants.hairOil)).toBe(0);
    expect(await returnedOf(sale, SEED.variants.tulsi)).toBe(b.quantityCancelled);
    const order = await stored(sale);
    expect(order.refundedAmount + order.refundReserved + order.refundRequested).toBeLessThanOrEqual(
      order.paidAmount,
    );
    expect(order.status).toBe(b.quantityCancelled === 3 ? "delivered" : "shipped");
    await expectOneLegalPath(sale);
  },
);

test.each(roundsOf(4))(
  "When the address is edited while a parcel is requested, then the parcel goes where the order says (round %i)",
  async (round) => {
    const later = jitter(round, 15);
    const sale = await sell(TWO_A_THREE_B);
    const { version } = await stored(sale);
    const shippingAddress = { ...PLACES.bengaluru, line1: "7 Lake Road" };
    const edit = () => admin("put", `/${sale.id}`, { version, shippingAddress });
    const [edited, shipped] = await Promise.all([later(edit), later(() => sale.ship())]);
    expect(shipped.status).toBe(200);
    const isEdited = edited.status === 200;
    if (!isEdited) refused(edited, 400, "ORDER_NOT_EDITABLE");
    const line1 = isEdited ? "7 Lake Road" : PLACES.bengaluru.line1;
    expect(await stored(sale)).toMatchObject({ shippingAddress: { line1 } });
    expect(await sale.shipments()).toMatchObject([{ address: { line1 } }]);
    expect(control().shipping.shipments(sale.id)).toMatchObject([{ address: { line1 } }]);
    // Also with the version that the admin read before the parcel.
    refused(await edit(), 400, "ORDER_NOT_EDITABLE");
  },
);
