import type Joi from "joi";

/** The value after a round trip through JSON. */
export const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Checks a view as the HTTP tests do: every field must be declared in the schema. */
export function expectView(view: unknown, schema: Joi.Schema): void {
  const { error } = schema.validate(asJson(view), { convert: false, abortEarly: false });
  expect(error?.message).toBeUndefined();
}

/** Validates a body as the middleware does. @returns the value, or the paths that were refused */
export function readBody(schema: Joi.ObjectSchema, body: unknown): { value?: unknown; refused?: string[] } {
  const { value, error } = schema.validate(body, { convert: false, abortEarly: false });
  return error ? { refused: error.details.map(({ path }) => path.join(".")) } : { value };
}

/** Validates a query or path as the middleware does. */
export function readUrl(schema: Joi.ObjectSchema, url: unknown): { value?: unknown; refused?: string[] } {
  const { value, error } = schema.validate(url, { convert: true, abortEarly: false });
  return error ? { refused: error.details.map(({ path }) => path.join(".")) } : { value };
}
