import { Types } from "mongoose";
import type { Response } from "supertest";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { done, refused, unknownId, useShop } from "../checkout/shop-world.js";
import { asAdmin, auditsOf, buyInvoiced, readBytes, storedInvoice } from "./invoiced-shop.js";

const shop = useShop();
const PATH = "/api/admin/invoices/bulk-download";
const MINUTE_MS = 60_000;
/** In this year, nothing is sold in the other tests. */
const LONG_AGO = Date.UTC(2020, 5, 1);
const IN_2020 = { dateFrom: "2020-01-01", dateTo: "2020-12-31" };

const download = (body: object): Promise<Response> =>
  shop()
    .http.post(PATH)
    .set("Authorization", `Bearer ${shop().sandbox.tokens.viewer}`)
    .send(body)
    .buffer(true)
    .parse(readBytes)
    .then();

/** The names in the archive's central directory. */
const namesIn = (zip: Buffer): string[] => [
  ...new Set(zip.toString("latin1").match(/(?:INV|CN)-\d{4}-\d{6}\.pdf/g)),
];

/** Copies of an invoice in another year. */
async function copies(count: number): Promise<void> {
  const { invoice } = await buyInvoiced(shop());
  const rows = Array.from({ length: count }, (_unused, index) => ({
    ...{ ...invoice, _id: new Types.ObjectId(), orderId: new Types.ObjectId(), series: "INV-2020" },
    ...{ sequence: index + 1, origin: `copy:${index}`, issuedAt: new Date(LONG_AGO + index * MINUTE_MS) },
    invoiceNumber: `INV-2020-${String(index + 1).padStart(6, "0")}`,
  }));
  await shop().db.collection("invoices").insertMany(rows);
}

afterEach(() => shop().db.collection("invoices").deleteMany({ series: "INV-2020" }));

describe("POST /api/admin/invoices/bulk-download", () => {
  test("When orders are named, then their invoices and credit notes come as one archive, and it is audited", async () => {
    const [first, second] = [await buyInvoiced(shop()), await buyInvoiced(shop())];
    const items = [{ orderItemId: first.order.items[0].id, quantity: 1 }];
    const body = { orderId: first.order.id, items, reason: "Arrived broken" };
    const note = done(await asAdmin(shop()).post("/credit-note", body)).invoiceNumber;
    const answer = await download({ orderIds: [first.order.id, second.order.id, unknownId()] });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      "content-type": "application/zip",
      "content-disposition": expect.stringContaining("attachment"),
    });
    expect(answer.body.subarray(0, 2).toString()).toBe("PK");
    expect(namesIn(answer.body)).toEqual(
      [first.invoiceNumber, second.invoiceNumber, note].map((number) => `${number}.pdf`),
    );
    expect((await auditsOf(shop(), "invoice.bulk_download")).at(-1)).toMatchObject({
      actorId: SEED.admins.viewer,
      after: { documents: 3, orders: 3 },
    });
  });

  test("When dates are given, then the documents issued on these days come, both included", async () => {
    const { invoiceNumber } = await buyInvoiced(shop());
    const { issuedAt } = await storedInvoice(shop(), invoiceNumber);
    const at = issuedAt.toISOString();
    expect(namesIn((await download({ dateFrom: at, dateTo: at })).body)).toContain(`${invoiceNumber}.pdf`);
  });

  test("When there are none, then the caller is told so", async () => {
    const details = refused(await asAdmin(shop()).post("/bulk-download", IN_2020), 400, "VALIDATION_ERROR");
    expect(details).toMatchObject([
      { in: "body", path: "dateTo", message: expect.stringContaining("no invoices") },
    ]);
    const unknown = await asAdmin(shop()).post("/bulk-download", { orderIds: [unknownId()] });
    expect(refused(unknown, 400, "VALIDATION_ERROR")).toMatchObject([{ path: "orderIds" }]);
  });

  test("When there are more than 200, then a job makes the archive, and says how far it is", async () => {
    await copies(201);
    const admin = asAdmin(shop(), "finance");
    const answer = await admin.post("/bulk-download", IN_2020);
    expect(answer.status).toBe(202);
    const { jobId, statusUrl } = done(answer);
    expect(new URL(statusUrl).pathname).toBe(`${PATH}/${jobId}`);
    expect(done(await admin.get(`/bulk-download/${jobId}`))).toEqual({
      status: "pending",
      done: 0,
      total: 201,
    });
    const job = await shop()
      .db.collection("bulkDownloads")
      .findOne({ _id: new Types.ObjectId(jobId) });
    expect(job).toMatchObject({ createdById: SEED.admins.finance, state: "pending" });
    expect(job?.invoiceIds).toHaveLength(201);
    refused(await admin.get(`/bulk-download/${unknownId()}`), 404, "JOB_NOT_FOUND");
  });

  test("When there are more than 1,000, then the selection is refused", async () => {
    await copies(1_001);
    const jobs = shop().db.collection("bulkDownloads");
    const before = await jobs.countDocuments();
    const details = refused(await asAdmin(shop()).post("/bulk-download", IN_2020), 400, "VALIDATION_ERROR");
    expect(details).toMatchObject([{ path: "dateTo" }]);
    expect(await jobs.countDocuments()).toBe(before);
  });

  test.each([
    ["nothing", {}],
    ["one date", { dateFrom: "2026-11-01" }],
    ["orders and dates", { ...IN_2020, orderIds: [unknownId()] }],
    ["no orders", { orderIds: [] }],
    ["an order twice", { orderIds: ["a".repeat(24), "a".repeat(24)] }],
    ["1,001 orders", { orderIds: Array.from({ length: 1_001 }, unknownId) }],
    ["a day that does not exist", { dateFrom: "2026-02-30", dateTo: "2026-03-01" }],
    ["a range that ends before it begins", { dateFrom: "2026-03-02", dateTo: "2026-03-01" }],
    ["more than a year", { dateFrom: "2024-01-01", dateTo: "2026-01-01" }],
    ["a date as a number", { dateFrom: 1_767_225_600_000, dateTo: 1_767_225_600_000 }],
  ])("When %s is sent, then VALIDATION_ERROR", async (_what, body) => {
    refused(await asAdmin(shop()).post("/bulk-download", body), 400, "VALIDATION_ERROR");
  });
});
