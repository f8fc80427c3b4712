import type { Types } from "mongoose";
import { Order, type OrderDoc, SKIP_VALIDATORS_RETURN_NEW, tagSearchKey } from "../../../models/index.js";
import { orderNotFound, ValidationError } from "../../../utils/errors.js";
import { type AdminPrincipal, actorOf } from "../../../utils/principal.js";
import { recordAudit } from "../../platform/audit.service.js";
import { addStaffNote } from "../../platform/staff-notes.service.js";
import { inTransaction } from "../../platform/transaction.service.js";

/**
 * Notes and tags of the staff. They change nothing that others decide by, so they do not raise the order's version: an
 * admin who is editing the order is not disturbed.
 */

export const MAX_TAGS = 20;

const tooMany = (path: string, message: string) => new ValidationError([{ in: "body", path, message }]);

interface Annotation {
  orderId: Types.ObjectId;
  by: AdminPrincipal;
}

/** As `addStaffNote`. @throws NotFoundError ORDER_NOT_FOUND */
export const addNote = ({
  orderId,
  ...note
}: Annotation & { note: string; requestKey: string | null }): Promise<OrderDoc> =>
  addStaffNote<OrderDoc>({
    ...{ model: Order, id: orderId, field: "internalNotes", resourceType: "order" },
    ...{ notFound: orderNotFound, ...note },
  });

interface Tagging extends Annotation {
  tags: readonly string[];
}

/** Adds the tags that the order does not have. @throws NotFoundError ORDER_NOT_FOUND; ValidationError beyond `MAX_TAGS` */
export const addTags = (tagging: Tagging): Promise<void> =>
  changeTags(tagging, {
    $addToSet: {
      tags: { $each: [...tagging.tags] },
      searchKeys: { $each: tagging.tags.map(tagSearchKey) },
    },
  });

/** Removes the tags that the order has. @throws NotFoundError ORDER_NOT_FOUND */
export const removeTags = (tagging: Tagging): Promise<void> =>
  changeTags(tagging, {
    $pullAll: { tags: [...tagging.tags], searchKeys: tagging.tags.map(tagSearchKey) },
  });

async function changeTags({ orderId, by }: Tagging, update: object): Promise<void> {
  await inTransaction(async (tx) => {
    const before = await Order.findById(orderId, { tags: 1 }).session(tx).lean<Pick<OrderDoc, "tags">>();
    const after = await Order.findOneAndUpdate({ _id: orderId }, update, {
      ...SKIP_VALIDATORS_RETURN_NEW,
      ...{ session: tx, projection: { tags: 1 } },
    }).lean<Pick<OrderDoc, "tags">>();
    if (!before || !after) throw orderNotFound();
    if (after.tags.length > MAX_TAGS && after.tags.length > before.tags.length)
      throw tooMany("tags", `an order has at most ${MAX_TAGS} tags`);
    if (after.tags.length === before.tags.length) return;
    await audit({ orderId, by, action: "order.tags", before, after }, tx);
  });
}

type Change = Annotation & { action: string; before?: { tags: string[] }; after: object };

function audit({ orderId, by, action, before, after }: Change, tx: Parameters<typeof recordAudit>[1]) {
  const about = { resourceType: "order", resourceId: orderId.toHexString() };
  const tagsOf = (doc: object | undefined) => doc && { ...doc, _id: undefined };
  return recordAudit(
    { actor: actorOf(by), action, ...about, before: tagsOf(before), after: tagsOf(after) },
    tx,
  );
}
