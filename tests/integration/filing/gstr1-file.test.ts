import { Types } from "mongoose";
import type { InvoiceDoc } from "../../../models/index.js";
import { buildGstr1, type Gstr1 } from "../../../services/calculations/gstr1/gstr1.js";
import { figuresOf, sumOfDocuments, sumOfHsn, sumOfTables } from "../../support/return-figures.js";
import { faultsOf } from "../../unit/invoices/gstr1-schema.js";
import { type FilingWorld, salesAround, startFilingWorld } from "./filing-world.js";

/** The file of October 2026, from stored documents over HTTP. */

const PATH = "/api/admin/invoices/gstr1";
const OWN = "29AABCV4321K1Z7";
const isOfOctober = ({ issuedAt }: InvoiceDoc): boolean =>
  issuedAt >= new Date("2026-09-30T18:30:00Z") && issuedAt < new Date("2026-10-31T18:30:00Z");

let world: FilingWorld;
let ofOctober: InvoiceDoc[];
beforeAll(async () => {
  world = await startFilingWorld();
  const documents = world.issueDocuments(salesAround(world.gstinIn("29"), world.gstinIn("27")));
  ofOctober = documents.filter(isOfOctober);
  await world.store(documents);
});
afterAll(() => world.stop());

const fileOf = async (period: string): Promise<Gstr1> => {
  const answer = await world.download(`${PATH}?period=${period}`);
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text);
};

describe("The file of a month", () => {
  test("When it is requested, then it is a JSON file to save, without an envelope", async () => {
    const answer = await world.download(`${PATH}?period=102026`);
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe("application/json");
    expect(answer.headers["content-disposition"]).toBe(`attachment; filename=GSTR1_${OWN}_102026.json`);
    expect(JSON.parse(answer.text)).toMatchObject({ gstin: OWN, fp: "102026" });
  });

  test("When documents are stored, then the database's figures are those of its documents, to the paisa", async () => {
    const file = await fileOf("102026");
    const expected = buildGstr1({ gstin: OWN, period: "102026" }, figuresOf(ofOctober));
    expect(file).toEqual(JSON.parse(JSON.stringify(expected)));
    expect(faultsOf(file)).toEqual([]);
    const sum = sumOfDocuments(ofOctober);
    expect(sumOfTables(file)).toEqual(sum);
    expect(sumOfHsn(file)).toEqual(sum);
    for (const table of [file.b2b, file.b2cl, file.b2cs, file.cdnr, file.cdnur])
      expect(table).not.toEqual([]);
  });

  test("When the month is November, then it has what October has not", async () => {
    const { b2cs, cdnr, doc_issue } = await fileOf("112026");
    expect(b2cs).toMatchObject([{ sply_ty: "INTRA", pos: "29", rt: 5 }]);
    expect(cdnr).toMatchObject([{ nt: [{ nt_dt: "02-11-2026" }] }]);
    expect(doc_issue.doc_det.map(({ docs }) => docs.map(({ totnum }) => totnum))).toEqual([[1], [1]]);
  });

  test("When nothing was issued in a month, then the file has empty tables and is valid", async () => {
    const file = await fileOf("072017");
    expect(file).toMatchObject({ b2b: [], b2cs: [], doc_issue: { doc_det: [] } });
    expect(faultsOf(file)).toEqual([]);
  });

  test("When a series passes 999999, then its numbers have seven digits and stay in order", async () => {
    const [sale] = world.issueDocuments(salesAround(world.gstinIn("29"), world.gstinIn("27")).slice(1, 2));
    if (!sale) throw new Error("no document");
    const numbered = [999_998, 999_999, 1_000_000].map((sequence) => {
      const number = { sequence, invoiceNumber: `INV-2026-${sequence}`, origin: `large:${sequence}` };
      return { ...sale, _id: new Types.ObjectId(), ...number, issuedAt: new Date("2026-08-05T08:00:00Z") };
    });
    await world.store(numbered);
    const file = await fileOf("082026");
    expect(file.doc_issue.doc_det).toEqual([
      {
        doc_num: 1,
        docs: [
          {
            ...{ num: 1, from: "INV-2026-999998", to: "INV-2026-1000000" },
            ...{ totnum: 3, cancel: 0, net_issue: 3 },
          },
        ],
      },
    ]);
    expect(faultsOf(file)).toEqual([]);
  });

  test("When another registration issued documents, then they are in no file of this one", async () => {
    const before = await fileOf("102026");
    const theirs = world.issueDocuments(
      salesAround(world.gstinIn("27"), world.gstinIn("29")).slice(1, 3),
      "27",
    );
    const series = (type: string) => (type === "sale" ? "MH" : "MHCN");
    await world.store(
      theirs.map((document) => ({
        ...document,
        series: series(document.type),
        invoiceNumber: `${series(document.type)}-${document.sequence}`,
      })),
    );
    expect(await fileOf("102026")).toEqual(before);
  });
});

describe("The period", () => {
  test("When it is malformed or before July 2017, then it is 400", async () => {
    for (const query of [
      "",
      "?period=",
      "?period=132026",
      "?period=002026",
      "?period=12026",
      "?period=062017",
    ]) {
      const answer = await world.get(PATH + query);
      expect([query, answer.status, answer.body.error?.code]).toEqual([query, 400, "VALIDATION_ERROR"]);
    }
  });

  test("When the month has begun in India, then it may be requested; the next one may not", async () => {
    const inIndia = new Date(Date.now() + 19_800_000);
    const periodIn = (months: number) => {
      const first = new Date(Date.UTC(inIndia.getUTCFullYear(), inIndia.getUTCMonth() + months));
      return first.toISOString().slice(5, 7) + first.toISOString().slice(0, 4);
    };
    expect((await fileOf(periodIn(0))).fp).toBe(periodIn(0));
    for (const period of [periodIn(1), periodIn(12), "019999"]) {
      const answer = await world.get(`${PATH}?period=${period}`);
      expect([period, answer.status, answer.body.error?.code]).toEqual([period, 400, "VALIDATION_ERROR"]);
      expect(JSON.stringify(answer.body)).toContain("not started");
    }
  });
});

describe("Who may have it", () => {
  test("When someone without the permission asks, then 403; every admin role may", async () => {
    const status = async (name: "admin" | "finance" | "support" | "fulfilment" | "viewer" | "service") => {
      const { token } = world.token(name);
      const sent = world.http.get(`${PATH}?period=102026`).set("Authorization", `Bearer ${token}`);
      return (await sent).status;
    };
    for (const role of ["admin", "finance", "support", "fulfilment", "viewer"] as const)
      expect([role, await status(role)]).toEqual([role, 200]);
    expect(await status("service")).toBe(403);
    expect((await world.http.get(`${PATH}?period=102026`)).status).toBe(401);
  });
});
