import * as schemas from "../../../src/orders/orders.validation.js";
import { toListView } from "../../../utils/views/list.view.js";
import { readBody, readUrl } from "../../support/schema-checks.js";

const id = "6b0156b4ef27ad0834fd0ef6";

test.each([{ termsAccepted: true }, { terms_accepted: true }, {}, { paymentId: id }])(
  "When an order is placed with %j, then it is accepted",
  (fields) => {
    expect(
      readBody(schemas.placeOrderSchema.body, { checkoutSessionId: id, ...fields }).refused,
    ).toBeUndefined();
  },
);

test.each([
  ["termsAccepted", "true"],
  ["paymentId", "pay_AAAAAAAAAAAAAA"],
  ["checkoutSessionId", { $gt: "" }],
  ["totals", { grandTotal: 1 }],
])("When an order is placed with %s %j, then it is refused", (field, value) => {
  const body = { checkoutSessionId: id, [field]: value };

  expect(readBody(schemas.placeOrderSchema.body, body).refused).toEqual([field]);
});

test.each(["ORD-2026-000001", "ORD-2026-1", "ord-2026-000001", "INV-2026-000001"])(
  "When an order is looked up as %s, then only the correct format is accepted",
  (orderNumber) => {
    const { refused } = readUrl(schemas.getConfirmationSchema.params, { orderNumber });

    expect(refused).toEqual(orderNumber === "ORD-2026-000001" ? undefined : ["orderNumber"]);
  },
);

test("When orders are listed without parameters, then the newest twenty are returned", () => {
  expect(readUrl(schemas.listOrdersSchema.query, {}).value).toEqual({
    page: 1,
    limit: 20,
    sortBy: "createdAt",
    sortOrder: "desc",
  });
  expect(readUrl(schemas.listOrdersSchema.query, { status: "lost" }).refused).toEqual(["status"]);
});

test.each([
  [0, { totalPages: 0 }],
  [41, { totalPages: 3 }],
  [10_000, { totalPages: 500, totalCapped: true }],
])("When a list has %i rows, then the pages are counted", (total, expected) => {
  expect(toListView([], { page: 1, limit: 20, total }).pagination).toEqual({
    page: 1,
    limit: 20,
    total,
    ...expected,
  });
});
