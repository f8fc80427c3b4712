import Joi from "joi";
import { maskCardNumbers } from "./masking.js";
import {
  changesDirection,
  cleanIdentifier,
  cleanLine,
  cleanText,
  isVisible,
  normaliseCouponCode,
  overridesDirection,
} from "./text.js";

/**
 * Text in requests. Joi converts nothing in bodies, so cleaning is a rule of its own. It comes first: the
 * rules after it, limits among them, see the cleaned value.
 */

interface Typed {
  clean: (text: string) => string;
  isRefused: (text: string) => boolean;
}

/** Stops at the first error: after a refusal, later rules would check the uncleaned value. */
const cleaned = ({ clean, isRefused }: Typed): Joi.StringSchema =>
  Joi.string()
    .prefs({ abortEarly: true })
    .custom((typed: string, helpers) => {
      if (isRefused(typed)) {
        return helpers.message({ custom: "{{#label}} must not change the direction of the text" });
      }
      const text = clean(typed);
      return isVisible(text) ? text : helpers.error("string.empty");
    });

/** One line that shows something. */
export const line = (max: number) => cleaned({ clean: cleanLine, isRefused: changesDirection }).max(max);

/** One line of a contact: a name, a street. Card numbers, which browsers fill in by mistake, are masked. */
export const contactLine = (max: number) =>
  cleaned({ clean: (text) => maskCardNumbers(cleanLine(text)), isRefused: changesDirection }).max(max);

/** An optional line of a contact: absent, `null` or blank, which all become undefined. */
export const optionalContactLine = (max: number) => contactLine(max).allow(null).empty(NOTHING);

/** Text of several lines. Card numbers in it are masked: they must not be stored. */
export const freeText = (max: number) =>
  cleaned({ clean: (text) => maskCardNumbers(cleanText(text)), isRefused: overridesDirection }).max(max);

/** Text of several lines by an admin, as it is printed: nothing in it is masked, so account numbers stay. */
export const printedText = (max: number) =>
  cleaned({ clean: cleanText, isRefused: overridesDirection }).max(max);

/** What staff write about an order, refund or return: by itself, with a decision, or with a change of status. */
export const staffNote = () => freeText(2_000);

/** A reason for a cancellation or rejection. */
export const reasonText = () => freeText(500).min(3);

/** A text that is compared as a whole, without invisible characters; the caller adds its format. */
export const identifier = () => cleaned({ clean: cleanIdentifier, isRefused: changesDirection });

/**
 * A coupon code in its stored form. It needs a letter or digit: the codes `.` and `..` would vanish from
 * the path of the route that removes a coupon.
 */
export const couponCode = () =>
  cleaned({ clean: normaliseCouponCode, isRefused: changesDirection })
    .max(64)
    .pattern(/[\p{L}\p{N}]/u, "a code with a letter or digit");

const NOTHING = Joi.alternatives(
  Joi.valid(null, ""),
  Joi.string().custom((text: string, helpers) =>
    isVisible(cleanLine(text)) || changesDirection(text) ? helpers.error("any.invalid") : text,
  ),
);
