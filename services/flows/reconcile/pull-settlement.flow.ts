import { logger } from "../../../config/logger.config.js";
import { OutcomeUnknownError } from "../../../utils/errors.js";
import { recordSettlement } from "../../aggregates/payment/record-settlement.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";
import { settlementRowsOf } from "./settlement-rows.js";

export interface PulledSettlement {
  /** Of the gateway. */
  settlementId: string;
  /** When the gateway processed it: its rows are those of this Indian day. */
  date: Date;
}

/**
 * Writes a settlement on its payments as soon as the gateway reports it; the reconciliation compares the rows later.
 * Repeatable.
 * @throws OutcomeUnknownError while the report has no row of it yet; the typed upstream errors. The outbox calls again
 */
export async function pullSettlement({ settlementId, date }: PulledSettlement): Promise<void> {
  let rows = 0;
  let payments = 0;
  for await (const page of settlementRowsOf(date)) {
    const own = page.filter((row) => row.settlementId === settlementId);
    rows += own.length;
    payments += await recordSettlement(own);
  }
  if (rows === 0) throw new OutcomeUnknownError(paymentGateway.name);
  logger.info({ settlementId, rows, payments }, "> Settlement recorded");
}
