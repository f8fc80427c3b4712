import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Client, Schemas } from "../../clients/typescript/index.js";
import { check, heading, narrate, print, rupees } from "../support/print.js";
import { staffOf } from "./delivered-order.js";
import { type Stage, waitFor } from "./scenes.js";
import type { Storefront } from "./storefront.js";

/** Git ignores `.data/`. */
const FOLDER = resolve(import.meta.dirname, "../../.data/demo");

/** What the accountant and the customers get: every document of the purchases, as files to open. */
export async function writeDocuments(
  stage: Stage,
  { orders, refunds }: { orders: number; refunds: number },
): Promise<void> {
  heading("14 · Invoices, credit notes, and the month's GST return");
  const admin = staffOf(stage, "finance");
  const invoices = await waitForDocuments(admin, { type: "sale", count: orders });
  const notes = await waitForDocuments(admin, { type: "credit_note", count: refunds });
  narrate("Each refund has its credit note, of the same amount and at the rates of the sale:");
  const { items: documents } = await admin.show(listed(), ({ items }) =>
    items.map(describeInvoice).join(", "),
  );
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

type Invoice = Schemas["AdminInvoice"];
type Kind = "sale" | "credit_note";

/** Oldest first. */
const listed = (type?: Kind) => (api: Client) => {
  const query = { limit: 100, sortOrder: "asc" as const, ...(type && { type }) };
  return api.get("/api/admin/invoices", { params: { query } });
};

/** Their places in the series, in order. */
const sequencesOf = (invoices: readonly Invoice[]): number[] =>
  invoices.map(({ invoiceNumber }) => Number(invoiceNumber.split("-")[2])).sort((a, b) => a - b);

const describeInvoice = ({ invoiceNumber, totals }: Invoice): string =>
  `${invoiceNumber} ${rupees(totals.grandTotal)}`;

/** The outbox and the worker issue them within seconds. @returns them, oldest first */
async function waitForDocuments(
  admin: Storefront,
  { type, count }: { type: Kind; count: number },
): Promise<Invoice[]> {
  let issued: Invoice[] = [];
  await waitFor(`${count} documents of the type ${type} are issued`, async () => {
    issued = (await listed(type)(admin.api)).data.items;
    return issued.length === count;
  });
  return issued;
}

/** By their signed links, as a customer opens them; the demo's service has another port than its public address. */
async function writePdfs({ serviceUrl }: Stage, documents: readonly Invoice[]): Promise<string[]> {
  const paths: string[] = [];
  for (const { invoiceNumber, pdfUrl } of documents) {
    const { pathname, search } = new URL(pdfUrl);
    const response = await fetch(serviceUrl + pathname + search);
    if (!response.ok) throw new Error(`${pathname} answered ${response.status}`);
    const pdf = await bytesOf(await response.blob());
    check(pdf.subarray(0, 5).toString() === "%PDF-", `${invoiceNumber} is a PDF`);
    paths.push(await write(`${invoiceNumber}.pdf`, pdf));
  }
  return paths;
}

/** The archive of all documents, and the figures that are filed. Exports are limited per caller, hence three admins. */
async function writeReturns(stage: Stage, documents: readonly Invoice[]): Promise<string[]> {
  const issuedAt = documents.map((document) => document.issuedAt);
  const range = { dateFrom: issuedAt[0] ?? "", dateTo: issuedAt.at(-1) ?? "" };
  const archive = await staffOf(stage, "admin").api.post("/api/admin/invoices/bulk-download", {
    body: range,
  });
  const zip = await bytesOf(archive.data);
  check(zip.subarray(0, 2).toString() === "PK", `the archive has all ${documents.length} documents`);
  const query = { ...range, format: "csv" as const };
  const summary = await staffOf(stage, "finance").api.get("/api/admin/invoices/tax-summary", {
    params: { query },
  });
  const period = monthOf(range.dateTo);
  const filed = await staffOf(stage, "viewer").api.get("/api/admin/invoices/gstr1", {
    params: { query: { period } },
  });
  const gstr1 = await bytesOf(filed.data);
  check(JSON.parse(gstr1.toString("utf8")).fp === period, `the return is that of ${period}`);
  return [
    await write("invoices.zip", zip),
    await write("tax-summary.csv", await bytesOf(summary.data)),
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

/** @throws Error for an answer that is not a file */
async function bytesOf(data: unknown): Promise<Buffer> {
  if (!(data instanceof Blob)) throw new Error(`not a file: ${JSON.stringify(data)}`);
  return Buffer.from(await data.arrayBuffer());
}

async function write(name: string, bytes: Buffer): Promise<string> {
  const path = join(FOLDER, name);
  await writeFile(path, bytes);
  return path;
}
