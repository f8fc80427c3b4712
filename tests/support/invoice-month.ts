import { Types } from "mongoose";
import {
  type InvoiceDoc,
  type OrderDoc,
  type OrderItemDoc,
  Refund,
  type RefundDoc,
} from "../../models/index.js";
import { buildCreditNote, toCreditable } from "../../services/aggregates/invoice/credit-note-document.js";
import {
  type DocumentNumber,
  type NumberlessDocument,
  seal,
} from "../../services/aggregates/invoice/document-parts.js";
import { buildSaleDocument, type IssueContext } from "../../services/aggregates/invoice/sale-document.js";
import { chargeHsnCode } from "../../services/calculations/charge-hsn.js";
import { leftOfInvoice } from "../../services/calculations/credit-amounts.js";
import { seriesOf } from "../../services/calculations/document-terms.js";
import { calculateTotals } from "../../services/calculations/totals-calculator.service.js";
import { formatNumber } from "../../services/platform/order-number.service.js";
import { calculateGstinCheckCharacter } from "../../utils/gst/gstin.js";
import { type StateCode, stateByCode } from "../../utils/gst/states.js";
import { paise, ZERO_PAISE } from "../../utils/money.js";
import { businessYear } from "../../utils/periods.js";
import { anAddress, anOrder, anOrderItem } from "./documents.js";

/** Invoices and credit notes as the service issues them: from the real calculators and builders. Amounts are paise. */

export interface SoldGoods {
  hsnCode: string | null;
  rateBps: number;
  unitPrice: number;
  quantity: number;
  isFreeGift: boolean;
}

/** What a credit note reverses: some units of each line, a part of what is left, or all of it. */
export interface CreditSpec {
  at: Date;
  of: "units" | "value" | "rest";
  /** The part of the units or of the value, in (0, 1]. */
  part: number;
}

export interface SaleSpec {
  at: Date;
  /** Where it is delivered; also the state of the buyer's GSTIN. */
  state: StateCode;
  gstin: string | null;
  isSez: boolean;
  goods: readonly SoldGoods[];
  discount: number;
  shipping: number;
  codFee: number;
  pricesIncludeTax: boolean;
  roundToRupee: boolean;
  chargeRatePolicy: "proportional" | "highest" | { fixedBps: number };
  credits: readonly CreditSpec[];
}

const withCheckCharacter = (body: string): string => body + calculateGstinCheckCharacter(body);

/** A valid GSTIN of a buyer in a state. */
export const gstinIn = (state: string, number = 1): string =>
  withCheckCharacter(`${state}AABCB${String(1000 + (number % 9000))}K1Z`);

/** The company of the tests, registered in this state. */
export const supplierIn = (state: string): string => withCheckCharacter(`${state}AABCV4321K1Z`);

const contextOf = (supplierState: StateCode, issuedAt: Date): IssueContext => ({
  issuedAt,
  supplier: {
    ...{ name: "Vastra Retail Private Limited", address: "14 Residency Road, Bengaluru 560025" },
    ...{ gstin: supplierIn(supplierState), stateCode: supplierState },
    ...{ upiVpa: "vastra@okbank", supportEmail: "help@example.in", supportPhone: null },
  },
  hsnDigits: 6,
  templateVersion: 1,
});

/** The order as placing it stores it. */
function placeOrder(sale: SaleSpec, supplierState: StateCode): { order: OrderDoc; items: OrderItemDoc[] } {
  const { state, isSez, goods, pricesIncludeTax, chargeRatePolicy } = sale;
  const totals = calculateTotals({
    lines: goods.map(({ unitPrice, quantity, rateBps, isFreeGift }, index) => ({
      ...{ id: String(index), unitPrice: paise(unitPrice), quantity, gstRateBps: rateBps, isFreeGift },
      lineDiscount: ZERO_PAISE,
    })),
    discounts: { coupons: [{ code: "C", amount: paise(sale.discount) }], automatic: [], tier: ZERO_PAISE },
    shipping: { rate: paise(sale.shipping), codFee: paise(sale.codFee), isFree: false },
    ...{ supplierState, placeOfSupply: state, isSezBuyer: isSez },
    ...{ pricesIncludeTax, chargeRatePolicy, roundToRupee: sale.roundToRupee },
    ...{ storeCredit: ZERO_PAISE, loyaltyDiscount: ZERO_PAISE },
  });
  const { name } = stateByCode(state);
  const address = { ...anAddress(), state: name };
  const order = anOrder({
    ...{ shippingAddress: address, billingAddress: address, placeOfSupply: state, isSezBuyer: isSez },
    ...{ gstin: sale.gstin, pricesIncludeTax, roundOff: totals.roundOff, grandTotal: totals.grandTotal },
  });
  const items = totals.lines.map(({ taxableValue, taxes, lineTax, lineTotal, orderDiscountShare }, index) => {
    const { hsnCode = null, rateBps = 0, unitPrice = 0, ...sold } = goods[index] ?? {};
    return anOrderItem({
      ...{ orderId: order._id, ...sold, hsnCode, gstRateBps: rateBps, unitPrice: paise(unitPrice) },
      ...{
        name: `Goods of ${hsnCode ?? "no code"}`,
        lineTotal,
        orderDiscountShare,
        taxableValue,
        taxes,
        lineTax,
      },
    });
  });
  const charged = items.map((item, index) => ({
    ...{ hsnCode: item.hsnCode, gstRateBps: item.gstRateBps },
    amount: paise(item.lineTotal - (totals.lines[index]?.orderDiscountShare ?? 0)),
  }));
  const hasFixedRate = typeof chargeRatePolicy === "object";
  order.charges = totals.charges.map(({ kind, rateBps, amount, taxableValue, taxes, tax }) => ({
    ...{ kind, description: kind === "cod" ? "Cash on delivery fee" : "Shipping" },
    hsnCode: chargeHsnCode(charged, { rateBps, hasFixedRate }),
    ...{ gstRateBps: rateBps, amount, taxableValue, taxes, taxTotal: tax },
  }));
  return { order, items };
}

/** Numbers without gaps, in the order of the dates. */
function numberer() {
  const last = new Map<string, number>();
  return ({ type, issuedAt }: NumberlessDocument): DocumentNumber => {
    const series = seriesOf(type, businessYear(issuedAt));
    const sequence = (last.get(series) ?? 0) + 1;
    last.set(series, sequence);
    return { series, sequence, invoiceNumber: formatNumber(series, sequence) };
  };
}

interface Issue {
  at: Date;
  issue(): InvoiceDoc | null;
}

/** Issues the invoices of the sales and their credit notes, in the order of their dates. */
export function issueDocuments(sales: readonly SaleSpec[], supplierState: StateCode = "29"): InvoiceDoc[] {
  const numberOf = numberer();
  const issues = sales.flatMap((sale): Issue[] => {
    const source = placeOrder(sale, supplierState);
    const issued: InvoiceDoc[] = [];
    const keep = (document: NumberlessDocument): InvoiceDoc => {
      const sealed = seal(document, numberOf(document));
      issued.push(sealed);
      return sealed;
    };
    const invoice = () =>
      keep(buildSaleDocument({ ...source, createdById: null }, contextOf(supplierState, sale.at)));
    const notes = sale.credits.map((credit, index): Issue => {
      const at = new Date(Math.max(credit.at.getTime(), sale.at.getTime()));
      return { at, issue: () => creditOf(source, credit, { issued, index, at, keep }) };
    });
    return [{ at: sale.at, issue: invoice }, ...notes];
  });
  // The sort is stable: an invoice comes before its own notes.
  const inOrder = issues.toSorted((one, other) => one.at.getTime() - other.at.getTime());
  return inOrder.map(({ issue }) => issue()).filter((document) => document !== null);
}

interface Crediting {
  /** The invoice, and its notes so far. */
  issued: readonly InvoiceDoc[];
  index: number;
  at: Date;
  keep(document: NumberlessDocument): InvoiceDoc;
}

/** Null when nothing is left to credit. */
function creditOf(
  { order, items }: { order: OrderDoc; items: readonly OrderItemDoc[] },
  { of, part }: CreditSpec,
  { issued: [invoice, ...earlierNotes], index, at, keep }: Crediting,
): InvoiceDoc | null {
  if (!invoice) throw new Error("the note comes before its invoice");
  const creditable = toCreditable(invoice, earlierNotes);
  const left = leftOfInvoice(creditable);
  if (left <= 0) return null;
  const amount = paise(Math.max(1, Math.floor(left * part)));
  const refund = of === "value" ? aRefund(order._id, amount) : null;
  const credited = items.flatMap(({ _id: orderItemId }) => {
    const line = creditable.lines.find(({ id }) => id === orderItemId.toHexString());
    const units = line ? Math.ceil((line.sold.units - line.credited.units) * part) : 0;
    const worth = line ? line.sold.total - line.credited.total : 0;
    return units > 0 && worth > 0 ? [{ orderItemId, quantity: units }] : [];
  });
  if (of === "units" && credited.length === 0) return null;
  const request = {
    ...{
      _id: `items:${order._id.toHexString()}-${index}`,
      orderId: order._id,
      refundId: refund?._id ?? null,
      unpaidId: null,
    },
    ...{ items: of === "units" ? credited : [], reason: "Returned", createdById: null },
  };
  const source = {
    ...{ request, orderStatus: "cancelled" as const, invoice, earlierNotes, refund },
    unpaid: null,
  };
  return keep(buildCreditNote(source, { issuedAt: at, templateVersion: 1 }));
}

const aRefund = (orderId: Types.ObjectId, amount: number): RefundDoc =>
  new Refund({
    ...{
      _id: new Types.ObjectId(),
      refundNumber: "REF-2026-000001",
      orderId,
      orderNumber: "ORD-2026-000001",
    },
    ...{ type: "partial", reason: "Returned", status: "completed", amount, destination: "original" },
    ...{ initiatedByType: "admin", items: [], shippingAmount: 0 },
  }).toObject<RefundDoc>();
