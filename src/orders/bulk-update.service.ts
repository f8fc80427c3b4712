import { type Types, trusted } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { Order, type OrderDoc } from "../../models/index.js";
import { changeOrderStatus } from "../../services/flows/change-order-status/change-order-status.flow.js";
import { forEachAtOnce } from "../../utils/async.js";
import { AppError, ConflictError, InternalError, orderNotFound } from "../../utils/errors.js";
import { groupBy } from "../../utils/helpers.js";
import { maskCardNumbers } from "../../utils/masking.js";
import { type AdminPrincipal, actorOf } from "../../utils/principal.js";
import { cleanLine } from "../../utils/text.js";
import { type BulkRow, checkRow, type StatusRow } from "./bulk-update.rows.service.js";

export interface BulkOutcome {
  succeeded: number;
  /** The order had that status already. */
  unchanged: number;
  failed: number;
  /** One for each failed row, by row; rows count from 1, without the line that names the columns. */
  errors: { row: number; orderNumber: string; code: string; message: string }[];
}

interface NumberedRow extends StatusRow {
  row: number;
}

/** Orders that change at the same time: each waits mostly for the database. */
const AT_ONCE = 8;
const ROWS_PER_PROGRESS = 500;
const SHOWN_LENGTH = 100;

/**
 * Moves many orders, each row by itself through the same function as one status change: a row that fails leaves no trace
 * and does not affect the others. Rows of one order are done one after another. Safe to repeat: what is done already is
 * `unchanged`.
 */
export async function updateOrders(rows: readonly BulkRow[], by: AdminPrincipal): Promise<BulkOutcome> {
  const outcome: BulkOutcome = { succeeded: 0, unchanged: 0, failed: 0, errors: [] };
  const valid: NumberedRow[] = [];
  for (const [index, sent] of rows.entries()) {
    const checked = checkRow(sent);
    if ("problem" in checked) fail(outcome, { ...sent, row: index + 1 }, invalidRow(checked.problem));
    else valid.push({ ...checked, row: index + 1 });
  }
  const ids = await findIds(valid);
  const byOrder = [...groupBy(valid, ({ orderNumber }) => orderNumber).values()];
  await forEachAtOnce(byOrder, AT_ONCE, async (ofOrder) => {
    for (const row of ofOrder) {
      await judge(outcome, row, () => move(row, { orderId: ids.get(row.orderNumber), by }));
      reportProgress(outcome, rows.length);
    }
  });
  outcome.errors.sort((a, b) => a.row - b.row);
  const { errors: _errors, ...counts } = outcome;
  logger.info({ ...counts, rows: rows.length, adminId: by.adminId }, "> Bulk update of orders done");
  return outcome;
}

const invalidRow = (message: string) => ({ code: "VALIDATION_ERROR", message });

function fail(
  outcome: BulkOutcome,
  { row, orderNumber }: { row: number; orderNumber?: unknown },
  { code, message }: { code: string; message: string },
): void {
  outcome.failed += 1;
  // Of a row that is wrong, anything may stand there.
  const sent = typeof orderNumber === "string" ? orderNumber : "";
  const shown = maskCardNumbers(cleanLine(sent.slice(0, 2 * SHOWN_LENGTH))).slice(0, SHOWN_LENGTH);
  outcome.errors.push({ row, orderNumber: shown, code, message });
}

/** In few queries, however many rows. */
async function findIds(rows: readonly NumberedRow[]): Promise<Map<string, Types.ObjectId>> {
  const numbers = [...new Set(rows.map(({ orderNumber }) => orderNumber))];
  const ids = new Map<string, Types.ObjectId>();
  for (let start = 0; start < numbers.length; start += ROWS_PER_PROGRESS) {
    const $in = numbers.slice(start, start + ROWS_PER_PROGRESS);
    const found = await Order.find({ orderNumber: trusted({ $in }) }, { orderNumber: 1 }).lean<
      Pick<OrderDoc, "_id" | "orderNumber">[]
    >();
    for (const { _id, orderNumber } of found) ids.set(orderNumber, _id);
  }
  return ids;
}

async function judge(outcome: BulkOutcome, row: NumberedRow, work: () => Promise<boolean>): Promise<void> {
  try {
    const moved = await work();
    outcome[moved ? "succeeded" : "unchanged"] += 1;
  } catch (error) {
    const shown = error instanceof AppError ? error : new InternalError();
    if (shown.statusCode >= 500)
      logger.error({ err: error, row: row.row }, "> A row of a bulk update failed");
    fail(outcome, row, shown);
  }
}

/** Another request may change the same order: its row is then judged again by what is there. */
const ATTEMPTS = 3;

async function move(
  { status, note }: NumberedRow,
  { orderId, by }: { orderId: Types.ObjectId | undefined; by: AdminPrincipal },
): Promise<boolean> {
  if (!orderId) throw orderNotFound();
  // A file that is sent again is mostly done already: that takes no transaction.
  if (await Order.exists({ _id: orderId, status })) return false;
  const change = { orderId, to: status, note, by: actorOf(by) };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await changeOrderStatus(change);
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === ATTEMPTS) throw error;
    }
  }
}

function reportProgress({ succeeded, unchanged, failed }: BulkOutcome, rows: number): void {
  const done = succeeded + unchanged + failed;
  if (done % ROWS_PER_PROGRESS === 0)
    logger.info({ done, rows, failed }, "> Bulk update of orders under way");
}
