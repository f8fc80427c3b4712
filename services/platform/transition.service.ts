import type { ClientSession, Model, QueryFilter, Types, UpdateQuery } from "mongoose";
import { countStatusChange } from "../../config/metrics.config.js";
import { type ChangedBy, SKIP_VALIDATORS_RETURN_NEW, type StatusEntry } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { STATUS_TYPE, type StatusType } from "../../utils/constants.js";
import { InvalidStatusTransitionError } from "../../utils/errors.js";
import { canMove, type StateMachine } from "../../utils/state-machines.js";
import { type AuditEntry, recordAudit } from "./audit.service.js";
import { appendHistory } from "./history.service.js";
import { enqueueOutbox, type OutboxDraft } from "./outbox.service.js";
import { afterCommit } from "./transaction.service.js";

/**
 * The single writer of every document's status. Guard and write are one query that compares the exact current status. The
 * history, the outbox messages and the audit row of the move are written with it. A repeated move changes nothing.
 */

interface Bookkeeping {
  /** The field that holds the status. */
  field: string;
  /** An embedded list of `StatusEntry`, for lifecycles that keep one. */
  embedded?: string;
  /** Rows of `OrderStatusHistory` of this type; these need a transaction. */
  rows?: StatusType;
}

/** By the name of the machine. */
const BOOKKEEPING: Readonly<Record<string, Bookkeeping>> = {
  order: { field: "status", rows: STATUS_TYPE.ORDER },
  "order payment": { field: "paymentStatus", rows: STATUS_TYPE.PAYMENT },
  fulfillment: { field: "fulfillmentStatus", rows: STATUS_TYPE.FULFILLMENT },
  shipment: { field: "status" },
  payment: { field: "status", embedded: "statusHistory" },
  "COD payment": { field: "status", embedded: "statusHistory" },
  refund: { field: "status", embedded: "history" },
  return: { field: "status", embedded: "history" },
  cart: { field: "status" },
  checkout: { field: "status" },
};

/** Fields of the document, or dotted paths into it. */
type Changes<D> = { [Field in keyof D]?: D[Field] } & { [path: `${string}.${string}`]: unknown };

/** The audit row of an admin's move. `before` and `after` default to the two statuses. */
export type MoveAudit = Pick<AuditEntry, "action" | "resourceType" | "before" | "after">;

export interface TransitionRequest<S extends string, D> {
  machine: StateMachine<S>;
  model: Model<D>;
  id: Types.ObjectId;
  /** The status that the document must have. Default: any status from which the table allows the move. */
  from?: NoInfer<S>;
  /** The document as the caller has just read it. Saves one read; the write still compares the status. */
  seen?: NoInfer<D>;
  to: NoInfer<S>;
  /** Kept in the history and the audit row; carts, checkouts and shipments have no history. */
  by: ChangedBy;
  note?: string;
  /** What else must hold, in the same query. Operators need `trusted()`. */
  guard?: QueryFilter<NoInfer<D>>;
  set?: Changes<NoInfer<D>>;
  push?: { [path: string]: unknown };
  /** Adds 1 to the document's `version`, so that a writer who has read the document before the move fails. */
  raiseVersion?: true;
  /** The outbox messages of the move, or how to make them from the moved document. Needs a transaction. */
  messages?: readonly OutboxDraft[] | ((moved: NoInfer<D>) => readonly OutboxDraft[]);
  /** Needs a transaction. */
  audit?: MoveAudit;
  /** Required for messages, an audit row, and the three statuses of an order. */
  tx?: ClientSession;
}

export type TransitionResult<S extends string, D> =
  | { changed: true; from: S; document: D }
  | {
      changed: false;
      /**
       * `same`: it already has that status. `missing`: no such document. `guard`: the guard did not hold, or the
       * document moved in the meantime to a status from which the move is legal too. `illegal`: not in the table.
       */
      reason: "same" | "missing" | "guard" | "illegal";
      document: D | null;
    };

/**
 * Moves a document to another status, with everything that belongs to the move.
 * @returns the moved document, or the reason why nothing changed
 * @throws InvalidStatusTransitionError when the table does not list the move
 */
export async function applyTransition<S extends string, D>(
  request: TransitionRequest<S, D>,
): Promise<TransitionResult<S, D>> {
  const result = await tryTransition(request);
  if (!result.changed && result.reason === "illegal") {
    const from = result.document ? statusOf<S>(request, result.document) : request.from;
    throw new InvalidStatusTransitionError(
      from ?? "unknown",
      request.to,
      from ? request.machine.next[from] : [],
    );
  }
  return result;
}

/**
 * For a decision that is legal from fewer statuses than the table lists.
 * @throws InvalidStatusTransitionError unless the document has one of these statuses
 */
export function assertStatus<S extends string>(
  machine: StateMachine<S>,
  { status }: { status: S },
  { from, to }: { from: readonly NoInfer<S>[]; to: NoInfer<S> },
): void {
  if (!from.includes(status)) throw new InvalidStatusTransitionError(status, to, machine.next[status]);
}

/** As `applyTransition`, for late gateway reports: an illegal move is a result, not an error. */
export async function tryTransition<S extends string, D>(
  request: TransitionRequest<S, D>,
): Promise<TransitionResult<S, D>> {
  let from: S | undefined = request.from;
  let document: D | null = null;
  // At most twice: without a `from`, another writer may move the document between the read and the write.
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    if (from === undefined) {
      document = await readUnlessSeen(request);
      if (!document) return { changed: false, reason: "missing", document };
      from = statusOf<S>(request, document);
    }
    if (from === request.to)
      return { changed: false, reason: "same", document: document ?? (await find(request)) };
    if (!canMove(request.machine, from, request.to)) return { changed: false, reason: "illegal", document };
    const moved = await write(request, from);
    if (moved) return { changed: true, from, document: moved };
    document = await find(request);
    const current = document ? statusOf<S>(request, document) : undefined;
    if (request.from !== undefined || current === from || current === undefined) break;
    from = current;
  }
  return notMoved(request, document);
}

/** A document that the caller has seen is enough where its status allows the move: the write compares it again. */
async function readUnlessSeen<S extends string, D>(request: TransitionRequest<S, D>): Promise<D | null> {
  const { seen, machine, to } = request;
  return seen && canMove(machine, statusOf<S>(request, seen), to) ? seen : find(request);
}

function notMoved<S extends string, D>(
  request: TransitionRequest<S, D>,
  document: D | null,
): TransitionResult<S, D> {
  if (!document) return { changed: false, reason: "missing", document };
  const current = statusOf<S>(request, document);
  if (current === request.to) return { changed: false, reason: "same", document };
  const legal = canMove(request.machine, current, request.to);
  return { changed: false, reason: legal ? "guard" : "illegal", document };
}

/** Guard and write in one query: only a document that still has the status is moved. */
function queryOf<S extends string, D>(request: TransitionRequest<S, D>, from: S) {
  const { field, embedded } = bookkeepingOf(request);
  const filter = { ...request.guard, _id: request.id, [field]: from } as QueryFilter<D>;
  const update = {
    $set: { ...request.set, [field]: request.to },
    ...(request.raiseVersion ? { $inc: { version: 1 } } : {}),
    ...(embedded || request.push
      ? { $push: { ...request.push, ...(embedded ? { [embedded]: toEntry(request, from) } : {}) } }
      : {}),
  } as UpdateQuery<D>;
  return { filter, update };
}

async function write<S extends string, D>(request: TransitionRequest<S, D>, from: S): Promise<D | null> {
  assertTransaction(request);
  const { filter, update } = queryOf(request, from);
  const moved = await request.model
    .findOneAndUpdate(filter, update, { ...SKIP_VALIDATORS_RETURN_NEW, session: request.tx })
    .lean<D>();
  if (moved && request.tx) await writeBeside(request, { from, moved, tx: request.tx });
  if (moved) countWhenCommitted(request);
  return moved;
}

function countWhenCommitted<S extends string, D>({ machine, to, tx }: TransitionRequest<S, D>): void {
  const count = () => countStatusChange({ lifecycle: machine.name, to });
  if (tx) afterCommit(tx, count);
  else count();
}

function assertTransaction<S extends string, D>(request: TransitionRequest<S, D>): void {
  const { machine, messages, audit, tx } = request;
  if (tx || !(bookkeepingOf(request).rows || messages || audit)) return;
  throw new TypeError(`a move of ${machine.name} needs a transaction`);
}

/** History rows, messages and audit row: one after another, because a transaction runs one operation at a time. */
async function writeBeside<S extends string, D>(
  request: TransitionRequest<S, D>,
  { from, moved, tx }: { from: S; moved: D; tx: ClientSession },
): Promise<void> {
  const { id, to, by, note, messages, audit } = request;
  const { rows, field } = bookkeepingOf(request);
  if (rows) await appendHistory([{ orderId: id, statusType: rows, from, to, by, note }], tx);
  if (messages) await enqueueOutbox(typeof messages === "function" ? messages(moved) : messages, tx);
  if (!audit) return;
  if (by.type === "customer") throw new TypeError("the audit log records admins, not customers");
  const resourceId = id.toHexString();
  const statuses = { before: { [field]: from }, after: { [field]: to } };
  await recordAudit({ ...statuses, ...audit, actor: { ...by, type: by.type }, resourceId }, tx);
}

function toEntry<S extends string, D>(request: TransitionRequest<S, D>, from: S): StatusEntry {
  return { from, to: request.to, at: now(), note: request.note ?? null, by: request.by };
}

/** The first entry of an embedded history, for a document that is about to be inserted. */
export const firstEntry = (to: string, by: ChangedBy, note?: string): StatusEntry => ({
  from: null,
  to,
  at: now(),
  note: note ?? null,
  by,
});

function find<S extends string, D>({ model, id, tx }: TransitionRequest<S, D>): Promise<D | null> {
  return model
    .findById(id)
    .session(tx ?? null)
    .lean<D>()
    .exec();
}

function bookkeepingOf<S extends string>({ machine }: { machine: StateMachine<S> }): Bookkeeping {
  const bookkeeping = BOOKKEEPING[machine.name];
  if (!bookkeeping) throw new TypeError(`no bookkeeping for the lifecycle "${machine.name}"`);
  return bookkeeping;
}

function statusOf<S extends string>(request: { machine: StateMachine<S> }, document: unknown): S {
  const field = BOOKKEEPING[request.machine.name]?.field ?? "status";
  const status: unknown = Object(document)[field];
  if (typeof status === "string" && Object.hasOwn(request.machine.next, status)) return status as S;
  throw new TypeError(`not a status of ${request.machine.name}: ${String(status)}`);
}
