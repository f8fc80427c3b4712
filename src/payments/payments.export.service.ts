import type { Readable } from "node:stream";
import { Payment, type PaymentDoc } from "../../models/index.js";
import { recordAuditAlone } from "../../services/platform/audit.service.js";
import type { PaymentGatewayStatus, PaymentMethod } from "../../utils/constants.js";
import { timeCell, toCsvStream } from "../../utils/csv.js";
import { type Paise, toDecimalRupees } from "../../utils/money.js";
import { type AdminPrincipal, actorOf } from "../../utils/principal.js";
import { type PaymentSelection, selectByIndex } from "./payments.selection.service.js";

export interface ExportQuery {
  dateFrom: Date;
  dateTo: Date;
  status?: PaymentGatewayStatus;
  method?: PaymentMethod;
}

/** The names of the columns and what stands in them. Amounts are rupees, times are UTC. */
const COLUMNS: readonly (readonly [name: string, cell: (payment: PaymentDoc) => string])[] = [
  ["Payment id", ({ _id }) => _id.toHexString()],
  ["Order number", ({ orderNumber }) => orderNumber ?? ""],
  ["Created at", ({ createdAt }) => createdAt.toISOString()],
  ["Captured at", ({ capturedAt }) => timeCell(capturedAt)],
  ["Gateway", ({ gateway }) => gateway],
  ["Method", ({ method }) => method ?? ""],
  ["Gateway method", ({ methodDetails }) => methodDetails?.gatewayMethod ?? ""],
  ["Status", ({ status }) => status],
  ["Surplus", ({ surplus }) => (surplus ? "yes" : "no")],
  ["Currency", ({ currency }) => currency],
  ["Amount", ({ amount }) => toDecimalRupees(amount)],
  ["Captured", ({ capturedAmount }) => toDecimalRupees(capturedAmount)],
  ["Refunded", ({ refundedAmount }) => toDecimalRupees(refundedAmount)],
  ["Fee", ({ fee }) => rupeesOf(fee)],
  ["Tax on fee", ({ tax }) => rupeesOf(tax)],
  ["Settlement id", ({ settlement }) => settlement?.id ?? ""],
  ["UTR", ({ settlement }) => settlement?.utr ?? ""],
  ["Settled at", ({ settlement }) => timeCell(settlement?.settledAt ?? null)],
  ["Gateway order id", ({ gatewayOrderId }) => gatewayOrderId ?? ""],
  ["Gateway payment id", ({ gatewayPaymentId }) => gatewayPaymentId ?? ""],
  ["Receipt reference", ({ receipt }) => receipt?.reference ?? ""],
];

const rupeesOf = (amount: Paise | null): string => (amount === null ? "" : toDecimalRupees(amount));

const NOT_EXPORTED = { gatewayResponse: 0, statusHistory: 0, disputes: 0, mismatch: 0 };
/** Documents that are in memory at once, of about 1 kB. */
const BATCH = 500;

/** The payments that began in a range of dates, oldest first, as CSV. The log shows who exported what. */
export async function exportPayments(query: ExportQuery, by: AdminPrincipal): Promise<Readable> {
  await recordAuditAlone({
    actor: actorOf(by),
    action: "payment.export",
    resourceType: "payment",
    resourceId: "export",
    after: query,
  });
  const names = COLUMNS.map(([name]) => name);
  return toCsvStream(names, readRows(selectByIndex(query)));
}

/** A payment that changes meanwhile is contained once, because it keeps its place in the order of creation. */
async function* readRows({ filter, sortBy, hint }: PaymentSelection): AsyncGenerator<string[]> {
  const cursor = Payment.find(filter(), NOT_EXPORTED, hint ? { hint } : {})
    .sort({ [sortBy]: 1 })
    .lean<PaymentDoc[]>()
    .cursor({ batchSize: BATCH });
  for await (const payment of cursor) yield COLUMNS.map(([, cell]) => cell(payment));
}
