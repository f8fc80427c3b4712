import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { at, listAt, numberAt, textAt } from "../support/json.js";
import { check, heading, narrate, print, rupees } from "../support/print.js";
import { type Stage, waitFor } from "./scenes.js";
import { Storefront } from "./storefront.js";

/** Git ignores `.data/`. */
const FOLDER = resolve(import.meta.dirname, "../../.data/demo");

/** What the accountant and the customers get: every document of the purchases, as files to open. */
export async function writeDocuments(
  stage: Stage,
  { orders, refunds }: { orders: number; refunds: number },
): Promise<void> {
  heading("14 · Invoices, credit notes, and the month's GST return");
  const admin = new Storefront(stage.serviceUrl, stage.sandbox.tokens.finance);
  const invoices = await waitForDocuments(admin, { type: "sale", count: orders });
  const notes = await waitForDocuments(admin, { type: "credit_note", count: refunds });
  narrate("Each refund has its credit note, of the same amount and at the rates of the sale:");
  const { data } = await admin.call({
    method: "GET",
    path: `${PATH}?limit=100&sortOrder=asc`,
    summarize: (list) => listAt(list, "items").map(describeInvoice).join(", "),
  });
  const documents = listAt(data, "items");
  check(
    documents.length === orders + refunds &&
      [invoices, notes].every((series) =>
        sequencesOf(series).every((sequence, index) => sequence === index + 1),
      ),
    `${orders} invoices and ${refunds} credit notes, each series numbered without gaps`,
  );
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  const written = [...(await writePdfs(stage, documents)), ...(await writeReturns(stage, documents))];
  narrate("Written for you to open:");
  for (const path of written) print(`     ${path}`);
}

const PATH = "/api/admin/invoices";

/** Their places in the series, in order. */
const sequencesOf = (invoices: readonly unknown[]): number[] =>
  invoices.map((invoice) => Number(textAt(invoice, "invoiceNumber").split("-")[2])).sort((a, b) => a - b);

const describeInvoice = (invoice: unknown): string =>
  `${textAt(invoice, "invoiceNumber")} ${rupees(numberAt(invoice, "totals.grandTotal"))}`;

/** The outbox and the worker issue them within seconds. @returns them, oldest first */
async function waitForDocuments(
  admin: Storefront,
  { type, count }: { type: string; count: number },
): Promise<unknown[]> {
  let issued: unknown[] = [];
  await waitFor(`${count} documents of the type ${type} are issued`, async () => {
    const path = `${PATH}?type=${type}&limit=100&sortOrder=asc`;
    issued = listAt((await admin.call({ method: "GET", path, silent: true })).data, "items");
    return issued.length === count;
  });
  return issued;
}

/** By their signed links, as a customer opens them; the demo's service has another port than its public address. */
async function writePdfs({ serviceUrl }: Stage, documents: readonly unknown[]): Promise<string[]> {
  const paths: string[] = [];
  for (const document of documents) {
    const { pathname, search } = new URL(textAt(document, "pdfUrl"));
    const pdf = await download(serviceUrl + pathname + search);
    check(pdf.subarray(0, 5).toString() === "%PDF-", `${textAt(document, "invoiceNumber")} is a PDF`);
    paths.push(await write(`${textAt(document, "invoiceNumber")}.pdf`, pdf));
  }
  return paths;
}

/** The archive of all documents, and the figures that are filed. Exports are limited per caller, hence three admins. */
async function writeReturns(
  { sandbox, serviceUrl }: Stage,
  documents: readonly unknown[],
): Promise<string[]> {
  const issuedAt = documents.map((document) => textAt(document, "issuedAt"));
  const range = { dateFrom: issuedAt[0] ?? "", dateTo: issuedAt.at(-1) ?? "" };
  const zip = await download(`${serviceUrl}${PATH}/bulk-download`, sandbox.tokens.admin, range);
  check(zip.subarray(0, 2).toString() === "PK", `the archive has all ${documents.length} documents`);
  const summary = new URLSearchParams({ ...range, format: "csv" });
  const csv = await download(`${serviceUrl}${PATH}/tax-summary?${summary}`, sandbox.tokens.finance);
  const period = monthOf(range.dateTo);
  const gstr1 = await download(`${serviceUrl}${PATH}/gstr1?period=${period}`, sandbox.tokens.viewer);
  check(at(JSON.parse(gstr1.toString("utf8")), "fp") === period, `the return is that of ${period}`);
  return [
    await write("invoices.zip", zip),
    await write("tax-summary.csv", csv),
    await write(`gstr1-${period}.json`, gstr1),
  ];
}

/** `112026`, in India. */
function monthOf(moment: string): string {
  const parts = new Intl.DateTimeFormat("en-IN", {
    ...{ timeZone: "Asia/Kolkata", month: "2-digit", year: "numeric" },
  }).formatToParts(new Date(moment));
  const partOf = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return partOf("month") + partOf("year");
}

/** A GET, or a POST with a body. @throws Error with the refusal */
async function download(url: string, token?: string, body?: object): Promise<Buffer> {
  const response = await fetch(url, {
    headers: {
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...(body ? { "Content-Type": "application/json" } : {}),
    },
    ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${await response.text()}`);
  return Buffer.from(await response.arrayBuffer());
}

async function write(name: string, bytes: Buffer): Promise<string> {
  const path = join(FOLDER, name);
  await writeFile(path, bytes);
  return path;
}
