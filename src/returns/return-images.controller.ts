import type { Response } from "express";
import type { AdminInput, Input, UploadedFile } from "../../middlewares/described-router.js";
import type { ReturnImage } from "../../models/index.js";
import { addReturnImages } from "../../services/flows/return-images.flow.js";
import { fileLink } from "../../services/platform/files.service.js";
import { LINK_SECONDS } from "../../services/platform/links.service.js";
import { ValidationError } from "../../utils/errors.js";
import { toObjectId } from "../../utils/helpers.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import type * as schemas from "./return-images.validation.js";
import { toReturnView } from "./returns.view.js";

type Schema = typeof schemas.addImagesSchema;

export async function addImages(input: Input<Schema>, res: Response): Promise<void> {
  const returned = await addReturnImages({ ...toPhotos(input), by: { customer: input.owner } });
  sendResponse(res, HTTP_STATUS.OK, "The photos are added", toReturnView(returned, urlOf));
}

export async function addImagesAsAdmin(input: AdminInput<Schema>, res: Response): Promise<void> {
  const returned = await addReturnImages({ ...toPhotos(input), by: { admin: input.principal } });
  sendResponse(res, HTTP_STATUS.OK, "The photos are added", toReturnView(returned, urlOf));
}

/** @throws ValidationError without a photo */
function toPhotos({ params, body, files }: Pick<Input<Schema>, "params" | "body" | "files">) {
  if (files.images.length === 0)
    throw new ValidationError([
      { in: "body", path: "images", message: 'Send a form with one to five "images"' },
    ]);
  return {
    returnId: toObjectId(params.returnId),
    orderItemId: toObjectId(body.orderItemId),
    uploads: files.images.map(({ bytes }: UploadedFile) => bytes),
  };
}

const urlOf = ({ fileId }: ReturnImage): string => fileLink({ _id: fileId }, LINK_SECONDS.answer);
