import { Types } from "mongoose";
import type { Response } from "supertest";
import type { Scene } from "./refusal-scene.js";

/** How the routes of a return's photos are made to refuse. */
type Provoke = (scene: Scene) => Promise<Response>;

/** Sends the photo while the return has other values. */
const withReturn =
  (change: object): Provoke =>
  async (scene) => {
    const returns = scene.world.db.collection("returns");
    const before = await returns.findOne({ _id: new Types.ObjectId(scene.shopper.has.returnId) });
    if (!before) throw new Error("the shopper has no return");
    await returns.updateOne({ _id: before._id }, { $set: change });
    try {
      return await scene.send();
    } finally {
      await returns.replaceOne({ _id: before._id }, before);
    }
  };

/** Ten of each side. */
const photos = (["customer", "admin"] as const).flatMap((addedBy) =>
  Array.from({ length: 10 }, () => ({
    ...{ fileId: new Types.ObjectId(), orderItemId: new Types.ObjectId(), addedBy, at: new Date() },
  })),
);

const REFUSALS: Readonly<Record<string, Provoke>> = {
  RETURN_NOT_OPEN: withReturn({ status: "rejected" }),
  TOO_MANY_IMAGES: withReturn({ images: photos }),
  INVALID_IMAGE: (scene) => scene.send({ files: { images: Buffer.from("ffd8ff0000", "hex") } }),
};

export const RETURN_IMAGE_PROVOCATIONS: Readonly<Record<string, Readonly<Record<string, Provoke>>>> = {
  "POST /api/returns/:returnId/images": REFUSALS,
  "POST /api/admin/returns/:returnId/images": REFUSALS,
};
