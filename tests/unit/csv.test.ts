import { toCsv } from "../../utils/csv.js";

test("When cells have commas, quotes or line breaks, then they are quoted, and lines end with CRLF", () => {
  expect(
    toCsv([
      ["a", "b"],
      ['say "so", twice', "x\ny"],
      ["x\ry", 1],
    ]),
  ).toBe('a,b\r\n"say ""so"", twice","x\ny"\r\n"x\ry",1\r\n');
});

test.each(["=1+1", "+91", "-cmd", "@sum", "\tx", "\rx", "=HYPERLINK(1)"])(
  "When a text begins like the formula %j, then it gets an apostrophe",
  (text) => {
    expect(toCsv([[text]]).replace(/^"/, "")).toMatch(/^'/);
  },
);

test.each([-25, "-25.00", "0.05", 5, "300490"])("When a cell is the number %p, then it stays one", (cell) => {
  expect(toCsv([[cell]])).toBe(`${cell}\r\n`);
});
