import type Joi from "joi";
import { changeSellerStatusSchema, changeStatusSchema } from "../../../src/orders/fulfilment.validation.js";
import { placeManualOrderSchema } from "../../../src/orders/manual-orders.validation.js";
import { addNoteSchema as orderNoteSchema } from "../../../src/orders/orders.admin.validation.js";
import {
  approveRefundSchema,
  createRefundSchema,
  addNoteSchema as refundNoteSchema,
} from "../../../src/refunds/refunds.admin.validation.js";
import {
  approveReturnSchema,
  inspectReturnSchema,
  addNoteSchema as returnNoteSchema,
} from "../../../src/returns/returns.admin.validation.js";
import { readBody } from "../../support/schema-checks.js";

/** Whatever staff note, the same length fits. */
const MOST = 2_000;

const NOTES: readonly [what: string, body: Joi.ObjectSchema, field: string][] = [
  ["an order", orderNoteSchema.body, "note"],
  ["an order entered by hand", placeManualOrderSchema.body, "internalNote"],
  ["a change of an order's status", changeStatusSchema.body, "note"],
  ["a change of a seller's status", changeSellerStatusSchema.body, "note"],
  ["a refund", refundNoteSchema.body, "note"],
  ["a refund that an admin starts", createRefundSchema.body, "notes"],
  ["the approval of a refund", approveRefundSchema.body, "notes"],
  ["a return", returnNoteSchema.body, "note"],
  ["the approval of a return", approveReturnSchema.body, "notes"],
  ["an inspection", inspectReturnSchema.body, "notes"],
];

test.each(NOTES)(
  "When staff note something about %s, then it may be 2,000 characters long",
  (_what, body, field) => {
    const refusedOf = (length: number) => readBody(body, { [field]: "x".repeat(length) }).refused ?? [];

    expect(refusedOf(MOST)).not.toContain(field);
    expect(refusedOf(MOST + 1)).toContain(field);
  },
);

test("When staff note something about an inspected line, then it may be 2,000 characters long", () => {
  const refusedOf = (length: number) =>
    readBody(inspectReturnSchema.body, { items: [{ note: "x".repeat(length) }] }).refused ?? [];

  expect(refusedOf(MOST)).not.toContain("items.0.note");
  expect(refusedOf(MOST + 1)).toContain("items.0.note");
});
