import { Types } from "mongoose";
import type { InvoiceSupplier, OrderDoc, OrderItemDoc } from "../../../models/index.js";
import {
  CHARGE_NAMES,
  INVOICE_STATUS,
  INVOICE_TYPE,
  ORDER_STATUS,
  type SupplyType,
} from "../../../utils/constants.js";
import { RuleError } from "../../../utils/errors.js";
import { addPaise, maxPaise, subtractPaise, ZERO_PAISE } from "../../../utils/money.js";
import { amountInWords } from "../../calculations/amount-in-words.js";
import { chargeHsnCode } from "../../calculations/charge-hsn.js";
import {
  decidePlaceOfSupply,
  financialYear,
  isBusinessBuyer,
  saleTable,
} from "../../calculations/document-terms.js";
import {
  buildInvoiceRows,
  type DocumentRow,
  documentTitle,
  type InvoicedCharge,
  type InvoicedLine,
  summariseTax,
  totalRows,
} from "../../calculations/invoice-rows.js";
import { decideTaxHead } from "../../calculations/tax.js";
import { addressText, getState, type NumberlessDocument } from "./document-parts.js";
import { saleOrigin } from "./invoice-reads.js";

export interface InvoicedOrder {
  order: OrderDoc;
  items: readonly OrderItemDoc[];
}

const notInvoiceable = (message: string) => new RuleError("ORDER_NOT_INVOICEABLE", message);

/**
 * Refuses an order that gets no invoice.
 * @throws RuleError ORDER_NOT_INVOICEABLE while it is pending, once it is cancelled, and when all its units are
 */
export function assertInvoiceable({ order, items }: InvoicedOrder): void {
  if (order.status === ORDER_STATUS.PENDING) throw notInvoiceable("The order is not confirmed yet");
  if (order.status === ORDER_STATUS.CANCELLED)
    throw notInvoiceable("The order was cancelled before it was invoiced");
  if (items.every(({ quantity, quantityCancelled }) => quantityCancelled >= quantity))
    throw notInvoiceable("All units of the order were cancelled before it was invoiced");
}

/** What is the same for all documents of a batch. */
export interface IssueContext {
  issuedAt: Date;
  supplier: InvoiceSupplier;
  hsnDigits: number;
  templateVersion: number;
}

/**
 * The sale invoice of an order, from what the order stored when it was placed. Units that were cancelled before do not
 * appear; the order's round-off stays.
 * @throws RuleError as `assertInvoiceable`; Error when a state is unknown
 */
export function buildSaleDocument(
  source: InvoicedOrder & { createdById: string | null },
  context: IssueContext,
): NumberlessDocument {
  assertInvoiceable(source);
  const { order, items } = source;
  const { issuedAt, supplier, hsnDigits, templateVersion } = context;
  const rows = buildInvoiceRows({
    lines: items.map(toInvoicedLine),
    charges: order.charges.map((charge) => toInvoicedCharge(charge, items)),
    pricesIncludeTax: order.pricesIncludeTax,
    hsnDigits,
  });
  const exact = totalRows(rows, ZERO_PAISE).grandTotal;
  // Where little is left after cancellations, a negative round-off must not exceed it.
  const totals = totalRows(rows, maxPaise(order.roundOff, subtractPaise(ZERO_PAISE, exact)));
  const place = placeOfSupplyOf(order);
  const supplyType = supplyTypeOf(order, rows, supplier);
  const { gstin, billingAddress, shippingAddress } = order;
  return {
    _id: new Types.ObjectId(),
    type: INVOICE_TYPE.SALE,
    status: INVOICE_STATUS.ISSUED,
    documentTitle: documentTitle(rows, isBusinessBuyer(gstin)),
    orderId: order._id,
    orderNumber: order.orderNumber,
    ...{
      originalInvoiceId: null,
      originalInvoiceNumber: null,
      refundId: null,
      refundNumber: null,
      reason: null,
    },
    issuedAt,
    financialYear: financialYear(issuedAt),
    origin: saleOrigin(order._id),
    placeOfSupply: { code: place.code, name: place.name },
    supplyType,
    returnTable: saleTable({ gstin, supplyType, grandTotal: totals.grandTotal }),
    hasGstEffect: true,
    supplier,
    buyer: {
      ...{ name: billingAddress.name, address: addressText(billingAddress) },
      ...{ gstin, isSez: order.isSezBuyer ?? false },
    },
    ...{ billingAddress, shippingAddress, gstin, pricesIncludeTax: order.pricesIncludeTax },
    lines: rows.map(({ orderItemId, ...row }) => ({
      ...row,
      orderItemId: orderItemId === null ? null : new Types.ObjectId(orderItemId),
    })),
    taxSummary: summariseTax(rows),
    totals,
    amountInWords: amountInWords(totals.grandTotal),
    templateVersion,
    createdById: source.createdById,
    createdAt: issuedAt,
  };
}

const toInvoicedLine = (item: OrderItemDoc): InvoicedLine => ({
  orderItemId: item._id.toHexString(),
  description: item.name,
  hsnCode: item.hsnCode,
  gstRateBps: item.gstRateBps,
  quantity: item.quantity,
  cancelledBefore: item.quantityCancelled,
  isFreeGift: item.isFreeGift,
  unitPrice: item.unitPrice,
  discount: addPaise(item.lineDiscount, item.orderDiscountShare),
  taxableValue: item.taxableValue,
  taxes: item.taxes,
});

/** Orders from before charges had a name and an HSN code get both now. */
function toInvoicedCharge(
  { kind, description, hsnCode, gstRateBps, amount, taxableValue, taxes }: OrderDoc["charges"][number],
  items: readonly OrderItemDoc[],
): InvoicedCharge {
  const goods = items.map((item) => ({
    ...{ hsnCode: item.hsnCode, gstRateBps: item.gstRateBps },
    amount: subtractPaise(item.lineTotal, item.orderDiscountShare),
  }));
  return {
    description: description || CHARGE_NAMES[kind],
    hsnCode: hsnCode ?? chargeHsnCode(goods, { rateBps: gstRateBps, hasFixedRate: false }),
    ...{ gstRateBps, amount, taxableValue, taxes },
  };
}

/** Orders from before it was stored: as checkouts decide it. */
function placeOfSupplyOf({ placeOfSupply, gstin, shippingAddress }: OrderDoc) {
  if (placeOfSupply) return getState(placeOfSupply);
  const deliveryState = getState(shippingAddress.state).code;
  return getState(decidePlaceOfSupply({ gstin, deliveredToOwnPremises: false, deliveryState }));
}

/** As it was taxed; only without any tax do the states decide. */
function supplyTypeOf(
  order: OrderDoc,
  rows: readonly DocumentRow[],
  { stateCode }: InvoiceSupplier,
): SupplyType {
  const { cgst, igst } = totalRows(rows, ZERO_PAISE);
  if (cgst > 0) return "intra_state";
  if (igst > 0) return "inter_state";
  const head = decideTaxHead({
    supplierState: getState(stateCode).code,
    placeOfSupply: placeOfSupplyOf(order).code,
    isSezBuyer: order.isSezBuyer,
  });
  return head === "igst" ? "inter_state" : "intra_state";
}
