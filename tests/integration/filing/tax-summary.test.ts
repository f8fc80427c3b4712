import type { InvoiceDoc } from "../../../models/index.js";
import { summariseReturns } from "../../../services/calculations/gstr1/tax-summary.js";
import { figuresOf } from "../../support/return-figures.js";
import { onlyFor } from "../admin/admin-world.js";
import { type FilingWorld, salesAround, startFilingWorld } from "./filing-world.js";

const PATH = "/api/admin/invoices/tax-summary";
const OCTOBER = "dateFrom=2026-10-01&dateTo=2026-10-31";
const between = (from: string, to: string): InvoiceDoc[] =>
  documents.filter(({ issuedAt }) => issuedAt >= new Date(from) && issuedAt <= new Date(to));

let world: FilingWorld;
let documents: InvoiceDoc[];
beforeAll(async () => {
  world = await startFilingWorld();
  documents = world.issueDocuments(salesAround(world.gstinIn("29"), world.gstinIn("27")));
  await world.store(documents);
});
afterAll(() => world.stop());

const FIELDS = ["taxableValue", "cgst", "sgst", "utgst", "igst", "taxTotal"] as const;
type Amounts = Record<(typeof FIELDS)[number], number>;
const inPaise = (amounts: Amounts) => FIELDS.map((field) => Math.round(amounts[field] * 100));
const sum = (rows: readonly Amounts[]) =>
  rows.map(inPaise).reduce((total, row) => total.map((amount, index) => amount + (row[index] ?? 0)));

describe("The tax summary", () => {
  test("When days are given, then both are included, in Indian time", async () => {
    const { data } = (await world.get(`${PATH}?${OCTOBER}`)).body;
    expect([data.from, data.to]).toEqual(["2026-09-30T18:30:00.000Z", "2026-10-31T18:29:59.999Z"]);
    expect(data.documentsIssued).toEqual([
      { type: "credit_note", from: "CN-2026-000001", to: "CN-2026-000003", total: 3, cancelled: 0, net: 3 },
      { type: "sale", from: "INV-2026-000002", to: "INV-2026-000008", total: 7, cancelled: 0, net: 7 },
    ]);
  });

  test("When documents are stored, then rows, parts and totals are theirs to the paisa", async () => {
    const { data } = (await world.get(`${PATH}?${OCTOBER}`)).body;
    const own = summariseReturns(figuresOf(between(data.from, data.to)));
    const expected = FIELDS.slice(0, 5).map((field) => own.totals[field as "cgst"]);
    expect(inPaise(data.totals).slice(0, 5)).toEqual(expected);
    expect(data.rows).toHaveLength(own.rows.length);
    for (const rows of [data.rows, data.net, [data.b2b, data.b2c, data.creditNotes]])
      expect(sum(rows)).toEqual(inPaise(data.totals));
  });

  test("When one code is sold to businesses and consumers and credited, then each has its row", async () => {
    const { data } = (await world.get(`${PATH}?${OCTOBER}`)).body;
    const of = (type: string, customerType: string) =>
      data.rows.filter(
        (row: { type: string; customerType: string; hsnCode: string; rate: number }) =>
          row.type === type &&
          row.customerType === customerType &&
          row.hsnCode === "300490" &&
          row.rate === 5,
      );
    expect(of("sale", "b2b")).toHaveLength(1);
    expect(of("sale", "b2c")).toHaveLength(1);
    expect(of("credit_note", "b2b")[0].taxableValue).toBeLessThan(0);
    const net = data.net.filter(({ hsnCode }: { hsnCode: string }) => hsnCode === "300490");
    expect(net).toHaveLength(1);
    expect(sum(net)).toEqual(
      sum(data.rows.filter(({ hsnCode }: { hsnCode: string }) => hsnCode === "300490")),
    );
  });

  test("When no dates are given, then it is the current month in India", async () => {
    const inIndia = new Date(Date.now() + 19_800_000);
    const first = Date.UTC(inIndia.getUTCFullYear(), inIndia.getUTCMonth()) - 19_800_000;
    const { data } = (await world.get(PATH)).body;
    expect(data.from).toBe(new Date(first).toISOString());
    expect(new Date(Date.parse(data.to) + 19_800_001).getUTCDate()).toBe(1);
    expect(Date.parse(data.to)).toBeGreaterThan(Date.now());
  });

  test("When the range is reversed, longer than 366 days or of another form, then it is 400", async () => {
    for (const query of [
      "dateFrom=2026-10-02&dateTo=2026-10-01",
      "dateFrom=2025-01-01&dateTo=2026-10-01",
      "dateFrom=01-10-2026",
      "format=xml",
      "period=102026",
    ]) {
      const answer = await world.get(`${PATH}?${query}`);
      expect([query, answer.status, answer.body.error?.code]).toEqual([query, 400, "VALIDATION_ERROR"]);
    }
  });

  test("When a role has the permission, then it may ask, and no other", async () => {
    const allowed = onlyFor(["admin", "finance", "support", "fulfilment", "viewer"]);
    expect(await world.statusByRole("get", PATH)).toEqual(allowed);
  });
});

describe("The tax summary as CSV", () => {
  test("When it is requested, then it has the rows of the JSON answer and their totals", async () => {
    const answer = await world.download(`${PATH}?${OCTOBER}&format=csv`);
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe("text/csv; charset=utf-8");
    expect(answer.headers["content-disposition"]).toBe(
      "attachment; filename=tax-summary_2026-10-01_2026-10-31.csv",
    );
    const { data } = (await world.get(`${PATH}?${OCTOBER}`)).body;
    expect(answer.text.startsWith("\ufeff")).toBe(true);
    const [header = [], ...lines] = answer.text
      .slice(1)
      .trimEnd()
      .split("\r\n")
      .map((line) => line.split(","));
    const rows = lines.map((line) =>
      Object.fromEntries(header.map((name, index) => [name, line[index] ?? ""])),
    );
    const total = rows.pop();
    const decimals = (amounts: Amounts) => FIELDS.map((field) => amounts[field].toFixed(2));
    expect(total).toMatchObject({ type: "total", hsnCode: "" });
    expect(FIELDS.map((field) => total?.[field])).toEqual(decimals(data.totals));
    expect(rows).toHaveLength(data.rows.length);
    for (const [index, row] of data.rows.entries()) {
      const { type, customerType, hsnCode, uqc } = row;
      expect(rows[index]).toMatchObject({ type, customerType, hsnCode, uqc });
      expect(rows[index]).toMatchObject({ rate: String(row.rate), quantity: String(row.quantity) });
      expect(FIELDS.map((field) => rows[index]?.[field])).toEqual(decimals(row));
    }
  });
});
