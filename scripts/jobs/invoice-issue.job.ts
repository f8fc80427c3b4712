import { issueDueInvoices } from "../../services/flows/issue-invoices/issue-invoices.flow.js";
import type { Job } from "../../services/platform/job-registry.service.js";

/** The background worker issues within a second. This job is for operators, and for instances without a worker. */
export const invoiceIssue: Job = {
  name: "invoice-issue",
  description: "Issues every invoice and credit note that is due",
  schedule: "45 * * * * *",
  async run({ signal }) {
    return { issued: await issueDueInvoices(signal) };
  },
};
