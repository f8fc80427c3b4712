import type { Response } from "express";
import type { AdminInput, Input, UploadedFile } from "../../middlewares/described-router.js";
import { addReturnImages } from "../../services/flows/return-images.flow.js";
import { ValidationError } from "../../utils/errors.js";
import { toObjectId } from "../../utils/helpers.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import type * as schemas from "./return-images.validation.js";
import { toAdminReturnView } from "./returns.admin.view.js";
import { imageLink } from "./returns.service.js";
import { toReturnView } from "./returns.view.js";

type Schema = typeof schemas.addImagesSchema;

export async function addImages(input: Input<Schema>, res: Response): Promise<void> {
  const returned = await addReturnImages({ ...toPhotos(input), by: { customer: input.owner } });
  sendResponse(res, HTTP_STATUS.OK, "The photos are added", toReturnView(returned, imageLink));
}

export async function addImagesAsAdmin(input: AdminInput<Schema>, res: Response): Promise<void> {
  const returned = await addReturnImages({ ...toPhotos(input), by: { admin: input.principal } });
  sendResponse(res, HTTP_STATUS.OK, "The photos are added", toAdminReturnView(returned, imageLink));
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
