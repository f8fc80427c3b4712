import { indianDayOf } from "../../../utils/periods.js";
import { unwrap } from "../../../utils/result.js";
import type { SettlementRow } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";
import { pagesOf } from "./ask-gateway.js";

/** The gateway's largest page of settlement rows. */
const PAGE = 1_000;

/** The rows that were settled on the Indian day of a moment, page by page, each once. */
export async function* settlementRowsOf(day: Date): AsyncGenerator<SettlementRow[]> {
  const [year = 0, month = 0, dayOfMonth = 0] = indianDayOf(day).split("-").map(Number);
  const pages = pagesOf<SettlementRow>({
    read: async (page) => {
      const rows = unwrap(await paymentGateway.settlementRows({ year, month, day: dayOfMonth, ...page }));
      return { items: rows, count: rows.length };
    },
    idOf: ({ entityId }) => entityId,
    pageSize: PAGE,
    seen: new Set(),
  });
  for await (const { items } of pages) yield items;
}
