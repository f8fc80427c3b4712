import { AdminInvoiceView, toAdminInvoiceView } from "../../../src/invoices/invoices.admin.view.js";
import { InvoiceView, toInvoiceView } from "../../../src/invoices/invoices.view.js";
import { paise } from "../../../utils/money.js";
import { anIssuedInvoice, anIssuedLine } from "../../support/invoice-documents.js";
import { expectView } from "../../support/schema-checks.js";

test("When an invoice is shown, then paise are rupees, rates are percent, and the view keeps its schema", () => {
  const charge = anIssuedLine({
    ...{ orderItemId: null, description: "Shipping", hsnCode: null, quantity: 1, rateBps: 1_850 },
    ...{ unitPrice: paise(4_905), taxableValue: paise(4_905), total: paise(4_905) },
  });
  const view = toInvoiceView(anIssuedInvoice({ lines: [anIssuedLine(), charge] }));

  expect(view.lines).toMatchObject([
    { unitPrice: 105, taxableValue: 200, rate: 5, cgst: 5, sgst: 5, igst: 0, total: 210 },
    { orderItemId: null, unitPrice: 49.05, rate: 18.5 },
  ]);
  expect(view.totals).toMatchObject({ taxableValue: 200, taxTotal: 10, grandTotal: 210 });
  expect(view.taxSummary).toEqual([
    { hsnCode: "121190", rate: 5, taxableValue: 200, cgst: 5, sgst: 5, utgst: 0, igst: 0 },
  ]);
  expectView(view, InvoiceView);
});

test("When a customer sees a document, then nothing internal is in it; an admin also sees who asked for it", () => {
  const invoice = anIssuedInvoice({ createdById: "admin-of-the-shop" });

  const text = JSON.stringify(toInvoiceView(invoice));
  for (const secret of [
    "admin-of-the-shop",
    invoice.contentHash,
    invoice.origin,
    invoice.orderId.toHexString(),
  ])
    expect(text).not.toContain(secret);
  const forAdmins = toAdminInvoiceView(invoice);
  expect(forAdmins).toMatchObject({ createdById: "admin-of-the-shop", hasGstEffect: true });
  expectView(forAdmins, AdminInvoiceView);
});

test("When it is a credit note of a registered buyer, then it names the invoice, the refund and the GSTIN", () => {
  const view = toInvoiceView(
    anIssuedInvoice({
      ...{ invoiceNumber: "CN-2026-000001", type: "credit_note", documentTitle: "Credit Note" },
      ...{ originalInvoiceNumber: "INV-2026-000001", refundNumber: "REF-2026-000001", reason: "Broken" },
      buyer: { name: "Asha Traders", address: "Mumbai", gstin: "27AABCV4321K1ZB", isSez: false },
      shippingAddress: null,
    }),
  );

  expect(view).toMatchObject({
    originalInvoiceNumber: "INV-2026-000001",
    refundNumber: "REF-2026-000001",
    reason: "Broken",
    buyer: { gstin: "27AABCV4321K1ZB" },
    shippingAddress: null,
  });
  expectView(view, InvoiceView);
});

test("When the PDF is linked, then the link names the number and carries a token for it", () => {
  const { pathname, searchParams } = new URL(toInvoiceView(anIssuedInvoice()).pdfUrl);

  expect(pathname).toBe("/api/invoices/INV-2026-000001/download");
  expect(searchParams.get("token")).toMatch(/^\d{10}\.[\w-]{43}$/);
});
