import Joi from "joi";
import { RETURN_REASONS, type ReturnReason } from "../../utils/constants.js";
import type { LineUnitsBody } from "../../utils/line-units.js";
import {
  type ListQuery,
  listQuery,
  objectId,
  orderNumber,
  unitsOfLines,
} from "../../utils/request-schemas.js";
import { freeText, identifier, line } from "../../utils/text-schemas.js";

/** One request schema per handler, named after it, and what the admin's schemas share with them. */

/** `other` says nothing by itself, so it needs notes. @param notes of a customer or of staff */
export const reasonKeys = (notes: Joi.StringSchema) => ({
  reason: Joi.string()
    .valid(...RETURN_REASONS)
    .required(),
  notes: notes.when("reason", { not: "other", otherwise: Joi.required() }),
});

export interface BankAccountBody {
  accountHolder: string;
  accountNumber: string;
  ifsc: string;
}

/** The holder is shown to staff: nothing in it may look like an account number. */
const accountHolder = () => line(100).pattern(/^(?!.*\d[\d -]{7,}\d)/, "the name of the account's holder");
/** Blanks and hyphens are how people read it; the stored number has digits only. */
const accountNumber = () =>
  identifier()
    .max(40)
    .custom((typed: string) => typed.replace(/[ -]/g, ""))
    .custom((digits: string, helpers) =>
      /^\d{9,18}$/.test(digits)
        ? digits
        : helpers.message({ custom: "{{#label}} must be an account number of 9 to 18 digits" }),
    );
const ifsc = () =>
  identifier()
    .max(20)
    .custom((typed: string) => typed.toUpperCase())
    .custom((code: string, helpers) =>
      /^[A-Z]{4}0[A-Z0-9]{6}$/.test(code)
        ? code
        : helpers.message({ custom: "{{#label}} must be an IFSC such as HDFC0001234" }),
    );

export const bankAccountKeys = () => ({
  accountHolder: accountHolder(),
  accountNumber: accountNumber(),
  ifsc: ifsc(),
});

export const BANK_ACCOUNT_FIELDS = ["accountHolder", "accountNumber", "ifsc"] as const;

export interface CreateRefundBody {
  orderNumber: string;
  reason: ReturnReason;
  notes?: string;
  /** Without them: all that is left. */
  items?: LineUnitsBody[];
}

export const createRefundSchema = {
  body: Joi.object<CreateRefundBody>({
    orderNumber: orderNumber().required(),
    ...reasonKeys(freeText(1_000)),
    items: unitsOfLines(),
  }).required(),
};

export const listRefundsSchema = { query: listQuery<ListQuery<"createdAt">>(["createdAt"]) };

export const refundParams = Joi.object<{ refundId: string }, true>({ refundId: objectId().required() });

export const getRefundSchema = { params: refundParams };

export const setBankAccountSchema = {
  params: refundParams,
  body: Joi.object<BankAccountBody>(bankAccountKeys())
    .fork([...BANK_ACCOUNT_FIELDS], (schema) => schema.required())
    .required(),
};
