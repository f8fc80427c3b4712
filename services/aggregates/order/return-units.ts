import type { ClientSession } from "mongoose";
import type { ReturnDoc } from "../../../models/index.js";
import type { NamedUnits } from "../../../utils/line-units.js";
import { followLines } from "./follow-lines.js";
import { changeLines, changesOf, getOrderLines, type LineChange, type OrderLines } from "./order-lines.js";
import type { MovedBy } from "./shipment-moves.js";

/**
 * What a return does to the units of its order, each in the caller's transaction. A unit of a delivered line is promised to
 * one return at most: from the request on it counts in `quantityReturnPromised`; a rejection frees it; a completed return
 * moves what passed the inspection to `quantityReturned`. Units that failed it stay promised: they were decided about.
 */

/** @throws ConflictError VERSION_CONFLICT; Error when fewer units are free, which the caller has checked */
export const promiseUnits = (
  read: OrderLines,
  items: readonly NamedUnits[],
  by: MovedBy,
  tx: ClientSession,
): Promise<void> =>
  change(
    read,
    changesOf(items, (n) => ({ quantityReturnPromised: n })),
    by,
    tx,
  );

/** The return is rejected: its units can be returned again. Units that came back undelivered were never promised. */
export async function releaseUnits(
  { orderId, items, isReturnToOrigin }: ReturnDoc,
  by: MovedBy,
  tx: ClientSession,
): Promise<void> {
  if (isReturnToOrigin) return;
  const changes = changesOf(items, (n) => ({ quantityReturnPromised: -n }));
  await change(await getOrderLines(orderId, tx), changes, by, tx);
}

/** Units that passed the inspection are the shop's again. */
export async function takeUnitsBack(
  { orderId, isReturnToOrigin }: ReturnDoc,
  passed: readonly NamedUnits[],
  by: MovedBy,
  tx: ClientSession,
): Promise<void> {
  if (isReturnToOrigin || passed.length === 0) return;
  const changes = changesOf(passed, (n) => ({ quantityReturnPromised: -n, quantityReturned: n }));
  await change(await getOrderLines(orderId, tx), changes, by, tx);
}

async function change(
  { order, lines }: OrderLines,
  changes: readonly LineChange[],
  { by, note }: MovedBy,
  tx: ClientSession,
): Promise<void> {
  const changed = await changeLines(lines, changes, tx);
  await followLines({ order, lines: changed }, { by, note }, tx);
}
