import { Types } from "mongoose";
import { meanwhile, type Provoke, withStored } from "./refusal-scene.js";

/** How the routes of refunds are made to refuse. */

export const DISPUTE = {
  ...{ id: "disp_Open", status: "open", phase: "chargeback", reason: null, amount: 1, amountDeducted: 0 },
  ...{ respondBy: null, openedAt: new Date(), closedAt: null, reportedAt: new Date() },
};

const withOrder = (order: object): Provoke => withStored({ orders: order });
const withRefund = (refund: object): Provoke => withStored({ refunds: refund });

/** More than any line has. */
const tooMany: Provoke = (scene) => {
  const { body } = scene.world.caseOf(scene.route);
  const items = [{ orderItemId: scene.shopper.has.orderItemId, quantity: 1_000 }];
  return scene.send({ body: { ...body?.(scene.shopper.has), items } });
};

const disputed = withStored({ payments: { disputes: [DISPUTE] } });
/** Another refund has taken what is left. */
const nothingLeft = withOrder({ refundReserved: 10 ** 9 });
const decided = withRefund({ status: "completed" });

const ASKING: Readonly<Record<string, Provoke>> = {
  NOT_REFUNDABLE: withOrder({ paidAmount: 0 }),
  REFUND_EXCEEDS_PAID: tooMany,
  PAYMENT_DISPUTED: disputed,
};

const APPROVING: Readonly<Record<string, Provoke>> = {
  SAME_APPROVER: withRefund({ initiatedByType: "admin", initiatedById: "admin-admin" }),
  INVALID_STATUS_TRANSITION: decided,
  REFUND_EXCEEDS_PAID: nothingLeft,
  PAYMENT_DISPUTED: disputed,
};

/** Another request writes between our read and our write. */
const overtaken: Provoke = (scene) =>
  meanwhile(scene, {
    collection: "refunds",
    at: 1,
    happens: () =>
      scene.world.db
        .collection("refunds")
        .updateOne(
          { _id: new Types.ObjectId(scene.shopper.has.refundId) },
          { $set: { status: "processing" } },
        ),
  });

/** The order is a guest's, who has no store credit. */
const ofGuest: Provoke = async (scene) => {
  const _id = new Types.ObjectId(scene.shopper.has.orderId);
  await scene.world.db.collection("orders").updateOne({ _id }, { $unset: { userId: 1 } });
  return scene.send();
};

const ADMIN = "POST /api/admin/refunds";

export const REFUND_PROVOCATIONS: Readonly<Record<string, Readonly<Record<string, Provoke>>>> = {
  "POST /api/refunds": ASKING,
  [ADMIN]: ASKING,
  "PUT /api/refunds/:refundId/bank-account": {
    INVALID_STATUS_TRANSITION: decided,
    VERSION_CONFLICT: overtaken,
  },
  [`${ADMIN}/:refundId/approve`]: APPROVING,
  [`${ADMIN}/:refundId/process`]: APPROVING,
  [`${ADMIN}/:refundId/process-partial`]: { ...APPROVING, NOT_REFUNDABLE: withRefund({ orderId: null }) },
  [`${ADMIN}/:refundId/store-credit`]: { ...APPROVING, NOT_REFUNDABLE: ofGuest },
  [`${ADMIN}/:refundId/bank-transfer`]: {
    ...APPROVING,
    BANK_ACCOUNT_REQUIRED: withStored({ refunds: { bankAccount: null } }, (scene) =>
      scene.send({ body: {} }),
    ),
  },
  [`${ADMIN}/:refundId/bank-transfer/confirm`]: {
    INVALID_STATUS_TRANSITION: decided,
    BANK_ACCOUNT_REQUIRED: withRefund({ bankAccount: null }),
  },
  [`${ADMIN}/:refundId/reject`]: { INVALID_STATUS_TRANSITION: decided },
  [`${ADMIN}/:refundId/retry`]: {
    INVALID_STATUS_TRANSITION: decided,
    REFUND_EXCEEDS_PAID: nothingLeft,
    PAYMENT_DISPUTED: disputed,
  },
};
