import type { Types } from "mongoose";
import { logger } from "../../../config/logger.config.js";
import { tidyUp } from "../../../utils/async.js";
import { now } from "../../../utils/clock.js";
import { isRefused, type Result } from "../../../utils/result.js";
import {
  type NewReservation,
  releaseReservation,
  updateReservation,
} from "../../integrations/inventory-integration.service.js";
import { enqueueOutbox, type OutboxDraft } from "../../platform/outbox.service.js";

/** A reservation whose state at the inventory service must be brought in line with the cart. */
export type ReservationToSync = { reservationId: string } | { unansweredReservation: UnansweredReservation };

/** A reservation that was asked for and never answered; asked again with the same key it shows its id. */
export type UnansweredReservation = NewReservation & { idempotencyKey: string };

/** Payload of the outbox message `reservation.sync`. */
export type ReservationSyncPayload = ReservationToSync & { cartId: string };

export interface UndoEntry {
  subject: ReservationToSync;
  /** Null: what was asked for is unknown and may still happen, so that only a later look can tell. */
  run: (() => Promise<Result<unknown>>) | null;
}

/** Beside a changed quantity: the quantity before. */
export const undoChange = (reservationId: string, quantity: number): UndoEntry => ({
  subject: { reservationId },
  run: () => updateReservation(reservationId, { quantity }),
});

/** Beside a new reservation: release it. */
export const undoCreation = (reservationId: string): UndoEntry => ({
  subject: { reservationId },
  run: () => releaseReservation(reservationId),
});

/** Beside a call whose effect is not known: only a later look can tell. */
export const undoUnknown = (subject: ReservationToSync): UndoEntry => ({ subject, run: null });

export interface UndoLog {
  push(entry: UndoEntry): void;
  /**
   * Takes everything back, last first. What fails is left to the outbox.
   * @param truth `unsure` when the change may have been written after all, or somebody else may hold the
   *   lease by now: then nothing is taken back here, and the outbox compares with the database.
   */
  takeBack(truth: "unchanged" | "unsure"): Promise<void>;
}

/** An effect that was under way when we gave up has happened by then, or never will. */
const SYNC_AFTER_MS = 5_000;

export function createUndoLog(cartId: Types.ObjectId): UndoLog {
  const entries: UndoEntry[] = [];
  return {
    push: (entry) => entries.push(entry),
    takeBack: async (truth) => {
      const left: ReservationToSync[] = [];
      for (const { subject, run } of entries.splice(0).reverse()) {
        const result = run && truth === "unchanged" ? await run() : null;
        // A refusal is final too: it lapsed meanwhile, and lapsed reservations hold nothing.
        if (!result || !(result.success || isRefused(result))) left.push(subject);
      }
      await tidyUp(oweSync(cartId, left));
    },
  };
}

async function oweSync(cartId: Types.ObjectId, subjects: readonly ReservationToSync[]): Promise<void> {
  const at = now().getTime();
  const drafts = subjects.map((subject): OutboxDraft => {
    const name =
      "reservationId" in subject ? subject.reservationId : subject.unansweredReservation.idempotencyKey;
    return {
      type: "reservation.sync",
      dedupeKey: `reservation.sync:${name}:${at}`,
      payload: { cartId: cartId.toHexString(), ...subject } satisfies ReservationSyncPayload,
      delayMs: SYNC_AFTER_MS,
    };
  });
  try {
    await enqueueOutbox(drafts);
  } catch (error) {
    // The database is down as well. Nothing is lost: reservations lapse by themselves.
    logger.error(
      { err: error, cartId: cartId.toHexString() },
      "> Reservations could not be taken back; they will lapse",
    );
  }
}
