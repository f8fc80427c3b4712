import type { ClientSession, Model, QueryFilter, Types, UpdateQuery } from "mongoose";
import { type ChangedBy, SKIP_VALIDATORS_RETURN_NEW, type StatusEntry } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import type { StatusType } from "../../utils/constants.js";
import { InvalidStatusTransitionError } from "../../utils/errors.js";
import { canMove, type StateMachine } from "../../utils/state-machines.js";
import { appendHistory } from "./history.service.js";

/**
 * The single writer of every status (`domain.md` §3). Guard and write are one query that compares the
 * exact current status; the history is written with it. A repeated move to the same status does nothing.
 */

interface Bookkeeping {
  /** The field that holds the status. */
  field: string;
  /** An embedded list of `StatusEntry`, for lifecycles that keep one. */
  embedded?: string;
  /** Rows of `OrderStatusHistory` of this type; need a transaction. */
  rows?: StatusType;
}

/** By the name of the machine. */
const BOOKKEEPING: Readonly<Record<string, Bookkeeping>> = {
  order: { field: "status", rows: "order" },
  "order payment": { field: "paymentStatus", rows: "payment" },
  fulfillment: { field: "fulfillmentStatus", rows: "fulfillment" },
  "line fulfillment": { field: "fulfillmentStatus" },
  payment: { field: "status", embedded: "statusHistory" },
  "COD payment": { field: "status", embedded: "statusHistory" },
  refund: { field: "status", embedded: "history" },
  return: { field: "status", embedded: "history" },
  cart: { field: "status" },
  checkout: { field: "status" },
};

/** Fields of the document, or dotted paths into it. */
type Changes<D> = { [Field in keyof D]?: D[Field] } & { [path: `${string}.${string}`]: unknown };

export interface TransitionRequest<S extends string, D> {
  machine: StateMachine<S>;
  model: Model<D>;
  id: Types.ObjectId;
  /** The status it must have; left out: whatever it has, if the table allows the move from there. */
  from?: NoInfer<S>;
  /** The document as it was just read: spares the look at what it has, unless that has changed since. */
  seen?: NoInfer<D>;
  to: NoInfer<S>;
  by: ChangedBy;
  note?: string;
  /** What else must hold, in the same query. Operators need `trusted()`. */
  guard?: QueryFilter<NoInfer<D>>;
  set?: Changes<NoInfer<D>>;
  inc?: { [path: string]: number };
  push?: { [path: string]: unknown };
  /** Required for the three statuses of an order. */
  tx?: ClientSession;
}

export type TransitionResult<S extends string, D> =
  | { changed: true; from: S; document: D }
  | {
      changed: false;
      /**
       * `same`: it has that status already. `missing`: no such document. `guard`: the guard did not hold, or it
       * moved meanwhile to a status from which the move is legal too. `illegal`: not in the table.
       */
      reason: "same" | "missing" | "guard" | "illegal";
      document: D | null;
    };

/**
 * Moves a document to another status, or leaves it alone and says why.
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

/** As `applyTransition`, for the late words of a gateway: an illegal move is an answer, not an error. */
export async function tryTransition<S extends string, D>(
  request: TransitionRequest<S, D>,
): Promise<TransitionResult<S, D>> {
  let from: S | undefined = request.from;
  let document: D | null = null;
  // Twice at most: without a `from`, somebody may move the document between our look and our write.
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    if (from === undefined) {
      document = await look(request);
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

/** What was seen counts where the move is legal from there: then the write itself finds out whether it still is so. */
async function look<S extends string, D>(request: TransitionRequest<S, D>): Promise<D | null> {
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

/** Guard and write of a move: it happens only to a document that has the status, now. */
function queryOf<S extends string, D>(request: TransitionRequest<S, D>, from: S) {
  const { field, embedded } = bookkeepingOf(request);
  const filter = { ...request.guard, _id: request.id, [field]: from } as QueryFilter<D>;
  const update = {
    $set: { ...request.set, [field]: request.to },
    ...(request.inc ? { $inc: request.inc } : {}),
    ...(embedded || request.push
      ? { $push: { ...request.push, ...(embedded ? { [embedded]: toEntry(request, from) } : {}) } }
      : {}),
  } as UpdateQuery<D>;
  return { filter, update };
}

async function write<S extends string, D>(request: TransitionRequest<S, D>, from: S): Promise<D | null> {
  const { rows } = bookkeepingOf(request);
  if (rows && !request.tx) throw new TypeError(`a move of ${request.machine.name} needs a transaction`);
  const { filter, update } = queryOf(request, from);
  const moved = await request.model
    .findOneAndUpdate(filter, update, { ...SKIP_VALIDATORS_RETURN_NEW, session: request.tx })
    .lean<D>();
  if (moved && rows && request.tx) {
    const { id: orderId, to, by, note } = request;
    await appendHistory([{ orderId, statusType: rows, from, to, by, note }], request.tx);
  }
  return moved;
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
