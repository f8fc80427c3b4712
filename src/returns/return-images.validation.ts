import Joi from "joi";
import type { Uploads } from "../../middlewares/route.types.js";
import { objectId } from "../../utils/request-schemas.js";
import { returnParams } from "./returns.validation.js";

export const addImagesSchema = {
  params: returnParams,
  body: Joi.object<{ orderItemId: string }, true>({ orderItemId: objectId().required() }).required(),
  files: {
    images: { contentType: "image/*", maxBytes: 5_000_000, maxCount: 5 },
  } satisfies Uploads,
};
