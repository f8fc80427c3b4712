import Joi from "joi";
import { keyword } from "../../utils/request-schemas.js";

/** The service looks the name up: an unknown one answers 404 JOB_NOT_FOUND. */
export const runJobSchema = {
  params: Joi.object<{ name: string }, true>({ name: keyword().required() }),
};
