import { dayNumberOf, spanOfDays } from "../../../utils/periods.js";
import type { SettlementRow } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";
import { pagesOf } from "./ask-gateway.js";

/** The rows that were settled on the Indian day of a moment, page by page, each once. */
export async function* settlementRowsOf(day: Date): AsyncGenerator<SettlementRow[]> {
  const pages = pagesOf<SettlementRow>(spanOfDays(dayNumberOf(day)), {
    read: (list) => paymentGateway.settlementRows(list),
    idOf: ({ entityId }) => entityId,
    seen: new Set(),
  });
  for await (const { items } of pages) yield items;
}
