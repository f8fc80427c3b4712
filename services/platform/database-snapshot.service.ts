import mongoose, { type Aggregate, type PipelineStage } from "mongoose";
import { Counter } from "../../models/index.js";

/** A model, for its aggregations alone. */
interface Aggregated {
  aggregate<T>(stages: PipelineStage[]): Aggregate<T[]>;
}

/** Aggregations of one moment. */
export interface Snapshot {
  /** @param hint the keys of the index to use, where the planner may take another that has to sort */
  aggregate<T>(model: Aggregated, stages: PipelineStage[], hint?: Record<string, 1>): Promise<T[]>;
}

/**
 * Runs aggregations that all see the database as of one moment, whatever is written meanwhile. Unlike the reads of a
 * transaction they may run at the same time, each on a core of the database.
 */
export async function inSnapshot<R>(read: (snapshot: Snapshot) => Promise<R>): Promise<R> {
  const session = await mongoose.startSession({ snapshot: true });
  try {
    // The first read decides the moment; it finds nothing.
    await Counter.findById("").session(session).readConcern("snapshot").lean();
    return await read({
      aggregate: <T>(model: Aggregated, stages: PipelineStage[], hint?: Record<string, 1>) =>
        model
          .aggregate<T>(stages)
          .session(session)
          .option({ readConcern: { level: "snapshot" }, ...(hint ? { hint } : {}) })
          .allowDiskUse(true)
          .exec(),
    });
  } finally {
    await session.endSession();
  }
}
