import { type mongo, Types } from "mongoose";
import type { InvoiceDoc } from "../../../models/index.js";
import type { Gstr1 } from "../../../services/calculations/gstr1/gstr1.js";
import { sumOfDocuments, sumOfHsn, sumOfTables } from "../../support/return-figures.js";
import { type FilingWorld, salesAround, startFilingWorld } from "./filing-world.js";

/** How the figures are read: by indexes, only what belongs to the period, and all of it as of one moment. */

const GSTR1 = "/api/admin/invoices/gstr1?period=102026";
const TAX_SUMMARY = "/api/admin/invoices/tax-summary?dateFrom=2026-10-01&dateTo=2026-10-31";
const FROM = new Date("2026-09-30T18:30:00Z");
const TO = new Date("2026-10-31T18:29:59.999Z");

/** Documents of other months, which must not be read. */
const OTHERS = 300;

let world: FilingWorld;
let ofOctober: InvoiceDoc[];
beforeAll(async () => {
  world = await startFilingWorld();
  const documents = world.issueDocuments(salesAround(world.gstinIn("29"), world.gstinIn("27")));
  ofOctober = documents.filter(({ issuedAt }) => issuedAt >= FROM && issuedAt <= TO);
  await world.store([...documents, ...othersLike(documents)]);
});
afterAll(() => world.stop());

const othersLike = (documents: readonly InvoiceDoc[]): InvoiceDoc[] =>
  Array.from({ length: OTHERS }, (_, index) => documents[index % documents.length])
    .filter((document) => document !== undefined)
    .map((document, index) => {
      const hours = (index + 1) * 3_600_000;
      const issuedAt = new Date(index % 2 ? FROM.getTime() - hours : TO.getTime() + hours);
      const number = { series: "OLD", sequence: index + 1, invoiceNumber: `OLD-${index}` };
      return { ...document, _id: new Types.ObjectId(), ...number, origin: `other:${index}`, issuedAt };
    });

/** What the database noted down about its reads of invoices. */
async function readsDuring(work: () => Promise<unknown>): Promise<mongo.Document[]> {
  const { db } = world;
  await db.command({ profile: 2 });
  await work();
  await db.command({ profile: 0 });
  const reads = await db
    .collection("system.profile")
    .find({ ns: `${db.databaseName}.invoices`, planSummary: { $exists: true } })
    .toArray();
  await db.collection("system.profile").drop();
  return reads;
}

test.each([
  ["the file", GSTR1, 4],
  ["the tax summary", TAX_SUMMARY, 3],
])(
  "When %s is read, then indexes lead to the documents of the period alone, and nothing is sorted",
  async (_what, path, count) => {
    const reads = await readsDuring(() => world.download(path));
    expect(reads).toHaveLength(count);
    for (const { planSummary, hasSortStage, keysExamined, docsExamined } of reads) {
      expect(planSummary).toMatch(/^IXSCAN/);
      expect(hasSortStage ?? false).toBe(false);
      expect(docsExamined).toBeLessThanOrEqual(ofOctober.length);
      // One more key ends each range.
      expect(keysExamined).toBeLessThanOrEqual(ofOctober.length + 4);
    }
    const counted = reads.filter(({ docsExamined, keysExamined }) => keysExamined > 0 && docsExamined === 0);
    expect(counted).toHaveLength(1);
  },
);

test("When a document is issued while the figures are read, then no table has it; the next request has it", async () => {
  const { default: mongoose } = await import("mongoose");
  const [late] = world.issueDocuments(salesAround(world.gstinIn("29"), world.gstinIn("27")).slice(2, 3));
  if (!late) throw new Error("no document");
  const document = {
    ...late,
    _id: new Types.ObjectId(),
    series: "LATE",
    invoiceNumber: "LATE-1",
    origin: "late",
  };
  let stored: Promise<void> | undefined;
  const exec = mongoose.Aggregate.prototype.exec;
  jest.spyOn(mongoose.Aggregate.prototype, "exec").mockImplementation(async function (
    this: InstanceType<typeof mongoose.Aggregate>,
  ) {
    stored ??= world.store([document]);
    await stored;
    return exec.call(this);
  });
  const during: Gstr1 = JSON.parse((await world.download(GSTR1)).text);
  jest.restoreAllMocks();
  const after: Gstr1 = JSON.parse((await world.download(GSTR1)).text);

  for (const [file, documents] of [
    [during, ofOctober],
    [after, [...ofOctober, document]],
  ] as const) {
    expect(sumOfTables(file)).toEqual(sumOfDocuments(documents));
    expect(sumOfHsn(file)).toEqual(sumOfDocuments(documents));
    const numbers = file.doc_issue.doc_det.flatMap(({ docs }) => docs.map(({ totnum }) => totnum));
    expect(numbers.reduce((sum, total) => sum + total, 0)).toBe(documents.length);
  }
});
