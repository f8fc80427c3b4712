import { isDeepStrictEqual } from "node:util";
import type { Types } from "mongoose";
import { type AddressSnapshot, type OrderDoc, OrderItem, type OrderItemDoc } from "../../../models/index.js";
import { FULFILLMENT_STATUS, PAYMENT_METHOD, PAYMENT_STATUS } from "../../../utils/constants.js";
import type { AddressInput } from "../../../utils/contact-schemas.js";
import { ConflictError, RuleError } from "../../../utils/errors.js";
import type { AdminPrincipal } from "../../../utils/principal.js";
import { CANCELLABLE } from "../../../utils/state-machines.js";
import { getDelivery, toAddress } from "../../aggregates/checkout/delivery-address.js";
import { getOrder } from "../../aggregates/order/load-admin-order.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { type Retaxed, retaxAfterMove } from "./retax-after-move.js";
import { type Edit, type Edited, versionConflict, writeEdit } from "./write-edit.js";

export interface OrderEditRequest {
  orderId: Types.ObjectId;
  /** The version that the admin has read. */
  version: number;
  shippingAddress?: AddressInput;
  /** Null removes them. */
  customerNotes?: string | null;
  by: AdminPrincipal;
}

/**
 * Changes the shipping address and the customer's notes of an order of which nothing is shipped. The customer pays what
 * was agreed: prices, discounts, shipping and the total stay, only the tax follows the place of supply.
 * @throws NotFoundError ORDER_NOT_FOUND; ConflictError VERSION_CONFLICT with the `current` version; RuleError
 *   ORDER_NOT_EDITABLE (with the `reason`: `status`, `shipping` or `invoiced`), PINCODE_NOT_SERVICEABLE,
 *   COD_UNAVAILABLE; ValidationError for a state that is not the pincode's; the typed upstream errors
 */
export async function editOrder(request: OrderEditRequest): Promise<void> {
  const { orderId, version, by } = request;
  const { order, items } = await readEditable(orderId);
  if (order.version !== version) throw versionConflict(order.version);
  const { set, retaxed } = await decideChanges(request, order, items);
  if (Object.keys(set).length === 0) return;
  try {
    await inTransaction((tx) => writeEdit({ order, items, set, retaxed, by }, tx));
  } catch (error) {
    // A parcel with the old address was faster: to read the order and edit it again would not help.
    if (error instanceof ConflictError) await readEditable(orderId);
    throw error;
  }
}

/** @throws NotFoundError ORDER_NOT_FOUND; RuleError ORDER_NOT_EDITABLE */
async function readEditable(orderId: Types.ObjectId): Promise<{ order: OrderDoc; items: OrderItemDoc[] }> {
  const order = await getOrder(orderId);
  const items = await OrderItem.find({ orderId }).sort({ _id: 1 }).lean<OrderItemDoc[]>();
  assertEditable(order, items);
  return { order, items };
}

const notEditable = (message: string, details: object) =>
  new RuleError("ORDER_NOT_EDITABLE", message, details);

/** As for a cancellation: only before shipment. A parcel that is being ordered has the old address already. */
function assertEditable({ status, fulfillmentStatus }: OrderDoc, items: readonly OrderItemDoc[]): void {
  if (!CANCELLABLE.includes(status))
    throw notEditable(`The order is ${status}; it can no longer be changed`, { reason: "status", status });
  const isShipping =
    fulfillmentStatus !== FULFILLMENT_STATUS.UNFULFILLED ||
    items.some(({ quantityAllocated }) => quantityAllocated > 0);
  if (isShipping)
    throw notEditable("A part of the order is shipped or being shipped", { reason: "shipping", status });
}

async function decideChanges(
  { shippingAddress, customerNotes }: OrderEditRequest,
  order: OrderDoc,
  items: readonly OrderItemDoc[],
): Promise<Pick<Edit, "set" | "retaxed">> {
  const set: Edited = {};
  if (customerNotes !== undefined && customerNotes !== order.customerNotes) set.customerNotes = customerNotes;
  const address = shippingAddress && toAddress(shippingAddress, "shippingAddress");
  if (!address || isDeepStrictEqual(address, { ...order.shippingAddress })) return { set, retaxed: null };
  await assertDeliverable(address, order);
  const retaxed = await retaxAfterMove(order, items, address);
  if (retaxed) assertNotInvoiced(order, retaxed);
  return { set: { ...set, shippingAddress: address, ...taxChanges(order, retaxed) }, retaxed };
}

/** Where cash is still to be collected, the courier must do so at the new address too. */
async function assertDeliverable(address: AddressSnapshot, order: OrderDoc): Promise<void> {
  const { codAvailable } = await getDelivery(address);
  const isUnpaidCod =
    order.paymentMethod === PAYMENT_METHOD.COD && order.paymentStatus !== PAYMENT_STATUS.PAID;
  if (!isUnpaidCod || codAvailable) return;
  throw new RuleError("COD_UNAVAILABLE", "Cash on delivery is not available at this address", {
    reason: "pincode",
    pincode: address.pincode,
  });
}

/** An issued invoice never changes, and it states the place of supply. */
function assertNotInvoiced({ invoiceNumber, placeOfSupply }: OrderDoc, retaxed: Retaxed): void {
  if (invoiceNumber === null) return;
  throw notEditable(
    `The order is invoiced (${invoiceNumber}); to ship it to another state, cancel it and place a new order`,
    { reason: "invoiced", invoiceNumber, placeOfSupply: { from: placeOfSupply, to: retaxed.placeOfSupply } },
  );
}

function taxChanges(order: OrderDoc, retaxed: Retaxed | null): Edited {
  if (!retaxed) return {};
  const { placeOfSupply, amounts } = retaxed;
  if (!amounts) return { placeOfSupply };
  const charges = order.charges.map((charge, index) => {
    const taxed = amounts.charges[index];
    if (!taxed) return charge;
    return { ...charge, taxableValue: taxed.taxableValue, taxes: taxed.taxes, taxTotal: taxed.tax };
  });
  return { placeOfSupply, charges, taxTotal: amounts.taxTotal, roundOff: amounts.roundOff };
}
