import Joi from "joi";
import type { ReturnDoc, ReturnImage } from "../../models/index.js";
import { RETURN_STATUSES } from "../../utils/constants.js";
import { id, text } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";

const toImageView = (image: ReturnImage, urlOf: (image: ReturnImage) => string) => ({
  id: image.fileId.toHexString(),
  orderItemId: image.orderItemId.toHexString(),
  url: urlOf(image),
});

const ImageView = viewOf<ReturnType<typeof toImageView>>("ReturnImage", {
  id,
  orderItemId: id,
  url: text.description("Opens the photo without signing in, for 15 minutes"),
});

/** @param urlOf the link that opens a photo */
export const toReturnView = (document: ReturnDoc, urlOf: (image: ReturnImage) => string) => ({
  id: document._id.toHexString(),
  orderNumber: document.orderNumber,
  status: document.status,
  images: document.images.map((image) => toImageView(image, urlOf)),
});

export const ReturnView = viewOf<ReturnType<typeof toReturnView>>("ReturnView", {
  id,
  orderNumber: text,
  status: Joi.string().valid(...RETURN_STATUSES),
  images: Joi.array().items(ImageView),
});
