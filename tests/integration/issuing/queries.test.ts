import mongoose from "mongoose";
import { InvoiceRequest } from "../../../models/index.js";
import { requestCreditNote } from "../../../services/aggregates/invoice/request-document.js";
import { issueDueInvoices } from "../../../services/flows/issue-invoices/issue-invoices.flow.js";
import { useTestDatabase } from "../../support/database.js";
import { profileOf } from "../../support/profiler.js";
import { invoiced, requestInvoices } from "./issuing-world.js";

useTestDatabase();

test("When documents are issued, then every query uses an index and none sorts in memory", async () => {
  const { order, items } = await invoiced();
  await requestInvoices(10);
  await InvoiceRequest.updateMany({}, { $set: { dueAt: new Date(Date.now() - 1_000) } });
  await requestCreditNote({
    ...{ orderId: order._id, refundId: null, reason: "damaged", createdById: null },
    items: [{ orderItemId: items[0]?._id ?? order._id, quantity: 1 }],
  });
  const { db } = mongoose.connection;
  if (!db) throw new Error("not connected");
  const statements = await profileOf(db, async () => expect(await issueDueInvoices()).toBe(11), {
    ns: { $regex: /\.(invoices|invoiceRequests|orders|orderItems|refunds|counters)$/ },
  });
  const planned = statements.filter(({ planSummary }) => planSummary !== undefined);
  expect(planned.length).toBeGreaterThan(10);
  const slow = planned.filter(
    ({ planSummary, hasSortStage }) => !/IXSCAN|IDHACK|EXPRESS|EOF/.test(planSummary) || hasSortStage,
  );
  expect(slow.map(({ ns, planSummary, command }) => [ns, planSummary, command])).toEqual([]);
});
