import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request as startRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import express from "express";
import { Types } from "mongoose";
import type { BulkDownloadDoc, FileDoc, InvoiceDoc } from "../../../models/index.js";
import { retainedBytes } from "../../support/memory.js";
import { readZip } from "../../support/read-zip.js";
import { startWorld, type World } from "../../support/world.js";

/** Archives of many invoices: while the caller waits, and in the background. */

const DAY = 86_400_000;
const never = new AbortController().signal;

let world: World;
let flow: typeof import("../../../services/flows/bulk-download.flow.js");
let files: typeof import("../../../services/platform/files.service.js");
let setClock: (shiftMs: number) => void;
/** Three stored PDFs, which stand for the documents in turn. */
let pdfs: { file: FileDoc; bytes: Buffer }[];
const PDF_BYTES = 60_000;
beforeAll(async () => {
  world = await startWorld();
  flow = await import("../../../services/flows/bulk-download.flow.js");
  files = await import("../../../services/platform/files.service.js");
  ({ setClock } = await import("../../../utils/clock.js"));
  pdfs = await Promise.all(
    [1, 2, 3].map(async (n) => {
      const bytes = randomBytes(PDF_BYTES);
      return { bytes, file: await files.saveFile(aPdf(bytes, `pdf-${n}`)) };
    }),
  );
});
afterEach(async () => {
  setClock(0);
  await world.db.collection("invoices").deleteMany({});
  await world.db.collection("bulkDownloads").deleteMany({});
  await world.db.collection("files").deleteMany({ purpose: "bulk_download" });
});
afterAll(() => world.stop());

const aPdf = (body: Buffer, dedupeKey: string) => ({
  ...{ purpose: "invoice", resourceId: null, name: "x.pdf", contentType: "application/pdf" },
  ...{ body, dedupeKey, expiresAt: null },
});

const ISSUED_AT = new Date("2026-11-20T06:30:00.000Z");
async function addInvoices(count: number): Promise<Types.ObjectId[]> {
  const rows = Array.from({ length: count }, (_unused, index) => ({
    _id: new Types.ObjectId(),
    ...{ series: "INV-2026", sequence: index + 1, origin: `order:${new Types.ObjectId().toHexString()}` },
    invoiceNumber: `INV-2026-${String(index + 1).padStart(6, "0")}`,
    issuedAt: ISSUED_AT,
  }));
  await world.db.collection("invoices").insertMany(rows);
  return rows.map(({ _id }) => _id);
}

const positionOf = ({ sequence }: InvoiceDoc) => (sequence - 1) % 3;
const pdfOf = async (invoice: InvoiceDoc): Promise<FileDoc> => {
  const pdf = pdfs[positionOf(invoice)];
  if (!pdf) throw new Error("no such PDF");
  return pdf.file;
};
const jobs = () => world.db.collection("bulkDownloads");
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const zipOf = async (fileId: Types.ObjectId | null): Promise<Buffer> => {
  const { File } = await import("../../../models/index.js");
  const file = await File.findById(fileId).lean<FileDoc>();
  if (!file) throw new Error("the archive is not there");
  return buffer(await files.openFile(file));
};

describe("An archive", () => {
  test("When it is read, then it has every PDF under its number, in the given order, the same bytes each time", async () => {
    const ids = (await addInvoices(7)).reverse();
    const zip = await buffer(flow.archiveInvoices(ids, pdfOf));
    const entries = readZip(zip);
    expect(entries.map(({ name }) => name)).toEqual(
      [7, 6, 5, 4, 3, 2, 1].map((n) => `INV-2026-00000${n}.pdf`),
    );
    for (const [index, { bytes }] of entries.entries())
      expect(sha256(bytes)).toBe(sha256(pdfs[(6 - index) % 3]?.bytes ?? Buffer.alloc(0)));
    expect(sha256(await buffer(flow.archiveInvoices(ids, pdfOf)))).toBe(sha256(zip));
  });

  test("When another program tests it, then it finds no errors", async () => {
    const folder = await mkdtemp(join(tmpdir(), "archive-"));
    const path = join(folder, "invoices.zip");
    await writeFile(path, await buffer(flow.archiveInvoices(await addInvoices(3), pdfOf)));
    try {
      const { stdout } = await promisify(execFile)("unzip", ["-t", path]);
      expect(stdout).toContain("No errors detected");
    } catch (error) {
      // Not every machine has the program.
      if (Object(error).code !== "ENOENT") throw error;
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("When a number looks like a path, then the entry stays in the archive's folder", async () => {
    const [id] = await addInvoices(1);
    await world.db
      .collection("invoices")
      .updateOne({ _id: id }, { $set: { invoiceNumber: "../../INV/26-27/1" } });
    const [entry] = readZip(await buffer(flow.archiveInvoices(id ? [id] : [], pdfOf)));
    expect(entry?.name).toBe(".._.._INV_26-27_1.pdf");
  });

  test("When there are 300 invoices and a slow reader, then memory stays bounded", async () => {
    const ids = await addInvoices(300);
    // The first archive loads the program that makes them, which stays.
    await buffer(flow.archiveInvoices(ids.slice(0, 10), pdfOf));
    let opened = 0;
    const stream = flow.archiveInvoices(ids, (invoice) => {
      opened += 1;
      return pdfOf(invoice);
    });
    const before = await retainedBytes();
    let measured = 0;
    let most = 0;
    let read = 0;
    let ahead = 0;
    for await (const part of stream) {
      read += part.length;
      if (read / 2_000_000 > measured) {
        measured += 1;
        most = Math.max(most, (await retainedBytes()) - before);
      }
      ahead = Math.max(ahead, opened - read / PDF_BYTES);
    }
    expect(read).toBeGreaterThan(300 * PDF_BYTES);
    // PDFs in memory at any time: the one that is added, and what the streams between hold.
    expect(ahead).toBeLessThan(4);
    // The archive has 18 MB, of which one or two are there at a time.
    expect(measured).toBeGreaterThan(8);
    expect(most).toBeLessThan(6_000_000);
  });

  test("When its reader leaves, then no further PDF is made", async () => {
    const ids = await addInvoices(200);
    let opened = 0;
    const counting = (invoice: InvoiceDoc) => {
      opened += 1;
      return pdfOf(invoice);
    };
    const { sendFile } = await import("../../../utils/http.js");
    let archive: ReturnType<typeof flow.archiveInvoices> | undefined;
    const app = express().get("/", async (_request, res) => {
      archive = flow.archiveInvoices(ids, counting);
      await sendFile(res, { name: "invoices.zip", contentType: "application/zip", body: archive });
    });
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = Object(server.address());
    startRequest({ host: "127.0.0.1", port: address.port }, (message) => message.destroy())
      .on("error", () => undefined)
      .end();
    while (!archive) await new Promise((resolve) => setImmediate(resolve));
    await once(archive, "close");
    const whenLeft = opened;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(opened).toBeLessThanOrEqual(whenLeft + 1);
    expect(opened).toBeLessThan(150);
    await new Promise((resolve) => server.close(resolve));
  });

  test("When a PDF cannot be made, then the archive fails with that error", async () => {
    const ids = await addInvoices(3);
    const failing = async (invoice: InvoiceDoc) => {
      if (invoice.sequence === 2) throw new RangeError("cannot be rendered");
      return pdfOf(invoice);
    };
    await expect(buffer(flow.archiveInvoices(ids, failing))).rejects.toThrow(
      new RangeError("cannot be rendered"),
    );
  });
});

describe("An archive in the background", () => {
  const start = async (count: number) => {
    const invoiceIds = await addInvoices(count);
    return flow.startBulkDownload({ invoiceIds, by: "admin-1" });
  };

  test("When it is due, then it is made, stored for a week, and deleted with its job", async () => {
    const { _id } = await start(5);
    expect(await flow.findBulkDownload(_id)).toMatchObject({
      state: "pending",
      done: 0,
      createdById: "admin-1",
    });
    expect(await flow.runBulkDownloads(pdfOf, never)).toEqual({ completed: 1, unfinished: 0 });
    const job = await flow.findBulkDownload(_id);
    expect(job).toMatchObject({ state: "completed", done: 5, attempts: 1, error: null, leaseToken: null });
    expect(readZip(await zipOf(job?.fileId ?? null))).toHaveLength(5);
    expect(Number(job?.expiresAt) - Date.now()).toBeGreaterThan(6.9 * DAY);
    setClock(6 * DAY);
    await world.runJob("retention");
    expect(await flow.findBulkDownload(_id)).not.toBeNull();
    setClock(8 * DAY);
    await world.runJob("retention");
    expect(await flow.findBulkDownload(_id)).toBeNull();
    expect(await world.db.collection("files").countDocuments({ purpose: "bulk_download" })).toBe(0);
  });

  test("When several workers run at once, then each archive is made once", async () => {
    for (let made = 0; made < 4; made += 1) {
      await start(2);
      await world.db.collection("invoices").deleteMany({});
      await world.db
        .collection("invoices")
        .insertMany((await jobs().find().toArray()).flatMap(({ invoiceIds }) => invoiceIds.map(rowOf)));
    }
    const runs = await Promise.all([1, 2, 3].map(() => flow.runBulkDownloads(pdfOf, never)));
    expect(runs.reduce((sum, { completed }) => sum + completed, 0)).toBe(4);
    expect(await jobs().countDocuments({ state: "completed", attempts: 1 })).toBe(4);
  });
  let rows = 0;
  const rowOf = (_id: Types.ObjectId) => {
    rows += 1;
    return {
      _id,
      series: "S",
      sequence: rows,
      origin: `o:${rows}`,
      invoiceNumber: `N-${rows}`,
      issuedAt: ISSUED_AT,
    };
  };

  test("When progress is made, then it is reported, and the lease is renewed", async () => {
    const { _id } = await start(4);
    const seen: number[] = [];
    const dueAts: number[] = [];
    const startedAt = performance.now();
    const slow = async (invoice: InvoiceDoc) => {
      jest.spyOn(performance, "now").mockReturnValue(startedAt + invoice.sequence * 10_000);
      const job = await flow.findBulkDownload(_id);
      seen.push(job?.done ?? -1);
      dueAts.push(Number(job?.dueAt));
      return pdfOf(invoice);
    };
    await flow.runBulkDownloads(slow, never);
    jest.restoreAllMocks();
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(dueAts.at(-1)).toBeGreaterThan(Number(dueAts[0]));
  });

  test("When a worker writes between two steps, then that renews the lease too", async () => {
    const { _id } = await start(1);
    const { runBackgroundTasks } = await import("../../../services/platform/background-tasks.service.js");
    const { BulkDownload } = await import("../../../models/index.js");
    const kind = {
      ...{ model: BulkDownload, openState: "pending" as const },
      ...{ atFailure: () => ({}), failureMessage: "> It failed" },
    };
    let others = {};
    const work: Parameters<typeof runBackgroundTasks<BulkDownloadDoc>>[1] = async ({ write, complete }) => {
      setClock(50_000);
      await write({ done: 1 });
      setClock(100_000);
      others = await flow.runBulkDownloads(pdfOf, never);
      await complete({});
    };
    await runBackgroundTasks(kind, work, never);
    expect(others).toEqual({ completed: 0, unfinished: 0 });
    expect(await flow.findBulkDownload(_id)).toMatchObject({ state: "completed", attempts: 1, done: 1 });
  });

  test("When a worker is killed in the middle, then the next one makes it again once the lease is over", async () => {
    const { _id } = await start(6);
    let reached = () => {};
    const inTheMiddle = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const killed = flow.runBulkDownloads(async (invoice) => {
      if (invoice.sequence < 4) return pdfOf(invoice);
      reached();
      return new Promise<never>(() => undefined);
    }, never);
    void killed;
    await inTheMiddle;
    expect(await flow.runBulkDownloads(pdfOf, never)).toEqual({ completed: 0, unfinished: 0 });
    setClock(61_000);
    expect(await flow.runBulkDownloads(pdfOf, never)).toEqual({ completed: 1, unfinished: 0 });
    const job = await flow.findBulkDownload(_id);
    expect(job).toMatchObject({ state: "completed", attempts: 2, done: 6 });
    expect(readZip(await zipOf(job?.fileId ?? null))).toHaveLength(6);
  });

  test("When a worker is killed right after it has stored the archive, then the next one uses that archive", async () => {
    const { _id } = await start(3);
    const { BulkDownload } = await import("../../../models/index.js");
    const update = BulkDownload.updateOne.bind(BulkDownload);
    let isDead = false;
    // A slow worker also renews its lease before; that is not yet its end.
    const token = jest.spyOn(BulkDownload, "updateOne").mockImplementation((...args) => {
      isDead ||= JSON.stringify(args[1]).includes('"completed"');
      if (isDead) throw new Error("killed");
      return update(...args);
    });
    await expect(flow.runBulkDownloads(pdfOf, never)).rejects.toThrow("killed");
    token.mockRestore();
    setClock(61_000);
    const refused = () => Promise.reject(new Error("must not be made again"));
    expect(await flow.runBulkDownloads(refused, never)).toEqual({ completed: 1, unfinished: 0 });
    expect(readZip(await zipOf((await flow.findBulkDownload(_id))?.fileId ?? null))).toHaveLength(3);
  });

  test("When a frozen worker resumes after another took over, then it writes nothing", async () => {
    const { _id } = await start(3);
    let resume = () => {};
    const frozen = new Promise<void>((resolve) => {
      resume = resolve;
    });
    let isFrozen = () => {};
    const freezing = new Promise<void>((resolve) => {
      isFrozen = resolve;
    });
    const first = flow.runBulkDownloads(async (invoice) => {
      if (invoice.sequence === 2) {
        isFrozen();
        await frozen;
      }
      return pdfOf(invoice);
    }, never);
    await freezing;
    setClock(61_000);
    await flow.runBulkDownloads(pdfOf, never);
    const completed = await flow.findBulkDownload(_id);
    resume();
    expect(await first).toEqual({ completed: 0, unfinished: 1 });
    expect(await flow.findBulkDownload(_id)).toEqual(completed);
    expect(
      await world.db.collection("files").countDocuments({ dedupeKey: `bulk-download:${_id.toHexString()}` }),
    ).toBe(1);
  });

  test("When the process stops, then the archive is given back at once, and its attempt does not count", async () => {
    const { _id } = await start(5);
    const stopping = new AbortController();
    await flow.runBulkDownloads(async (invoice) => {
      if (invoice.sequence === 2) stopping.abort();
      return pdfOf(invoice);
    }, stopping.signal);
    expect(await flow.findBulkDownload(_id)).toMatchObject({
      state: "pending",
      attempts: 0,
      leaseToken: null,
    });
    expect(await flow.runBulkDownloads(pdfOf, never)).toMatchObject({ completed: 1 });
  });

  test("When it fails five times, then it has failed with its error", async () => {
    const { _id } = await start(1);
    const failing = () => Promise.reject(new Error("$no such font"));
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      setClock(attempt * 61_000);
      expect(await flow.runBulkDownloads(failing, never)).toEqual({ completed: 0, unfinished: 1 });
      const expected = attempt < 5 ? "pending" : "failed";
      expect(await flow.findBulkDownload(_id)).toMatchObject({
        state: expected,
        attempts: attempt,
        error: "Error: $no such font",
      });
      expect(await flow.runBulkDownloads(pdfOf, never)).toEqual({ completed: 0, unfinished: 0 });
    }
  });

  test("When its worker is killed each time, then it has failed after five attempts", async () => {
    const { _id } = await start(1);
    await jobs().updateOne({ _id }, { $set: { attempts: 5 } });
    await flow.runBulkDownloads(pdfOf, never);
    expect(await flow.findBulkDownload(_id)).toMatchObject({
      state: "failed",
      error: expect.stringContaining("stopped"),
    });
  });
});
