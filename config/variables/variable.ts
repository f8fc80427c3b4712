import Joi from "joi";

/**
 * Describes a variable of the environment: its format, purpose, an example, and its default in development.
 * `.env.example` says the same; a test keeps the two in step.
 */
export interface VariableSpec {
  schema: Joi.Schema;
  purpose: string;
  example: string;
  /** ★: must be set in production. */
  requiredInProduction?: true;
  /** Used wherever the variable is not set (also in production, unless it is required there). */
  fallback?: string | number | boolean;
  /** Used in development and test only. */
  developmentFallback?: string;
  /** A secret of the sandbox, which is public: used in development and test, refused in production. */
  sandboxValue?: string;
}

export const HOST = "http://localhost";
export const text = () => Joi.string().trim();
export const secret = () => text().min(16).max(512);
export const url = () => text().uri({ scheme: ["http", "https"] });
export const whole = (min: number, max: number) => Joi.number().integer().min(min).max(max);
export const flag = () => Joi.boolean();
export const oneOf = (...allowed: string[]) => Joi.string().valid(...allowed);
export const list = (item: RegExp, what: string) =>
  text().custom((value: string, helpers) => {
    const valid = value.split(",").every((part) => item.test(part.trim()));
    return valid ? value : helpers.message({ custom: `must be ${what}, comma-separated` });
  });
