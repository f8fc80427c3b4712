import { type Types, trusted } from "mongoose";
import { Return, type ReturnDoc } from "../../models/index.js";
import { DAY_MS, databaseTime, now } from "../../utils/clock.js";
import { RETURN_STATUS } from "../../utils/constants.js";
import { adminActor } from "../../utils/principal.js";
import { returnMachine } from "../../utils/state-machines.js";
import { releaseUnits } from "../aggregates/order/return-units.js";
import { changeReturn, type DecidedBy, moveReturn } from "../aggregates/return/move-return.js";
import { getReturn, messageOf } from "../aggregates/return/return-rows.js";
import { generateUniqueReturnNumber } from "../platform/order-number.service.js";
import { getSettings } from "../platform/settings.service.js";
import { assertStatus } from "../platform/transition.service.js";

const { REQUESTED, APPROVED, REJECTED } = RETURN_STATUS;

export interface ReturnApproval {
  returnId: Types.ObjectId;
  adminId: string;
  /** For the staff; kept in the history. */
  notes: string | null;
}

/**
 * Approves a requested return and gives it its RMA number.
 * @throws NotFoundError RETURN_NOT_FOUND; RuleError INVALID_STATUS_TRANSITION
 */
export async function approveReturn({ returnId, adminId, notes }: ReturnApproval): Promise<ReturnDoc> {
  assertStatus(returnMachine, await getReturn(returnId), { from: [REQUESTED], to: APPROVED });
  const returnNumber = await generateUniqueReturnNumber();
  return changeReturn(returnId, async (found, tx) => {
    assertStatus(returnMachine, found, { from: [REQUESTED], to: APPROVED });
    return moveReturn(
      found,
      {
        to: APPROVED,
        by: adminActor(adminId),
        action: "return.approve",
        set: { returnNumber, approvedById: adminId, approvedAt: now() },
        after: { returnNumber },
        note: notes,
        messages: [messageOf("return.approved", found)],
      },
      tx,
    );
  });
}

export interface ReturnRejection {
  returnId: Types.ObjectId;
  by: DecidedBy;
  /** Shown to the customer. */
  reason: string;
}

/**
 * Rejects a return that was requested, or whose parcel never arrived. Its units can be returned again.
 * @throws NotFoundError RETURN_NOT_FOUND; RuleError INVALID_STATUS_TRANSITION
 */
export function rejectReturn({ returnId, by, reason }: ReturnRejection): Promise<ReturnDoc> {
  return changeReturn(returnId, async (found, tx) => {
    assertStatus(returnMachine, found, { from: [REQUESTED, APPROVED], to: REJECTED });
    await releaseUnits(found, { by }, tx);
    return moveReturn(
      found,
      {
        ...{ to: REJECTED, by, action: "return.reject", note: reason },
        set: { rejectionReason: reason },
        after: { rejectionReason: reason },
        messages: found.isReturnToOrigin ? [] : [messageOf("return.rejected", found)],
      },
      tx,
    );
  });
}

const NEVER_ARRIVED = "The parcel did not arrive";

/** Approved returns whose parcel has not arrived within the setting `returnParcelDays`, the oldest first. */
export async function findOverdueReturns(limit: number): Promise<ReturnDoc[]> {
  const { returnParcelDays } = await getSettings("returns");
  const isOverdue = { $lt: ["$approvedAt", databaseTime(-returnParcelDays * DAY_MS)] };
  return Return.find({ status: APPROVED, isReturnToOrigin: false, $expr: trusted(isOverdue) })
    .sort({ approvedAt: 1 })
    .limit(limit)
    .lean<ReturnDoc[]>();
}

/** @throws RuleError INVALID_STATUS_TRANSITION when it has just arrived */
export const expireReturn = ({ _id }: ReturnDoc): Promise<ReturnDoc> =>
  rejectReturn({ returnId: _id, by: { type: "system" }, reason: NEVER_ARRIVED });
