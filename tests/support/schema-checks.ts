import type Joi from "joi";

/** The value as it goes over the wire. */
export const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Checks a view as the HTTP tests do: what the schema does not name must not be there. */
export function expectView(view: unknown, schema: Joi.Schema): void {
  const { error } = schema.validate(asJson(view), { convert: false, abortEarly: false });
  expect(error?.message).toBeUndefined();
}

/** A body as the validation step reads it. @returns the value, or the paths that were refused. */
export function readBody(schema: Joi.ObjectSchema, body: unknown): { value?: unknown; refused?: string[] } {
  const { value, error } = schema.validate(body, { convert: false, abortEarly: false });
  return error ? { refused: error.details.map(({ path }) => path.join(".")) } : { value };
}

/** A query or path as the validation step reads it. */
export function readUrl(schema: Joi.ObjectSchema, url: unknown): { value?: unknown; refused?: string[] } {
  const { value, error } = schema.validate(url, { convert: true, abortEarly: false });
  return error ? { refused: error.details.map(({ path }) => path.join(".")) } : { value };
}
