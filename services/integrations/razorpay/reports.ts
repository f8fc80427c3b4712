import { success } from "../../../utils/result.js";
import { createCachedLookup } from "../cached-lookup.js";
import type { ListRequest, PaymentGateway, SettlementRow } from "../payment-gateway.js";
import type { Connection } from "./connection.js";
import { mapRazorpayCollection } from "./fields.js";
import {
  mapRazorpayDispute,
  mapRazorpayDowntime,
  mapRazorpaySettlement,
  mapRazorpaySettlementRow,
} from "./other-entities.js";
import { LOOKUP_REFUSALS, NO_GATEWAY_REFUSALS } from "./refusals.js";
import { INVALID_CURSOR, INVALID_ID, isId, listByPages, PAGE_OVERLAP, readPage, toSkip } from "./requests.js";
import { type SettlementPeriod, settlementPeriods } from "./settlement-periods.js";

/** The gateway's largest page of the settlement report. */
const SETTLEMENT_PAGE_SIZE = 1000;

type ReportCalls = Pick<
  PaymentGateway,
  "listDisputes" | "getDispute" | "settlementRows" | "getSettlement" | "listDowntimes"
>;

/** What the gateway tells besides payments and refunds. */
export function reportCalls({ options, ask }: Connection): ReportCalls {
  // Needed for every list of payment methods, and rarely changes.
  const downtimes = createCachedLookup({
    ttlSeconds: options.downtimeCacheSeconds,
    maxEntries: 1,
    load: () =>
      ask({
        refusals: NO_GATEWAY_REFUSALS,
        send: (sdk) => sdk.payments.fetchPaymentDowntime(),
        read: (answer) => mapRazorpayCollection(answer, mapRazorpayDowntime),
      }),
  });

  const askForRows = ({ period, skip }: SettlementPlace) =>
    ask({
      refusals: NO_GATEWAY_REFUSALS,
      send: (sdk) => {
        const { year, month, day } = period;
        const page = { skip, count: SETTLEMENT_PAGE_SIZE };
        return sdk.settlements.reports({ year, month, ...(day !== undefined && { day }), ...page });
      },
      read: (answer) => mapRazorpayCollection(answer, mapRazorpaySettlementRow),
    });

  return {
    listDowntimes: () => downtimes.get("all"),

    listDisputes: (list) =>
      listByPages(list, (query) =>
        ask({
          refusals: NO_GATEWAY_REFUSALS,
          // The SDK would leave out the range.
          send: async (_sdk, http) => (await http.get<unknown>("/v1/disputes", { params: query })).data,
          read: (answer) => readPage(answer, query.skip, mapRazorpayDispute),
        }),
      ),

    async getDispute(disputeId) {
      if (!isId("disp", disputeId)) return INVALID_ID;
      return ask({
        refusals: LOOKUP_REFUSALS,
        send: (sdk) => sdk.disputes.fetch(disputeId),
        read: mapRazorpayDispute,
      });
    },

    async getSettlement(settlementId) {
      if (!isId("setl", settlementId)) return INVALID_ID;
      return ask({
        refusals: LOOKUP_REFUSALS,
        send: (sdk) => sdk.settlements.fetch(settlementId),
        read: mapRazorpaySettlement,
      });
    },

    async settlementRows(list) {
      const periods = settlementPeriods(list);
      if (periods.length === 0) return success({ items: [], count: 0, next: null });
      const place = findPlace(periods, list.cursor);
      if (!place) return INVALID_CURSOR;
      const result = await askForRows(place);
      if (!result.success) return result;
      const items = result.data.filter((row) => isWithin(list, row));
      return success({
        items,
        count: result.data.length,
        next: nextCursor(periods, place, result.data.length),
      });
    },
  };
}

/** Where a page of the settlement report begins; as a cursor `2026-01-31/1000`. */
interface SettlementPlace {
  period: SettlementPeriod;
  skip: number;
}

function findPlace(periods: readonly SettlementPeriod[], cursor?: string): SettlementPlace | null {
  const [name = periods[0]?.name, offset] = cursor?.split("/") ?? [];
  const period = periods.find((candidate) => candidate.name === name);
  const skip = toSkip(offset);
  return period && skip !== null ? { period, skip } : null;
}

function nextCursor(
  periods: readonly SettlementPeriod[],
  { period, skip }: SettlementPlace,
  count: number,
): string | null {
  if (count >= SETTLEMENT_PAGE_SIZE) return `${period.name}/${skip + count - PAGE_OVERLAP}`;
  const following = periods[periods.indexOf(period) + 1];
  return following ? `${following.name}/0` : null;
}

/** The first and the last day of a range may have rows outside it. A row without a time is never left out. */
const isWithin = ({ from, to }: ListRequest, { settledAt }: SettlementRow): boolean =>
  settledAt === null || (settledAt >= from && settledAt < to);
