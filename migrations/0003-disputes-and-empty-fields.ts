import { type Migration, type MigrationContext, updateInBatches } from "./migration.js";

/** Fields that documents got later, with what the absence of each meant. */
const EMPTY_FIELDS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  orders: { refundRequested: 0, cancellations: [], uncollectedParcels: [], disputes: [] },
  orderItems: { quantityReturnedToOrigin: 0 },
  payments: { disputes: [], receipt: null, errorReason: null, nextStep: null },
  refunds: { source: "payment", parts: [], splitFromId: null, points: null, speed: null },
  shipments: { isManual: false, address: null, shippedAt: null, refusalCode: null, requestKey: null },
};

async function fillEmptyFields(context: MigrationContext): Promise<void> {
  for (const [collection, fields] of Object.entries(EMPTY_FIELDS)) {
    for (const [field, value] of Object.entries(fields)) {
      await updateInBatches(
        context,
        collection,
        { [field]: { $exists: false } },
        { $set: { [field]: value } },
      );
    }
  }
}

interface FormerDispute {
  id: string;
  status: string;
  amount: number | null;
  openedAt: Date;
  closedAt: Date | null;
}

const toDispute = (former: FormerDispute) => ({
  ...former,
  amount: former.amount ?? 0,
  amountDeducted: former.status === "lost" ? (former.amount ?? 0) : 0,
  respondBy: null,
  reportedAt: former.closedAt ?? former.openedAt,
});

/** A payment had one dispute, and its order none. The order first: once the payment has changed, it is done. */
async function moveDisputes({ db, signal }: MigrationContext): Promise<void> {
  const [orders, payments] = [db.collection("orders"), db.collection("payments")];
  for await (const payment of payments.find({ "dispute.id": { $gt: "" } })) {
    signal.throwIfAborted();
    const dispute = toDispute(payment.dispute);
    const changed = {
      $set: {
        disputes: {
          $concatArrays: [
            { $filter: { input: { $ifNull: ["$disputes", []] }, cond: { $ne: ["$$this.id", dispute.id] } } },
            { $literal: [dispute] },
          ],
        },
      },
    };
    if (payment.orderId) await orders.updateOne({ _id: payment.orderId }, [changed]);
    await payments.updateOne({ _id: payment._id }, [changed, { $unset: "dispute" }]);
  }
}

export const disputesAndEmptyFields: Migration = {
  name: "0003-disputes-and-empty-fields",
  description: "Payments and their orders keep every dispute, and no document lacks a field that is read",
  async up(context) {
    await fillEmptyFields(context);
    await moveDisputes(context);
    await updateInBatches(context, "payments", { dispute: { $exists: true } }, { $unset: { dispute: 1 } });
  },
  /** The previous version ignores the fields that it does not know, so only the dispute that it reads comes back. */
  down: (context) =>
    updateInBatches(context, "payments", { "disputes.0": { $exists: true }, dispute: { $exists: false } }, [
      { $set: { dispute: { $last: "$disputes" } } },
    ]),
};
