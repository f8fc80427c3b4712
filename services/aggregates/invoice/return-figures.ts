import type { ClientSession, PipelineStage } from "mongoose";
import { Invoice, type InvoiceDoc } from "../../../models/index.js";
import type { InvoiceType, ReturnTable } from "../../../utils/constants.js";
import type { Span } from "../../../utils/periods.js";
import type {
  IssuedSeries,
  ListedDocument,
  ReturnFigures,
  ReturnGroup,
} from "../../calculations/gstr1/gstr1.js";
import { byText } from "../../calculations/gstr1/portal-format.js";
import { formatNumber } from "../../platform/order-number.service.js";
import { inTransaction } from "../../platform/transaction.service.js";

/** Which documents count: those issued in a span of time, of one registration or of all. */
export interface ReturnScope extends Span {
  gstin?: string;
}

const matching = ({ from, to, gstin }: ReturnScope) => ({
  issuedAt: { $gte: from, $lte: to },
  ...(gstin === undefined ? {} : { "supplier.gstin": gstin }),
});

/** The figures of documents in one snapshot: while more are being issued, the tables still agree. */
export const readReturnFigures = (scope: ReturnScope): Promise<ReturnFigures> =>
  inTransaction(async (tx) => ({
    groups: await sumByGroup(scope, tx),
    listed: await findListed(scope, tx),
    series: await countSeries(scope, tx),
  }));

/** The figures that need no single document. */
export const readSummedFigures = (scope: ReturnScope): Promise<Omit<ReturnFigures, "listed">> =>
  inTransaction(async (tx) => ({
    groups: await sumByGroup(scope, tx),
    series: await countSeries(scope, tx),
  }));

const GROUP = {
  type: "$type",
  returnTable: "$returnTable",
  supplyType: "$supplyType",
  placeOfSupply: "$placeOfSupply.code",
  hsnCode: "$taxSummary.hsnCode",
  uqc: "$taxSummary.uqc",
  rateBps: "$taxSummary.rateBps",
} as const satisfies Partial<Record<keyof ReturnGroup, string>>;

const SUMS = {
  quantity: { $sum: "$taxSummary.quantity" },
  taxableValue: { $sum: "$taxSummary.taxableValue" },
  cgst: { $sum: "$taxSummary.cgst" },
  sgst: { $sum: "$taxSummary.sgst" },
  utgst: { $sum: "$taxSummary.utgst" },
  igst: { $sum: "$taxSummary.igst" },
  // Of the names of a code's goods the same one each time, in whatever order the documents are read.
  description: { $min: "$taxSummary.description" },
} as const;

type Grouped = { _id: Pick<ReturnGroup, keyof typeof GROUP> } & Pick<ReturnGroup, keyof typeof SUMS>;

async function sumByGroup(scope: ReturnScope, tx: ClientSession): Promise<ReturnGroup[]> {
  const stages: PipelineStage[] = [
    { $match: { ...matching(scope), hasGstEffect: true } },
    { $unwind: "$taxSummary" },
    { $group: { _id: GROUP, ...SUMS } },
  ];
  const grouped = await Invoice.aggregate<Grouped>(stages).session(tx).allowDiskUse(true);
  return grouped.map(({ _id, ...sums }) => ({ ..._id, ...sums }));
}

/** The tables of the return that list documents by their numbers. */
const LISTED: ReturnTable[] = ["b2b", "b2cl", "cdnr", "cdnur"];

const LISTED_FIELDS = {
  ...{ _id: 0, invoiceNumber: 1, issuedAt: 1, returnTable: 1, "placeOfSupply.code": 1 },
  ...{ "buyer.gstin": 1, "buyer.isSez": 1, taxSummary: 1, "totals.grandTotal": 1 },
} as const;

type Listed = Pick<
  InvoiceDoc,
  "invoiceNumber" | "issuedAt" | "returnTable" | "placeOfSupply" | "buyer" | "taxSummary" | "totals"
>;

async function findListed(scope: ReturnScope, tx: ClientSession): Promise<ListedDocument[]> {
  const documents = await Invoice.aggregate<Listed>([
    { $match: { returnTable: { $in: LISTED }, ...matching(scope), hasGstEffect: true } },
    { $sort: { issuedAt: 1, sequence: 1 } },
    { $project: LISTED_FIELDS },
  ]).session(tx);
  return documents.map(({ placeOfSupply, buyer, taxSummary, totals, ...document }) => ({
    ...document,
    placeOfSupply: placeOfSupply.code,
    buyer,
    rows: taxSummary,
    grandTotal: totals.grandTotal,
  }));
}

interface CountedSeries {
  _id: { type: InvoiceType; series: string };
  first: number;
  last: number;
  total: number;
}

/** Answered by the index alone. */
async function countSeries(scope: ReturnScope, tx: ClientSession): Promise<IssuedSeries[]> {
  const counted = await Invoice.aggregate<CountedSeries>([
    { $match: matching(scope) },
    {
      $group: {
        _id: { type: "$type", series: "$series" },
        first: { $min: "$sequence" },
        last: { $max: "$sequence" },
        total: { $sum: 1 },
      },
    },
  ]).session(tx);
  const series = counted.map(({ _id: { type, series }, first, last, total }) => ({
    ...{ type, total },
    from: formatNumber(series, first),
    to: formatNumber(series, last),
  }));
  return series.sort(byText(({ from }) => from));
}
