import Joi from "joi";
import type { Paise } from "../../utils/money.js";
import { rupeesToPaise } from "../../utils/money.js";

/**
 * Building blocks of the schemas that answers of neighbours must fit. A field is required unless it says
 * otherwise (the rules in `http-answer.ts`); conversion to the domain's units happens here and nowhere else.
 */

/** Ten crore rupees: a single amount above it is a mistake of the sender. */
const MAX_RUPEES = 100_000_000;
/** Generous: for what never runs out, people type in as many nines as fit. */
const MAX_QUANTITY = 1_000_000_000;

const toPaise: Joi.CustomValidator<number, Paise> = (rupees) => rupeesToPaise(rupees);

/** Percent as basis points; 12.345 % is not a rate of any tax. */
const toBasisPoints: Joi.CustomValidator<number> = (percent, helpers) => {
  const basisPoints = Number((percent * 100).toPrecision(12));
  return Number.isInteger(basisPoints) ? basisPoints : helpers.error("number.precision", { limit: 2 });
};

export const text = Joi.string().max(2_000);
export const id = Joi.string().min(1).max(200);
/** Absent, null or empty in the answer: null here. */
export const optionalText = Joi.string().max(2_000).empty(Joi.valid("", null)).optional().default(null);
export const flag = Joi.boolean();

/** Rupees ≥ 0 in the answer, `Paise` here. */
export const rupees = Joi.number<Paise>().min(0).max(MAX_RUPEES).custom(toPaise);
export const quantity = Joi.number().integer().min(0).max(MAX_QUANTITY);
export const days = Joi.number().integer().min(0).max(365);
export const percentAsBps = Joi.number().min(0).max(100).custom(toBasisPoints);

/** An ISO 8601 text in the answer, a `Date` here. */
export const moment = Joi.date().iso().prefs({ convert: true });
export const optionalMoment = moment.empty(Joi.valid("", null)).optional().default(null);

/** At most a thousand entries: no list of the contract is longer. */
export const listOf = <T>(entry: Joi.Schema<T>) => Joi.array<T[]>().items(entry).max(1_000);

/** The data of an answer nobody reads. */
export const nothing = Joi.any<unknown>().optional();
