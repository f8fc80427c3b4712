import type { PipelineStage } from "mongoose";
import { Invoice, type InvoiceDoc, LISTED_IN_RETURNS_INDEX } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import type { InvoiceType, ReturnTable } from "../../../utils/constants.js";
import type { Span } from "../../../utils/periods.js";
import type {
  IssuedSeries,
  ListedDocument,
  ReturnFigures,
  ReturnGroup,
} from "../../calculations/gstr1/gstr1.js";
import { byText } from "../../calculations/gstr1/portal-format.js";
import { inSnapshot, type Snapshot } from "../../platform/database-snapshot.service.js";
import { formatNumber } from "../../platform/order-number.service.js";

/** Which documents count: those issued in a span of time, of one registration or of all. */
export interface ReturnScope extends Span {
  gstin?: string;
}

const matching = ({ from, to, gstin }: ReturnScope) => ({
  issuedAt: { $gte: from, $lte: to },
  ...(gstin === undefined ? {} : { "supplier.gstin": gstin }),
});

/** What the documents of a period add up to, and those that a return lists one by one. */
export const readReturnFigures = (scope: ReturnScope): Promise<ReturnFigures> =>
  inSnapshot(async (snapshot) => {
    const [listed, summed] = await Promise.all([findListed(scope, snapshot), readSummed(scope, snapshot)]);
    return { listed, ...summed };
  });

/** The figures that need no single document. */
export const readSummedFigures = (scope: ReturnScope): Promise<Omit<ReturnFigures, "listed">> =>
  inSnapshot((snapshot) => readSummed(scope, snapshot));

/** The database uses one core per query: in two halves, the sums of a month are ready in two thirds of the time. */
async function readSummed(scope: ReturnScope, snapshot: Snapshot) {
  const [one, other] = halvesOf(scope);
  const [groups, more, series] = await Promise.all([
    sumByGroup({ ...scope, ...one }, snapshot),
    sumByGroup({ ...scope, ...other }, snapshot),
    countSeries(scope, snapshot),
  ]);
  return { groups: [...groups, ...more], series };
}

/** Of the current month, what has passed is halved. */
function halvesOf({ from, to }: Span): [Span, Span] {
  const end = Math.max(from.getTime(), Math.min(to.getTime(), now().getTime()));
  const middle = Math.floor((from.getTime() + end) / 2);
  return [
    { from, to: new Date(middle) },
    { from: new Date(middle + 1), to },
  ];
}

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

async function sumByGroup(scope: ReturnScope, snapshot: Snapshot): Promise<ReturnGroup[]> {
  const stages: PipelineStage[] = [
    { $match: { ...matching(scope), hasGstEffect: true } },
    { $unwind: "$taxSummary" },
    { $group: { _id: GROUP, ...SUMS } },
  ];
  const grouped = await snapshot.aggregate<Grouped>(Invoice, stages);
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

async function findListed(scope: ReturnScope, snapshot: Snapshot): Promise<ListedDocument[]> {
  const stages: PipelineStage[] = [
    { $match: { returnTable: { $in: LISTED }, ...matching(scope), hasGstEffect: true } },
    { $sort: { issuedAt: 1, sequence: 1 } },
    { $project: LISTED_FIELDS },
  ];
  const documents = await snapshot.aggregate<Listed>(Invoice, stages, LISTED_IN_RETURNS_INDEX);
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
async function countSeries(scope: ReturnScope, snapshot: Snapshot): Promise<IssuedSeries[]> {
  const group = {
    _id: { type: "$type", series: "$series" },
    first: { $min: "$sequence" },
    last: { $max: "$sequence" },
    total: { $sum: 1 },
  };
  const counted = await snapshot.aggregate<CountedSeries>(Invoice, [
    { $match: matching(scope) },
    { $group: group },
  ]);
  const series = counted.map(({ _id: { type, series }, first, last, total }) => ({
    ...{ type, total },
    from: formatNumber(series, first),
    to: formatNumber(series, last),
  }));
  return series.sort(byText(({ from }) => from));
}
