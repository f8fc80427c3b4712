import type { mongo, PipelineStage, Schema } from "mongoose";

/** Somebody tried to rewrite history: always a bug, so it is loud (500), never ignored. */
export class AppendOnlyError extends Error {
  constructor(collection: string) {
    super(`${collection} is append-only: its documents are never changed or deleted`);
    this.name = "AppendOnlyError";
  }
}

const CHANGES = [
  "updateOne",
  "updateMany",
  "replaceOne",
  "findOneAndUpdate",
  "findOneAndReplace",
  "findOneAndDelete",
  "deleteOne",
  "deleteMany",
] as const;

const writesBack = (stage: PipelineStage): boolean => "$merge" in stage || "$out" in stage;

/**
 * Refuses every update and delete that goes through the model (`domain.md` §1, invariant I20).
 * Operators who need more than that (a legal erasure, retention) go through the driver, on purpose.
 */
export function appendOnly<T>(schema: Schema<T>): void {
  const collection = String(schema.get("collection"));
  const refuse = () => {
    throw new AppendOnlyError(collection);
  };
  schema.pre([...CHANGES], { query: true, document: false }, refuse);
  schema.pre(["updateOne", "deleteOne"], { query: false, document: true }, refuse);
  schema.pre("save", function refuseSecondSave() {
    if (!this.isNew) refuse();
  });
  schema.pre("bulkWrite", (operations: readonly mongo.AnyBulkWriteOperation[]) => {
    if (operations.some((operation) => !("insertOne" in operation))) refuse();
  });
  schema.pre("aggregate", function refuseWriteBack() {
    if (this.pipeline().some(writesBack)) refuse();
  });
}
