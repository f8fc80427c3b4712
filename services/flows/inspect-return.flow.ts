import type { ClientSession, Types } from "mongoose";
import type { InspectedItem, ReturnDoc } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { INSPECTION_STATUS, RETURN_STATUS } from "../../utils/constants.js";
import { RuleError, ValidationError } from "../../utils/errors.js";
import { toRupees, ZERO_PAISE } from "../../utils/money.js";
import { adminActor } from "../../utils/principal.js";
import { returnMachine } from "../../utils/state-machines.js";
import { releaseUnits } from "../aggregates/order/return-units.js";
import { getRefundFacts } from "../aggregates/refund/refund-facts.js";
import { decideReturnTerms, withoutRequests } from "../aggregates/refund/returned-goods.js";
import { changeReturn, moveReturn, updateReturn } from "../aggregates/return/move-return.js";
import { messageOf } from "../aggregates/return/return-rows.js";
import { isAnyPassed, passedUnits, returnShippingOf } from "../calculations/return-inspection.js";
import { getSettings, type SettingsOf } from "../platform/settings.service.js";
import { assertStatus } from "../platform/transition.service.js";

const { APPROVED, RECEIVED, REJECTED } = RETURN_STATUS;

/**
 * The parcel of a return has arrived. A repeat changes nothing.
 * @throws NotFoundError RETURN_NOT_FOUND; RuleError INVALID_STATUS_TRANSITION
 */
export function receiveReturn({ returnId, adminId }: { returnId: Types.ObjectId; adminId: string }) {
  return changeReturn(returnId, async (found, tx) => {
    if (found.status === RECEIVED) return found;
    assertStatus(returnMachine, found, { from: [APPROVED], to: RECEIVED });
    return moveReturn(
      found,
      {
        ...{ to: RECEIVED, by: adminActor(adminId), action: "return.receive" },
        set: { receivedAt: now() },
        messages: found.isReturnToOrigin ? [] : [messageOf("return.received", found)],
      },
      tx,
    );
  });
}

export interface ReturnInspection {
  returnId: Types.ObjectId;
  adminId: string;
  items: InspectedItem[];
  notes: string | null;
}

/**
 * Records the inspection of every line of a received return, once. When nothing passes, the return is rejected; otherwise
 * the refund of what passed is worked out, and an admin confirms it.
 * @throws NotFoundError RETURN_NOT_FOUND; RuleError INVALID_STATUS_TRANSITION unless it was received, RETURN_INSPECTED;
 *   ValidationError unless the items are the return's lines, each once, with at most its units
 */
export async function inspectReturn(wanted: ReturnInspection): Promise<ReturnDoc> {
  const settings = await getSettings("returns");
  return changeReturn(wanted.returnId, async (found, tx) => {
    assertStatus(returnMachine, found, { from: [RECEIVED], to: RETURN_STATUS.COMPLETED });
    if (found.inspection) throw new RuleError("RETURN_INSPECTED", "This return was inspected before");
    assertEveryLine(found, wanted.items);
    const isFailed = !found.isReturnToOrigin && !isAnyPassed(wanted.items);
    return isFailed ? failInspection(found, wanted, tx) : recordInspection(found, wanted, settings, tx);
  });
}

function assertEveryLine({ items }: ReturnDoc, inspected: readonly InspectedItem[]): void {
  const details = inspected.flatMap(({ orderItemId, quantityReceived }, index) => {
    const item = items.find((candidate) => candidate.orderItemId.equals(orderItemId));
    if (!item) return [{ path: `items.${index}.orderItemId`, message: "is not a line of this return" }];
    if (quantityReceived <= item.quantity) return [];
    const message = `must be at most ${item.quantity}, the units of the return`;
    return [{ path: `items.${index}.quantityReceived`, message }];
  });
  const isComplete = items.every(({ orderItemId }) =>
    inspected.some((candidate) => candidate.orderItemId.equals(orderItemId)),
  );
  if (!isComplete) details.push({ path: "items", message: "must name every line of the return" });
  if (details.length === 0) return;
  throw new ValidationError(
    details.map(({ path, message }) => ({ in: "body", path, message: `"${path}" ${message}` })),
  );
}

const inspectionOf = ({ items, notes, adminId }: ReturnInspection) => ({
  ...{ items, notes, inspectedById: adminId },
  at: now(),
});

const toAudit = ({ items, notes }: ReturnInspection) => ({
  items: items.map(({ orderItemId, ...quantities }) => ({
    orderItemId: orderItemId.toHexString(),
    ...quantities,
  })),
  notes,
});

const NOT_PASSED = "The goods did not pass the inspection";

async function failInspection(
  found: ReturnDoc,
  wanted: ReturnInspection,
  tx: ClientSession,
): Promise<ReturnDoc> {
  const by = adminActor(wanted.adminId);
  const reason = wanted.notes ?? NOT_PASSED;
  await releaseUnits(found, { by }, tx);
  return moveReturn(
    found,
    {
      ...{ to: REJECTED, by, action: "return.inspect", note: NOT_PASSED },
      set: {
        inspection: inspectionOf(wanted),
        inspectionStatus: INSPECTION_STATUS.FAIL,
        rejectionReason: reason,
      },
      before: { inspectionStatus: found.inspectionStatus },
      after: { inspectionStatus: INSPECTION_STATUS.FAIL, ...toAudit(wanted) },
      messages: [messageOf("return.inspection_failed", found)],
    },
    tx,
  );
}

async function recordInspection(
  found: ReturnDoc,
  wanted: ReturnInspection,
  settings: SettingsOf<"returns">,
  tx: ClientSession,
): Promise<ReturnDoc> {
  const refundBreakdown = found.isReturnToOrigin ? null : await breakdownOf(found, wanted, settings, tx);
  const isInFull = wanted.items.every(
    ({ orderItemId, quantityPassed }) =>
      found.items.find((item) => item.orderItemId.equals(orderItemId))?.quantity === quantityPassed,
  );
  const inspectionStatus = isAnyPassed(wanted.items) ? INSPECTION_STATUS.PASS : INSPECTION_STATUS.FAIL;
  const isToldCustomer = !found.isReturnToOrigin && !isInFull;
  return updateReturn(
    found,
    {
      by: adminActor(wanted.adminId),
      action: "return.inspect",
      set: {
        inspection: inspectionOf(wanted),
        inspectionStatus,
        refundBreakdown,
      },
      before: { inspectionStatus: found.inspectionStatus },
      after: {
        ...{ inspectionStatus, ...toAudit(wanted) },
        refund: toRupees(refundBreakdown?.total ?? ZERO_PAISE),
      },
      messages: isToldCustomer ? [messageOf("return.inspection_failed", found)] : [],
      guard: { inspection: null },
    },
    tx,
  );
}

async function breakdownOf(
  found: ReturnDoc,
  { items }: ReturnInspection,
  { returnShippingFee }: SettingsOf<"returns">,
  tx: ClientSession,
) {
  const facts = withoutRequests(await getRefundFacts(found.orderId, { except: null }, tx));
  const returnShipping = returnShippingOf(found.items, items, returnShippingFee);
  return decideReturnTerms(facts, { passed: passedUnits(items), returnShipping }).breakdown;
}
