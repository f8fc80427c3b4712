import Joi from "joi";

/** The name is looked up, not listed here: an unknown one answers 404 JOB_NOT_FOUND. */
export const runJob = {
  params: Joi.object<{ name: string }, true>({ name: Joi.string().max(64).required() }),
};
