import { Types } from "mongoose";
import { DISPUTE } from "./refund-provocations.js";
import { type Provoke, withBody, withStored } from "./refusal-scene.js";

/** How the routes of returns are made to refuse. */

const withReturn = (returns: object): Provoke => withStored({ returns });

const DAY_MS = 86_400_000;
const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);

/** Ten of each side. */
const photos = (["customer", "admin"] as const).flatMap((addedBy) =>
  Array.from({ length: 10 }, () => ({
    ...{ fileId: new Types.ObjectId(), orderItemId: new Types.ObjectId(), addedBy, at: new Date() },
  })),
);

const PHOTOS: Readonly<Record<string, Provoke>> = {
  RETURN_NOT_OPEN: withReturn({ status: "rejected" }),
  TOO_MANY_IMAGES: withReturn({ images: photos }),
  INVALID_IMAGE: (scene) => scene.send({ files: { images: Buffer.from("ffd8ff0000", "hex") } }),
};

const delivered = (line: object, send?: Provoke): Provoke =>
  withStored({ orderItems: { quantityDelivered: 1, returnableUntil: inDays(7), ...line } }, send);

const tooMany: Provoke = (scene) => {
  const { orderItemId } = scene.shopper.has;
  return withBody({ items: [{ orderItemId, quantity: 2, reason: "damaged" }] })(scene);
};

/** The return waits for its refund, and its order is paid and delivered. */
const inspected =
  (payment: object, send?: Provoke): Provoke =>
  async (scene) => {
    const { orderId, orderItemId, amountDue } = scene.shopper.has;
    const units = { quantityReceived: 1, quantityPassed: 1, quantityRestockable: 1, note: null };
    const items = [{ orderItemId: new Types.ObjectId(orderItemId), ...units }];
    const order = await scene.world.db.collection("orders").findOne({ _id: new Types.ObjectId(orderId) });
    const grandTotal: unknown = order?.grandTotal;
    if (grandTotal !== Math.round(amountDue * 100)) throw new Error("the shopper owes the whole order");
    return withStored(
      {
        returns: {
          ...{ status: "received", inspectionStatus: "pass" },
          inspection: { items, notes: null, inspectedById: "admin-admin", at: new Date() },
        },
        orders: { status: "delivered", paymentStatus: "paid", paidAmount: grandTotal },
        orderItems: {
          ...{ quantityAllocated: 1, quantityFulfilled: 1, quantityDelivered: 1, quantityReturnPromised: 1 },
        },
        payments: { status: "captured", capturedAmount: grandTotal, ...payment },
      },
      send,
    )(scene);
  };

/** Whatever the step: nothing follows a rejection. */
const rejected = { INVALID_STATUS_TRANSITION: withReturn({ status: "rejected" }) };

const ADMIN = "/api/admin/returns/:returnId";

export const RETURN_PROVOCATIONS: Readonly<Record<string, Readonly<Record<string, Provoke>>>> = {
  "POST /api/returns/:returnId/images": PHOTOS,
  [`POST ${ADMIN}/images`]: PHOTOS,
  // Of an order that no shopper has.
  "GET /api/returns/eligibility": { ORDER_NOT_FOUND: (scene) => scene.send() },
  "POST /api/returns": {
    NOT_RETURNABLE: withStored({ orderItems: { quantityDelivered: 0 } }),
    RETURN_WINDOW_CLOSED: delivered({ returnableUntil: inDays(-1) }),
    QUANTITY_NOT_RETURNABLE: delivered({}, tooMany),
  },
  [`POST ${ADMIN}/approve`]: rejected,
  [`POST ${ADMIN}/reject`]: rejected,
  [`POST ${ADMIN}/schedule-pickup`]: {
    ...rejected,
    PICKUP_NOT_POSSIBLE: withReturn({ status: "approved", isReturnToOrigin: true }),
  },
  [`PUT ${ADMIN}/received`]: rejected,
  [`POST ${ADMIN}/inspect`]: {
    ...rejected,
    RETURN_INSPECTED: inspected({}),
  },
  [`POST ${ADMIN}/refund`]: {
    ...rejected,
    RETURN_NOT_INSPECTED: withReturn({ inspectionStatus: "pending", inspection: null }),
    PAYMENT_DISPUTED: inspected({ disputes: [DISPUTE] }),
    // The order is a guest's, who has no store credit.
    NOT_REFUNDABLE: inspected({}, withBody({ destination: "store_credit" })),
  },
};
