import type mongoose from "mongoose";

/** What the database profiled of a piece of work: its statements that fit the filter. */
export async function profileOf(
  db: mongoose.mongo.Db,
  work: () => Promise<unknown>,
  filter: object,
): Promise<mongoose.mongo.WithId<mongoose.mongo.Document>[]> {
  await db.command({ profile: 2 });
  const since = new Date();
  try {
    await work();
  } finally {
    await db.command({ profile: 0 });
  }
  return db
    .collection("system.profile")
    .find({ ts: { $gte: since }, ...filter })
    .toArray();
}
