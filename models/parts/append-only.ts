import type { mongo, PipelineStage, Schema } from "mongoose";

/** Thrown when code tries to change an append-only document. Always a bug, so it becomes a 500. */
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
 * Refuses every update and delete through the model. A legal erasure or retention has to use the driver, on purpose.
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
