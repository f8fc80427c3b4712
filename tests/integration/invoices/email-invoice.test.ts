import { randomUUID } from "node:crypto";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { runChild, squeezed, textOf } from "../../support/pdf/render-in-child.js";
import { CONTACT, done, PLACES, refused, useShop } from "../checkout/shop-world.js";
import { asAdmin, auditsOf, buyInvoiced, getFile, issueInvoices, TWO_RATES } from "./invoiced-shop.js";

const shop = useShop();
const mailsOf = (deliveryId: string) =>
  shop().sandbox.control.engagement.notifications({ dedupeKey: `invoice:${deliveryId}` });
const logOf = (invoiceNumber: string) =>
  shop().db.collection("invoiceDeliveries").find({ invoiceNumber }).sort({ createdAt: 1 }).toArray();
/** Makes what failed due again, as the time does. */
const comeDue = () =>
  shop()
    .db.collection("outboxMessages")
    .updateMany({ type: "invoice.email", state: "pending" }, { $set: { dueAt: new Date(0) } });

describe("POST /api/admin/invoices/:invoiceNumber/email", () => {
  test("When no address is given, then the order's customer gets the PDF, and the log says so", async () => {
    const { order, invoice, invoiceNumber } = await buyInvoiced(shop(), TWO_RATES);
    const queued = done(await asAdmin(shop(), "finance").post(`/${invoiceNumber}/email`, {}));
    expect(queued).toMatchObject({ to: CONTACT.email, status: "queued", sentAt: null });
    expect(queued.deliveries).toMatchObject([{ deliveryId: queued.deliveryId }]);
    expect(await logOf(invoiceNumber)).toMatchObject([
      { invoiceId: invoice._id, state: "queued", to: CONTACT.email, requestedById: SEED.admins.finance },
    ]);

    await shop().settle();
    const [mail, ...more] = mailsOf(queued.deliveryId);
    expect(more).toEqual([]);
    expect(mail).toMatchObject({
      channels: ["email"],
      to: { email: CONTACT.email },
      template: "invoice",
      missing: [],
      data: {
        invoiceNumber,
        orderNumber: order.orderNumber,
        customerName: invoice.buyer.name,
        amount: order.totals.grandTotal,
      },
      attachments: [{ filename: `${invoiceNumber}.pdf`, contentType: "application/pdf" }],
    });
    expect(await logOf(invoiceNumber)).toMatchObject([
      { state: "sent", sentAt: expect.any(Date), error: null },
    ]);
    const audits = await auditsOf(shop(), "invoice.email");
    expect(audits.filter(({ resourceId }) => resourceId === invoiceNumber)).toMatchObject([
      { actorId: SEED.admins.finance, after: { to: CONTACT.email } },
    ]);
  });

  test("When the customer's name and address are markup and templates, then mails and PDF have them as they were typed", async () => {
    const name = "<script>alert(1)</script> {{7*7}}";
    const line1 = "#{1+1} <img src=x onerror=alert(2)> {{constructor}} &lt;b&gt;";
    const buyer = await shop().guest().begin();
    done(await buyer.put("shipping-address", { ...PLACES.bengaluru, name, line1 }));
    done(await buyer.put("shipping-method", { shippingMethodId: "standard" }));
    done(await buyer.choose("cod"));
    const order = done(await buyer.order());
    await issueInvoices(shop());
    const { invoiceNumber } = done(await buyer.get(`/api/orders/${order.orderNumber}/invoice`));
    const { deliveryId } = done(await asAdmin(shop()).post(`/${invoiceNumber}/email`, {}));
    await shop().settle();

    const { engagement } = shop().sandbox.control;
    const [confirmation] = engagement.notifications({ dedupeKey: `order_confirmed:${order.id}` });
    const [mail] = mailsOf(deliveryId);
    expect([confirmation?.data.customerName, mail?.data.customerName]).toEqual([name, name]);
    const pdf = await getFile(shop(), mail?.attachments?.[0]?.url ?? "");
    const [pages = []] = runChild({ pdfs: [pdf.body] }).read;
    const printed = squeezed(pages.map(textOf).join(" "));
    for (const typed of [name, line1]) expect(printed).toContain(squeezed(typed));
  });

  test("When the attachment is fetched, then it is the PDF, for 90 days, and nothing else of the order opens", async () => {
    const { order, invoiceNumber } = await buyInvoiced(shop());
    const { deliveryId } = done(
      await asAdmin(shop()).post(`/${invoiceNumber}/email`, { to: "accounts@example.in" }),
    );
    await shop().settle();
    const [mail] = mailsOf(deliveryId);
    expect(mail?.to).toEqual({ email: "accounts@example.in" });
    const url = mail?.attachments?.[0]?.url ?? "";
    const token = new URL(url).searchParams.get("token") ?? "";
    const pdf = await getFile(shop(), url);
    expect([pdf.status, pdf.body.subarray(0, 5).toString()]).toEqual([200, "%PDF-"]);
    const orderPath = `/api/orders/${order.orderNumber}?token=${encodeURIComponent(token)}`;
    refused(await shop().call("get", orderPath), 404, "ORDER_NOT_FOUND");
    const { setClock } = await import("../../../utils/clock.js");
    setClock(89 * 86_400_000);
    expect((await getFile(shop(), url)).status).toBe(200);
    setClock(91 * 86_400_000);
    expect((await getFile(shop(), url)).status).toBe(404);
  });

  test("When the request is repeated with its key, then one mail is sent, also if the stored response is lost", async () => {
    const { invoiceNumber } = await buyInvoiced(shop());
    const key = randomUUID();
    const send = () => asAdmin(shop()).post(`/${invoiceNumber}/email`, {}, key);
    const first = await send();
    expect((await send()).text).toBe(first.text);
    await shop().db.collection("idempotencyRecords").deleteMany({});
    expect(done(await send()).deliveryId).toBe(done(first).deliveryId);
    await shop().settle();
    await shop().db.collection("idempotencyRecords").deleteMany({});
    expect(done(await send())).toMatchObject({ deliveryId: done(first).deliveryId, status: "sent" });
    expect(await logOf(invoiceNumber)).toHaveLength(1);
    expect(mailsOf(done(first).deliveryId)).toMatchObject([{ requests: 1 }]);
    expect(done(await asAdmin(shop()).post(`/${invoiceNumber}/email`, {})).deliveries).toHaveLength(2);
  });

  test("When the engagement service is down, then the log says why, and the mail is sent once it is back", async () => {
    const { invoiceNumber } = await buyInvoiced(shop());
    shop().sandbox.control.faults.add({ service: "engagement", action: "status", status: 503 });
    const { deliveryId } = done(await asAdmin(shop()).post(`/${invoiceNumber}/email`, {}));
    await shop().settle();
    expect(await logOf(invoiceNumber)).toMatchObject([
      { state: "failed", sentAt: null, error: expect.stringContaining("answered incorrectly") },
    ]);
    expect(mailsOf(deliveryId)).toEqual([]);

    await shop().recover();
    await comeDue();
    await shop().settle();
    expect(await logOf(invoiceNumber)).toMatchObject([{ state: "sent", error: null }]);
    expect(mailsOf(deliveryId)).toHaveLength(1);
  });

  test("When the invoice does not exist, the address is none, or the role may only read, then nothing is sent", async () => {
    const { invoiceNumber } = await buyInvoiced(shop());
    refused(await asAdmin(shop()).post("/INV-2026-999999/email", {}), 404, "INVOICE_NOT_FOUND");
    for (const to of ["nobody", "a@b", "x@example.in, y@example.in", null]) {
      refused(await asAdmin(shop()).post(`/${invoiceNumber}/email`, { to }), 400, "VALIDATION_ERROR");
    }
    refused(await asAdmin(shop(), "support").post(`/${invoiceNumber}/email`, {}), 403, "FORBIDDEN");
    expect(await logOf(invoiceNumber)).toEqual([]);
  });
});
