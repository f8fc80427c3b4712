import Joi from "joi";
import {
  REFUND_DESTINATION,
  REFUND_DESTINATIONS,
  REFUND_STATUSES,
  type RefundDestination,
  type RefundStatus,
  type ReturnReason,
} from "../../utils/constants.js";
import type { LineUnitsBody } from "../../utils/line-units.js";
import {
  analyticsQuery,
  type ListQuery,
  listQuery,
  objectId,
  orderNumber,
  refundNumber,
  rupeeAmount,
  unitsOfLines,
} from "../../utils/request-schemas.js";
import { identifier, reasonText, staffNote } from "../../utils/text-schemas.js";
import {
  BANK_ACCOUNT_FIELDS,
  type BankAccountBody,
  bankAccountKeys,
  refundParams as params,
  reasonKeys,
} from "./refunds.validation.js";

/** The request schemas of the admin handlers, named after them. */

export interface RefundFilters {
  status?: RefundStatus;
  destination?: RefundDestination;
  /** Only those that a person has to look at. */
  attention?: boolean;
  orderNumber?: string;
  refundNumber?: string;
}

export const listRefundsSchema = {
  query: listQuery<ListQuery<"createdAt"> & RefundFilters>(["createdAt"], {
    status: Joi.string().valid(...REFUND_STATUSES),
    destination: Joi.string().valid(...REFUND_DESTINATIONS),
    attention: Joi.boolean(),
    orderNumber: orderNumber(),
    refundNumber: refundNumber(),
  }),
};

export const getAnalyticsSchema = { query: analyticsQuery() };

export interface CreateRefundBody extends Partial<BankAccountBody> {
  orderId: string;
  reason: ReturnReason;
  notes?: string;
  destination: RefundDestination;
  /** With neither units nor an amount: all that is left. */
  items?: LineUnitsBody[];
  /** Rupees. */
  amount?: number;
  /** With units: shipping and fees go back too. */
  includeShipping?: boolean;
}

const isBankTransfer = Joi.valid(REFUND_DESTINATION.BANK_TRANSFER).required();
const onlyForBankTransfer = (schema: Joi.Schema): Joi.Schema =>
  schema.when("destination", { is: isBankTransfer, otherwise: Joi.forbidden() });

export const createRefundSchema = {
  body: Joi.object<CreateRefundBody>({
    orderId: objectId().required(),
    ...reasonKeys(staffNote()),
    destination: Joi.string()
      .valid(...REFUND_DESTINATIONS)
      .required(),
    items: unitsOfLines(),
    amount: rupeeAmount().greater(0),
    includeShipping: Joi.boolean(),
    ...bankAccountKeys(),
  })
    .fork([...BANK_ACCOUNT_FIELDS], onlyForBankTransfer)
    .and(...BANK_ACCOUNT_FIELDS)
    .oxor("items", "amount")
    .with("includeShipping", "items")
    .required(),
};

export const getRefundSchema = { params };
export const getHistorySchema = { params };

export const approveRefundSchema = {
  params,
  body: Joi.object<{ notes?: string }>({ notes: staffNote() }).required(),
};

export const rejectRefundSchema = {
  params,
  body: Joi.object<{ reason: string }, true>({ reason: reasonText().required() }).required(),
};

export const processRefundSchema = { params };

export const processPartialRefundSchema = {
  params,
  body: Joi.object<{ items: LineUnitsBody[] }, true>({ items: unitsOfLines().required() }).required(),
};

export const refundToStoreCreditSchema = { params };

/** Without an account, the one that the customer or an admin gave before. */
export const refundByBankTransferSchema = {
  params,
  body: Joi.object<Partial<BankAccountBody>>(bankAccountKeys())
    .and(...BANK_ACCOUNT_FIELDS)
    .required(),
};

/** IMPS and UPI: 12 digits; NEFT: 16 characters; RTGS: 22. A bank may put its own reference there. */
const utr = () =>
  identifier()
    .max(40)
    .custom((typed: string) => typed.replace(/\s/g, "").toUpperCase())
    .custom((reference: string, helpers) =>
      /^[A-Z0-9][A-Z0-9/-]{5,39}$/.test(reference)
        ? reference
        : helpers.message({ custom: "{{#label}} must be a UTR of 6 to 40 letters, digits and hyphens" }),
    );

export const confirmBankTransferSchema = {
  params,
  body: Joi.object<{ utr: string }, true>({ utr: utr().required() }).required(),
};

export const retryRefundSchema = { params };

export const addNoteSchema = {
  params,
  body: Joi.object<{ note: string }, true>({ note: staffNote().required() }).required(),
};
