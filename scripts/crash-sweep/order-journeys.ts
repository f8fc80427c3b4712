import {
  addTulsi,
  afterCancelling,
  afterCancellingOne,
  afterDelivery,
  afterEntering,
  afterReturn,
  afterShipping,
  answersAreLost,
  cancelOne,
  cancelOwn,
  comesBack,
  enterOrder,
  findParcels,
  firstArrives,
  gatewayIsSlow,
  noteOfOrder,
  recall,
  restArrives,
  shipOne,
  shipRest,
  shipUnanswered,
  trackParcels,
  transferArrives,
} from "./order-steps.js";
import { findReturn, inspectReturn, performReturn, receiveReturn, refundReturn } from "./return-steps.js";
import {
  add,
  address,
  chooseCash,
  contact,
  coupon,
  invoices,
  type Journey,
  laterOutbox,
  laterWebhooks,
  outbox,
  paidByUpi,
  place,
  shipping,
  signIn,
  start,
  upToShipping,
  useCredit,
  usePoints,
} from "./steps.js";

const withTulsi = [signIn, add, addTulsi, coupon, start, contact, address, shipping];
const cash = [...withTulsi, chooseCash, place, outbox, invoices];

/** Together these reach every effect of shipping, cancelling and entering orders. */
export const ORDER_JOURNEYS: readonly Journey[] = [
  {
    name: "ship",
    description:
      "two parcels of an order to be paid on delivery; one arrives by webhook, the other by tracking",
    steps: [
      ...[...cash, shipOne, findParcels, shipRest, findParcels, afterShipping],
      ...[firstArrives, restArrives, trackParcels, afterDelivery],
    ],
    sweep: [shipOne, shipRest, afterShipping, firstArrives, trackParcels, afterDelivery],
    orders: 1,
    refunds: 0,
  },
  {
    name: "ship-unanswered",
    description: "the shipping service books the parcel, but its answers are lost",
    steps: [...cash, answersAreLost, shipUnanswered, findParcels, afterShipping],
    sweep: [shipUnanswered, findParcels],
    orders: 1,
    refunds: 0,
  },
  {
    name: "return-to-origin",
    description: "a prepaid parcel comes back: its money goes back, with a credit note",
    steps: [
      ...[...withTulsi, ...paidByUpi, shipRest, findParcels, afterShipping, comesBack],
      ...[afterReturn, laterWebhooks, laterOutbox, noteOfOrder],
    ],
    sweep: [comesBack, afterReturn],
    orders: 1,
    refunds: 1,
  },
  {
    name: "recall",
    description: "an order is cancelled on its way; its parcel comes back and goes to stock",
    steps: [
      ...[...upToShipping, ...paidByUpi, shipRest, findParcels, afterShipping, recall, afterCancelling],
      ...[laterWebhooks, comesBack, afterReturn, findReturn, receiveReturn, inspectReturn],
      ...[refundReturn, performReturn, laterOutbox, noteOfOrder],
    ],
    sweep: [recall, comesBack, receiveReturn, inspectReturn, refundReturn, performReturn],
    orders: 1,
    refunds: 1,
  },
  {
    name: "cancel",
    description: "a customer cancels an order that was paid with points, store credit and money",
    steps: [
      ...[...withTulsi, usePoints, useCredit, ...paidByUpi, gatewayIsSlow, cancelOwn],
      ...[afterCancelling, laterWebhooks, laterOutbox, noteOfOrder],
    ],
    sweep: [cancelOwn, afterCancelling, noteOfOrder],
    orders: 1,
    refunds: 3,
  },
  {
    name: "cancel-units",
    description: "an admin cancels one of two units of an order that is partly paid with store credit",
    steps: [
      ...[...withTulsi, useCredit, chooseCash, place, outbox, invoices, cancelOne],
      ...[afterCancellingOne, noteOfOrder],
    ],
    sweep: [cancelOne, afterCancellingOne],
    orders: 1,
    refunds: 0,
  },
  {
    name: "manual-order",
    description: "an admin enters an order of a sale by phone; the transfer arrives later",
    steps: [enterOrder, outbox, transferArrives, afterEntering, invoices],
    sweep: [enterOrder, transferArrives, afterEntering],
    orders: 1,
    refunds: 0,
  },
];
