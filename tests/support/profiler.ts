import type mongoose from "mongoose";

/** The statements of a piece of work that match the filter, from the database's profiler. */
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
