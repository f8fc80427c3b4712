import type { mongo } from "mongoose";
import { type Buyer, done } from "./shop-world.js";

type Stored = mongo.WithId<mongo.Document>;

interface Heads {
  cgst: number;
  sgst: number;
  utgst: number;
  igst: number;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
const headsOf = ({ cgst, sgst, utgst, igst }: Heads): number => cgst + sgst + utgst + igst;

/** The stored amounts of an order, in paise. */
export interface StoredOrder {
  order: Stored;
  lines: Stored[];
  charges: { kind: string; amount: number; gstRateBps: number; taxableValue: number; taxes: Heads }[];
  /** Of lines and charges. */
  heads: Heads;
}

const HEADS = ["cgst", "sgst", "utgst", "igst"] as const;

/**
 * Reads an order and checks what must hold for every order: the parts add up, the order equals what was frozen to the
 * paisa, and CGST/SGST and IGST are never mixed.
 */
export async function readOrder(buyer: Buyer): Promise<StoredOrder> {
  const [order, lines, session] = await Promise.all([
    buyer.stored.order(),
    buyer.stored.lines(),
    buyer.stored.session(),
  ]);
  if (!order || !session?.frozen) throw new Error("not ordered");
  const { charges } = order;
  expectFrozen(order, lines, session.frozen);
  expectSums(order, lines);
  const heads = { cgst: 0, sgst: 0, utgst: 0, igst: 0 };
  for (const { taxes } of [...lines, ...charges]) for (const head of HEADS) heads[head] += taxes[head];
  expect(heads.cgst).toBe(heads.sgst + heads.utgst);
  expect(heads.cgst > 0 && heads.igst > 0).toBe(false);
  return { order, lines, charges, heads };
}

/** The order is built only from what was frozen. */
function expectFrozen(order: Stored, lines: readonly Stored[], frozen: Stored): void {
  const { storeCredit, loyaltyDiscount, taxEstimated, ...totals } = frozen.totals;
  expect(order).toMatchObject({ ...totals, storeCreditAmount: storeCredit, loyaltyDiscount });
  expect(taxEstimated).toBe(false);
  expect(order.charges).toEqual(frozen.charges);
  expect(order.appliedCoupons).toEqual(frozen.coupons);
  expect(order.appliedDiscounts).toEqual(frozen.discounts);
  expect(lines).toHaveLength(frozen.lines.length);
  for (const line of frozen.lines) {
    const { cartItemId: _cartItemId, reservationId: _reservationId, ...sold } = line;
    expect(lines).toContainEqual(expect.objectContaining(sold));
  }
}

function expectSums(order: Stored, lines: readonly Stored[]): void {
  const { charges } = order;
  for (const line of lines) {
    expect(line.lineTotal).toBe(line.isFreeGift ? 0 : line.unitPrice * line.quantity - line.lineDiscount);
    expect(line.lineTax).toBe(headsOf(line.taxes));
    const paid = line.lineTotal - line.orderDiscountShare;
    expect(line.taxableValue).toBe(order.pricesIncludeTax ? paid - line.lineTax : paid);
  }
  expect(sum(lines.map((line) => line.lineTotal))).toBe(order.subtotal);
  expect(sum(lines.map((line) => line.orderDiscountShare))).toBe(order.discountTotal);
  const given = [...order.appliedCoupons, ...order.appliedDiscounts];
  expect(sum(given.map(({ discountAmount }: { discountAmount: number }) => discountAmount))).toBe(
    order.discountTotal,
  );
  expect(sum(charges.map(({ amount }: { amount: number }) => amount))).toBe(order.shippingTotal);
  const taxes = [...lines, ...charges].map((part) => headsOf(part.taxes));
  expect(sum(taxes)).toBe(order.taxTotal);
  const added = order.pricesIncludeTax ? 0 : order.taxTotal;
  expect(order.grandTotal).toBe(
    order.subtotal - order.discountTotal + order.shippingTotal + added + order.roundOff,
  );
  expect(order.amountDue).toBe(order.grandTotal - order.storeCreditAmount - order.loyaltyDiscount);
}

/** The responses show the stored amounts, in rupees. */
export async function expectSameInAnswers(buyer: Buyer, { order }: StoredOrder): Promise<void> {
  const view = done(await buyer.get(`/api/orders/${order.orderNumber}`));
  for (const name of ["subtotal", "discountTotal", "shippingTotal", "taxTotal", "grandTotal", "amountDue"]) {
    expect([name, view.totals[name]]).toEqual([name, order[name] / 100]);
  }
}
