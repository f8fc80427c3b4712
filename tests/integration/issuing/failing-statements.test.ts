import mongoose from "mongoose";
import { Invoice, InvoiceRequest } from "../../../models/index.js";
import { endOpenTransactions } from "../../../scripts/crash-sweep/world.js";
import { requestCreditNote } from "../../../services/aggregates/invoice/request-document.js";
import { issueBatch } from "../../../services/flows/issue-invoices/issue-batch.js";
import { issueDueInvoices } from "../../../services/flows/issue-invoices/issue-invoices.flow.js";
import type { InvoiceType } from "../../../utils/constants.js";
import { OutcomeUnknownError } from "../../../utils/errors.js";
import { emptyTestDatabase, useTestDatabase } from "../../support/database.js";
import { clearFailPoint, setFailPoint, useFailPoints } from "../../support/fail-points.js";
import { expectSoundSeries, invoiced, requestInvoices } from "./issuing-world.js";

/** The issuing transaction fails at each of its statements in turn; nothing of it may remain. */

useFailPoints();
const admin = () => mongoose.connection.getClient().db("admin").admin();
const year = new Date().getUTCFullYear();

useTestDatabase();
beforeEach(emptyTestDatabase);

const COMMANDS = ["find", "insert", "update", "delete", "findAndModify", "commitTransaction"];

/** Two invoices are due, or two credit notes of one invoice. */
async function makeDue(type: InvoiceType): Promise<Record<string, number>> {
  if (type === "sale") {
    await requestInvoices(2);
    return { [`INV-${year}`]: 2 };
  }
  const { order, items } = await invoiced();
  for (const requestKey of ["a", "b"]) {
    const units = [{ orderItemId: items[0]?._id ?? order._id, quantity: 1 }];
    const by = { refundId: null, reason: "damaged", createdById: null };
    await requestCreditNote({ orderId: order._id, items: units, requestKey, ...by });
  }
  return { [`INV-${year}`]: 1, [`CN-${year}`]: 2 };
}

async function issue(type: InvoiceType): Promise<number> {
  const due = await InvoiceRequest.find({}).lean();
  return issueBatch({ type, ids: due.map(({ _id }) => _id), at: new Date() });
}

/** Sale: settings, template, requests, orders, lines, refunds, documents, counters, … The first one is the test's own. */
const LEAST_STATEMENTS = 10;
const MOST_STATEMENTS = 40;

test.each(["sale", "credit_note"] as const)(
  "When any statement of a batch fails (%s), then nothing is issued, and the next round issues everything once",
  async (type) => {
    let failed = 0;
    for (let skip = 1; skip < MOST_STATEMENTS; skip += 1) {
      await emptyTestDatabase();
      const expected = await makeDue(type);
      const before = await Invoice.countDocuments();
      await setFailPoint(admin(), {
        mode: { skip },
        data: { failCommands: COMMANDS, errorCode: 8, appName: mongoose.connection.name },
      });
      const issued = await issue(type).catch(() => "failed" as const);
      await clearFailPoint();
      // A commit that failed leaves its transaction open, as the crash of this process would.
      await endOpenTransactions({ db: mongoose.connection.getClient().db(mongoose.connection.name) });
      if (issued !== "failed") break;
      failed = skip;
      expect(await Invoice.countDocuments()).toBe(before);
      expect(await InvoiceRequest.countDocuments()).toBe(2);
      expect(await issueDueInvoices()).toBe(2);
      await expectSoundSeries(expected);
    }
    expect(failed).toBeGreaterThanOrEqual(LEAST_STATEMENTS);
    expect(failed).toBeLessThan(MOST_STATEMENTS - 1);
  },
  120_000,
);

test("When a commit is never answered, then the outcome is unknown, and the next round finds out", async () => {
  await requestInvoices(3);
  const unanswered = { code: 50, errmsg: "operation exceeded time limit", codeName: "MaxTimeMSExpired" };
  await setFailPoint(admin(), {
    mode: { times: 1 },
    data: {
      failCommands: ["commitTransaction"],
      writeConcernError: unanswered,
      appName: mongoose.connection.name,
    },
  });
  await expect(issueDueInvoices()).rejects.toThrow(OutcomeUnknownError);
  expect(await issueDueInvoices()).toBe(0);
  await expectSoundSeries({ [`INV-${year}`]: 3 });
});
