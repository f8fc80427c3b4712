/** What each parcel of a COD order collects. Amounts are in paise. */
import { maxPaise, type Paise, paise, subtractPaise, ZERO_PAISE } from "../../utils/money.js";
import { cumulativeShare } from "./allocation.js";
import { type LineUnits, openUnits } from "./fulfilment.js";
import { paidFor, type SoldRow } from "./sold-rows.js";

/**
 * What the open units are worth. Cancelled units are the first of their line, open ones follow, and those in shipments are
 * the last, so that cancelling an open unit lowers the value by exactly what the cancellation takes off the order.
 */
export const valueOfOpenUnits = (lines: readonly (LineUnits & SoldRow)[]): Paise =>
  paise(
    lines.reduce((sum, line) => {
      const { quantity, quantityCancelled } = line;
      const total = paidFor(line);
      const notInShipments = cumulativeShare(total, quantityCancelled + openUnits(line), quantity);
      return sum + notInShipments - cumulativeShare(total, quantityCancelled, quantity);
    }, 0),
  );

export interface CodDue {
  /** The amount of the COD payment: what is due in all. */
  due: Paise;
  /** Of the parcels before. */
  inParcels: Paise;
  /** What the units are worth that are in no parcel yet, this one included in the parcels. */
  open: Paise;
}

/**
 * The parcel collects what is due, less what the parcels before it collect, and less the units that follow. So the first
 * parcel also collects shipping and fees, the last one the remainder, and units that are cancelled in between were in no
 * parcel's amount. Store credit and points pay for the first parcels.
 */
export const codPartOf = ({ due, inParcels, open }: CodDue): Paise =>
  maxPaise(ZERO_PAISE, subtractPaise(due, inParcels, open));
