import Joi from "joi";
import { invoiceNumber, linkToken, orderNumber } from "../../utils/request-schemas.js";

/** One request schema per handler, named after it. */

/** The signed link of a mail or an answer, instead of signing in. */
const query = Joi.object<{ token?: string }, true>({ token: linkToken() });

export const listOrderInvoicesSchema = {
  params: Joi.object<{ orderNumber: string }, true>({ orderNumber: orderNumber().required() }),
  query,
};

export const invoiceParams = Joi.object<{ invoiceNumber: string }, true>({
  invoiceNumber: invoiceNumber().required(),
});

export const downloadInvoiceSchema = { params: invoiceParams, query };
