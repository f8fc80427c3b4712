import type { IndexDefinition, IndexOptions } from "mongoose";

/**
 * The collections of GridFS, made at the start like all others. They have no model: the storage driver reads and
 * writes them (services/platform/storage/gridfs.driver.ts).
 */
export const STORAGE_FILES = "storage.files";
export const STORAGE_CHUNKS = "storage.chunks";

type Index = [IndexDefinition, IndexOptions];

const prepared = (collectionName: string, indexes: Index[]) => ({
  modelName: collectionName,
  collection: { collectionName },
  schema: { indexes: () => indexes },
});

export const storageCollections = [
  prepared(STORAGE_FILES, [
    // Two uploads of one key: the second to finish is refused. An unfinished upload has no name.
    [{ filename: 1 }, { unique: true, partialFilterExpression: { filename: { $gt: "" } } }],
    [{ "metadata.key": 1 }, {}],
  ]),
  prepared(STORAGE_CHUNKS, [[{ files_id: 1, n: 1 }, { unique: true }]]),
];
