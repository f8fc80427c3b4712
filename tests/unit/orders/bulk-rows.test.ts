import { checkRow, readRows } from "../../../src/orders/bulk-update.rows.service.js";

const read = (text: string) => readRows(Buffer.from(text));
const NUMBER = "ORD-2026-000001";

test("When the columns are named in another way or order, then they are found, and others are ignored", () => {
  expect(read(`Status,Placed at,Order number\nSHIPPED ,today, ${NUMBER} \n`)).toEqual([
    { orderNumber: ` ${NUMBER} `, status: "SHIPPED ", note: null },
  ]);
});

test("When a row is short, then its missing cells are empty", () => {
  expect(read(`orderNumber,status,note\n${NUMBER}\n`)).toEqual([
    { orderNumber: NUMBER, status: "", note: null },
  ]);
});

test.each(["orderNumber\nx", "status\nx", "", "a\n"])(
  "When the file %j lacks a column, then it is refused",
  (text) => {
    expect(() => read(text)).toThrow("The request is not valid");
  },
);

test("When a row is good, then it is in its stored form; when it is not, then the problem is named", () => {
  const row = { orderNumber: NUMBER, status: "shipped" };
  expect(checkRow({ orderNumber: ` ${NUMBER} `, status: "SHIPPED " })).toEqual({ ...row, note: null });
  expect(checkRow({ ...row, note: "  by van " })).toEqual({ ...row, note: "by van" });
  expect(checkRow({ ...row, note: " " })).toEqual({ ...row, note: null });
  expect(checkRow(row)).toEqual({ ...row, note: null });
  expect(checkRow({ ...row, orderNumber: "4711" })).toMatchObject({
    problem: expect.stringMatching("orderNumber"),
  });
  expect(checkRow({ ...row, status: "gone" })).toMatchObject({ problem: expect.stringMatching("status") });
  expect(checkRow({ ...row, note: "x".repeat(2_001) })).toMatchObject({
    problem: expect.stringMatching("note"),
  });
});

test.each([
  ["nothing", {}],
  ["no status", { orderNumber: NUMBER }],
  ["a number for a text", { orderNumber: 4711, status: "shipped" }],
  ["an object for a text", { orderNumber: { $gt: "" }, status: "shipped" }],
  ["a list for a status", { orderNumber: NUMBER, status: ["shipped"] }],
  ["a field that no row has", { orderNumber: NUMBER, status: "shipped", paymentStatus: "paid" }],
  ["a list for a note", { orderNumber: NUMBER, status: "shipped", note: ["a"] }],
])("When a row has %s, then it is the row that is wrong", (_what, row) => {
  expect(checkRow(row)).toEqual({ problem: expect.any(String) });
});
