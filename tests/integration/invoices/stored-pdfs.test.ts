import { useShop } from "../checkout/shop-world.js";
import { asAdmin, buyInvoiced, getFile, headersOf, type Invoiced } from "./invoiced-shop.js";

const shop = useShop();

const download = ({ buyer, invoiceNumber }: Invoiced) =>
  getFile(shop(), `/api/invoices/${invoiceNumber}/download`, headersOf(buyer));
const keysOf = async ({ invoice }: Invoiced): Promise<string[]> => {
  const files = await shop()
    .db.collection("files")
    .find({ resourceId: invoice._id })
    .sort({ _id: 1 })
    .toArray();
  return files.map(({ dedupeKey }) => String(dedupeKey));
};

describe("The stored PDF of an invoice", () => {
  test("When cash on delivery is collected, then the document is rendered again, without the QR code", async () => {
    const company = "/api/admin/settings/company";
    const as = { token: shop().sandbox.tokens.admin };
    await shop().call("put", company, { as, body: { upiVpa: "vanya@okbank" } });
    const bought = await buyInvoiced(shop());
    const total: number = bought.invoice.totals.grandTotal;
    const unpaid = await download(bought);
    await shop()
      .db.collection("orders")
      .updateOne({ _id: bought.invoice.orderId }, { $set: { paymentStatus: "paid", paidAmount: total } });
    const paid = await download(bought);
    expect([unpaid.status, paid.status]).toEqual([200, 200]);
    // The code is a thousand rectangles.
    expect(paid.body.length).toBeLessThan(unpaid.body.length - 500);
    const prefix = `invoice:${bought.invoice._id}:t${bought.invoice.templateVersion}`;
    expect(await keysOf(bought)).toEqual([`${prefix}:${total}`, `${prefix}:0`]);
    expect((await download(bought)).body.equals(paid.body)).toBe(true);
  });

  test("When a logo is cut off, then it is refused and later documents are still rendered", async () => {
    const cut = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAACgAAAAoCAYAAACM/rhtAAAACElEQVR4nO3MMQEAAAg=",
      "base64",
    ).toString("base64");
    const refusal = await asAdmin(shop()).put("/template", { logo: `data:image/png;base64,${cut}` });
    expect([refusal.status, refusal.body.error?.code]).toEqual([400, "VALIDATION_ERROR"]);
    const bought = await buyInvoiced(shop());
    expect((await download(bought)).status).toBe(200);
  });
});
