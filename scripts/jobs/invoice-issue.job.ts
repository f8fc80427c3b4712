import { issueDueInvoices } from "../../services/flows/issue-invoices/issue-invoices.flow.js";
import type { Job } from "../../services/platform/job-registry.service.js";

/** For operators: the worker of each instance issues within a second. */
export const invoiceIssue: Job = {
  name: "invoice-issue",
  description: "Issues every invoice and credit note that is due",
  schedule: "45 * * * * *",
  async run({ signal }) {
    return { issued: await issueDueInvoices(signal) };
  },
};
