import Joi from "joi";

/** Any text: a link that was not made here is not found, whatever is wrong with it. */
const part = Joi.string().allow("").default("");

export const downloadFileSchema = {
  params: Joi.object<{ fileId: string }, true>({ fileId: Joi.string().required() }),
  query: Joi.object<{ expires: string; signature: string }, true>({ expires: part, signature: part }),
};
