import type { AddressSnapshot, OrderDoc, OrderItemDoc } from "../../models/index.js";
import { timeCell } from "../../utils/csv.js";
import { stateByCode } from "../../utils/gst/states.js";
import { addPaise, toDecimalRupees } from "../../utils/money.js";

export type ExportedLine = Pick<OrderItemDoc, "sku" | "quantity" | "quantityCancelled">;

export interface ExportedOrder {
  order: OrderDoc;
  lines: readonly ExportedLine[];
}

type Column = readonly [name: string, cell: (exported: ExportedOrder) => string];

const ofOrder = (name: string, cell: (order: OrderDoc) => string): Column => [
  name,
  ({ order }) => cell(order),
];

const ofAddress = (
  prefix: string,
  field: "shippingAddress" | "billingAddress",
): readonly (readonly [string, (order: OrderDoc) => string])[] => {
  const cell = (name: string, part: keyof AddressSnapshot) =>
    [`${prefix} ${name}`, (order: OrderDoc) => order[field][part] ?? ""] as const;
  return [
    ...[cell("name", "name"), cell("phone", "phone"), cell("address 1", "line1"), cell("address 2", "line2")],
    ...[cell("landmark", "landmark"), cell("city", "city"), cell("state", "state")],
    cell("pincode", "pincode"),
  ];
};

const placeOf = ({ placeOfSupply }: OrderDoc): string =>
  placeOfSupply === null ? "" : `${placeOfSupply}-${stateByCode(placeOfSupply)?.name ?? ""}`;

/** The names of the columns and what stands in them. Amounts are rupees, times are UTC. */
export const COLUMNS: readonly Column[] = [
  ofOrder("Order number", ({ orderNumber }) => orderNumber),
  ofOrder("Placed at", ({ createdAt }) => createdAt.toISOString()),
  ofOrder("Status", ({ status }) => status),
  ofOrder("Payment status", ({ paymentStatus }) => paymentStatus),
  ofOrder("Fulfilment status", ({ fulfillmentStatus }) => fulfillmentStatus),
  ofOrder("Source", ({ source }) => source),
  ofOrder("Payment method", ({ paymentMethod }) => paymentMethod ?? ""),
  ofOrder("Customer id", ({ userId }) => userId ?? ""),
  ofOrder("Customer name", ({ customerName }) => customerName ?? ""),
  ofOrder("E-mail", ({ email }) => email),
  ofOrder("Phone", ({ phone }) => phone),
  ["Units", ({ lines }) => String(lines.reduce((sum, { quantity }) => sum + quantity, 0))],
  ["Units cancelled", ({ lines }) => String(lines.reduce((sum, line) => sum + line.quantityCancelled, 0))],
  ["Items", ({ lines }) => lines.map(({ sku, quantity }) => `${quantity} x ${sku}`).join(", ")],
  ofOrder("Currency", ({ currency }) => currency),
  ofOrder("Subtotal", ({ subtotal }) => toDecimalRupees(subtotal)),
  ofOrder("Discount", ({ discountTotal }) => toDecimalRupees(discountTotal)),
  ofOrder("Shipping", ({ shippingTotal }) => toDecimalRupees(shippingTotal)),
  ofOrder("Tax", ({ taxTotal }) => toDecimalRupees(taxTotal)),
  ofOrder("Round-off", ({ roundOff }) => toDecimalRupees(roundOff)),
  ofOrder("Total", ({ grandTotal }) => toDecimalRupees(grandTotal)),
  ofOrder("Credit and points", (order) =>
    toDecimalRupees(addPaise(order.storeCreditAmount, order.loyaltyDiscount)),
  ),
  ofOrder("Amount due", ({ amountDue }) => toDecimalRupees(amountDue)),
  ofOrder("Paid", ({ paidAmount }) => toDecimalRupees(paidAmount)),
  ofOrder("Refunded", ({ refundedAmount }) => toDecimalRupees(refundedAmount)),
  ofOrder("Cancelled", ({ cancelledAmount }) => toDecimalRupees(cancelledAmount)),
  ofOrder("Coupons", ({ appliedCoupons }) => appliedCoupons.map(({ code }) => code).join(", ")),
  ofOrder("Invoice number", ({ invoiceNumber }) => invoiceNumber ?? ""),
  ofOrder("GSTIN", ({ gstin }) => gstin ?? ""),
  ofOrder("Place of supply", placeOf),
  ofOrder("Shipping method", ({ shippingMethod }) => shippingMethod?.displayName ?? ""),
  ...ofAddress("Shipping", "shippingAddress").map(([name, cell]) => ofOrder(name, cell)),
  ...ofAddress("Billing", "billingAddress").map(([name, cell]) => ofOrder(name, cell)),
  ofOrder("Tags", ({ tags }) => tags.join(", ")),
  ofOrder("Customer notes", ({ customerNotes }) => customerNotes ?? ""),
  ofOrder("Gift message", ({ giftMessage }) => giftMessage ?? ""),
  ofOrder("Cancellation reason", ({ cancellationReason }) => cancellationReason ?? ""),
  ofOrder("Confirmed at", ({ confirmedAt }) => timeCell(confirmedAt)),
  ofOrder("Shipped at", ({ shippedAt }) => timeCell(shippedAt)),
  ofOrder("Delivered at", ({ deliveredAt }) => timeCell(deliveredAt)),
  ofOrder("Cancelled at", ({ cancelledAt }) => timeCell(cancelledAt)),
];

/** What the columns read, so that nothing else is transferred. */
export const EXPORTED_FIELDS = {
  ...{ orderNumber: 1, createdAt: 1, status: 1, paymentStatus: 1, fulfillmentStatus: 1, source: 1 },
  ...{ paymentMethod: 1, userId: 1, customerName: 1, email: 1, phone: 1, currency: 1 },
  ...{ subtotal: 1, discountTotal: 1, shippingTotal: 1, taxTotal: 1, roundOff: 1, grandTotal: 1 },
  ...{ storeCreditAmount: 1, loyaltyDiscount: 1, amountDue: 1, paidAmount: 1, refundedAmount: 1 },
  ...{ cancelledAmount: 1, "appliedCoupons.code": 1, invoiceNumber: 1, gstin: 1, placeOfSupply: 1 },
  ...{ "shippingMethod.displayName": 1, shippingAddress: 1, billingAddress: 1, tags: 1 },
  ...{ customerNotes: 1, giftMessage: 1, cancellationReason: 1 },
  ...{ confirmedAt: 1, shippedAt: 1, deliveredAt: 1, cancelledAt: 1 },
} as const;
