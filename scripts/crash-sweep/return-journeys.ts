import { afterRefund, creditNote } from "./refund-steps.js";
import {
  announceDecision,
  announceInspection,
  announceReturn,
  approveReturn,
  delivers,
  expireReturn,
  failInspection,
  inspectReturn,
  performReturn,
  receiveReturn,
  refundReturn,
  rejectReturn,
  requestAgain,
  requestBoth,
  requestOne,
  schedulePickup,
} from "./return-steps.js";
import {
  type Journey,
  laterOutbox,
  laterWebhooks,
  paidByUpi,
  upToShipping,
  useCredit,
  usePoints,
} from "./steps.js";

const delivered = [...paidByUpi, delivers, laterOutbox];
const arrives = [approveReturn, schedulePickup, announceDecision, receiveReturn];
const isRefunded = [refundReturn, performReturn, laterWebhooks, afterRefund, creditNote];

/** Together these reach every effect of returns. */
export const RETURN_JOURNEYS: readonly Journey[] = [
  {
    name: "return",
    description:
      "two units come back; one passes, is refunded to points, store credit or money, and goes back to stock",
    steps: [
      ...[...upToShipping, usePoints, useCredit, ...delivered, requestBoth, announceReturn],
      ...[...arrives, inspectReturn, announceInspection, ...isRefunded],
    ],
    sweep: [
      ...[requestBoth, announceReturn, ...arrives, inspectReturn, announceInspection],
      ...[refundReturn, performReturn],
    ],
    orders: 1,
    refunds: 1,
  },
  {
    name: "return-rejected",
    description: "a request is rejected; of the next one, nothing passes the inspection",
    steps: [
      ...[...upToShipping, ...delivered, requestOne, rejectReturn, announceReturn],
      ...[requestAgain, approveReturn, receiveReturn, failInspection, announceInspection],
    ],
    sweep: [requestOne, rejectReturn, failInspection, announceInspection],
    orders: 1,
    refunds: 0,
  },
  {
    name: "return-expired",
    description: "the parcel of an approved return never arrives",
    steps: [
      ...[...upToShipping, ...delivered, requestOne, approveReturn, announceDecision],
      ...[expireReturn, announceInspection],
    ],
    sweep: [expireReturn],
    orders: 1,
    refunds: 0,
  },
];
