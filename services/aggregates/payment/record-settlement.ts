import { Payment } from "../../../models/index.js";
import type { SettlementRow } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";

/**
 * Writes on each payment of these rows in which settlement it was paid out, and its fee and tax where they were not
 * known. Repeatable; a row that is not paid out yet never replaces one that is. `updatedAt` stays: for recovery it means
 * a change of the payment itself.
 * @returns how many payments changed
 */
export async function recordSettlement(rows: readonly SettlementRow[]): Promise<number> {
  const writes = rows
    .filter(({ type, settlementId }) => type === "payment" && settlementId !== null)
    .map(toWrite);
  if (writes.length === 0) return 0;
  const { modifiedCount } = await Payment.collection.bulkWrite(writes, { ordered: false });
  return modifiedCount;
}

function toWrite(row: SettlementRow) {
  const settlement = { id: row.settlementId, utr: row.settlementUtr, settledAt: row.settledAt };
  const isNewer =
    row.settlementUtr === null
      ? { settlement: null }
      : {
          $or: [
            { "settlement.id": { $ne: row.settlementId } },
            { "settlement.utr": { $ne: row.settlementUtr } },
          ],
        };
  const facts = {
    settlement: { $literal: settlement },
    fee: { $ifNull: ["$fee", row.fee] },
    tax: { $ifNull: ["$tax", row.tax] },
  };
  return {
    updateOne: {
      filter: { gateway: paymentGateway.name, gatewayPaymentId: row.entityId, ...isNewer },
      update: [{ $set: facts }],
    },
  };
}
