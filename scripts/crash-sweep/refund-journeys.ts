import {
  afterRefund,
  announceRequest,
  approveRefund,
  balanceIsBack,
  balanceIsEmpty,
  confirmTransfer,
  courierPays,
  creditNote,
  giveAccount,
  performAgain,
  performCredit,
  performParts,
  performRefund,
  performRefused,
  performTransfer,
  refundToCredit,
  rejectRefund,
  requestRefund,
  retryRefund,
} from "./refund-steps.js";
import {
  chooseCash,
  chooseUpi,
  invoices,
  type Journey,
  laterWebhooks,
  outbox,
  paidByUpi,
  pays,
  place,
  upToShipping,
  useCredit,
  usePoints,
  verify,
  webhooks,
} from "./steps.js";

const asks = [requestRefund, announceRequest];
const bought = [...upToShipping, ...paidByUpi];

/** Together these reach every effect of refunds that people ask for. */
export const REFUND_JOURNEYS: readonly Journey[] = [
  {
    name: "refund",
    description: "a customer asks for the money, finance approves, and the gateway returns it",
    steps: [...bought, ...asks, approveRefund, performRefund, laterWebhooks, afterRefund, creditNote],
    sweep: [...asks, approveRefund, performRefund, afterRefund, creditNote],
    orders: 1,
    refunds: 1,
  },
  {
    name: "refund-parts",
    description: "an order that was paid with points, store credit and money goes back to all three",
    steps: [
      ...[...upToShipping, usePoints, useCredit, chooseUpi, pays, verify, place, webhooks, outbox, invoices],
      ...[...asks, approveRefund, performParts, laterWebhooks, afterRefund, creditNote],
    ],
    sweep: [approveRefund, performParts],
    orders: 1,
    refunds: 3,
  },
  {
    name: "refund-to-credit",
    description: "finance approves a refund as store credit",
    steps: [...bought, ...asks, refundToCredit, performCredit, afterRefund, creditNote],
    sweep: [refundToCredit, performCredit],
    orders: 1,
    refunds: 1,
  },
  {
    name: "refund-to-bank",
    description: "cash on delivery goes back by bank transfer",
    steps: [
      ...[...upToShipping, chooseCash, place, outbox, invoices, courierPays],
      ...[...asks, giveAccount, approveRefund, performTransfer, confirmTransfer, afterRefund, creditNote],
    ],
    sweep: [courierPays, giveAccount, performTransfer, confirmTransfer],
    orders: 1,
    refunds: 1,
  },
  {
    name: "refund-retried",
    description: "the gateway refuses for lack of balance; finance repeats the refund later",
    steps: [
      ...[...bought, balanceIsEmpty, ...asks, approveRefund, performRefused, outbox],
      ...[balanceIsBack, retryRefund, performAgain, laterWebhooks, afterRefund, creditNote],
    ],
    sweep: [approveRefund, performRefused, retryRefund, performAgain],
    orders: 1,
    refunds: 1,
  },
  {
    name: "refund-rejected",
    description: "finance rejects the request",
    steps: [...bought, ...asks, rejectRefund, afterRefund],
    sweep: [rejectRefund],
    orders: 1,
    refunds: 0,
  },
];
