import Joi from "joi";

/** A field's name; anything else may be data that a neighbour uses as a key. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,40}$/;
const MOST = 5;

/**
 * What of a document did not match its schema, as paths and rules (`lines.0.price: number.base`). Joi's own
 * messages quote the values, which may be personal data and must not reach a log.
 */
export function describeMismatch({ details }: Joi.ValidationError): string {
  const rules = details.map(({ path, type }) => {
    const names = path.map((step) => (typeof step === "number" || NAME.test(step) ? step : "*"));
    return `${names.join(".") || "value"}: ${type}`;
  });
  return rules.slice(0, MOST).join("; ");
}

/** Whether an error is a schema's. */
export const isMismatch = (error: unknown): error is Joi.ValidationError => Joi.isError(error);
