import Joi from "joi";

/**
 * Every variable of the environment: what it must look like, what it is for, an example, and what a
 * developer's machine gets without it. `.env.example` tells the same; a test keeps the two together.
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
  /** A secret of the sandbox: used in development and test, refused in production, where anyone can look it up. */
  sandboxValue?: string;
}

export const HOST = "http://localhost";
export const text = () => Joi.string().trim();
export const secret = () => text().min(16).max(512);
export const url = () => text().uri({ scheme: ["http", "https"] });
export const whole = (min: number, max: number) => Joi.number().integer().min(min).max(max);
export const flag = () => Joi.boolean();
export const oneOf = (...words: string[]) => Joi.string().valid(...words);
export const list = (item: RegExp, what: string) =>
  text().custom((value: string, helpers) => {
    const valid = value.split(",").every((part) => item.test(part.trim()));
    return valid ? value : helpers.message({ custom: `must be ${what}, comma-separated` });
  });
