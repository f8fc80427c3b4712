import Joi from "joi";
import type { OrderItemDoc, ShipmentDoc } from "../../models/index.js";
import { LINE_FULFILLMENT_STATUSES, SHIPMENT_STATUS, SHIPMENT_STATUSES } from "../constants.js";
import { toRupees } from "../money.js";
import { moment, momentOrNull, rupees } from "../view-schemas.js";
import { count, id, productFields, text, textOrNull } from "./parts.view.js";
import { viewOf } from "./view-of.js";

const BASIS_POINTS_PER_PERCENT = 100;

/** Units that are neither cancelled nor in a parcel. */
export const freeUnitsOf = (item: OrderItemDoc): number =>
  item.quantity - item.quantityCancelled - item.quantityAllocated;

export const toOrderItemView = (item: OrderItemDoc) => ({
  id: item._id.toHexString(),
  productId: item.productId,
  variantId: item.variantId,
  bundleId: item.bundleId ?? undefined,
  sku: item.sku,
  name: item.name,
  imageUrl: item.imageUrl,
  attributes: item.attributes,
  hsnCode: item.hsnCode,
  gstRate: item.gstRateBps / BASIS_POINTS_PER_PERCENT,
  quantity: item.quantity,
  quantityFulfilled: item.quantityFulfilled,
  quantityCancelled: item.quantityCancelled,
  quantityReturned: item.quantityReturned + item.quantityReturnedToOrigin,
  quantityRefunded: item.quantityRefunded,
  unitPrice: toRupees(item.unitPrice),
  unitMrp: toRupees(item.unitMrp),
  lineDiscount: toRupees(item.lineDiscount),
  lineTotal: toRupees(item.lineTotal),
  orderDiscountShare: toRupees(item.orderDiscountShare),
  taxableValue: toRupees(item.taxableValue),
  taxes: {
    cgst: toRupees(item.taxes.cgst),
    sgst: toRupees(item.taxes.sgst),
    utgst: toRupees(item.taxes.utgst),
    igst: toRupees(item.taxes.igst),
  },
  lineTax: toRupees(item.lineTax),
  isFreeGift: item.isFreeGift,
  sellerId: item.sellerId ?? undefined,
  fulfillmentStatus: item.fulfillmentStatus,
  returnableUntil: item.returnableUntil ?? undefined,
});

const TaxesView = viewOf<ReturnType<typeof toOrderItemView>["taxes"]>("Taxes", {
  cgst: rupees,
  sgst: rupees,
  utgst: rupees,
  igst: rupees,
});

export const OrderItemView = viewOf<ReturnType<typeof toOrderItemView>>(
  "OrderItemView",
  {
    id,
    ...productFields,
    hsnCode: textOrNull,
    gstRate: Joi.number().min(0),
    quantity: count,
    quantityFulfilled: count,
    quantityCancelled: count,
    quantityReturned: count,
    quantityRefunded: count,
    unitPrice: rupees,
    unitMrp: rupees,
    lineDiscount: rupees,
    lineTotal: rupees,
    orderDiscountShare: rupees,
    taxableValue: rupees,
    taxes: TaxesView,
    lineTax: rupees,
    isFreeGift: Joi.boolean(),
    fulfillmentStatus: Joi.string().valid(...LINE_FULFILLMENT_STATUSES),
  },
  { bundleId: text, sellerId: text, returnableUntil: moment },
);

export const toShipmentView = (shipment: ShipmentDoc) => ({
  id: shipment._id.toHexString(),
  shipmentId: shipment.shipmentId,
  carrier: shipment.carrier,
  trackingNumber: shipment.trackingNumber,
  status: shipment.status,
  items: shipment.items.map(({ orderItemId, quantity }) => ({
    orderItemId: orderItemId.toHexString(),
    quantity,
  })),
  codAmount: toRupees(shipment.codAmount),
  estimatedDelivery: shipment.estimatedDelivery,
  events: shipment.events.map(({ status, location, at, description }) => ({
    status,
    location,
    at,
    description,
  })),
});

export const ShipmentView = viewOf<ReturnType<typeof toShipmentView>>("ShipmentView", {
  id,
  shipmentId: textOrNull,
  carrier: textOrNull,
  trackingNumber: textOrNull,
  status: Joi.string().valid(...SHIPMENT_STATUSES.filter((status) => status !== SHIPMENT_STATUS.REFUSED)),
  items: Joi.array().items(Joi.object({ orderItemId: id.required(), quantity: count.required() })),
  codAmount: rupees,
  estimatedDelivery: momentOrNull,
  events: Joi.array().items(
    Joi.object({
      status: text.required(),
      location: textOrNull.required(),
      at: moment.required(),
      description: textOrNull.required(),
    }),
  ),
});

/** Staff also see parcels that the shipping service did not accept. */
export const StaffShipmentView = ShipmentView.keys({
  status: Joi.string()
    .valid(...SHIPMENT_STATUSES)
    .required(),
}).meta({ className: "StaffShipment" });
