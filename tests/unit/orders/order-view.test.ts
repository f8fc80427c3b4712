import { Types } from "mongoose";
import type { OrderStatusHistoryDoc } from "../../../models/index.js";
import {
  OrderView,
  OrderWithTimelineView,
  toOrderView,
  toOrderWithTimelineView,
} from "../../../src/orders/orders.view.js";
import { now } from "../../../utils/clock.js";
import { ORDER_STATUSES } from "../../../utils/constants.js";
import { anOrder, anOrderItem, aPayment } from "../../support/documents.js";
import { asJson, expectView } from "../../support/schema-checks.js";

const overview = (fields: Parameters<typeof anOrder>[0] = {}, items = [anOrderItem()]) => ({
  order: anOrder(fields),
  items,
  payment: aPayment(),
  shipments: [],
});

test("When an order is shown, then paise are rupees, basis points percent, and the view keeps its schema", () => {
  const view = toOrderView(overview());

  expect(view.totals).toMatchObject({ grandTotal: 470, amountDue: 470, storeCredit: 0 });
  expect(view.items).toEqual([expect.objectContaining({ gstRate: 5, lineTax: 19.95 })]);
  expect(view.payment?.orderNumber).toBe("ORD-2026-000001");
  expectView(view, OrderView);
});

test("When a customer reads an order, then it has no staff fields", () => {
  const text = JSON.stringify(toOrderView(overview({ cancellationReason: "changed my mind" })));

  for (const secret of [
    "looks like fraud",
    "admin-1",
    "Meera",
    "vip",
    "user-asha",
    "gateway-payload",
    "pay_AAAA",
  ]) {
    expect(text).not.toContain(secret);
  }
});

const cancellable = ["pending", "confirmed", "processing"];
test.each(ORDER_STATUSES)(
  "When an order is %s, then canCancel says whether it can be cancelled",
  (status) => {
    expect(toOrderView(overview({ status })).canCancel).toBe(cancellable.includes(status));
  },
);

describe("canReturn", () => {
  const inAnHour = () => new Date(now().getTime() + 3_600_000);
  const delivered = () => ({ quantityDelivered: 2, returnableUntil: inAnHour() });
  const canReturn = (item: Parameters<typeof anOrderItem>[0]) =>
    toOrderView(overview({ status: "delivered" }, [anOrderItem(), anOrderItem(item)])).canReturn;

  test("When a delivered line is inside its window, then it is true", () => {
    expect(canReturn(delivered())).toBe(true);
  });

  test.each([
    ["it is not delivered", { quantityDelivered: 0 }],
    ["its window is over", { returnableUntil: new Date(now().getTime() - 1) }],
    ["it cannot be returned at all", { isReturnable: false }],
    ["every unit is returned or promised", { quantityReturned: 1, quantityReturnPromised: 1 }],
  ])("When %s, then it is false", (_why, item) => {
    expect(canReturn({ ...delivered(), ...item })).toBe(false);
  });
});

test("When the timeline is shown, then a change has the type of its author but not the id", () => {
  const row: OrderStatusHistoryDoc = {
    _id: new Types.ObjectId(),
    orderId: new Types.ObjectId(),
    statusType: "order",
    fromStatus: "pending",
    toStatus: "confirmed",
    note: null,
    changedByType: "admin",
    changedById: "admin-1",
    createdAt: now(),
  };

  const view = toOrderWithTimelineView(overview(), [row]);

  expect(asJson(view.timeline)).toEqual([
    {
      type: "order",
      from: "pending",
      to: "confirmed",
      at: row.createdAt.toISOString(),
      note: null,
      changedByType: "admin",
    },
  ]);
  expectView(view, OrderWithTimelineView);
});

describe("canCancel of a partly shipped order", () => {
  const canCancel = (item: Parameters<typeof anOrderItem>[0]) =>
    toOrderView(overview({ status: "processing" }, [anOrderItem({ quantity: 3, ...item })])).canCancel;

  test("When units are in no parcel, then it is true; when all are in parcels or cancelled, then it is false", () => {
    expect(canCancel({ quantityAllocated: 2 })).toBe(true);
    expect(canCancel({ quantityAllocated: 2, quantityCancelled: 1 })).toBe(false);
    expect(canCancel({ quantityAllocated: 3 })).toBe(false);
  });
});
