import { type ClientSession, type Types, trusted } from "mongoose";
import {
  type FileDoc,
  Return,
  type ReturnDoc,
  type ReturnImage,
  SKIP_VALIDATORS_RETURN_NEW,
} from "../../models/index.js";
import { DAY_MS, now } from "../../utils/clock.js";
import { RETURN_STATUS, type ReturnStatus } from "../../utils/constants.js";
import { RuleError, ValidationError } from "../../utils/errors.js";
import { sha256Hex } from "../../utils/helpers.js";
import { type AdminPrincipal, actorOf, isOwnedBy, type Owner } from "../../utils/principal.js";
import { getReturn, returnNotFound } from "../aggregates/return/return-rows.js";
import { recordAudit } from "../platform/audit.service.js";
import { returnChanged } from "../platform/changed-meanwhile.js";
import { findFile, keepFiles, saveFile } from "../platform/files.service.js";
import { IMAGE_TYPE, normaliseImage } from "../platform/images.service.js";
import { inTransaction } from "../platform/transaction.service.js";

export interface NewReturnImages {
  returnId: Types.ObjectId;
  orderItemId: Types.ObjectId;
  /** As they were uploaded. */
  uploads: readonly Buffer[];
  /** Customers reach only their own returns. */
  by: { customer: Owner } | { admin: AdminPrincipal };
}

/** Of the customer, and as many of the warehouse. */
const MAX_IMAGES = 10;
/** A photo that is not attached by then never will be: its request has ended long ago. */
const ATTACHED_WITHIN_MS = DAY_MS;

const OPEN: readonly ReturnStatus[] = [
  RETURN_STATUS.REQUESTED,
  RETURN_STATUS.APPROVED,
  RETURN_STATUS.RECEIVED,
];

/**
 * Adds photos to a line of a return: all of them, or none. Safe to repeat: a photo that this side has added to the line
 * already is not added again. A photo is first stored with an expiry, which the transaction that attaches it removes,
 * so that a crash or a refusal in between leaves nothing for ever.
 * @returns the return with all its photos
 * @throws NotFoundError RETURN_NOT_FOUND, also for another person's
 * @throws RuleError RETURN_NOT_OPEN, TOO_MANY_IMAGES; ValidationError for a line of another return
 * @throws as `normaliseImage` and `saveFile`
 */
export async function addReturnImages(request: NewReturnImages): Promise<ReturnDoc> {
  // Cheap refusals first. The transaction checks again.
  const found = await getOpenReturn(request);
  const photos = await Promise.all(photosOf(request).map(findStored));
  assertRoom(found, request, photos.filter(({ file }) => !file || !isAttached(found, file._id)).length);
  const fileIds = await storeAll(found, photos);
  return inTransaction((tx) => attach(request, fileIds, tx));
}

async function getOpenReturn(
  { returnId, orderItemId, by }: NewReturnImages,
  tx?: ClientSession,
): Promise<ReturnDoc> {
  const found = await getReturn(returnId, tx);
  if ("customer" in by && !isOwnedBy(found, by.customer)) throw returnNotFound();
  if (!OPEN.includes(found.status) || found.inspection)
    throw new RuleError(
      "RETURN_NOT_OPEN",
      "This return is closed or inspected; photos can no longer be added",
    );
  if (!found.items.some((item) => item.orderItemId.equals(orderItemId)))
    throw new ValidationError([
      { in: "body", path: "orderItemId", message: '"orderItemId" is not a line of this return' },
    ]);
  return found;
}

const addedBy = ({ by }: NewReturnImages): ReturnImage["addedBy"] =>
  "customer" in by ? "customer" : "admin";

const isAttached = ({ images }: ReturnDoc, id: Types.ObjectId): boolean =>
  images.some(({ fileId }) => fileId.equals(id));

function assertRoom({ images }: ReturnDoc, request: NewReturnImages, more: number): void {
  const side = addedBy(request);
  const present = images.filter((image) => image.addedBy === side).length;
  if (present + more > MAX_IMAGES)
    throw new RuleError("TOO_MANY_IMAGES", `A return has at most ${MAX_IMAGES} photos from each side`, {
      present,
      allowed: MAX_IMAGES,
    });
}

interface Photo {
  dedupeKey: string;
  bytes: Buffer;
}

/** A photo that is twice in the form is one. */
function photosOf(request: NewReturnImages): Photo[] {
  const { returnId, orderItemId, uploads } = request;
  const about = `return_image:${returnId.toHexString()}:${orderItemId.toHexString()}:${addedBy(request)}`;
  const byKey = new Map(uploads.map((bytes) => [`${about}:${sha256Hex(bytes)}`, bytes]));
  return [...byKey].map(([dedupeKey, bytes]) => ({ dedupeKey, bytes }));
}

type FoundPhoto = Photo & { file: FileDoc | null };

const findStored = async (photo: Photo): Promise<FoundPhoto> => ({
  ...photo,
  file: await findFile(photo.dedupeKey),
});

/** Nothing is stored before every photo is known to be one. */
async function storeAll(found: ReturnDoc, photos: readonly FoundPhoto[]): Promise<Types.ObjectId[]> {
  const ready: (Pick<Photo, "dedupeKey"> & { body: Buffer })[] = [];
  for (const { dedupeKey, bytes, file } of photos)
    if (!file) ready.push({ dedupeKey, body: await normaliseImage(bytes) });
  const ids = photos.flatMap(({ file }) => (file ? [file._id] : []));
  for (const photo of ready) {
    const file = await saveFile({
      ...photo,
      ...{ purpose: "return_image", resourceId: found._id, contentType: IMAGE_TYPE },
      name: `${found.orderNumber}-return.jpg`,
      expiresAt: new Date(now().getTime() + ATTACHED_WITHIN_MS),
    });
    ids.push(file._id);
  }
  return ids;
}

async function attach(
  request: NewReturnImages,
  fileIds: readonly Types.ObjectId[],
  tx: ClientSession,
): Promise<ReturnDoc> {
  const found = await getOpenReturn(request, tx);
  const more = fileIds.filter((id) => !isAttached(found, id));
  if (more.length === 0) return found;
  assertRoom(found, request, more.length);
  const updated = (await keepFiles(more, tx)) && (await push(found, toImages(request, more), tx));
  if (!updated) throw returnChanged(found._id);
  await audit(request, more, tx);
  return updated;
}

function toImages(request: NewReturnImages, fileIds: readonly Types.ObjectId[]): ReturnImage[] {
  const facts = { orderItemId: request.orderItemId, addedBy: addedBy(request), at: now() };
  return fileIds.map((fileId) => ({ fileId, ...facts }));
}

/** Photos are only ever added, so their number stands for the list that the limit was checked against. */
const push = (
  { _id, status, images }: ReturnDoc,
  added: readonly ReturnImage[],
  tx: ClientSession,
): Promise<ReturnDoc | null> =>
  Return.findOneAndUpdate(
    { _id, status, inspection: null, images: trusted({ $size: images.length }) },
    { $push: { images: { $each: [...added] } } },
    { ...SKIP_VALIDATORS_RETURN_NEW, session: tx },
  )
    .lean<ReturnDoc>()
    .exec();

/** The audit log records admins, not customers. */
async function audit(
  { by, returnId, orderItemId }: NewReturnImages,
  fileIds: readonly Types.ObjectId[],
  tx: ClientSession,
): Promise<void> {
  if ("customer" in by) return;
  const after = { orderItemId: orderItemId.toHexString(), images: fileIds.map((id) => id.toHexString()) };
  const about = { resourceType: "return", resourceId: returnId.toHexString() };
  await recordAudit({ actor: actorOf(by.admin), action: "return.images", ...about, after }, tx);
}
