import { Types } from "mongoose";
import {
  Counter,
  Invoice,
  type InvoiceDoc,
  InvoiceRequest,
  Order,
  type OrderDoc,
  OrderItem,
  type OrderItemDoc,
  Refund,
  type RefundDoc,
} from "../../../models/index.js";
import { requestSaleInvoice } from "../../../services/aggregates/invoice/request-document.js";
import { calculateTotals } from "../../../services/calculations/totals-calculator.service.js";
import { issueBatch } from "../../../services/flows/issue-invoices/issue-batch.js";
import { issueDueInvoices } from "../../../services/flows/issue-invoices/issue-invoices.flow.js";
import type { InvoiceType } from "../../../utils/constants.js";
import type { StateCode } from "../../../utils/gst/states.js";
import { paise } from "../../../utils/money.js";
import { anOrder, anOrderItem } from "../../support/documents.js";

/** Orders, refunds and their documents, stored without a purchase. */

export interface WantedOrder {
  /** Price in paise, units, rate in basis points. */
  lines?: readonly (readonly [unitPrice: number, quantity: number, rateBps: number])[];
  shipping?: number;
  placeOfSupply?: StateCode;
  roundToRupee?: boolean;
  /** Default: prices exclude tax. */
  pricesIncludeTax?: boolean;
  fields?: Partial<OrderDoc>;
  itemFields?: Partial<OrderItemDoc>;
}

export interface StoredOrder {
  order: OrderDoc;
  items: OrderItemDoc[];
}

let orders = 0;

/** An order with the amounts that placing it would have computed. */
export async function storeOrder(wanted: WantedOrder = {}): Promise<StoredOrder> {
  const { lines = [[10_000, 2, 1_800]], shipping = 4_900, placeOfSupply = "29" } = wanted;
  const totals = calculateTotals({
    lines: lines.map(([unitPrice, quantity, gstRateBps], index) => ({
      ...{ id: String(index), unitPrice: paise(unitPrice), quantity, gstRateBps },
      ...{ lineDiscount: paise(0), isFreeGift: false },
    })),
    discounts: { coupons: [], automatic: [], tier: paise(0) },
    shipping: shipping === 0 ? null : { rate: paise(shipping), codFee: paise(0), isFree: false },
    ...{ supplierState: "29", placeOfSupply, chargeRatePolicy: "proportional" },
    pricesIncludeTax: wanted.pricesIncludeTax ?? false,
    roundToRupee: wanted.roundToRupee ?? false,
    ...{ storeCredit: paise(0), loyaltyDiscount: paise(0) },
  });
  orders += 1;
  const { subtotal, discountTotal, shippingTotal, taxTotal, roundOff, grandTotal } = totals;
  const order = anOrder({
    orderNumber: `ORD-2026-${String(orders).padStart(6, "0")}`,
    ...{ subtotal, discountTotal, shippingTotal, taxTotal, roundOff, grandTotal },
    ...{ amountDue: grandTotal, paidAmount: grandTotal, placeOfSupply },
    pricesIncludeTax: totals.pricesIncludeTax,
    charges: totals.charges.map((charge) => ({
      ...{ kind: charge.kind, description: "Shipping", hsnCode: "30049011", gstRateBps: charge.rateBps },
      ...{ amount: charge.amount, taxableValue: charge.taxableValue, taxes: charge.taxes },
      taxTotal: charge.tax,
    })),
    ...wanted.fields,
  });
  const items = totals.lines.map((line, index) => {
    const [unitPrice = 0, quantity = 0, gstRateBps = 0] = lines[index] ?? [];
    const { lineTotal, orderDiscountShare, taxableValue, taxes, lineTax } = line;
    return anOrderItem({
      ...{ orderId: order._id, quantity, gstRateBps, unitPrice: paise(unitPrice), hsnCode: "30049011" },
      ...{ lineTotal, orderDiscountShare, taxableValue, taxes, lineTax },
      ...wanted.itemFields,
    });
  });
  await Order.insertMany([order], { lean: true });
  await OrderItem.insertMany(items, { lean: true });
  return { order, items };
}

/** Orders with a request for their invoice. */
export async function requestInvoices(count: number, wanted: WantedOrder = {}): Promise<StoredOrder[]> {
  const stored: StoredOrder[] = [];
  for (let index = 0; index < count; index += 1) {
    const one = await storeOrder(wanted);
    await requestSaleInvoice(one.order._id, null);
    stored.push(one);
  }
  return stored;
}

/** An order that is invoiced now. */
export async function invoiced(wanted: WantedOrder = {}): Promise<StoredOrder & { invoice: InvoiceDoc }> {
  const [stored] = await requestInvoices(1, wanted);
  await issueDueInvoices();
  const invoice = stored && (await Invoice.findOne({ orderId: stored.order._id }).lean<InvoiceDoc>());
  if (!stored || !invoice) throw new Error("not invoiced");
  return { ...stored, invoice };
}

/** Issues what was requested as if it were then. */
export async function issueAt(at: string, type: InvoiceType = "sale"): Promise<number> {
  const requests = await InvoiceRequest.find({ type }).lean();
  return issueBatch({ type, ids: requests.map(({ _id }) => _id), at: new Date(at) });
}

export async function storeRefund(order: OrderDoc, fields: Partial<RefundDoc>): Promise<RefundDoc> {
  const refund = await Refund.create({
    refundNumber: `REF-2026-${new Types.ObjectId().toHexString()}`,
    ...{ orderId: order._id, orderNumber: order.orderNumber, type: "partial", reason: "damaged" },
    ...{ status: "completed", initiatedByType: "admin", shippingAmount: paise(0) },
    ...fields,
  });
  return refund.toObject<RefundDoc>();
}

/** In their order. */
export const documentsOf = ({ order }: Pick<StoredOrder, "order">): Promise<InvoiceDoc[]> =>
  Invoice.find({ orderId: order._id }).sort({ type: -1, sequence: 1 }).lean<InvoiceDoc[]>().exec();

/** Each series is 1…n, in the order of its dates, and its counter is at n. */
export async function expectSoundSeries(expected: Record<string, number>): Promise<void> {
  const all = await Invoice.find({}).sort({ series: 1, sequence: 1 }).lean<InvoiceDoc[]>();
  const counts: Record<string, number> = {};
  for (const [index, document] of all.entries()) {
    const previous = all[index - 1];
    const isFirst = previous?.series !== document.series;
    counts[document.series] = document.sequence;
    expect(document.sequence).toBe(isFirst ? 1 : (previous?.sequence ?? 0) + 1);
    if (!isFirst)
      expect(document.issuedAt.getTime()).toBeGreaterThanOrEqual(previous?.issuedAt.getTime() ?? 0);
  }
  expect(counts).toEqual(expected);
  const counters = await Counter.find({}).lean();
  const ofDocuments = counters.filter(({ _id }) => /^(INV|CN)-/.test(_id));
  expect(Object.fromEntries(ofDocuments.map(({ _id, sequence }) => [_id, sequence]))).toEqual(expected);
}

/** What notes and invoice have in common, per line and head. */
export function sumOfTotals(documents: readonly InvoiceDoc[]) {
  const sum = (of: (document: InvoiceDoc) => number) => documents.reduce((total, one) => total + of(one), 0);
  const { cgst, sgst, utgst, igst, taxableValue, roundOff, grandTotal } = {
    ...{ cgst: sum(({ totals }) => totals.cgst), sgst: sum(({ totals }) => totals.sgst) },
    ...{ utgst: sum(({ totals }) => totals.utgst), igst: sum(({ totals }) => totals.igst) },
    ...{
      taxableValue: sum(({ totals }) => totals.taxableValue),
      roundOff: sum(({ totals }) => totals.roundOff),
    },
    grandTotal: sum(({ totals }) => totals.grandTotal),
  };
  return { cgst, sgst, utgst, igst, taxableValue, roundOff, grandTotal };
}
