import type { Model } from "mongoose";
import { AppendOnlyError, AuditLog, Invoice, OrderStatusHistory } from "../../../models/index.js";

/** None of these reaches a database: there is no connection here, so what is not refused would hang or throw otherwise. */
const ATTEMPTS: Record<string, (model: Model<object>) => PromiseLike<unknown>> = {
  updateOne: (model) => model.updateOne({}, { $set: { note: "x" } }),
  updateMany: (model) => model.updateMany({}, { $set: { note: "x" } }),
  "upserting updateOne": (model) => model.updateOne({}, { $set: { note: "x" } }, { upsert: true }),
  replaceOne: (model) => model.replaceOne({}, {}),
  findOneAndUpdate: (model) => model.findOneAndUpdate({}, { $set: { note: "x" } }),
  findByIdAndUpdate: (model) => model.findByIdAndUpdate("0".repeat(24), { $set: { note: "x" } }),
  findOneAndReplace: (model) => model.findOneAndReplace({}, {}),
  findOneAndDelete: (model) => model.findOneAndDelete({}),
  findByIdAndDelete: (model) => model.findByIdAndDelete("0".repeat(24)),
  deleteOne: (model) => model.deleteOne({}),
  deleteMany: (model) => model.deleteMany({}),
  "a document's deleteOne": (model) => hydrated(model).deleteOne(),
  "a document's updateOne": (model) => hydrated(model).updateOne({ $set: { note: "x" } }),
  "a second save": (model) => hydrated(model).save({ validateBeforeSave: false }),
  "bulkWrite with an update": (model) =>
    model.bulkWrite([{ updateOne: { filter: {}, update: { $set: { note: "x" } } } }]),
  "bulkWrite with a delete": (model) => model.bulkWrite([{ deleteMany: { filter: {} } }]),
  "an aggregation that writes": (model) =>
    model.aggregate([{ $merge: { into: model.collection.collectionName } }]),
};

const hydrated = (model: Model<object>) => model.hydrate({ _id: "0".repeat(24) });

describe.each([OrderStatusHistory, AuditLog, Invoice].map((model) => [model.modelName, model] as const))(
  "%s is append-only",
  (_name, model) => {
    it.each(Object.entries(ATTEMPTS))("When %s is tried, then it is refused", async (_attempt, attempt) => {
      await expect(Promise.resolve(attempt(model as unknown as Model<object>))).rejects.toThrow(
        AppendOnlyError,
      );
    });
  },
);
