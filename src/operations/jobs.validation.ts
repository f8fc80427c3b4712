import Joi from "joi";
import { keyword } from "../../utils/request-schemas.js";

/** The name is looked up, not listed here: an unknown one answers 404 JOB_NOT_FOUND. */
export const runJobSchema = {
  params: Joi.object<{ name: string }, true>({ name: keyword().required() }),
};
