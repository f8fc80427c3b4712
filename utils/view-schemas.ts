import Joi from "joi";

/**
 * Building blocks of the schemas in `<module>.view.ts`, which describe responses for OpenAPI and the tests.
 */

/** The envelope around every JSON response. */
export const envelopeKeys = Joi.object({
  success: Joi.boolean().required(),
  statusCode: Joi.number().integer().required(),
  message: Joi.string().required(),
  data: Joi.any(),
  error: Joi.object({ code: Joi.string().required(), details: Joi.any() }).allow(null).required(),
  meta: Joi.object().unknown(true),
});

/** A view with a name, which becomes a component of the OpenAPI document. */
export function view<T extends Joi.SchemaMap>(name: string, keys: T): Joi.ObjectSchema {
  return Joi.object(keys).meta({ className: name }).required();
}

/** A schema, or null. For views use this, not `.allow(null)`: a named component is never null itself. */
export function nullable(schema: Joi.Schema): Joi.Schema {
  return Joi.alternatives().try(schema, Joi.valid(null));
}

/** Rupees with at most two decimals. */
export const rupees = Joi.number().precision(2);
export const rupeesOrNull = rupees.allow(null);

/** A time in JSON: `2026-11-21T08:00:00.000Z`. */
export const moment = Joi.string().isoDate();
export const momentOrNull = moment.allow(null);

/** The response of a list. */
export function listView(item: Joi.Schema): Joi.ObjectSchema {
  return Joi.object({
    items: Joi.array().items(item).required(),
    pagination: Joi.object({
      page: Joi.number().integer().required(),
      limit: Joi.number().integer().required(),
      total: Joi.number().integer().required(),
      totalPages: Joi.number().integer().required(),
      totalCapped: Joi.boolean(),
    }).required(),
  }).required();
}
