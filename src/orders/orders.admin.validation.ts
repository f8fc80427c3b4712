import Joi from "joi";
import {
  FULFILLMENT_STATUSES,
  ORDER_SOURCES,
  ORDER_STATUSES,
  PAYMENT_STATUSES,
} from "../../utils/constants.js";
import {
  type AddressInput,
  addressKeys,
  email,
  phone,
  REQUIRED_ADDRESS_KEYS,
} from "../../utils/contact-schemas.js";
import {
  analyticsQuery,
  dateRangeKeys,
  foreignId,
  listQuery,
  objectId,
  pageKeys,
  wholeNumber,
  withinRange,
} from "../../utils/request-schemas.js";
import { freeText, identifier, line, staffNote } from "../../utils/text-schemas.js";
import type { OrderFilters, OrderListQuery } from "./orders.selection.service.js";

/** The request schemas of the admin handlers, named after them. */

const MAX_TAG_LENGTH = 40;
const MAX_TAGS_AT_ONCE = 20;
const MAX_NOTES_OF_CUSTOMER = 1_000;
const MAX_SEARCH_LENGTH = 64;

const tag = () => line(MAX_TAG_LENGTH);

const filterKeys = {
  status: Joi.string().valid(...ORDER_STATUSES),
  paymentStatus: Joi.string().valid(...PAYMENT_STATUSES),
  fulfillmentStatus: Joi.string().valid(...FULFILLMENT_STATUSES),
  source: Joi.string().valid(...ORDER_SOURCES),
  userId: foreignId(),
  email: email(),
  phone: phone(),
  tag: tag(),
  sellerId: foreignId(),
};

export const listOrdersSchema = {
  query: listQuery<OrderListQuery>(["createdAt", "grandTotal", "status"], filterKeys),
};

export interface SearchOrdersQuery {
  q: string;
  page: number;
  limit: number;
}

const { page, limit } = pageKeys(["createdAt"]);

export const searchOrdersSchema = {
  query: Joi.object<SearchOrdersQuery>({ q: identifier().max(MAX_SEARCH_LENGTH).required(), page, limit }),
};

export const exportOrdersSchema = {
  query: withinRange(Joi.object<OrderFilters>({ ...dateRangeKeys, ...filterKeys })),
};

export const getAnalyticsSchema = { query: analyticsQuery() };

const params = Joi.object<{ orderId: string }, true>({ orderId: objectId().required() });

export const getOrderSchema = { params };

export const addNoteSchema = {
  params,
  body: Joi.object<{ note: string }, true>({ note: staffNote().required() }).required(),
};

const tagsBody = Joi.object<{ tags: string[] }, true>({
  tags: Joi.array().items(tag()).min(1).max(MAX_TAGS_AT_ONCE).required(),
}).required();

export const addTagsSchema = { params, body: tagsBody };
export const removeTagsSchema = { params, body: tagsBody };

export interface EditOrderBody {
  /** Of the order as it was read. */
  version: number;
  shippingAddress?: AddressInput;
  /** Null removes them. */
  customerNotes?: string | null;
}

export const editOrderSchema = {
  params,
  body: Joi.object<EditOrderBody>({
    version: wholeNumber().min(0).required(),
    shippingAddress: Joi.object(addressKeys).fork(REQUIRED_ADDRESS_KEYS, (field) => field.required()),
    customerNotes: freeText(MAX_NOTES_OF_CUSTOMER).allow(null),
  })
    .or("shippingAddress", "customerNotes")
    .required(),
};
