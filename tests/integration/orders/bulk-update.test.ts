import { refused, useShop } from "../checkout/shop-world.js";
import { manualOrder, staffOf } from "./manual-world.js";

const shop = useShop();
const staff = staffOf(shop);
const PATH = "/api/admin/orders/bulk-update";

const send = (rows: object[]) => staff.post(PATH, { rows });
const upload = (csv: string | Buffer, field = "file") =>
  shop()
    .http.post(PATH)
    .set("Authorization", `Bearer ${shop().sandbox.tokens.admin}`)
    .attach(field, Buffer.from(csv), { filename: "orders.csv", contentType: "text/csv" });
const newOrders = (count: number): Promise<string[]> =>
  Promise.all(
    Array.from({ length: count }, async () => (await staff.entered(manualOrder())).orderNumber as string),
  );
const statusOf = async (orderNumber: string) => (await staff.find("orders", { orderNumber }))[0]?.status;

describe("A bulk update of orders", () => {
  test("When rows are good, repeated and bad, then each counts by itself, and a bad one leaves no trace", async () => {
    const [one = "", two = ""] = await newOrders(2);
    const rows = [
      { orderNumber: one, status: "processing", note: "packed" },
      { orderNumber: one, status: "processing" },
      { orderNumber: two, status: "delivered" },
      { orderNumber: "ORD-2020-000001", status: "processing" },
      { orderNumber: "4711", status: "processing" },
      { orderNumber: two, status: "sold" },
      { orderNumber: two, status: "cancelled" },
    ];
    const answer = await send(rows);
    expect(answer.status).toBe(200);
    expect(answer.body.data).toMatchObject({ succeeded: 1, unchanged: 1, failed: 5 });
    expect(answer.body.data.errors.map(({ row, code }: Record<string, unknown>) => [row, code])).toEqual([
      [3, "INVALID_STATUS_TRANSITION"],
      [4, "ORDER_NOT_FOUND"],
      [5, "VALIDATION_ERROR"],
      [6, "VALIDATION_ERROR"],
      [7, "INVALID_STATUS_TRANSITION"],
    ]);
    expect([await statusOf(one), await statusOf(two)]).toEqual(["processing", "confirmed"]);
    const audited = await staff.find("auditLogs", { action: "order.status" });
    expect(audited.map(({ after }) => after)).toEqual([{ status: "processing", note: "packed" }]);
    expect((await send(rows)).body.data).toMatchObject({ succeeded: 0, unchanged: 2, failed: 5 });
  });

  test("When a row of JSON is not even text, or has more than a row may have, then it fails alone, as a row of a file does", async () => {
    const [one = ""] = await newOrders(1);
    const rows = [
      { orderNumber: one },
      { status: "processing" },
      { orderNumber: { $gt: "" }, status: "processing" },
      { orderNumber: one, status: "processing", paymentStatus: "paid" },
      { orderNumber: one, status: " Processing " },
    ];
    const { data } = (await send(rows)).body;
    expect(data).toMatchObject({ succeeded: 1, unchanged: 0, failed: 4 });
    expect(
      data.errors.map(({ row, code, orderNumber }: Record<string, unknown>) => [row, code, orderNumber]),
    ).toEqual([
      [1, "VALIDATION_ERROR", one],
      [2, "VALIDATION_ERROR", ""],
      [3, "VALIDATION_ERROR", ""],
      [4, "VALIDATION_ERROR", one],
    ]);
    expect(await statusOf(one)).toBe("processing");
  });

  test("When one order is named several times, then its rows are done in their order", async () => {
    const [one = ""] = await newOrders(1);
    const steps = ["processing", "shipped", "delivered"].map((status) => ({ orderNumber: one, status }));
    expect((await send(steps)).body.data).toMatchObject({ succeeded: 3, failed: 0 });
    expect(await statusOf(one)).toBe("delivered");
  });

  test("When two updates of the same orders run at once, then every row is done once", async () => {
    const orders = await newOrders(4);
    const rows = orders.map((orderNumber) => ({ orderNumber, status: "processing" }));
    const [first, second] = (await Promise.all([send(rows), send(rows)])).map(({ body }) => body.data);
    expect(first.succeeded + second.succeeded).toBe(4);
    expect(first.unchanged + second.unchanged).toBe(4);
    expect(await staff.find("auditLogs", { action: "order.status", "after.note": null })).not.toEqual([]);
  });

  test("When it is a CSV file, also one of ours, then it is read", async () => {
    const [one = "", two = ""] = await newOrders(2);
    const csv = `\uFEFFOrder number,Phone,Status,Note\r\n${one},'+919845012345,Processing,"'=packed, ""in box"""\r\n\r\n${two},,processing,\r\n`;
    const answer = await upload(csv);
    expect(answer.body.data).toEqual({ succeeded: 2, unchanged: 0, failed: 0, errors: [] });
    const notes = await staff.find("auditLogs", {
      action: "order.status",
      "after.note": '=packed, "in box"',
    });
    expect(notes).toHaveLength(1);
  });

  test("When the body is neither rows nor one CSV file, then it is refused", async () => {
    refused(await staff.post(PATH, {}), 400, "VALIDATION_ERROR");
    refused(await send([]), 400, "VALIDATION_ERROR");
    refused(await send(Array(5_001).fill({ orderNumber: "x", status: "y" })), 400, "VALIDATION_ERROR");
    refused(await upload("a,b\r\n1,2\r\n"), 400, "VALIDATION_ERROR");
    refused(await upload(Buffer.from([0xff, 0xfe, 0x00])), 400, "VALIDATION_ERROR");
    refused(await upload("orderNumber,status\r\n", "other"), 400, "VALIDATION_ERROR");
    refused(await upload(`orderNumber,status\r\n${"x".repeat(1_000_001)}`), 413, "PAYLOAD_TOO_LARGE");
    refused(
      await upload(`orderNumber,status\n${"a,b\n".repeat(5_001)}`),
      ...([400, "VALIDATION_ERROR"] as const),
    );
    const sent = shop().http.post(PATH).set("Authorization", `Bearer ${shop().sandbox.tokens.admin}`);
    refused(
      await sent.set("Content-Type", "multipart/form-data; boundary=x").send("--x\r\nbroken"),
      ...([400, "VALIDATION_ERROR"] as const),
    );
  });
});
