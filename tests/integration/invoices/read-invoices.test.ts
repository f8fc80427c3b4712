import { done, refused, useShop } from "../checkout/shop-world.js";
import {
  asAdmin,
  buyInvoiced,
  getFile,
  headersOf,
  issueInvoices,
  refusalOf,
  storedInvoice,
  TWO_RATES,
} from "./invoiced-shop.js";

const shop = useShop();
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const inRupees = (paise: number): number => paise / 100;
const linkOf = ({ pdfUrl }: { pdfUrl: string }) => pdfUrl;

/** The token of the link in the confirmation mail. */
function mailedToken(orderId: string): string {
  const [mail] = shop().sandbox.control.engagement.notifications({ dedupeKey: `order_confirmed:${orderId}` });
  const token = new URL(String(mail?.data.link)).searchParams.get("token");
  if (!token) throw new Error("the mail has no link");
  return token;
}

describe("an order's invoice", () => {
  test("When it is not issued yet, then INVOICE_NOT_READY with Retry-After, and the list is empty", async () => {
    const buyer = shop().guest();
    const { orderNumber } = await buyer.buy();
    const early = await buyer.get(`/api/orders/${orderNumber}/invoice`);
    refused(early, 404, "INVOICE_NOT_READY");
    expect(Number(early.headers["retry-after"])).toBeGreaterThan(0);
    expect(done(await buyer.get(`/api/invoices/order/${orderNumber}`))).toEqual([]);

    await issueInvoices(shop());
    const { invoiceNumber, pdfUrl } = done(await buyer.get(`/api/orders/${orderNumber}/invoice`));
    expect(invoiceNumber).toMatch(/^INV-\d{4}-\d{6}$/);
    expect(await buyer.stored.order()).toMatchObject({ invoiceNumber });
    expect((await getFile(shop(), pdfUrl)).status).toBe(200);
  });

  test("When it is listed, then it says what is stored, in rupees and percent, and no admin's id", async () => {
    const { buyer, order, invoice } = await buyInvoiced(shop(), TWO_RATES);
    const answer = await buyer.get(`/api/invoices/order/${order.orderNumber}`);
    const [view, ...others] = done(answer);
    expect(others).toEqual([]);
    expect(view).toMatchObject({
      id: String(invoice._id),
      invoiceNumber: invoice.invoiceNumber,
      type: "sale",
      status: "issued",
      documentTitle: invoice.documentTitle,
      orderNumber: order.orderNumber,
      issuedAt: invoice.issuedAt.toISOString(),
      financialYear: invoice.financialYear,
      placeOfSupply: { code: "29", name: "Karnataka" },
      supplier: { gstin: invoice.supplier.gstin, name: invoice.supplier.name },
      amountInWords: invoice.amountInWords,
      totals: {
        taxableValue: inRupees(invoice.totals.taxableValue),
        cgst: inRupees(invoice.totals.cgst),
        sgst: inRupees(invoice.totals.sgst),
        grandTotal: order.totals.grandTotal,
      },
    });
    expect(view.lines).toHaveLength(invoice.lines.length);
    expect(view.lines[0]).toMatchObject({
      orderItemId: order.items[0].id,
      quantity: 2,
      unitPrice: order.items[0].unitPrice,
      rate: invoice.lines[0].rateBps / 100,
      total: inRupees(invoice.lines[0].total),
    });
    expect(view.taxSummary.map(({ rate }: { rate: number }) => rate).toSorted()).toEqual(
      [...new Set(invoice.taxSummary.map(({ rateBps }: { rateBps: number }) => rateBps / 100))].toSorted(),
    );
    expect(answer.text).not.toMatch(/createdById|contentHash|orderId"|origin"|returnTable/);
  });

  test("When it has a credit note, then the note follows the invoice and names it", async () => {
    const { buyer, order, invoiceNumber } = await buyInvoiced(shop());
    const items = [{ orderItemId: order.items[0].id, quantity: 1 }];
    const body = { orderId: order.id, items, reason: "Arrived broken" };
    const note = done(await asAdmin(shop(), "finance").post("/credit-note", body));

    const answer = await buyer.get(`/api/invoices/order/${order.orderNumber}`);
    expect(done(answer).map(linkOf)).toHaveLength(2);
    expect(done(answer)).toMatchObject([
      { invoiceNumber, type: "sale" },
      { invoiceNumber: note.invoiceNumber, type: "credit_note", originalInvoiceNumber: invoiceNumber },
    ]);
    expect(answer.text).not.toContain((await storedInvoice(shop(), note.invoiceNumber)).createdById);
  });

  test("When the link of the order mail is followed, then list and invoice open without signing in", async () => {
    const { order, invoiceNumber } = await buyInvoiced(shop());
    const token = mailedToken(order.id);
    const open = (path: string) => shop().call("get", `${path}?token=${encodeURIComponent(token)}`);
    const paths = [`/api/invoices/order/${order.orderNumber}`, `/api/orders/${order.orderNumber}/invoice`];
    expect(done(await open(paths[0] ?? ""))).toMatchObject([{ invoiceNumber }]);
    expect(done(await open(paths[1] ?? ""))).toMatchObject({ invoiceNumber });
    const { setClock } = await import("../../../utils/clock.js");
    setClock(91 * DAY_MS);
    for (const path of paths) refused(await open(path), 404, "ORDER_NOT_FOUND");
  });

  test("When someone else asks, then there is no such order; anonymously, 401", async () => {
    const { order } = await buyInvoiced(shop());
    for (const path of [
      `/api/invoices/order/${order.orderNumber}`,
      `/api/orders/${order.orderNumber}/invoice`,
    ]) {
      refused(await shop().guest().get(path), 404, "ORDER_NOT_FOUND");
      refused(await shop().customer("asha").get(path), 404, "ORDER_NOT_FOUND");
      refused(await shop().call("get", path), 401, "UNAUTHENTICATED");
    }
  });
});

describe("the download", () => {
  test("When the owner downloads it, then it is a PDF to save under its number, the same bytes each time", async () => {
    const { buyer, invoiceNumber } = await buyInvoiced(shop());
    const download = () => getFile(shop(), `/api/invoices/${invoiceNumber}/download`, headersOf(buyer));
    const first = await download();
    expect(first.status).toBe(200);
    expect(first.headers).toMatchObject({
      "content-type": "application/pdf",
      "content-disposition": expect.stringMatching(`^attachment; .*${invoiceNumber}\\.pdf`),
      "content-length": String(first.body.length),
      etag: expect.stringMatching(/^(?:W\/)?"[^"]+"$/),
    });
    expect(first.body.subarray(0, 5).toString()).toBe("%PDF-");
    const second = await download();
    expect(second.body.equals(first.body)).toBe(true);
    expect(second.headers.etag).toBe(first.headers.etag);
    const { _id } = await storedInvoice(shop(), invoiceNumber);
    expect(await shop().db.collection("files").countDocuments({ resourceId: _id })).toBe(1);
  });

  test("When the caller has it already, then 304 without a body", async () => {
    const { buyer, invoiceNumber } = await buyInvoiced(shop());
    const path = `/api/invoices/${invoiceNumber}/download`;
    const { headers } = await getFile(shop(), path, headersOf(buyer));
    const again = await getFile(shop(), path, { ...headersOf(buyer), "If-None-Match": headers.etag ?? "" });
    expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, headers.etag]);
    const other = await getFile(shop(), path, { ...headersOf(buyer), "If-None-Match": '"another"' });
    expect(other.status).toBe(200);
  });

  test("When ten callers ask at once for a document that was never rendered, then one file is stored", async () => {
    const { buyer, invoiceNumber, invoice } = await buyInvoiced(shop());
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        getFile(shop(), `/api/invoices/${invoiceNumber}/download`, headersOf(buyer)),
      ),
    );
    expect(new Set(answers.map(({ status, headers }) => `${status} ${headers.etag}`)).size).toBe(1);
    expect(await shop().db.collection("files").countDocuments({ resourceId: invoice._id })).toBe(1);
  });

  test("When the invoice is another's, then the answer is that of a number that does not exist", async () => {
    const { invoiceNumber } = await buyInvoiced(shop());
    for (const other of [shop().guest(), shop().customer("asha")]) {
      const theirs = await other.get(`/api/invoices/${invoiceNumber}/download`);
      refused(theirs, 404, "INVOICE_NOT_FOUND");
      expect(theirs.text).toBe((await other.get("/api/invoices/INV-2026-999999/download")).text);
    }
    refused(await shop().call("get", `/api/invoices/${invoiceNumber}/download`), 401, "UNAUTHENTICATED");
  });

  test("When a guest's order goes to a customer, then the customer downloads it, and the guest does not", async () => {
    const guest = shop().guest();
    const { invoiceNumber, order } = await buyInvoiced(shop(), {}, guest);
    const { token } = shop().customer("chitra").as as { token: string };
    const { "X-Session-Id": sessionId = "" } = headersOf(guest);
    done(
      await shop().call("post", "/api/cart/merge", { as: { token }, headers: { "X-Session-Id": sessionId } }),
    );
    const path = `/api/invoices/${invoiceNumber}/download`;
    expect((await getFile(shop(), path, { Authorization: `Bearer ${token}` })).status).toBe(200);
    refused(await guest.get(path), 404, "INVOICE_NOT_FOUND");
    refused(await guest.get(`/api/invoices/order/${order.orderNumber}`), 404, "ORDER_NOT_FOUND");
  });

  test("When its link is followed, then it opens for 15 minutes, and nothing else does", async () => {
    const [mine, others] = [await buyInvoiced(shop()), await buyInvoiced(shop())];
    const pdfUrl = linkOf(done(await mine.buyer.get(`/api/orders/${mine.order.orderNumber}/invoice`)));
    const token = new URL(pdfUrl).searchParams.get("token") ?? "";
    const [expires = "", signature = ""] = token.split(".");
    expect((await getFile(shop(), pdfUrl)).status).toBe(200);
    const open = async (number: string, text: string) =>
      refusalOf(await getFile(shop(), `/api/invoices/${number}/download?token=${encodeURIComponent(text)}`));
    const refusal = [404, "INVOICE_NOT_FOUND"];
    expect(await open(others.invoiceNumber, token)).toEqual(refusal);
    for (const wrong of [
      mailedToken(mine.order.id),
      `${Number(expires) + 1}.${signature}`,
      `${expires}.${signature.slice(0, -1)}`,
      expires,
    ]) {
      expect([wrong, ...(await open(mine.invoiceNumber, wrong))]).toEqual([wrong, ...refusal]);
    }
    // Nor does it open the order.
    const order = `/api/orders/${mine.order.orderNumber}?token=${encodeURIComponent(token)}`;
    refused(await shop().call("get", order), 404, "ORDER_NOT_FOUND");
    const { setClock } = await import("../../../utils/clock.js");
    setClock(14 * MINUTE_MS);
    expect((await getFile(shop(), pdfUrl)).status).toBe(200);
    setClock(16 * MINUTE_MS);
    expect(await open(mine.invoiceNumber, token)).toEqual(refusal);
  });

  test.each([
    "..%2f..%2fetc%2fpasswd",
    "INV-2026-000001%2f..%2fINV-2026-000002",
    "INV-2026-00000001",
    "CN-2026-000000001",
    "INV-26-000001",
    "inv-2026-000001",
    "ORD-2026-000001",
    "INV-2026-000001%0a",
    "%7B%22$gt%22:%22%22%7D",
  ])("When the number is %s, then VALIDATION_ERROR", async (number) => {
    const answer = await shop().guest().get(`/api/invoices/${number}/download`);
    refused(answer, 400, "VALIDATION_ERROR");
  });

  test("When a number has seven digits, then it is a number", async () => {
    refused(await shop().guest().get("/api/invoices/INV-2026-1000000/download"), 404, "INVOICE_NOT_FOUND");
  });
});
